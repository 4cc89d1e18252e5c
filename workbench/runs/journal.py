"""The log of one run: numbers its events, folds them, hands them to store and viewer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from workbench.domain.errors import StoreError
from workbench.domain.runs.events import CallFinished, Event, LoggedEvent, TextReceived
from workbench.domain.runs.run_state import RunState, fold, fold_all
from workbench.domain.runs.tokens import SampleTokens, StoredSample


class RunStore(Protocol):
    """The part of the history that a run writes to."""

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Keep events; they are on disk within a quarter of a second."""

    def keep_tokens(self, sample: StoredSample) -> None:
        """Keep the tokens of a sample that has ended; written with its events."""

    async def append_now(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Keep events and return when they are on disk."""

    async def finish_run(self, run_id: int, state: RunState) -> None:
        """Write the totals of a run that has ended."""


class Journal:
    """Events of one run in order.

    Args:
        run_id: the run's row.
        store: where events are kept.
        listener: is called with each event as it happens, in the order of their numbers.
        log: what the run has already; numbers and clock go on from there.
    """

    def __init__(
        self,
        run_id: int,
        store: RunStore,
        listener: Callable[[LoggedEvent], None],
        log: Sequence[LoggedEvent] = (),
    ) -> None:
        self._run_id = run_id
        self._store = store
        self._listener = listener
        self._to_show: deque[LoggedEvent] = deque()
        self._unkept: set[int] = set()
        """Numbers of events that are shown only once they are on disk."""
        self._count = log[-1].seq + 1 if log else 0
        self.state = fold_all(log)
        self.state.run_id = run_id
        self._elapsed = self.state.seconds
        self._since: float | None = time.monotonic()

    @property
    def seconds(self) -> float:
        """That the run was worked on."""
        if self._since is None:
            return self._elapsed
        return self._elapsed + time.monotonic() - self._since

    def stop_clock(self) -> None:
        """Count no more seconds, until :meth:`start_clock`."""
        self._elapsed, self._since = self.seconds, None

    def start_clock(self) -> None:
        """Count seconds again."""
        if self._since is None:
            self._since = time.monotonic()

    def _log(self, event: Event) -> LoggedEvent:
        logged = LoggedEvent(self._run_id, self._count, self.seconds, event)
        self._count += 1
        fold(self.state, logged)
        return logged

    def add(self, event: Event) -> LoggedEvent:
        """Keep an event and show it."""
        logged = self._log(event)
        self._store.append(self._run_id, (_stored(logged),))
        self._to_show.append(logged)
        self._show()
        return logged

    def add_end(self, event: CallFinished, tokens: SampleTokens | None) -> None:
        """Keep the end of a sample with its tokens, and show it."""
        self.add(event)
        call = next((at for at, name in enumerate(self.state.calls) if name == event.call), None)
        if tokens is not None and call is not None:
            self._store.keep_tokens(
                StoredSample(run_id=self._run_id, call=call, sample=event.sample, tokens=tokens)
            )

    async def add_now(self, event: Event) -> None:
        """Keep an event, wait until it is on disk, then show it; raises StoreError."""
        logged = self._log(event)
        self._to_show.append(logged)
        self._unkept.add(logged.seq)
        try:
            await self._store.append_now(self._run_id, (logged,))
        except StoreError:
            self._to_show.remove(logged)
            raise
        finally:
            self._unkept.discard(logged.seq)
            self._show()

    def _show(self) -> None:
        """Show what waits; what comes after an event that is not on disk yet waits with it."""
        while self._to_show and self._to_show[0].seq not in self._unkept:
            self._listener(self._to_show.popleft())

    async def close(self) -> RunState:
        """Write the run's totals."""
        await self._store.finish_run(self._run_id, self.state)
        return self.state


def _stored(logged: LoggedEvent) -> LoggedEvent:
    """An event as it is kept: the alternatives of tokens are packed when their sample has ended."""
    event = logged.event
    if not isinstance(event, TextReceived) or not any(each.alternatives for each in event.tokens):
        return logged
    tokens = tuple(
        msgspec.structs.replace(each, alternatives=(), alternative_ids=()) for each in event.tokens
    )
    return msgspec.structs.replace(logged, event=msgspec.structs.replace(event, tokens=tokens))
