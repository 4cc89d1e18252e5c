"""What the user waits for: a cancel to take effect, and the first word in a long conversation."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from itertools import pairwise

from tests.benchmarks.job import Job, Result, child, peak_bytes
from tests.benchmarks.peers.engine import loaded
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message, Segment
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import GenerateRequest, PromptProgress, SampleDone, TextDelta

STREAMS = 24
PROMPT_WORDS = 3000
CANCELS = 8
CONVERSATION_WORDS = 3700
"""About 4,000 tokens."""
WORDS = tuple(
    re.findall(
        r"\w+",
        "the river stone engine morning paper window carries seven small boats under bridges while "
        "people count letters and measure distances between old houses",
    )
)


def words(count: int, seed: int) -> str:
    """A text that was not read before."""
    chance = random.Random(seed)
    return " ".join(chance.choice(WORDS) for _ in range(count))


def request(
    text: str, *, new_tokens: int, samples: int = 1, urgent: bool = False
) -> GenerateRequest:
    """A plain continuation."""
    return GenerateRequest(
        segments=(Segment(text, special=False),),
        sampling=Sampling(max_tokens=new_tokens),
        seeds=tuple(range(1, samples + 1)),
        priority=0 if urgent else 1,
    )


async def probe(engine: LlamaEngine) -> float:
    """Seconds until the engine has answered the shortest question there is."""
    started = time.perf_counter()
    async for _ in engine.generate(request("a", new_tokens=1, urgent=True)):
        pass
    return time.perf_counter() - started


# --- cancel -------------------------------------------------------------------------------------


class Watcher:
    """Follows a request and notes when it got a result.

    Args:
        engine: whom to ask.
        wanted: what to ask.
        frames: after this many frames :attr:`far_enough` is set.
    """

    def __init__(self, engine: LlamaEngine, wanted: GenerateRequest, frames: int) -> None:
        self._engine = engine
        self._wanted = wanted
        self._frames = frames
        self._at: list[float] = []
        self.far_enough = asyncio.Event()

    async def follow(self) -> None:
        """Until the request ends."""
        async for frame in self._engine.generate(self._wanted):
            if isinstance(frame, PromptProgress | TextDelta):
                self._at.append(time.perf_counter())
            if len(self._at) >= self._frames:
                self.far_enough.set()
        self.far_enough.set()

    @property
    def longest_step(self) -> float:
        """The longest time between two frames so far, in seconds."""
        return max((after - before for before, after in pairwise(self._at)), default=0.0)


async def cancel_once(
    engine: LlamaEngine, wanted: GenerateRequest, *, frames: int, delay: float
) -> tuple[float, float]:
    """Cancel after ``frames`` frames and a little more.

    Returns:
        Seconds until the engine answered somebody else, and the longest step before the cancel.
    """
    watcher = Watcher(engine, wanted, frames)
    task = asyncio.create_task(watcher.follow())
    await watcher.far_enough.wait()
    await asyncio.sleep(delay)
    step = watcher.longest_step
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return await probe(engine), step


async def measure_cancel(engine: LlamaEngine, job: Job) -> dict[str, dict[str, float]]:
    """The worst of several cancels at different moments of a step, in the two hard cases."""
    idle = statistics.median([await probe(engine) for _ in range(5)])
    found: dict[str, dict[str, float]] = {}
    for name in ("in a long prompt", f"while {STREAMS} stream"):
        waits, steps = [], []
        for turn in range(3 if job.small else CANCELS):
            text = words(PROMPT_WORDS if "prompt" in name else 20, seed=turn)
            samples = 1 if "prompt" in name else STREAMS
            wanted = request(text, new_tokens=400, samples=samples)
            frames = 3 if "prompt" in name else 6 * STREAMS
            wait, step = await cancel_once(engine, wanted, frames=frames, delay=0.03 * turn)
            waits.append(max(0.0, wait - idle))
            steps.append(step)
        step = statistics.median(steps)
        found[name] = {
            "worst_seconds": max(waits),
            "median_seconds": statistics.median(waits),
            "step_seconds": step,
            "steps": max(waits) / step if step else 0.0,
        }
    return found


# --- a long conversation --------------------------------------------------------------------------


async def first_token(
    engine: LlamaEngine, messages: tuple[Message, ...]
) -> tuple[float, SampleDone, str]:
    """Seconds to the first text of an answer, and the answer."""
    segments = await engine.format_chat(messages)
    wanted = GenerateRequest(
        segments=segments, sampling=Sampling(max_tokens=24), seeds=(1,), priority=0
    )
    started = time.perf_counter()
    seconds = 0.0
    async for frame in engine.generate(wanted):
        if isinstance(frame, TextDelta) and not seconds:
            seconds = time.perf_counter() - started
        if isinstance(frame, SampleDone):
            return seconds, frame, frame.text
    raise RuntimeError("the engine gave no answer")


async def measure_conversation(engine: LlamaEngine, job: Job) -> dict[str, float]:
    """The second question in a conversation of 4,000 tokens, and the same one read again."""
    count = CONVERSATION_WORDS // 10 if job.small else CONVERSATION_WORDS
    seconds: dict[str, list[float]] = {"second": [], "cold": []}
    evaluated: dict[str, list[int]] = {"second": [], "cold": []}
    total = 0
    for turn in range(1 if job.small else 3):
        opening = Message.value("user", f"{turn} {words(count, seed=100 + turn)}")
        _, _, answer = await first_token(engine, (opening,))
        answered = Message.value("assistant", answer)
        question = Message.value("user", "And which of these words came first?")
        for name, first in (
            ("second", opening),
            ("cold", Message.value("user", f"again {turn} {opening.text}")),
        ):
            waited, done, _ = await first_token(engine, (first, answered, question))
            seconds[name].append(waited)
            evaluated[name].append(done.evaluated_tokens)
            total = done.prompt_tokens
    return {
        "prompt_tokens": total,
        "second_seconds": statistics.median(seconds["second"]),
        "second_evaluated_tokens": statistics.median(evaluated["second"]),
        "cold_seconds": statistics.median(seconds["cold"]),
        "cold_evaluated_tokens": statistics.median(evaluated["cold"]),
    }


async def measure(job: Job) -> Result:
    """Both, on one engine."""
    async with loaded(job) as engine:
        cancel = await measure_cancel(engine, job)
        conversation = await measure_conversation(engine, job)
    return Result(
        peak_bytes=peak_bytes(of_children=True),
        figures={"cancel": cancel, "conversation": conversation},
    )


def work(job: Job) -> Result:
    """The measures."""
    return asyncio.run(measure(job))


if __name__ == "__main__":
    child(work)
