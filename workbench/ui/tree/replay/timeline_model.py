"""A run on a timeline: its calls as spans, its choices as markers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.domain.runs import events as ev
from workbench.ui.runs.tree_cards import JUDGING

ROWS = ("Propose", "Value", "Select")
_LANES = 3
_MOST_REST = 2.0
MarkKind = Literal["kept", "solved", "hand"]


@dataclass
class Span:
    """A call. ``end`` is None while it goes on; ``lane`` separates calls that overlap."""

    call: str
    node: str
    row: int
    start: float
    end: float | None = None
    lane: int = 0


@dataclass(frozen=True)
class Mark:
    """Something that took no time."""

    at: float
    kind: MarkKind
    text: str = ""


class TimelineModel:
    """Grows with the log.

    Times are seconds since the run began. A run that was grown long after its end would be a few
    pixels at both ends of its line, so that no more than ``_MOST_REST`` of such a pause counts.
    """

    def __init__(self) -> None:
        self._rest = 0.0
        self.times: list[float] = []
        self.spans: list[Span] = []
        self.marks: list[Mark] = []
        self.ended = False
        self._open: dict[str, Span] = {}
        self._samples: dict[str, int] = {}
        self.lanes = [1, 1]
        """Lanes of each row that were ever used together, at least 1."""
        self._lanes: tuple[list[Span | None], ...] = ([None] * _LANES, [None] * _LANES)
        self._proposed: Counter[int] = Counter()

    @property
    def seconds(self) -> float:
        """How long the run has gone on."""
        return self.times[-1] if self.times else 0.0

    def position_at(self, seconds: float) -> int:
        """How many events had happened by then."""
        return bisect_right(self.times, seconds)

    def time_of(self, position: int) -> float:
        """When the last of ``position`` events happened."""
        return self.times[position - 1] if 0 < position <= len(self.times) else 0.0

    def extend(self, events: Sequence[ev.LoggedEvent]) -> None:
        """Take further events."""
        for logged in events:
            at = logged.at - self._rest
            if self.ended and at - self.seconds > _MOST_REST:
                self._rest += at - self.seconds - _MOST_REST
                at = self.seconds + _MOST_REST
            self.times.append(max(at, self.seconds))
            self._take(logged.event, self.times[-1])

    def _take(self, event: ev.Event, at: float) -> None:
        if isinstance(event, ev.CallStarted):
            self._start(event, at)
        elif isinstance(event, ev.CallFinished):
            self._samples[event.call] = self._samples.get(event.call, 1) - 1
            if self._samples[event.call] <= 0:
                self._end(event.call, at)
        elif isinstance(event, ev.LabelsScored):
            self._end(event.call, at)
        elif isinstance(event, ev.NodeAdded):
            self._proposed[event.depth] += 1
        else:
            mark = self._mark(event, at)
            if mark is not None:
                self.marks.append(mark)

    def _mark(self, event: ev.Event, at: float) -> Mark | None:
        if isinstance(event, ev.Selected):
            of = self._proposed[event.depth]
            return Mark(at, "kept", f"keep {len(event.nodes)} of {of}")
        if isinstance(event, ev.StateVerified) and event.solved:
            return Mark(at, "solved")
        if isinstance(event, ev.RunResumed | ev.GrowthStarted):
            self.ended = False
        if isinstance(event, ev.ThoughtEdited | ev.Boosted | ev.ActionUndone | ev.GrowthStarted):
            return Mark(at, "hand", "by hand")
        if isinstance(event, ev.RunFinished):
            for call in tuple(self._open):
                self._end(call, at)
            self.ended = True
        return None

    def _start(self, event: ev.CallStarted, at: float) -> None:
        row = 1 if event.labels or event.role.partition("-")[0] in JUDGING else 0
        lanes = self._lanes[row]
        free = next((i for i, each in enumerate(lanes) if each is None or each.end), _LANES - 1)
        span = Span(event.call, event.node, row, at, lane=free)
        lanes[free] = span
        self.lanes[row] = max(self.lanes[row], free + 1)
        self.spans.append(span)
        self._open[event.call] = span
        self._samples[event.call] = max(event.samples - len(event.kept), 1)

    def _end(self, call: str, at: float) -> None:
        span = self._open.pop(call, None)
        if span is not None:
            span.end = at


def ticks(seconds: float, room: int) -> list[float]:
    """Round times for an axis of ``room`` pixels, at most one in 90."""
    most = max(room // 90, 1)
    for step in _STEPS:
        if seconds / step <= most:
            break
    return [step * index for index in range(int(seconds / step) + 1)]


_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
