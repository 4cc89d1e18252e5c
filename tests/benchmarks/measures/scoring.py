"""A whole tree of thoughts through the program: values by probability against three samples."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from typing import Any

from tests.benchmarks import game
from tests.benchmarks.job import Job, Result, child, peak_bytes
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message
from workbench.service import Workbench
from workbench.settings import Paths

SHAPE = {"beam": 5, "depth": 3, "candidates": 8, "evaluations": 3}
SMALL_SHAPE = {"beam": 2, "depth": 2, "candidates": 4, "evaluations": 3, "thought_tokens": 40}
WAYS = {"three values": {"evaluate": "value"}, "logprob": {"evaluate": "logprob"}}
TURNS = 3
SEED = 24
SETTLE_SECONDS = 15
"""Left alone, the engine measures how wide it decodes best, and the program keeps that."""


def spec(job: Job, way: dict[str, Any], turn: int) -> RunSpec:
    """The search, judged in one way."""
    numbers = " ".join(map(str, game.NUMBERS))
    question = f"Use the numbers {numbers}, each once, with + - * / to get 24. How?"
    shape = SMALL_SHAPE if job.small else SHAPE
    return RunSpec(
        prompt=ChatPrompt((Message.value("user", question),)),
        strategy="tree_of_thought",
        params=shape | way,
        model=job.model,
        sampling=Sampling(max_tokens=200),
        seed=SEED + turn,
    )


async def finished(core: Workbench, wanted: RunSpec) -> RunState:
    """The state of a run when it has ended well (RuntimeError where it has not)."""
    state = await core.runs.wait(await core.runs.start(wanted))
    if state.status != "done":
        raise RuntimeError(str(WorkbenchError.from_wire(state.error)) if state.error else "ended")
    return state


async def measure(job: Job) -> Result:
    """Both ways in turn; the model forgets what it has read between runs."""
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        core = Workbench(Paths.default(home))
        await core.open()
        try:
            await core.models.load(job.model)
            await asyncio.sleep(SETTLE_SECONDS)
            found: dict[str, list[RunState]] = {name: [] for name in WAYS}
            for turn in range(1 if job.small else TURNS):
                for name, way in WAYS.items():
                    await core.models.unload()
                    await core.models.load(job.model)
                    found[name].append(await finished(core, spec(job, way, turn)))
        except WorkbenchError as error:
            return Result(error=str(error))
        finally:
            await core.close()
    seconds = {name: statistics.median(s.seconds for s in runs) for name, runs in found.items()}
    tokens = {name: [s.completion_tokens for s in runs] for name, runs in found.items()}
    return Result(
        seconds=seconds["logprob"],
        peak_bytes=peak_bytes(of_children=True),
        figures={
            "seconds": seconds,
            "new_tokens": tokens,
            "ratio": seconds["three values"] / seconds["logprob"],
        },
    )


def work(job: Job) -> Result:
    """The comparison."""
    return asyncio.run(measure(job))


if __name__ == "__main__":
    child(work)
