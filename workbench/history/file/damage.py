"""Events as a log that can be folded, whatever damage made of single rows.

A row that can be decoded may still say what no program wrote: an answer's 900th sample where two
were asked for, a thought that is its own parent. Such a row is left out or mended, and the run says
that a part of it is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from workbench.domain.runs.events import (
    CallFinished,
    CallStarted,
    Event,
    NodeAdded,
    NoteAdded,
    TextReceived,
)

MOST_SAMPLES = 10_000
"""More than any strategy asks for in one call."""
_LARGEST = 1e12

PART_LOST = NoteAdded(text="A part of this run could not be read.", level="warning")
PROMPT_LOST = NoteAdded(
    text="A message of a prompt of this run is damaged in the history file and cannot be read.",
    level="warning",
)


class LogReader:
    """Reads the events of one run in order, and knows what they may refer to."""

    def __init__(self) -> None:
        self._samples: dict[str, int] = {}
        self._parents: dict[str, str] = {}

    def read(self, event: Event) -> Event:
        """The event, mended where that can be done; :data:`PART_LOST` where it makes no sense."""
        if not all(_is_shown(number) for number in _floats(event)):
            return PART_LOST
        if isinstance(event, CallStarted):
            if not 0 <= event.samples <= MOST_SAMPLES:
                return PART_LOST
            if any(not 0 <= sample < event.samples for sample in event.kept):
                return PART_LOST
            self._samples[event.call] = event.samples
        elif isinstance(event, TextReceived | CallFinished):
            if not 0 <= event.sample < self._samples.get(event.call, MOST_SAMPLES):
                return PART_LOST
        elif isinstance(event, NodeAdded):
            return self._read_node(event)
        return event

    def _read_node(self, event: NodeAdded) -> Event:
        """A thought under one that is there already: so no path up the tree comes round again."""
        if event.node in self._parents:
            return event if self._parents[event.node] == event.parent else PART_LOST
        parent = event.parent
        if parent and parent not in self._parents:
            parent = self._nearest(event.node)
            event = msgspec.structs.replace(event, parent=parent)
        self._parents[event.node] = parent
        return event

    def _nearest(self, node: str) -> str:
        """The lowest known thought above a path, "" where none is known."""
        while "." in node:
            node = node.rpartition(".")[0]
            if node in self._parents:
                return node
        return ""


def _floats(event: Event) -> Iterator[float]:
    for name in event.__struct_fields__:
        value: Any = getattr(event, name)
        if isinstance(value, float):
            yield value


def _is_shown(number: float) -> bool:
    return math.isinf(number) or (not math.isnan(number) and abs(number) <= _LARGEST)
