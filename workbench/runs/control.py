"""Pauses, resumes and steers a live run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import RunPaused, RunResumed, RunStatus
from workbench.domain.runs.spec import RunSpec
from workbench.domain.runs.steering import SteerAction
from workbench.runs.checking import checks_of
from workbench.runs.journal import Journal
from workbench.runs.user_action import UserAction, event_of, with_path
from workbench.strategies.steered import is_superseded

_T = TypeVar("_T")


class RunControl:
    """One a live run, made before it begins. Everything happens on the core's loop.

    While paused no further call starts; once those under way have ended, neither the run's clock
    nor its budget of seconds goes on.
    """

    def __init__(self) -> None:
        self._journal: Journal | None = None
        self._timer: asyncio.Timeout | None = None
        self._growth = 0
        self._spec: RunSpec | None = None
        self._left: float | None = None
        self._go = asyncio.Event()
        self._go.set()
        self._calls = 0
        self._actions: list[SteerAction] = []
        self._steerable: dict[asyncio.Task[Any], str] = {}
        self._superseded: set[asyncio.Task[Any]] = set()
        self.ended = False
        """Whether the run takes nothing more, though its last events may not be written yet."""
        self.leaving = False
        """Whether the program is ending: a paused run then counts as interrupted, not cancelled."""

    @property
    def is_paused(self) -> bool:
        """Whether further calls wait."""
        return not self._go.is_set()

    @property
    def status_when_cancelled(self) -> RunStatus:
        """Interrupted where the program ends while the run is paused, so that it can be resumed."""
        return "interrupted" if self.leaving and self.is_paused else "cancelled"

    def attach(self, journal: Journal, timer: asyncio.Timeout, growth: int, spec: RunSpec) -> None:
        """The run begins; a pause from before that is put into its log.

        Args:
            journal: its log.
            timer: of its budget of seconds.
            growth: which growth of the run this is, 0 for the run itself.
            spec: what the run is made from.
        """
        self._journal, self._timer, self._growth, self._spec = journal, timer, growth, spec
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

    def steer(self, action: UserAction) -> None:
        """Put an action into the run's log, and keep it for the search.

        Raises:
            UsageError: there is no such node, or the run has not begun.
        """
        if self._journal is None or self._spec is None:
            raise UsageError("The run waits for its model and has no nodes yet: try again later.")
        event = event_of(action, self._journal.state)
        self._journal.add(event)
        for check in checks_of(event, self._journal.state, self._spec):
            self._journal.add(check)
        self._actions.append(with_path(action, event))
        for task, node in self._steerable.items():
            if is_superseded(node, (self._actions[-1],)):
                self._superseded.add(task)
                task.cancel()

    @property
    def pending(self) -> tuple[SteerAction, ...]:
        """The user's actions that the search did not get yet."""
        return tuple(self._actions)

    def take(self) -> tuple[SteerAction, ...]:
        """The user's actions since the last call."""
        actions, self._actions = tuple(self._actions), []
        return actions

    async def unless_superseded(self, node: str, work: Coroutine[Any, Any, _T]) -> _T | None:
        """The result of a call that is made from a node's thoughts.

        Returns:
            None where a user changed them meanwhile; the call is then stopped.
        """
        task = asyncio.current_task()
        assert task is not None
        self._steerable[task] = node
        try:
            return await work
        except asyncio.CancelledError:
            if task in self._superseded and not task.uncancel():
                return None
            raise
        finally:
            del self._steerable[task]
            self._superseded.discard(task)

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
