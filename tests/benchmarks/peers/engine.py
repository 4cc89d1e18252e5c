"""This engine, asked through its protocol as a run asks it: all calls of a stage at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import psutil

from tests.benchmarks.job import Job, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.workload import SAMPLING, Call, Workload
from workbench.domain.text import Segment
from workbench.domain.views import LoadSettings
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import GenerateRequest, LoadedModel, SampleDone
from workbench.processes.pool import SandboxPool

BAN = -100.0
SETTLE_SECONDS = 60.0


async def answer(engine: LlamaEngine, call: Call, bias: dict[str, float]) -> tuple[SampleDone, ...]:
    """The ends of all answers to one call."""
    sampling = msgspec.structs.replace(SAMPLING, max_tokens=call.new_tokens, logit_bias=bias)
    request = GenerateRequest(
        segments=(Segment(call.prompt, special=False),), sampling=sampling, seeds=call.seeds
    )
    return tuple(
        [frame async for frame in engine.generate(request) if isinstance(frame, SampleDone)]
    )


async def run(engine: LlamaEngine, workload: Workload) -> list[SampleDone]:
    """Do a workload stage by stage."""
    bias = {f"#{token}": BAN for token in workload.banned}
    done: list[SampleDone] = []
    for stage in workload.stages:
        for samples in await asyncio.gather(*(answer(engine, call, bias) for call in stage.calls)):
            done += samples
    return done


@asynccontextmanager
async def loaded(job: Job) -> AsyncIterator[LlamaEngine]:
    """An engine that holds the model and knows its best width; ended afterwards.

    The program keeps the width that it measured once, so here too later rounds are given that of
    the trial. Without one the engine is left alone until it has measured.
    """
    pool = SandboxPool()
    engine = LlamaEngine(pool, hung_seconds=120.0)
    engine.known_widths.update(job.settings.get("widths", {}))
    measured = asyncio.Event()
    engine.on_width(measured.set)
    try:
        await engine.load(job.model, LoadSettings(threads=job.threads))
        if not engine.known_widths:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(measured.wait(), SETTLE_SECONDS)
        warm = Call(prompt="Once upon a time", family=0, samples=4, new_tokens=8, seed=1)
        await answer(engine, warm, {})
        yield engine
    finally:
        await engine.close()
        await pool.close()


def memory_figures(model: LoadedModel, worker_pid: int) -> dict[str, int]:
    """Resident bytes of the worker, and how many of them are the model's own."""
    return {
        "worker_bytes": psutil.Process(worker_pid).memory_info().rss,
        "weights_bytes": model.weights_bytes,
        "kv_bytes": model.kv_bytes,
        "compute_bytes": model.compute_bytes,
    }


async def measure(job: Job) -> Result:
    """The width in a trial, else the workload."""
    async with loaded(job) as engine:
        if job.trial:
            return Result(settings={"widths": engine.known_widths})
        with Stopwatch() as watch:
            done = await run(engine, job.workload)
        model = engine.model
        assert model is not None
        figures = memory_figures(model, engine.worker_pid)
    return Result(
        seconds=watch.seconds,
        new_tokens=sum(sample.completion_tokens for sample in done),
        prompt_tokens=sum(sample.prompt_tokens for sample in done),
        evaluated_tokens=sum(sample.evaluated_tokens for sample in done),
        peak_bytes=peak_bytes(of_children=True),
        settings={"width": model.decode_width},
        versions=model.library,
        figures=figures,
    )


def work(job: Job) -> Result:
    """The settings of a trial, or the workload with them."""
    return asyncio.run(measure(job))


if __name__ == "__main__":
    child(work)
