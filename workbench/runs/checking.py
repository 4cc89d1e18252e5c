"""Thoughts that the user wrote, checked by the solver that knows the task."""

from __future__ import annotations

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.runs.events import (
    ActionUndone,
    Event,
    NodeAdded,
    StateVerified,
    ThoughtEdited,
)
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec
from workbench.domain.runs.steering import EditThought
from workbench.runs.growth import thoughts_to
from workbench.strategies import STRATEGIES
from workbench.strategies.domains import DomainId, Task, read_task
from workbench.strategies.search.checks import facts_after, verified


def checks_of(event: Event, state: RunState, spec: RunSpec) -> tuple[StateVerified, ...]:
    """Verdicts of the task's program on nodes that a user action changed.

    Args:
        event: the action.
        state: the run after it.
        spec: what the run was made from, which says what its task is.

    Returns:
        One for the thought and for each that follows from it; none where no program knows the task.
    """
    node = _changed(event)
    if node not in state.nodes:
        return ()
    task = _task_of(spec, state)
    if task is None:
        return ()
    found = [path for path in state.nodes if f"{path}.".startswith(f"{node}.")]
    return tuple(
        verified(task, path, facts_after(task, thoughts_to(state, path)), by_hand=True)
        for path in found
    )


def _changed(event: Event) -> str:
    """The node that has another thought than before, "" for none."""
    if isinstance(event, ThoughtEdited | NodeAdded):
        return event.node
    if isinstance(event, ActionUndone) and isinstance(event.action, EditThought):
        return event.action.node
    return ""


def _task_of(spec: RunSpec, state: RunState) -> Task | None:
    """The task that the run searches, None where it does not search or no program knows it."""
    strategy, root = STRATEGIES.get(spec.strategy), state.nodes.get("0")
    if not strategy.can_grow or root is None:
        return None
    params = msgspec.to_builtins(build(strategy.params, spec.params, strategy.title))
    domain: DomainId = params.get("domain", "text")
    try:
        task = read_task(domain, root.text)
    except UsageError:
        return None
    return task if task.has_rules else None
