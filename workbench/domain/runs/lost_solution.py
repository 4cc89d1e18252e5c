"""Finds where a search lost the solution, and which part of it did; a pure function of the run.

It needs nodes that a program has checked (StateVerified), so it does not apply to a search over
plain text.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.runs.nodes import BY_HAND, NodeState
from workbench.domain.runs.run_state import RunState

Loser = Literal["task", "generator", "evaluator", "selector", "person", "limit"]
"""task: there never was a solution. generator: no child from which the goal can be reached was
proposed. evaluator: one was judged below those that were kept. selector: one was valued as highly
as those that were kept, or higher, and still dropped. person: it was pruned or changed
by hand. limit: the search ended before it went on."""
_DUPLICATE = "same as "


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One depth of a search: thoughts proposed, those on a way to the goal, and those kept of them.

    A thought that is the same as another is not counted twice.
    """

    depth: int
    proposed: int
    solvable: int
    kept: int


class LostSolution(msgspec.Struct, frozen=True, kw_only=True):
    """Where the last branch was dropped that could have been solved.

    ``nodes`` are the ones that were dropped; where none was proposed, or the search ended, the
    nodes under which it would have gone on. ``text`` says it in a sentence.
    """

    depth: int
    by: Loser
    nodes: tuple[str, ...]
    text: str


def levels(state: RunState) -> tuple[Level, ...]:
    """How many branches that can be solved were proposed and kept, depth by depth from 1."""
    tree = _Tree(state)
    if not tree.is_known:
        return ()
    found = []
    for depth in range(1, state.depth + 1):
        nodes = [node for node in tree.nodes if node.depth == depth]
        solvable = [node for node in nodes if node.reachable]
        found.append(
            Level(
                depth=depth,
                proposed=len(nodes),
                solvable=len(solvable),
                kept=sum(tree.was_kept(node) for node in solvable),
            )
        )
    return tuple(found)


def find_lost_solution(state: RunState) -> LostSolution | None:
    """Where the last solvable branch was lost, and by whom.

    Returns:
        None where the run ended solved, still goes on, or no program knows its task.
    """
    tree = _Tree(state)
    if not tree.is_known or state.status == "running" or any(n.solved for n in tree.nodes):
        return None
    root = state.nodes["0"]
    if not root.reachable:
        return LostSolution(depth=0, by="task", nodes=("0",), text="The task has no solution.")
    alive = [node for node in tree.nodes if node.reachable and tree.was_kept(node)]
    deepest = max((node.depth for node in alive), default=0)
    ends = [node for node in alive if node.depth == deepest] or [root]
    lost_solution = tree.lost_under(ends, deepest + 1)
    return tree.lost_by_hand(lost_solution.depth) or lost_solution


class _Tree:
    """The nodes of a run that count, and who is under whom."""

    def __init__(self, state: RunState) -> None:
        root = state.nodes.get("0")
        self.is_known = root is not None and root.reachable is not None
        self.nodes = [
            node
            for node in state.nodes.values()
            if node.parent and not node.reason.startswith(_DUPLICATE)
        ]
        self._children: dict[str, list[NodeState]] = {}
        for node in self.nodes:
            self._children.setdefault(node.parent, []).append(node)

    def was_kept(self, node: NodeState) -> bool:
        """Whether the search went on there: it was chosen, visited or grown."""
        return node.status == "selected" or node.visits > 0 or node.node in self._children

    def lost_under(self, ends: list[NodeState], depth: int) -> LostSolution:
        """What became of the solvable states at ``ends``, whose children would be at ``depth``."""
        grown = [node for node in ends if node.node in self._children]
        children = [child for node in grown for child in self._children[node.node]]
        lost = [child for child in children if child.reachable]
        dropped = [child for child in lost if child.status == "pruned"]
        if dropped:
            return self._dropped(dropped, depth)
        if lost or not grown:
            where = tuple(node.node for node in lost or ends)
            text = f"The search ended at depth {depth} before it went on where a solution is."
            return LostSolution(depth=depth, by="limit", nodes=where, text=text)
        where = tuple(node.node for node in grown)
        text = (
            f"At depth {depth} the generator proposed no step from which the goal can be reached."
        )
        return LostSolution(depth=depth, by="generator", nodes=where, text=text)

    def lost_by_hand(self, depth: int) -> LostSolution | None:
        """The thought that the user wrote in place of another, so that the goal is out of reach.

        Args:
            depth: none that is deeper counts, because the solution was lost before.
        """
        changed = [node for node in self.nodes if node.edited and node.reachable is False]
        first = min(changed, key=lambda node: node.depth, default=None)
        if first is None or first.depth > depth:
            return None
        text = (
            f"At depth {first.depth} a thought was changed by hand; the goal cannot be reached "
            "from the new one."
        )
        return LostSolution(depth=first.depth, by="person", nodes=(first.node,), text=text)

    def _dropped(self, dropped: list[NodeState], depth: int) -> LostSolution:
        """The best of them against the least of those that were kept."""
        by_hand = tuple(node.node for node in dropped if node.reason == BY_HAND)
        if by_hand:
            text = f"At depth {depth} a step from which the goal can be reached was pruned by hand."
            return LostSolution(depth=depth, by="person", nodes=by_hand, text=text)
        best = max(dropped, key=_value)
        kept = [node for node in self.nodes if node.depth == depth and self.was_kept(node)]
        nodes = tuple(node.node for node in dropped)
        if kept and _value(best) >= min(map(_value, kept)):
            text = (
                f"At depth {depth} the selector dropped a step from which the goal can be reached, "
                "though it was valued no lower than one that was kept."
            )
            return LostSolution(depth=depth, by="selector", nodes=nodes, text=text)
        text = (
            f"At depth {depth} the evaluator valued the steps from which the goal can be reached "
            "too low to be kept."
        )
        return LostSolution(depth=depth, by="evaluator", nodes=nodes, text=text)


def _value(node: NodeState) -> float:
    return (node.score or 0.0) + node.boost
