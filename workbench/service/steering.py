"""The wheel: runs that are paused, resumed and steered, while they run or a week later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from workbench.domain.errors import UsageError
from workbench.domain.events import LoggedEvent
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.spec import Budget, RunSpec
from workbench.domain.steering import ForkToken, Grow, SteerAction
from workbench.runs.executor import Executor
from workbench.runs.growth import growth_of
from workbench.runs.hand import HandAction, event_of
from workbench.runs.journal import Journal
from workbench.runs.replay import open_section
from workbench.service.runs import RunService


class SteeringService(RunService):
    """The part of the service that lets a person take the wheel.

    One program and one task at a time write to a run. What cannot be done meanwhile is refused with
    a sentence.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wheel = asyncio.Lock()

    async def pause_run(self, run_id: int) -> None:
        """Let no further call of a live run start; what is being written runs to its end.

        A run that has ended is left alone.
        """
        control = self._controls.get(run_id)
        if control is not None:
            control.pause()

    async def resume_run(self, run_id: int, budget: Budget | None = None) -> None:
        """Let a paused run go on, or one that was cut short; returns when it has begun.

        Calls that had finished are answered from the log and cost nothing, whatever was cut short
        is asked again. :meth:`wait_run` waits for the end.

        Args:
            run_id: of a paused, interrupted, cancelled or failed run, or one that a budget ended.
            budget: for all of it, with what was used before; None is the one it had. A run that is
                merely paused keeps its own.

        Raises:
            UsageError: it came to its end, is running, or has nothing left of its budget.
            ModelError: its model is not there any more.
            StoreError: it cannot be saved, and so does not go on.
        """
        control = self._controls.get(run_id)
        if control is not None and not control.ended:
            if not control.is_paused:
                raise UsageError(f"Run {run_id} is running: there is nothing to resume.")
            control.resume()
            return
        async with self._wheel:
            spec, log = await self._claim(run_id)
            try:
                _check_resumable(run_id, spec, log, budget)
                await self.find_model(spec.model)
            except BaseException:
                await self._give_back(run_id, log)
                raise

            async def go_on(executor: Executor) -> RunState:
                return await executor.resume(
                    run_id,
                    spec,
                    log,
                    self._publish,
                    budget=budget,
                    control=self._controls[run_id],
                )

            await self._start(run_id, spec, go_on, log)

    async def steer(self, run_id: int, action: SteerAction) -> None:
        """Do something to the search of a run; it becomes events of the run.

        A running search takes notice of it at its next level. Grow and ForkToken begin work on a
        run that has ended and return when it has begun; :meth:`wait_run` waits for its end.

        Raises:
            UsageError: there is no such run, node or call, or it cannot be done now.
            ModelError: the model is not there any more.
            StoreError: it cannot be saved.
        """
        control = self._controls.get(run_id)
        if control is not None and not control.ended:
            if isinstance(action, Grow | ForkToken):
                raise UsageError(
                    f"Run {run_id} is at work: grow it when it has ended, or stop it first."
                )
            control.steer(action)
            return
        async with self._wheel:
            spec, log = await self._claim(run_id)
            if isinstance(action, Grow | ForkToken):
                await self._grow(run_id, spec, log, action)
            else:
                await self._note(run_id, log, action)

    async def _claim(self, run_id: int) -> tuple[RunSpec, list[LoggedEvent]]:
        """Have the run to oneself: what it was made from and its log."""
        task = self._tasks.get(run_id)
        if task is not None:  # it has ended, and is being written
            await asyncio.wait({task})
        spec = await self._store.run_spec(run_id)
        await self._store.reopen_run(run_id)
        return spec, await self._store.events(run_id)

    async def _give_back(self, run_id: int, log: Sequence[LoggedEvent]) -> None:
        """Leave the run as it was."""
        state = fold_all(log)
        await self._store.finish_run(run_id, state)

    async def _note(self, run_id: int, log: Sequence[LoggedEvent], action: HandAction) -> None:
        """Put an action into the log of a run that has ended."""
        journal = Journal(run_id, self._store, self._publish, log)
        try:
            await journal.add_now(event_of(action, journal.state))
        finally:
            await journal.close()

    async def _grow(
        self, run_id: int, spec: RunSpec, log: Sequence[LoggedEvent], action: Grow | ForkToken
    ) -> None:
        try:
            growth_of(action, spec, log)
            await self.find_model(spec.model)
        except BaseException:
            await self._give_back(run_id, log)
            raise

        async def grow(executor: Executor) -> RunState:
            return await executor.grow(
                run_id, spec, log, action, self._publish, control=self._controls[run_id]
            )

        await self._start(run_id, spec, grow, log)


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
