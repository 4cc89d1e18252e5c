"""This engine, asked through its protocol as a run asks it: all calls of a stage at once."""

from __future__ import annotations

import asyncio

import msgspec
import psutil

from tests.benchmarks.job import Job, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.workload import SAMPLING, Call, Workload
from workbench.domain.text import Segment
from workbench.domain.views import LoadSettings
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import GenerateRequest, LoadedModel, SampleDone
from workbench.sandbox.pool import SandboxPool

BAN = -100.0


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


def memory_figures(model: LoadedModel, worker_pid: int) -> dict[str, int]:
    """Resident bytes of the worker, and how many of them are the model's own."""
    return {
        "worker_bytes": psutil.Process(worker_pid).memory_info().rss,
        "weights_bytes": model.weights_bytes,
        "kv_bytes": model.kv_bytes,
        "compute_bytes": model.compute_bytes,
    }


async def measure(job: Job) -> Result:
    """Load, warm up, work."""
    pool = SandboxPool()
    engine = LlamaEngine(pool, hung_seconds=120.0)
    try:
        model = await engine.load(job.model, LoadSettings(threads=job.threads))
        warm = Call(prompt="Once upon a time", family=0, samples=4, new_tokens=8, seed=1)
        await answer(engine, warm, {})
        with Stopwatch() as watch:
            done = await run(engine, job.workload)
        figures = memory_figures(model, engine.worker_pid)
    finally:
        await engine.close()
        await pool.close()
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
    """The workload."""
    return asyncio.run(measure(job))


if __name__ == "__main__":
    child(work)
