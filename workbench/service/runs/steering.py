"""Pauses, resumes and steers runs, while they run or after they ended."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import Budget, RunSpec
from workbench.domain.runs.steering import ForkToken, Grow, SteerAction
from workbench.history.runs.runs import load_spec
from workbench.runs.checking import checks_of
from workbench.runs.executor import despite_cancel, grown_run, resumed_run
from workbench.runs.growth import growth_of
from workbench.runs.journal import Journal
from workbench.runs.replay import open_section
from workbench.runs.user_action import UserAction, event_of
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.runs.runs import Runs


class Steering:
    """Pauses, resumes and steers runs.

    One program and one task at a time write to a run. What cannot be done meanwhile is refused with
    a sentence.
    """

    def __init__(self, core: Core, models: Models, runs: Runs) -> None:
        self._publish = core.publish
        self._store = core.store
        self._models = models
        self._runs = runs
        self.writing = asyncio.Lock()
        """Held while the log of an ended run is changed."""

    async def pause(self, run_id: int) -> None:
        """Let no further call of a live run start; what is being written runs to its end.

        A run that has ended is left alone.
        """
        control = self._runs.controls.get(run_id)
        if control is not None:
            control.pause()

    async def resume(self, run_id: int, budget: Budget | None = None) -> None:
        """Let a paused run go on, or one that was cut short; returns when it has begun.

        Calls that had finished are answered from the log and cost nothing, whatever was cut short
        is asked again. :meth:`Runs.wait` waits for the end.

        Args:
            run_id: of a paused, interrupted, cancelled or failed run, or one that a budget ended.
            budget: for all of it, with what was used before; None is the one it had. A run that is
                merely paused keeps its own.

        Raises:
            UsageError: it came to its end, is running, or has nothing left of its budget.
            ModelError: its model is not there any more.
            StoreError: it cannot be saved, and so does not go on.
        """
        control = self._runs.controls.get(run_id)
        if control is not None and not control.ended:
            if not control.is_paused:
                raise UsageError(f"Run {run_id} is running: there is nothing to resume.")
            control.resume()
            return
        await despite_cancel(self._resume(run_id, budget))

    async def _resume(self, run_id: int, budget: Budget | None) -> None:
        async with self.writing:
            spec, log = await self.claim(run_id)
            try:
                _check_resumable(run_id, spec, log, budget)
                model = await self._models.find(spec.model)
            except BaseException:
                await self.give_back(run_id, log)
                raise
            make = functools.partial(resumed_run, run_id=run_id, spec=spec, log=log, budget=budget)
            await self._runs.start_work(run_id, model, make, log)

    async def steer(self, run_id: int, action: SteerAction) -> None:
        """Do something to the search of a run; it becomes events of the run.

        A running search takes notice of it at its next level. Grow and ForkToken begin work on a
        run that has ended and return when it has begun; :meth:`Runs.wait` waits for its end.

        Raises:
            UsageError: there is no such run, node or call, or it cannot be done now.
            ModelError: the model is not there any more.
            StoreError: it cannot be saved.
        """
        control = self._runs.controls.get(run_id)
        if control is not None and not control.ended:
            if isinstance(action, Grow | ForkToken):
                raise UsageError(
                    f"Run {run_id} is at work: grow it when it has ended, or stop it first."
                )
            control.steer(action)
            return
        await despite_cancel(self._steer_ended(run_id, action))

    async def _steer_ended(self, run_id: int, action: SteerAction) -> None:
        async with self.writing:
            spec, log = await self.claim(run_id)
            if isinstance(action, Grow | ForkToken):
                await self._grow(run_id, spec, log, action)
            else:
                await self._note(run_id, spec, log, action)

    async def claim(self, run_id: int) -> tuple[RunSpec, list[LoggedEvent]]:
        """Have the run to oneself: what it was made from and its log."""
        await self._runs.until_ended(run_id)  # it has ended, and may still be being written
        spec = await self._store.read(load_spec, run_id)
        await self._store.reopen_run(run_id)
        return spec, await self._store.events(run_id)

    async def give_back(self, run_id: int, log: Sequence[LoggedEvent]) -> None:
        """Leave the run as it was."""
        await self._store.finish_run(run_id, fold_all(log))

    async def _note(
        self, run_id: int, spec: RunSpec, log: Sequence[LoggedEvent], action: UserAction
    ) -> None:
        """Put an action into the log of a run that has ended."""
        journal = Journal(run_id, self._store, self._publish, log)
        try:
            event = event_of(action, journal.state)
            await journal.add_now(event)
            for check in checks_of(event, journal.state, spec):
                await journal.add_now(check)
        finally:
            await journal.close()

    async def _grow(
        self, run_id: int, spec: RunSpec, log: Sequence[LoggedEvent], action: Grow | ForkToken
    ) -> None:
        try:
            growth_of(action, spec, log)
            model = await self._models.find(spec.model)
        except BaseException:
            await self.give_back(run_id, log)
            raise
        make = functools.partial(grown_run, run_id=run_id, spec=spec, log=log, action=action)
        await self._runs.start_work(run_id, model, make, log)


def _check_resumable(
    run_id: int, spec: RunSpec, log: Sequence[LoggedEvent], budget: Budget | None
) -> None:
    if open_section(log) is None:
        raise UsageError(
            f"Run {run_id} came to its end: a node of it can be grown, and any prompt run again."
        )
    limit = fold_all(log).limit
    if limit and budget is None:
        most = getattr(spec.budget, f"max_{limit}")
        words = f" of {most:,} {limit}" if most is not None else f" of {limit}"
        raise UsageError(f"The budget{words} is used up: give the run more to go on with.")
