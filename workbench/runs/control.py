"""The reins of a live run: pause, go on, and what a person does to its search."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from workbench.domain.errors import UsageError
from workbench.domain.events import RunPaused, RunResumed
from workbench.domain.steering import SteerAction
from workbench.runs.hand import HandAction, event_of, with_path
from workbench.runs.journal import Journal


class RunControl:
    """One a live run, made before it begins. Everything happens on the core's loop.

    While paused no further call starts; once those under way have ended, neither the run's clock
    nor its budget of seconds goes on.
    """

    def __init__(self) -> None:
        self._journal: Journal | None = None
        self._timer: asyncio.Timeout | None = None
        self._growth = 0
        self._left: float | None = None
        self._go = asyncio.Event()
        self._go.set()
        self._calls = 0
        self._actions: list[SteerAction] = []
        self.ended = False
        """Whether the run takes nothing more, though its last events may not be written yet."""
        self.leaving = False
        """Whether the program is ending: a paused run then counts as interrupted, not cancelled."""

    @property
    def is_paused(self) -> bool:
        """Whether further calls wait."""
        return not self._go.is_set()

    def attach(self, journal: Journal, timer: asyncio.Timeout, growth: int) -> None:
        """The run begins: what was said before it did is put into its log.

        Args:
            journal: its log.
            timer: of its budget of seconds.
            growth: which growth of the run this is, 0 for the run itself.
        """
        self._journal, self._timer, self._growth = journal, timer, growth
        if self.is_paused:
            journal.add(RunPaused())
            self._hold_if_idle()

    def pause(self) -> None:
        """Let no further call start."""
        if self.is_paused or self.ended:
            return
        self._go.clear()
        if self._journal is not None:
            self._journal.add(RunPaused())
            self._hold_if_idle()

    def resume(self) -> None:
        """Let calls start again."""
        if not self.is_paused or self.ended:
            return
        self._release()
        if self._journal is not None:
            self._journal.add(RunResumed(growth=self._growth))
        self._go.set()

    def steer(self, action: HandAction) -> None:
        """Put an action into the run's log, and keep it for the search.

        Raises:
            UsageError: there is no such node, or the run has not begun.
        """
        if self._journal is None:
            raise UsageError("The run waits for its model and has no nodes yet: try again later.")
        event = event_of(action, self._journal.state)
        self._journal.add(event)
        self._actions.append(with_path(action, event))

    def take(self) -> tuple[SteerAction, ...]:
        """What a person did since this was asked last."""
        actions, self._actions = tuple(self._actions), []
        return actions

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Around each call to the model: waits while the run is paused."""
        await self._go.wait()
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1
            self._hold_if_idle()

    def _hold_if_idle(self) -> None:
        """Stop clock and budget of a paused run in which nothing is being written."""
        if not self.is_paused or self._calls or self._journal is None or self._timer is None:
            return
        self._journal.stop_clock()
        due = self._timer.when()
        if due is not None and not self._timer.expired():
            self._left = due - asyncio.get_running_loop().time()
            self._timer.reschedule(None)

    def _release(self) -> None:
        if self._journal is not None:
            self._journal.start_clock()
        if self._timer is not None and self._left is not None:
            self._timer.reschedule(asyncio.get_running_loop().time() + self._left)
            self._left = None
