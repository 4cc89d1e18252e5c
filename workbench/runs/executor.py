"""Runs a strategy: it owns model, seeds, budget, cancel and log; the strategy only asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.events import LoggedEvent
from workbench.domain.run_state import RunState
from workbench.domain.spec import Budget, RunSpec
from workbench.domain.steering import ForkToken, Grow
from workbench.engine.protocol import Engine
from workbench.runs.budget import BudgetEnded
from workbench.runs.control import RunControl
from workbench.runs.growth import growth_of
from workbench.runs.journal import Journal, RunStore
from workbench.runs.replay import Section, open_section, sections
from workbench.runs.run import Run, Task, Tools
from workbench.sandbox.pool import SandboxPool
from workbench.templates.library import PromptLibrary

_log = logging.getLogger(__name__)
Listener = Callable[[LoggedEvent], None]


class Executor:
    """Drives runs on one engine. The engine must hold the run's model while it works."""

    def __init__(
        self, engine: Engine, store: RunStore, pool: SandboxPool, library: PromptLibrary
    ) -> None:
        self._tools = Tools(engine, pool, library)
        self._store = store

    async def execute(
        self,
        run_id: int,
        spec: RunSpec,
        listener: Listener,
        *,
        control: RunControl | None = None,
    ) -> RunState:
        """Run to the end, whatever the end is, and return the final state.

        Cancelling the task stops the model within one step; the run then ends as cancelled with
        the best it had, and this returns normally. Errors of the world end it as failed.

        Args:
            run_id: the row made for it.
            spec: what to run; ``params`` fit the strategy.
            listener: is called on this loop with each event.
            control: to pause and steer it by.

        Raises:
            Exception: a bug of ours, after the run was closed as failed.
        """
        task = Task(spec, Section(0, []), (), spec.budget)
        journal = Journal(run_id, self._store, listener)
        return await self._work(task, journal, control or RunControl())

    async def resume(
        self,
        run_id: int,
        spec: RunSpec,
        log: Sequence[LoggedEvent],
        listener: Listener,
        *,
        budget: Budget | None = None,
        control: RunControl | None = None,
    ) -> RunState:
        """Go on with a run, or a growth of it, that was cut short; otherwise as :meth:`execute`.

        Args:
            run_id: of the run.
            spec: it was made from.
            log: all its events.
            listener: is called with each new event.
            budget: for all of it, with what was used before; None is the one it had.
            control: to pause and steer it by.

        Raises:
            UsageError: it came to its end.
        """
        section = open_section(log)
        if section is None:
            raise UsageError(f"Run {run_id} has ended: a node of it can be grown.")
        task = Task(spec, section, log, budget or spec.budget)
        journal = Journal(run_id, self._store, listener, log)
        return await self._work(task, journal, control or RunControl())

    async def grow(
        self,
        run_id: int,
        spec: RunSpec,
        log: Sequence[LoggedEvent],
        action: Grow | ForkToken,
        listener: Listener,
        *,
        control: RunControl | None = None,
    ) -> RunState:
        """Grow a run that has ended; the run's budget counts anew. Otherwise as :meth:`execute`.

        Raises:
            UsageError: it cannot be grown so.
        """
        started = growth_of(action, spec, log)
        whole = list(log)

        def keep(logged: LoggedEvent) -> None:
            whole.append(logged)
            listener(logged)

        Journal(run_id, self._store, keep, log).add(started)
        journal = Journal(run_id, self._store, listener, whole)
        task = Task(spec, sections(whole)[-1], whole, spec.budget)
        return await self._work(task, journal, control or RunControl())

    async def _work(self, task: Task, journal: Journal, control: RunControl) -> RunState:
        run = Run(self._tools, task, journal, control)
        try:
            async with asyncio.timeout(_seconds_left(task)) as timer:
                control.attach(journal, timer, task.section.growth)
                outcome = await run.work()
            run.finish("done", outcome, limit=run.limit)
        except BudgetEnded as ended:
            run.finish("done", run.best("limit"), limit=ended.limit)
        except TimeoutError:
            run.finish("done", run.best("limit"), limit="seconds")
        except asyncio.CancelledError:
            if control.leaving and control.is_paused:
                run.finish("interrupted", run.best("interrupted"))
            else:
                run.finish("cancelled", run.best("cancelled"))
        except WorkbenchError as error:
            run.finish("failed", run.best("error"), error=error)
        except Exception as error:
            _log.exception("run %d failed", journal.state.run_id)
            sentence = f"The strategy failed inside the program ({error!r}); see the log."
            run.finish("failed", run.best("error"), error=UsageError(sentence))
            raise
        finally:
            state = await _despite_cancel(journal.close())
        return state


def _seconds_left(task: Task) -> float | None:
    """Of the budget, without the time that the section has taken until now."""
    most = task.budget.max_seconds
    if most is None:
        return None
    return max(0.0, most - task.section.seconds)


async def _despite_cancel(work: Coroutine[Any, Any, RunState]) -> RunState:
    """Finish ``work`` although the task is cancelled: what has ended must be written."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        return await task
