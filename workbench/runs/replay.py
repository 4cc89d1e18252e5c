"""Replay of a resumed run from its log: finished calls are not repeated.

The strategy is run again from its beginning. Its calls are answered from the log as long as it asks
for the same ones, its events are not logged twice, and what was cut short is asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import msgspec

from workbench.domain.runs import events as ev
from workbench.domain.runs.effects import Completion, FinishReason, Generate, LabelScores, Score
from workbench.domain.runs.events import Event, LoggedEvent
from workbench.domain.runs.nodes import FORK
from workbench.domain.runs.steering import SteerAction
from workbench.domain.text import Message, Token
from workbench.history.codec import clean
from workbench.runs.user_action import action_of

_CUT = ("cancelled", "error", "limit")
_OF_THE_PROGRAM = (
    ev.RunStarted,
    ev.PassagesFound,
    ev.SamplingApplied,
    ev.PromptEvaluated,
    ev.BudgetCharged,
    ev.RunFinished,
    ev.RunPaused,
    ev.RunResumed,
    ev.GrowthStarted,
)


def sections(log: Iterable[LoggedEvent]) -> list[list[LoggedEvent]]:
    """The events of the run itself (0) and of its n-th growth, which begin with GrowthStarted.

    Each has what was added when it was resumed later.
    """
    found: list[list[LoggedEvent]] = [[]]
    current = found[0]
    for logged in log:
        if isinstance(logged.event, ev.GrowthStarted):
            current = []
            found.append(current)
        elif isinstance(logged.event, ev.RunResumed) and logged.event.growth < len(found):
            current = found[logged.event.growth]
        current.append(logged)
    return found


def open_section(log: Iterable[LoggedEvent]) -> int | None:
    """The section to resume: the last one, or the last before forks that are whole.

    Returns:
        None where it came to its end. What was before a later growth cannot go on: its search would
        make the same nodes.
    """
    for growth, section in reversed(list(enumerate(sections(log)))):
        if not _is_whole(section):
            return growth
        if not _is_fork(section):
            break
    return None


def seconds_of(section: Sequence[LoggedEvent]) -> float:
    """How long a section took, without the time before it was resumed."""
    return sum(
        later.at - earlier.at
        for earlier, later in pairwise(section)
        if not isinstance(later.event, ev.RunResumed)
    )


def _is_whole(section: Sequence[LoggedEvent]) -> bool:
    """Whether it came to its own end, and no budget ended it."""
    ends = [logged.event for logged in section if isinstance(logged.event, ev.RunFinished)]
    return bool(ends) and ends[-1].status == "done" and not ends[-1].limit


def _is_fork(section: Sequence[LoggedEvent]) -> bool:
    """Whether one answer is written again in it."""
    first = section[0].event if section else None
    return isinstance(first, ev.GrowthStarted) and first.strategy == FORK


@dataclass
class _Made:
    """A call in the log."""

    started: ev.CallStarted
    tokens: dict[int, list[Token]] = field(default_factory=dict)
    finished: dict[int, ev.CallFinished] = field(default_factory=dict)
    scored: ev.LabelsScored | None = None
    taken: bool = False

    @property
    def is_whole(self) -> bool:
        if self.started.labels:
            return self.scored is not None
        return len(self.whole_samples) == self.started.samples

    @property
    def whole_samples(self) -> list[int]:
        """Those that the model wrote to their end."""
        return [i for i, end in self.finished.items() if end.finish_reason not in _CUT]

    def taken_up(self, started: ev.CallStarted) -> _Made:
        """The same call, asked again for the samples that the new start does not keep."""
        again = _Made(started)
        for sample in started.kept:
            if sample in self.finished:
                again.finished[sample] = self.finished[sample]
                again.tokens[sample] = self.tokens.get(sample, [])
        return again

    @property
    def unfinished_tokens(self) -> int:
        """Of samples that had no end, because the program was killed."""
        return sum(len(t) for sample, t in self.tokens.items() if sample not in self.finished)

    def completion(self, sample: int) -> Completion:
        end = self.finished[sample]
        return Completion(
            text=end.text,
            finish_reason=cast("FinishReason", end.finish_reason),
            prompt_tokens=end.prompt_tokens,
            evaluated_tokens=end.evaluated_tokens,
            completion_tokens=end.completion_tokens,
            seconds=end.seconds,
            tokens=tuple(self.tokens.get(sample, ())),
            reasoning=end.reasoning,
            reasoning_tokens=end.reasoning_tokens,
        )


class Replay:
    """The log of one section, used up bit by bit.

    Args:
        log: its events; none for a run that begins.
    """

    def __init__(self, log: Sequence[LoggedEvent] = ()) -> None:
        self._calls: dict[str, _Made] = {}
        self._emitted: Counter[bytes] = Counter()
        self._notes: Counter[bytes] = Counter()
        self._nodes: dict[bytes, str] = {}
        self._asks: dict[int, int] = {}
        self._actions: list[SteerAction] = []
        self._made_again: set[str] = set()
        self._superseded: set[str] = set()
        self._over = self._at_rest = False
        self.cut_by_budget = False
        """Whether answers that a budget had cut short are made again."""
        self.tokens = 0
        """Generated in all, also for what is asked again."""
        self.calls = 0
        """Asked of the model in all, also those that are asked again."""
        for logged in log:
            self._keep(logged.event)
        self.tokens += sum(made.unfinished_tokens for made in self._calls.values())

    @property
    def count(self) -> int:
        """How many calls can be answered."""
        return sum(made.is_whole for made in self._calls.values())

    @property
    def is_over(self) -> bool:
        """Whether everything from here on is new."""
        return self._over or not (self._emitted or self._waiting)

    @property
    def _waiting(self) -> bool:
        return bool(self._superseded) or any(
            made.is_whole and not made.taken for made in self._calls.values()
        )

    def _keep(self, event: Event) -> None:
        if isinstance(event, _OF_THE_PROGRAM):
            # What is put into the log between its end and its resumption is not the strategy's.
            rests = self._at_rest and not isinstance(event, ev.RunResumed)
            self._at_rest = rests or isinstance(event, ev.RunFinished)
            return
        action = action_of(event)
        if action is not None:
            self._actions.append(action)
        elif isinstance(event, ev.Steered):
            self._asks[event.ask] = event.actions
            self._superseded.update(event.superseded)
        elif isinstance(event, ev.CallStarted):
            earlier = self._calls.get(event.call)
            self.tokens += earlier.unfinished_tokens if earlier else 0
            self.calls += event.samples - len(event.kept) or 1
            self._calls[event.call] = earlier.taken_up(event) if earlier else _Made(event)
        elif isinstance(event, ev.TextReceived | ev.CallFinished | ev.LabelsScored):
            self._keep_result(event)
        elif isinstance(event, ev.StateVerified) and event.by_hand:
            pass  # about a user's edit: no search asks for it
        elif isinstance(event, ev.NoteAdded):
            self._notes[_key(event)] += 1
        elif not self._at_rest:
            self._emitted[_key(event)] += 1
            if isinstance(event, ev.NodeAdded):
                self._nodes[_key(event)] = event.node

    def _keep_result(self, event: ev.TextReceived | ev.CallFinished | ev.LabelsScored) -> None:
        made = self._calls.get(event.call)
        if isinstance(event, ev.CallFinished):
            self.tokens += event.completion_tokens
        if made is None:
            return
        if isinstance(event, ev.TextReceived):
            made.tokens.setdefault(event.sample, []).extend(event.tokens)
        elif isinstance(event, ev.CallFinished):
            made.finished[event.sample] = event
        else:
            made.scored = event

    def has(self, event: Event) -> bool:
        """Whether an event that is emitted is in the log; each counts once."""
        if self._over:
            return False
        kept = self._notes if isinstance(event, ev.NoteAdded) else self._emitted
        key = _key(event)
        if key not in kept:
            return False
        if isinstance(event, ev.NodeAdded):
            self._made_again.add(event.node)
        kept[key] -= 1
        if not kept[key]:
            del kept[key]
        return True

    def completions(self, call: str, asked: Generate, share: int) -> tuple[Completion, ...] | None:
        """The answers of a call, None where the log has none that fit.

        Args:
            call: its id.
            asked: the effect.
            share: the tokens that each answer may have. Those that had fewer and used them up were
                cut short by a smaller budget, and are made again.
        """
        made = None if self._over else self._calls.get(call)
        if made is None or made.taken or not made.is_whole:
            return None
        start = made.started
        same = _asks_like(start, asked)
        ends = made.finished.values()
        is_cut = start.max_tokens < share and any(end.finish_reason == "length" for end in ends)
        made.taken = same
        self.cut_by_budget |= same and is_cut
        if not same or is_cut:
            return None
        return tuple(made.completion(sample) for sample in range(asked.n))

    def kept_samples(self, call: str, asked: Generate, share: int) -> dict[int, Completion]:
        """Of a call that was cut short, the samples that had ended before: only the rest is asked.

        Args:
            call: its id.
            asked: the effect.
            share: as for :meth:`completions`.
        """
        made = None if self._over else self._calls.get(call)
        if made is None or made.taken or made.is_whole or not _asks_like(made.started, asked):
            return {}
        is_smaller = made.started.max_tokens < share
        return {
            sample: made.completion(sample)
            for sample in sorted(made.whole_samples)
            if not (is_smaller and made.finished[sample].finish_reason == "length")
        }

    def was_superseded(self, call: str) -> bool:
        """Whether a user changed the thought that a call was made from; true once for each."""
        if self._over or call not in self._superseded:
            return False
        self._superseded.remove(call)
        if call in self._calls:
            self._calls[call].taken = True
        return True

    def scores(self, call: str, asked: Score) -> LabelScores | None:
        """The scores of a call's labels, None where the log has none that fit."""
        made = None if self._over else self._calls.get(call)
        if made is None or made.scored is None or made.taken:
            return None
        start = made.started
        made.taken = _reads_like(start.messages, asked.messages) and (
            (start.labels, start.prefix) == (asked.labels, asked.prefix)
        )
        if not made.taken:
            return None
        found = made.scored
        return LabelScores(
            labels=found.labels, probabilities=found.probabilities, logprobs=found.logprobs
        )

    def steered(self, ask: int) -> tuple[SteerAction, ...] | None:
        """The actions that the search got at its ``ask``-th question, None if none."""
        count = None if self._over else self._asks.pop(ask, None)
        if count is None:
            return None
        applied, self._actions = tuple(self._actions[:count]), self._actions[count:]
        return applied

    @property
    def pending(self) -> tuple[SteerAction, ...]:
        """The user's actions that the search did not get."""
        return tuple(self._actions)

    def take(self) -> tuple[SteerAction, ...]:
        """The same; they are given once."""
        actions, self._actions = tuple(self._actions), []
        return actions

    @property
    def is_ended(self) -> bool:
        """Whether :meth:`end` was called."""
        return self._over

    def end(self) -> tuple[str, ...] | None:
        """Answer nothing more.

        Returns:
            None where all was used; else the nodes in the log that the search made otherwise.
        """
        fits, self._over = self.is_over, True
        if fits:
            return None
        left = {self._nodes[key] for key in self._emitted if key in self._nodes}
        return tuple(sorted(left - self._made_again))


def _key(event: Event) -> bytes:
    """The same for an event and for its like from the history."""
    return msgspec.msgpack.encode(clean(event, Event), order="deterministic")


def _asks_like(start: ev.CallStarted, asked: Generate) -> bool:
    """Whether a call of the log is what is asked now."""
    return (
        _reads_like(start.messages, asked.messages)
        and (start.samples, start.prefix) == (asked.n, asked.prefix)
        and (asked.temperature is None or start.temperature == asked.temperature)
    )


def _reads_like(kept: Sequence[Message], asked: Sequence[Message]) -> bool:
    """Whether a log's messages are what is asked now, whatever the origin of their text."""
    now = clean(tuple(asked), tuple[Message, ...])
    return len(kept) == len(now) and all(
        old.reads_like(new) for old, new in zip(kept, now, strict=True)
    )
