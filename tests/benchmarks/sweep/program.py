"""This program: a set file, read, run, scored and kept as the command line does it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import yaml

from tests.benchmarks.job import Result, Stopwatch, child, peak_bytes
from tests.benchmarks.sweep.rows import SweepJob, rows, template
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import Frame, GenerateRequest, SampleDone
from workbench.processes.pool import SandboxPool
from workbench.service import Workbench
from workbench.settings import Paths


class Listening(LlamaEngine):
    """The engine, with what it was asked and what it counted."""

    def start_counting(self) -> None:
        """Forget what was counted."""
        self.prompts: dict[str, str] = {}
        self.done: list[SampleDone] = []

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Frame, None]:
        """Stream the samples."""
        prompt = "".join(segment.text for segment in request.segments)
        async for frame in super().generate(request):
            if isinstance(frame, SampleDone):
                self.prompts[prompt] = frame.text
                self.done.append(frame)
            yield frame


def write_set(folder: Path, name: str, job: SweepJob, *, count: int, skip: int = 0) -> Path:
    """A set file of some of the rows, with its prompt."""
    (folder / "text.prompty").write_text(template())
    path = folder / name
    given = {
        "rows": rows(skip + count)[skip:],
        "variants": [
            {
                "name": "greedy",
                "prompt": "text.prompty",
                "sampling": {"temperature": 0, "max_tokens": job.new_tokens},
            }
        ],
        "checks": [{"regex": "\\w"}],
    }
    path.write_text(yaml.safe_dump(given))
    return path


async def _evaluate(core: Workbench, path: Path, model: str) -> int:
    given = await core.evaluations.read(str(path))
    evaluation = await core.evaluations.open(given, EvaluationOptions(model=model))
    await core.evaluations.run(evaluation, lambda _cell: None)
    result = await core.evaluations.result(evaluation)
    (only,) = result.variants
    if only.scored != only.rows:
        raise RuntimeError(next(case.reason for case in only.cases if case.reason))
    return only.scored


async def measure(job: SweepJob) -> Result:
    """The sweep, the model being loaded and its width known."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pool = SandboxPool()
        engine = Listening(pool)
        engine.start_counting()
        core = Workbench(Paths(data=folder / "data", logs=folder / "logs"), engine=engine)
        await core.open()
        try:
            warm = write_set(folder, "warm.yaml", job, count=10, skip=job.rows)
            await _evaluate(core, warm, job.model)
            path = write_set(folder, "set.yaml", job, count=job.rows)
            engine.start_counting()
            with Stopwatch() as watch:
                scored = await _evaluate(core, path, job.model)
            assert engine.model is not None
            library, width = engine.model.library, engine.model.decode_width
        finally:
            await core.close()
            await pool.close()
    if scored != job.rows:
        return Result(error=f"only {scored} of {job.rows} rows were scored")
    return Result(
        seconds=watch.seconds,
        new_tokens=sum(each.completion_tokens for each in engine.done),
        prompt_tokens=sum(each.prompt_tokens for each in engine.done),
        evaluated_tokens=sum(each.evaluated_tokens for each in engine.done),
        peak_bytes=peak_bytes(of_children=True),
        versions=library,
        settings={"width": width},
        figures={"outputs": msgspec.to_builtins(engine.prompts)},
    )


def work(job: SweepJob) -> Result:
    """The sweep."""
    return asyncio.run(measure(job))


if __name__ == "__main__":
    child(work, SweepJob)
