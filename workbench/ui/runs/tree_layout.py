"""Where the nodes of a search stand: depth gives the column, the leaves below give the row."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.domain.run_state import CallState, NodeState, RunState
from workbench.ui.runs.words import active_calls

VERDICTS = ("sure", "likely", "impossible")


@dataclass
class Spot:
    """A node in its place: ``depth`` counts columns from 0, ``line`` leaf rows from 0."""

    node: str
    parent: str
    depth: int
    verdict: str = ""
    pruned: bool = False
    best: bool = False
    active: bool = False
    coming: bool = False
    """Not a node yet: a thought that is being generated."""
    line: float = 0.0
    children: list[str] = field(default_factory=list)


@dataclass
class TreeLayout:
    """All spots by node path, in the order of the nodes; ``lines`` and ``depths`` are counts."""

    spots: dict[str, Spot]
    lines: int = 1
    depths: int = 1


def verdict_of(node: NodeState) -> str:
    """The verdict most given, or most probable, the better one first among equals; "" for none."""
    weights = node.probabilities or node.labels
    given = [(weights.get(name, 0), name) for name in VERDICTS]
    most = max(given, key=lambda each: each[0])
    return most[1] if most[0] else ""


def lay_out(state: RunState) -> TreeLayout:
    """Place every node of a search, and a coming one under each that is growing."""
    best = set(state.best_path())
    spots = {
        node.node: Spot(
            node.node,
            node.parent,
            node.depth,
            verdict=verdict_of(node),
            pruned=node.status == "pruned",
            best=node.node in best,
        )
        for node in state.nodes.values()
        if node.kind in ("thought", "question")
    }
    for call in active_calls(state):
        _mark_active(spots, call)
    for spot in spots.values():
        if spot.parent in spots:
            spots[spot.parent].children.append(spot.node)
    lines = 0
    for root in [spot for spot in spots.values() if spot.parent not in spots]:
        lines = _place(spots, root, lines)
    depths = 1 + max((spot.depth for spot in spots.values()), default=0)
    return TreeLayout(spots, max(lines, 1), depths)


def _mark_active(spots: dict[str, Spot], call: CallState) -> None:
    at = spots.get(call.node)
    if at is None:
        return
    if call.role in ("propose", "sample"):
        name = f"{call.node}.+"
        spots[name] = Spot(name, call.node, at.depth + 1, coming=True, active=True, best=at.best)
    else:
        at.active = True


def _place(spots: dict[str, Spot], root: Spot, line: int) -> int:
    """Give ``root`` and all below it their lines from ``line`` on; returns the next free line."""
    waiting: list[tuple[Spot, bool]] = [(root, False)]
    while waiting:
        spot, done = waiting.pop()
        if not spot.children:
            spot.line = line
            line += 1
        elif done:
            below = [spots[child].line for child in spot.children]
            spot.line = (below[0] + below[-1]) / 2
        else:
            waiting.append((spot, True))
            waiting.extend((spots[child], False) for child in reversed(spot.children))
    return line
