"""Leaves whole turns of a conversation out until it fits into the context.

Counted is what is sent: the messages in the model's own chat template. The oldest turns go first, a
turn being what the user wrote with all that answers it; system messages and pinned turns stay, and
so does the last turn. What has to go goes in a block, down to a share of the room, so that the
prompts of the next turns begin alike and the evaluated prefix is used again. No text is cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from workbench.domain.errors import MessageTooLongError, UnsupportedError
from workbench.domain.runs.spec import ChatContext, RunSpec
from workbench.domain.text import Message, Segment
from workbench.engine.protocol import Engine
from workbench.prompts.chat.continuing import text_after_header

BLOCK = 0.75
"""The share of the room that is used after turns were left out."""
STRATEGY_TOKENS = 256
"""Kept for what a strategy other than direct adds to the messages."""
_CHARACTERS_A_TOKEN = 16
"""No text has more on average: what is longer does not fit, without counting it."""


class Fitted(NamedTuple):
    """A conversation as it is sent."""

    messages: tuple[Message, ...]
    dropped: tuple[int, ...] = ()
    """Places of the messages that are left out."""
    first: int = 0
    """The first place that is sent whatever it is."""
    tokens: int | None = None
    """Of the whole prompt, None where they cannot be counted."""

    def report(self, context: ChatContext) -> dict[str, Any]:
        """What is kept with the run: how much is left out, and where what is sent begins."""
        if not self.dropped:
            return {}
        ids = context.ids
        return {
            "dropped": len(self.dropped),
            "first": self.first,
            "first_id": ids[self.first] if self.first < len(ids) else 0,
            "prompt_tokens": self.tokens,
        }


def reserve_of(spec: RunSpec) -> int:
    """Tokens that are kept for the answer."""
    return spec.sampling.max_tokens + (STRATEGY_TOKENS if spec.strategy != "direct" else 0)


async def fit_messages(
    engine: Engine,
    messages: Sequence[Message],
    context: ChatContext,
    reserve: int,
    *,
    goes_on: bool = True,
) -> Fitted:
    """Leave out what does not fit into the context of the loaded model.

    Args:
        engine: has the model.
        messages: the whole conversation; a last one of the assistant is to go on.
        context: what stays, and what was left out last time.
        reserve: tokens that are kept for the answer.
        goes_on: whether a last message of the assistant is to go on, or has ended.

    Raises:
        MessageTooLongError: the last turn does not fit alone.
        TemplateError: the chat template does not take the messages.
    """
    messages = tuple(messages)
    model = engine.model
    if model is None or not model.context_tokens:
        return Fitted(messages)
    room = model.context_tokens - reserve
    fitting = _Fitting(engine, messages, context, goes_on=goes_on)
    try:
        first, tokens = await fitting.first(room)
    except UnsupportedError:  # the server does not say what its tokens are
        return Fitted(messages)
    if tokens > room:
        raise MessageTooLongError.by(tokens, reserve, model.context_tokens)
    kept = fitting.kept(first)
    dropped = tuple(place for place in range(len(messages)) if place not in kept)
    return Fitted(tuple(messages[place] for place in sorted(kept)), dropped, first, tokens)


def kept_messages(
    messages: Sequence[Message], context: ChatContext, first: int
) -> tuple[Message, ...]:
    """What is sent of a conversation where ``first`` is the first place that is sent."""
    kept = _always_kept(messages, context) | set(range(first, len(messages)))
    return tuple(messages[place] for place in sorted(kept))


def _always_kept(messages: Sequence[Message], context: ChatContext) -> set[int]:
    """The places of system messages and pinned turns."""
    starts = turn_starts(messages)
    pinned = (_turn_of(starts, each, len(messages)) for each in context.pinned)
    found = {place for turn in pinned for place in turn}
    return found | {place for place, each in enumerate(messages) if each.role == "system"}


class _Fitting:
    """One conversation, counted from several places on."""

    def __init__(
        self,
        engine: Engine,
        messages: tuple[Message, ...],
        context: ChatContext,
        *,
        goes_on: bool,
    ) -> None:
        self._engine = engine
        self._goes_on = goes_on
        self._messages = messages
        self._keeps_thoughts = context.keep_thoughts
        self._last_time = context.first
        self._turns = turn_starts(messages)
        self._always = _always_kept(messages, context)
        self._counts: dict[int, int] = {}
        self._lengths = self._kept_lengths()
        """Characters that are sent where a place is the first."""

    def _kept_lengths(self) -> list[int]:
        lengths = [len(each.text) for each in self._messages]
        always = itertools.accumulate(
            (length if place in self._always else 0 for place, length in enumerate(lengths)),
            initial=0,
        )
        rest = itertools.accumulate(lengths, initial=0)
        whole = sum(lengths)
        return [kept + whole - before for kept, before in zip(always, rest, strict=True)]

    def kept(self, first: int) -> set[int]:
        """The places that are sent where ``first`` is the first of the others."""
        return self._always | set(range(first, len(self._messages)))

    async def first(self, room: int) -> tuple[int, int]:
        """The first place to send, and the tokens from there; too many where nothing fits."""
        starts = self._turns or [0]
        if self._may_fit(0, room) and await self._count(0) <= room:
            return 0, await self._count(0)
        last = starts[-1]
        before = self._last_time
        is_start = 0 < before <= last and before in starts
        if is_start and self._may_fit(before, room) and await self._count(before) <= room:
            return before, await self._count(before)
        alone = await self._count(last)
        if alone > room:
            return last, alone
        goal = max(int(room * BLOCK), alone)
        choices = [each for each in starts if each > (before if is_start else 0)] or [last]
        choices = [each for each in choices if self._may_fit(each, room)] or [last]
        low, high = 0, len(choices) - 1  # the fewest turns that have to go
        while low < high:
            middle = (low + high) // 2
            if await self._count(choices[middle]) <= goal:
                high = middle
            else:
                low = middle + 1
        return choices[low], await self._count(choices[low])

    def _may_fit(self, first: int, room: int) -> bool:
        """Whether what is sent from a place on is short enough to be worth counting."""
        return self._lengths[first] <= max(room, 0) * _CHARACTERS_A_TOKEN

    async def _count(self, first: int) -> int:
        if first not in self._counts:
            kept = tuple(self._messages[place] for place in sorted(self.kept(first)))
            segments = await prompt_segments(
                self._engine, kept, self._keeps_thoughts, goes_on=self._goes_on
            )
            self._counts[first] = len(await self._engine.tokenize(segments))
        return self._counts[first]


async def prompt_segments(
    engine: Engine,
    messages: tuple[Message, ...],
    keep_thoughts: bool = False,
    *,
    goes_on: bool = True,
) -> tuple[Segment, ...]:
    """What is sent: a last message of the assistant that goes on is text after its header."""
    is_begun = goes_on and bool(messages) and messages[-1].role == "assistant"
    begun = messages[-1] if is_begun else None
    asked = messages[:-1] if begun is not None else messages
    segments = await engine.format_chat(asked, keep_thoughts=keep_thoughts)
    if begun is None:
        return segments
    text = text_after_header(segments, begun)
    return (*segments, Segment(text, special=False)) if text else segments


def turn_starts(messages: Sequence[Message]) -> list[int]:
    """The places at which turns begin: what the user writes in a row is one beginning."""
    starts: list[int] = []
    role_before = ""
    for place, message in enumerate(messages):
        if message.role == "system":
            continue
        if not starts or (message.role == "user" and role_before != "user"):
            starts.append(place)
        role_before = message.role
    return starts


def _turn_of(starts: Sequence[int], place: int, count: int) -> range:
    """The places of the turn in which a message is."""
    first = max((each for each in starts if each <= place), default=place)
    after = min((each for each in starts if each > place), default=count)
    return range(first, after)
