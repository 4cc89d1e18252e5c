"""The events of one run, and its state after any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import CallState, RunState, SampleState, fold

T = TypeVar("T")

_EVERY = 2000
"""Events between two kept states: folding that many takes about as long as to copy 5,000 nodes."""


class Replay:
    """A log that grows at its end, and a place in it.

    ``state`` is the fold of the first ``position`` events and belongs to this object: it changed
    object after :meth:`seek`. States are kept on the way, so that going back to an earlier place
    folds at most ``every`` events.

    Args:
        every: events between two kept states.
    """

    def __init__(self, every: int = _EVERY) -> None:
        self._every = every
        self._kept: list[RunState] = []
        self.events: list[LoggedEvent] = []
        self.state = RunState()
        self.position = 0
        self.folded = 0
        """Events folded so far, over all seeks; what a test counts."""

    def __len__(self) -> int:
        return len(self.events)

    def extend(self, batch: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        """Add events at the end; those that are known already are passed over.

        Returns:
            The new ones. The place stays; :meth:`seek` goes on.
        """
        last = self.events[-1].seq if self.events else -1
        new = [logged for logged in batch if logged.seq > last]
        self.events.extend(new)
        return new

    def seek(self, position: int) -> RunState:
        """Go to the state after ``position`` events (0 to all of them) and return it."""
        position = max(0, min(position, len(self.events)))
        if position < self.position:
            index = position // self._every
            self.state = copy_state(self._kept[index - 1]) if index else RunState()
            self.position = index * self._every
        while self.position < position:
            fold(self.state, self.events[self.position])
            self.position += 1
            self.folded += 1
            if self.position == (len(self._kept) + 1) * self._every:
                self._kept.append(copy_state(self.state))
        return self.state


def copy_state(state: RunState) -> RunState:
    """A state that folds on without changing ``state``.

    Only what :func:`fold` changes in place is copied; texts, tokens and messages are shared, which
    makes this some forty times as fast as ``copy.deepcopy``.
    """
    copied = _shallow(state)
    copied.nodes = {name: _shallow(node) for name, node in state.nodes.items()}
    copied.calls = {name: _copy_call(call) for name, call in state.calls.items()}
    copied.parsed = list(state.parsed)
    copied.notes = list(state.notes)
    return copied


def _copy_call(call: CallState) -> CallState:
    copied = _shallow(call)
    copied.samples = [_copy_sample(sample) for sample in call.samples]
    return copied


def _copy_sample(sample: SampleState) -> SampleState:
    copied = _shallow(sample)
    copied.tokens = list(sample.tokens)
    return copied


def _shallow(value: T) -> T:
    copied = object.__new__(type(value))
    copied.__dict__.update(value.__dict__)
    return copied
