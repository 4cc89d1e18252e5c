"""What a person did to a search while it ran, applied to the states among which it chooses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

from workbench.domain.steering import AddThought, BoostNode, EditThought, PruneNode, SteerAction


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
    """The states among which is chosen, after what a person did, in the order in which it was done.

    Pruning takes a node and all under it away. Boosting adds to the value of a node and of those
    under it; one that was dropped earlier and never grown is among the states again. An edited
    thought is another in every state that goes through it. An added thought goes on: it has the
    best value of all and stands first.

    Args:
        actions: what was done.
        states: judged, and not yet chosen from.
        known: every state of the search so far, the root among them, by its node.
        grown: nodes that have children already; they are not chosen again.
        make: a state of a node with these thoughts.
    """
    found = list(states)
    for action in actions:
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
    return found


def _valued(state: S, score: float) -> S:
    """The state with another value."""
    changed: S = cast("Any", state)._replace(score=score)
    return changed


def _is_under(state: Steerable, node: str) -> bool:
    """Whether a state is at a node or below it."""
    return state.node == node or state.node.startswith(node + ".")


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
    return _valued(make(state.node, thoughts), state.score)


def _way_to(node: str, states: Sequence[S], known: Mapping[str, S]) -> tuple[str, ...] | None:
    """The thoughts up to a node, as they are now."""
    for state in states:
        if _is_under(state, node):
            return state.thoughts[: node.count(".")]
    way = known.get(node)
    return None if way is None else way.thoughts
