"""The scoring passes of an X-ray: chooses which parts to leave out and scores the answer.

To leave out a segment exactly, everything after it must be read again: for n segments of equal
length that is about n/2 passes of the whole prompt. A scan stays below :data:`MOST_PASSES`:

1. The whole prompt is scored once.
2. *Reading on.* Prompts that end early (segments 1 to k, then the last one) share their whole
   beginning with the first pass, so that each costs only its end. How much the answer gains from
   k to k + 1 is what the segment adds at its place. The curve is halved where it rises or falls
   most, until no run is left that matters; what was not taken apart shares one number.
3. *Removal.* The segments that matter most by that curve are left out one by one, which is the
   number that counts, as far as the cost allows. The last segment costs next to nothing.

All prompts of a step are scored together; their shared beginnings are in the KV cache.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.errors import TemplateError, UnsupportedError
from workbench.domain.runs.xray import Level, PromptSegment, SegmentEffect, XRay
from workbench.domain.text import Message, Segment
from workbench.engine.protocol import ContinuationScore, Engine, ScoreRequest, Scores

MOST_PASSES = 2.8
"""What a scan may read, in passes of the whole prompt by its characters; tokens differ a little."""
_HALVED_TOGETHER = 0.5
"""Runs are halved together with the strongest if they have at least this part of its change."""
_MATTERS = 0.1
"""Runs with less than this part of the strongest change are not taken apart."""

ONLY_BEGINNINGS = (
    "This server reports only how likely the first token of an answer is, and all are needed here: "
    "choose a model on this machine."
)

_TELL_SECONDS = 0.1
_TOGETHER = 32
"""Prompts that are asked for at a time, so that a long template does not fill the memory."""

MakePrompt = Callable[[Collection[int], bool], Awaitable[tuple[Message, ...]]]
"""The messages without some segments, by their indices; True keeps messages without text."""
OnProgress = Callable[[XRay], None]


class Subject(NamedTuple):
    """A prompt that can be made without its segments.

    ``order`` has the indices of the segments in the order of the prompt, and ``behind`` for each
    index the characters of the prompt that come after it.
    """

    level: Level
    segments: Sequence[PromptSegment]
    order: Sequence[int]
    behind: Sequence[float]
    make: MakePrompt


class Scan:
    """One X-ray on an engine that has its model.

    Args:
        engine: that can score.
        subject: what is looked at.
        answer: what is scored.
        on_progress: called after each step.
    """

    def __init__(
        self, engine: Engine, subject: Subject, answer: str, on_progress: OnProgress
    ) -> None:
        self._engine = engine
        self._subject = subject
        self._segments = subject.segments
        self._order = list(subject.order)
        self._answer = answer
        self._on_progress = on_progress
        self._turns = asyncio.Semaphore(_TOGETHER)
        self._base_text = ""
        self._base = ContinuationScore(0.0, ())
        self._removed: dict[int, ContinuationScore] = {}
        self._failed: dict[int, str] = {}
        self._curve: dict[int, ContinuationScore] = {}
        self._spent = self._budget = self._unit = 0.0
        self._whole_tokens = self._evaluated = self._asked = 0
        self._started = time.monotonic()
        self._whole_seconds = 0.0
        self._end = 0
        self._told_at = 0.0

    async def run(self, *, thorough: bool) -> XRay:
        """Score what is worth it; ``thorough`` leaves out each segment, whatever it costs.

        Raises:
            ContextOverflowError: the prompt and the answer do not fit.
            UnsupportedError: the engine does not score all tokens.
            EngineError: as the engine raises it.
        """
        await self._score_whole()
        costs = {index: self._cost(index) for index in self._order}
        affordable = sum(costs.values()) <= (MOST_PASSES - 1.0) * self._unit
        if thorough or affordable:
            self._budget = self._spent + sum(costs.values())
            await self._remove(self._order)
        else:
            self._budget = MOST_PASSES * self._unit
            await self._read_on(costs)
            await self._remove(self._worth_removing(costs))
        return self._found(1.0)

    # --- the three steps ------------------------------------------------------------------------

    async def _score_whole(self) -> None:
        prompt = await self._formatted(frozenset())
        assert isinstance(prompt, _Prompt)
        self._base_text = prompt.text
        last = prompt.messages[-1].text.strip()
        self._end = len(prompt.text) - prompt.text.rfind(last) - len(last)
        self._unit = float(len(prompt.text) + len(self._answer))
        self._budget = self._unit * MOST_PASSES
        scores = await self._score(prompt)
        self._base = scores.continuations[0]
        if not self._base.tokens:
            raise UnsupportedError(ONLY_BEGINNINGS)
        self._whole_tokens = scores.prompt_tokens + len(self._base.tokens)
        self._whole_seconds = scores.seconds
        self._spent = self._unit
        self._report()

    async def _read_on(self, costs: dict[int, float]) -> None:
        """Find where the answer gains, halving what changes most first.

        Ends when no run is left that matters, or the rest is needed to leave out the strongest.
        """
        last = len(self._order) - 1
        self._curve[last] = self._base
        await self._measure_curve([0], self._budget)
        while runs := self._runs():
            strongest = max(runs, key=lambda run: self._change(*run))
            kept = costs[self._order[strongest[0]]] + costs[self._order[-1]]
            longer = [run for run in runs if run[1] - run[0] > 1]
            most = max((self._change(*run) for run in longer), default=0.0)
            if not longer or most < _MATTERS * self._change(*strongest):
                return
            wanted = [run for run in longer if self._change(*run) >= _HALVED_TOGETHER * most]
            wanted.sort(key=lambda run: -self._change(*run))
            places = [(start + end) // 2 for start, end in wanted]
            if not await self._measure_curve(places, self._budget - kept):
                return

    async def _measure_curve(self, places: Iterable[int], limit: float) -> bool:
        """Score the prompts that end early at ``places``; False where none could be paid for."""
        wanted: list[tuple[int, _Prompt]] = []
        for place in places:
            # A message stays where it was, or the chat format might put its own in its place.
            prompt = await self._formatted(frozenset(self._order[place:-1]), keep_empty=True)
            if isinstance(prompt, str):
                continue  # then its neighbours stay together
            if self._spent + self._price(prompt) <= limit or not place:
                self._spent += self._price(prompt)
                wanted.append((place, prompt))

        async def one(place: int, prompt: _Prompt) -> None:
            self._curve[place] = (await self._score(prompt)).continuations[0]
            self._report()

        await _together(one(*each) for each in wanted)
        return bool(wanted)

    def _worth_removing(self, costs: dict[int, float]) -> list[int]:
        """The segments to leave out: the last, then by what the curve says, as can be paid.

        The last one is not on the curve, so it would have no number otherwise.
        """
        last = self._order[-1]
        strength: dict[int, float] = {}
        for start, end in self._runs():
            if end - start == 1:
                strength[self._order[start]] = self._change(start, end)
        ranked = sorted(strength, key=lambda index: -strength[index])
        chosen, left = [last], self._budget - self._spent - costs[last]
        for index in ranked:
            if costs[index] <= left:
                left -= costs[index]
                chosen.append(index)
        return chosen

    async def _remove(self, indices: Iterable[int]) -> None:
        async def one(index: int) -> None:
            async with self._turns:
                prompt = await self._formatted(frozenset({index}))
                if isinstance(prompt, str):
                    self._failed[index] = prompt
                    return
                self._removed[index] = (await self._score(prompt)).continuations[0]
            self._spent += self._price(prompt)
            self._report()

        await _together(one(index) for index in indices)

    # --- prompts and scores ---------------------------------------------------------------------

    async def _formatted(
        self, removed: frozenset[int], *, keep_empty: bool = False
    ) -> _Prompt | str:
        """The prompt without some segments, or why there is none.

        Where the chat format refuses it without messages that have no text, they stay, and the
        other way round.
        """
        try:
            return await self._prompt(removed, keep_empty=keep_empty)
        except TemplateError:
            if not removed:
                raise
        try:
            return await self._prompt(removed, keep_empty=not keep_empty)
        except TemplateError as error:
            return str(error)

    async def _prompt(self, removed: frozenset[int], *, keep_empty: bool) -> _Prompt:
        messages = await self._subject.make(removed, keep_empty)
        return _Prompt(messages, await self._engine.format_chat(messages))

    def _cost(self, index: int) -> float:
        """About how many characters must be read to leave out a segment."""
        return self._subject.behind[index] + self._end + len(self._answer)

    def _price(self, prompt: _Prompt) -> float:
        """Characters that must be read which the whole prompt does not begin with."""
        shared = _shared_start(prompt.text, self._base_text)
        return float(len(prompt.text) - shared + len(self._answer))

    async def _score(self, prompt: _Prompt) -> Scores:
        scores = await self._engine.score(
            ScoreRequest(
                segments=prompt.segments,
                continuations=(self._answer,),
                messages=prompt.messages,
            )
        )
        self._evaluated += scores.evaluated_tokens
        self._asked += scores.prompt_tokens + len(scores.continuations[0].tokens)
        return scores

    # --- what was found -------------------------------------------------------------------------

    def _runs(self) -> list[tuple[int, int]]:
        """Neighbouring places of the curve."""
        known = sorted(self._curve)
        return list(itertools.pairwise(known))

    def _change(self, start: int, end: int) -> float:
        return abs(self._curve[end].logprob - self._curve[start].logprob)

    def _report(self) -> None:
        """Report what is known, not more often than the user can see."""
        now = time.monotonic()
        if now - self._told_at >= _TELL_SECONDS:
            self._told_at = now
            self._on_progress(self._found(min(self._spent / self._budget, 1.0)))

    def _found(self, progress: float) -> XRay:
        effects = {
            index: SegmentEffect(segment=self._segments[index])
            for index in range(len(self._segments))
        }
        for start, end in self._runs():
            members = self._order[start:end]
            group = tuple(self._segments[index].id for index in members)
            for index in members:
                effects[index] = self._effect(
                    index, self._curve[start], self._curve[end], group if len(group) > 1 else ()
                )
        for index, score in self._removed.items():
            effects[index] = self._effect(index, score, self._base, ())
            effects[index] = msgspec.structs.replace(effects[index], measure="removed")
        for index, error in self._failed.items():
            effects[index] = SegmentEffect(
                segment=self._segments[index], measure="failed", error=error
            )
        model = self._engine.model
        return XRay(
            level=self._subject.level,
            tokens=self._base.tokens,
            logprob=self._base.logprob,
            effects=tuple(effects.values()),
            model=model.name if model is not None else "",
            whole_tokens=self._whole_tokens,
            evaluated_tokens=self._evaluated,
            asked_tokens=self._asked,
            seconds=time.monotonic() - self._started,
            whole_seconds=self._whole_seconds,
            progress=progress,
        )

    def _effect(
        self,
        index: int,
        without: ContinuationScore,
        having: ContinuationScore,
        group: tuple[str, ...],
    ) -> SegmentEffect:
        """What a segment does for the answer, from the answer's scores without and with it."""
        count = len(self._base.tokens)
        comparable = [token.id for token in without.tokens] == [token.id for token in having.tokens]
        changes = zip(having.tokens, without.tokens, strict=False) if comparable else ()
        return SegmentEffect(
            segment=self._segments[index],
            delta=(having.logprob - without.logprob) / count,
            token_deltas=tuple(a.logprob - b.logprob for a, b in changes),
            measure="group" if group else "read",
            group=group,
        )


class _Prompt:
    """A prompt as messages and after the chat template."""

    def __init__(self, messages: tuple[Message, ...], segments: tuple[Segment, ...]) -> None:
        self.messages = messages
        self.segments = segments
        self.text = "".join(segment.text for segment in segments)


def _shared_start(a: str, b: str) -> int:
    """How many characters at the start of both are equal."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a.startswith(b[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


async def _together(jobs: Iterable[Awaitable[None]]) -> None:
    """Do all at once; the first that fails ends the others."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
