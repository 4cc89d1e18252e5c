"""The log of one run: numbers its events, folds them, hands them to store and viewer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from workbench.domain.events import Event, LoggedEvent
from workbench.domain.run_state import RunState, fold


class RunStore(Protocol):
    """The part of the history that a run writes to."""

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Keep events; they are on disk within a quarter of a second."""

    async def append_now(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Keep events and return when they are on disk."""

    async def finish_run(self, run_id: int, state: RunState) -> None:
        """Write the totals of a run that has ended."""


class Journal:
    """Events of one run in order.

    Args:
        run_id: the run's row.
        store: where events are kept.
        listener: is called with each event as it happens.
    """

    def __init__(
        self, run_id: int, store: RunStore, listener: Callable[[LoggedEvent], None]
    ) -> None:
        self._run_id = run_id
        self._store = store
        self._listener = listener
        self._started = time.monotonic()
        self._count = 0
        self.state = RunState(run_id=run_id)

    @property
    def seconds(self) -> float:
        """Since the run started."""
        return time.monotonic() - self._started

    def _log(self, event: Event) -> LoggedEvent:
        logged = LoggedEvent(self._run_id, self._count, self.seconds, event)
        self._count += 1
        fold(self.state, logged)
        return logged

    def add(self, event: Event) -> None:
        """Keep an event and show it."""
        logged = self._log(event)
        self._store.append(self._run_id, (logged,))
        self._listener(logged)

    async def add_now(self, event: Event) -> None:
        """Keep an event, wait until it is on disk, then show it; raises StoreError."""
        logged = self._log(event)
        await self._store.append_now(self._run_id, (logged,))
        self._listener(logged)

    async def close(self) -> RunState:
        """Write the run's totals."""
        await self._store.finish_run(self._run_id, self.state)
        return self.state
