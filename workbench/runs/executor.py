"""Makes runs, new ones and from their logs, and works on them to the end, whatever the end is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Budget, RunSpec
from workbench.domain.runs.steering import ForkToken, Grow
from workbench.runs.budget import BudgetEnded
from workbench.runs.control import RunControl
from workbench.runs.growth import growth_of
from workbench.runs.journal import Journal
from workbench.runs.replay import open_section, sections
from workbench.runs.run import Run
from workbench.runs.tools import Tools

_log = logging.getLogger(__name__)
T = TypeVar("T")


def new_run(tools: Tools, control: RunControl, run_id: int, spec: RunSpec) -> Run:
    """A run from its beginning.

    Args:
        tools: what it works with.
        control: to pause and steer it by.
        run_id: the row made for it.
        spec: what to run; ``params`` fit the strategy.
    """
    return Run(tools, spec, Journal(run_id, tools.store, tools.listener), control)


def resumed_run(
    tools: Tools,
    control: RunControl,
    run_id: int,
    spec: RunSpec,
    log: Sequence[LoggedEvent],
    budget: Budget | None = None,
) -> Run:
    """The rest of a run, or of a growth of it, that was cut short; otherwise as :func:`new_run`.

    Args:
        tools: what it works with.
        control: to pause and steer it by.
        run_id: of the run.
        spec: it was made from.
        log: all its events.
        budget: for all of it, with what was used before; None is the one it had.

    Raises:
        UsageError: it came to its end.
    """
    growth = open_section(log)
    if growth is None:
        raise UsageError(f"Run {run_id} has ended: a node of it can be grown.")
    journal = Journal(run_id, tools.store, tools.listener, log)
    return Run(tools, spec, journal, control, log=log, growth=growth, budget=budget)


def grown_run(
    tools: Tools,
    control: RunControl,
    run_id: int,
    spec: RunSpec,
    log: Sequence[LoggedEvent],
    action: Grow | ForkToken,
) -> Run:
    """A growth of a run that has ended, with the run's budget once more.

    The growth is in the log when this returns.

    Raises:
        UsageError: the run cannot be grown so.
    """
    started = growth_of(action, spec, log)
    journal = Journal(run_id, tools.store, tools.listener, log)
    whole = [*log, journal.add(started)]
    return Run(tools, spec, journal, control, log=whole, growth=len(sections(whole)) - 1)


async def execute(run: Run) -> RunState:
    """Work on a run to its end, whatever that is, and return the final state.

    Cancelling the task stops the model within one step; the run then ends as cancelled with the
    best it had, and this returns normally. Errors of the world end it as failed. The engine must
    hold the run's model until this returns.

    Raises:
        Exception: a bug of ours, after the run was closed as failed.
    """
    control = run.control
    try:
        async with asyncio.timeout(run.seconds_left) as timer:
            control.attach(run.journal, timer, run.growth, run.spec)
            outcome = await run.work()
        run.finish("done", outcome, limit=run.limit)
    except BudgetEnded as ended:
        run.finish("done", run.best("limit"), limit=ended.limit)
    except TimeoutError:
        run.finish("done", run.best("limit"), limit="seconds")
    except asyncio.CancelledError:
        status = control.status_when_cancelled
        run.finish(status, run.best(status))
    except WorkbenchError as error:
        run.finish("failed", run.best("error"), error=error)
    except Exception as error:
        _log.exception("run %d failed", run.journal.state.run_id)
        sentence = f"The strategy failed inside the program ({error!r}); see the log."
        run.finish("failed", run.best("error"), error=UsageError(sentence))
        raise
    finally:
        closing = asyncio.ensure_future(run.journal.close())
        try:
            state = await despite_cancel(closing)
        except asyncio.CancelledError:  # what has ended is written, and ended as it did
            state = closing.result()
    return state


async def despite_cancel(work: Awaitable[T]) -> T:
    """Finish ``work`` although the task is cancelled; only then is it.

    For what must not be left half done, for example a run that is on disk and not yet at work.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
