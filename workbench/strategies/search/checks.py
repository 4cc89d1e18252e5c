"""Checks nodes with a program that knows the task, as events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.domain.runs.events import StateVerified
from workbench.strategies.domains import Task


def verified(task: Task, node: str, facts: Any, *, by_hand: bool = False) -> StateVerified:
    """What is known of a node with these facts, None for a thought against the rules.

    Args:
        task: with rules.
        node: its path.
        facts: after its thought.
        by_hand: whether the user changed the thought, and no search asks.
    """
    if facts is None:
        return StateVerified(node=node, legal=False, reachable=False, solved=False, by_hand=by_hand)
    return StateVerified(
        node=node,
        state=task.describe(facts),
        reachable=task.reachable(facts),
        solved=task.solved(facts),
        by_hand=by_hand,
    )


def facts_after(task: Task, thoughts: Sequence[str]) -> Any:
    """The facts after these thoughts, None where one of them is against the rules."""
    facts = task.start
    for thought in thoughts:
        facts = None if facts is None else task.apply(facts, thought)
    return facts
