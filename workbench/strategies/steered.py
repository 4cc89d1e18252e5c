"""Applies user actions to the states among which a running search chooses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

from workbench.domain.runs.nodes import is_at_or_under
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    NodeAction,
    PruneNode,
    SteerAction,
    Undo,
)


class Steerable(Protocol):
    """A partial solution: a named tuple that has these fields among others."""

    @property
    def node(self) -> str:
        """The path of its node."""

    @property
    def thoughts(self) -> tuple[str, ...]:
        """Those from the root on."""

    @property
    def score(self) -> float:
        """Its value."""


S = TypeVar("S", bound=Steerable)


def steered(
    actions: Sequence[SteerAction],
    states: Sequence[S],
    known: Mapping[str, S],
    grown: Collection[str],
    make: Callable[[str, tuple[str, ...]], S],
) -> list[S]:
    """The states among which is chosen, after what the user did, in the order in which it was done.

    Pruning takes a node and all under it away. Boosting adds to the value of a node and of those
    under it; one that was dropped earlier and never grown is among the states again. An edited
    thought is changed in every state that goes through it. An added thought goes on: it has the
    best value of all and comes first. What was taken back in time has no effect; later, nodes
    that were pruned and never grown are among the states again, values and thoughts are as before,
    and an added thought goes on no more.

    Args:
        actions: what was done.
        states: judged, and not yet chosen from.
        known: every state of the search so far, the root among them, by its node.
        grown: nodes that have children already; they are not chosen again.
        make: a state of a node with these thoughts.
    """
    found = list(states)
    for action in in_effect(actions):
        if isinstance(action, PruneNode):
            found = [state for state in found if not _is_under(state, action.node)]
        elif isinstance(action, BoostNode):
            found = _boosted(action, found, known, grown)
        elif isinstance(action, EditThought):
            found = [_edited(action, state, make) for state in found]
        elif isinstance(action, AddThought):
            thoughts = _way_to(action.parent, found, known)
            if thoughts is not None and not any(state.node == action.node for state in found):
                best = max((state.score for state in found), default=0.0)
                added = make(action.node, (*thoughts, action.text))
                found.insert(0, _valued(added, best))
        elif isinstance(action, Undo) and action.action is not None:
            found = _taken_back(action.action, action.text, found, known, grown, make)
    return found


def in_effect(actions: Sequence[SteerAction]) -> list[SteerAction]:
    """The actions without those that were undone before the search got them."""
    left: list[SteerAction] = []
    for action in actions:
        if isinstance(action, Undo) and left and left[-1] == action.action:
            left.pop()
        else:
            left.append(action)
    return left


def is_superseded(node: str, actions: Sequence[SteerAction]) -> bool:
    """Whether what is asked from the thoughts up to a node is out of date after these actions."""
    for action in in_effect(actions):
        done = action.action if isinstance(action, Undo) else action
        if isinstance(done, EditThought) and is_at_or_under(node, done.node):
            return True
        gone = PruneNode if done is action else AddThought
        if isinstance(done, gone) and is_at_or_under(node, done.node):
            return True
    return False


def _taken_back(
    action: NodeAction,
    text: str,
    states: list[S],
    known: Mapping[str, S],
    grown: Collection[str],
    make: Callable[[str, tuple[str, ...]], S],
) -> list[S]:
    """The states after an action that the search has got was undone."""
    if isinstance(action, PruneNode):
        here = {state.node for state in states}
        again = [
            state
            for node, state in known.items()
            if _is_under(state, action.node) and node not in here and node not in grown
        ]
        return [*states, *again]
    if isinstance(action, BoostNode):
        return [
            _valued(state, state.score - action.amount) if _is_under(state, action.node) else state
            for state in states
        ]
    if isinstance(action, EditThought):
        back = EditThought(action.node, text)
        return [_edited(back, state, make) for state in states]
    return [state for state in states if not _is_under(state, action.node)]


def _valued(state: S, score: float) -> S:
    """The state with another value."""
    changed: S = cast("Any", state)._replace(score=score)
    return changed


def _is_under(state: Steerable, node: str) -> bool:
    """Whether a state is at a node or below it."""
    return is_at_or_under(state.node, node)


def _boosted(
    action: BoostNode, states: list[S], known: Mapping[str, S], grown: Collection[str]
) -> list[S]:
    dropped = known.get(action.node)
    is_here = any(state.node == action.node for state in states)
    if dropped is not None and not is_here and action.node not in grown:
        states = [*states, dropped]
    return [
        _valued(state, state.score + action.amount) if _is_under(state, action.node) else state
        for state in states
    ]


def _edited(action: EditThought, state: S, make: Callable[[str, tuple[str, ...]], S]) -> S:
    place = action.node.count(".") - 1
    if not _is_under(state, action.node) or place >= len(state.thoughts):
        return state
    thoughts = (*state.thoughts[:place], action.text, *state.thoughts[place + 1 :])
    if thoughts == state.thoughts:
        return state
    return _valued(make(state.node, thoughts), state.score)


def _way_to(node: str, states: Sequence[S], known: Mapping[str, S]) -> tuple[str, ...] | None:
    """The thoughts up to a node, as they are now."""
    for state in states:
        if _is_under(state, node):
            return state.thoughts[: node.count(".")]
    way = known.get(node)
    return None if way is None else way.thoughts
