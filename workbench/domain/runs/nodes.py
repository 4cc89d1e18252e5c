"""The nodes of a search, the user actions on them, and their undo."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.domain.runs.steering import BoostNode, EditThought, NodeAction


@dataclass
class NodeState:
    """One thought of the search."""

    node: str
    parent: str
    depth: int
    text: str
    kind: str
    score: float | None = None
    labels: dict[str, int] = field(default_factory=dict)
    probabilities: dict[str, float] = field(default_factory=dict)
    status: str = "open"
    """open, selected or pruned"""
    reason: str = ""
    state: str = ""
    """What is left after the thought, where a program knows the task."""
    legal: bool = True
    reachable: bool | None = None
    solved: bool | None = None
    visits: int = 0
    boost: float = 0.0
    """What the user added to the value."""
    edited: bool = False


BY_HAND = "by hand"
"""The reason of nodes that the user pruned."""
TAKEN_BACK = "taken back"
"""The reason of nodes that the user wrote and took back."""
HAND = "hand"
"""The kind of nodes that the user wrote."""
FORK = "fork"
"""The kind of nodes that were written again from a token on, and the strategy of such a growth."""


def is_at_or_under(path: str, node: str) -> bool:
    """Whether a path is that of a node or of one below it."""
    return path == node or path.startswith(node + ".")


@dataclass
class Undoable:
    """What the user did to a node, and the nodes as they were before."""

    action: NodeAction
    before: tuple[NodeState, ...]


def forget_findings(node: NodeState) -> None:
    """Drop the results for the old thought of a node whose thought the user changed.

    Its value stays: by it the search still chooses, until the new thought is judged.
    """
    node.labels, node.probabilities = {}, {}
    node.state, node.legal, node.reachable, node.solved = "", True, None, None


def take_back(node: NodeState, before: NodeState, action: NodeAction) -> None:
    """Put back what the user changed of a node; what the search found of it since stays."""
    if isinstance(action, EditThought):
        node.text, node.edited = before.text, before.edited
        node.labels, node.probabilities = before.labels, before.probabilities
        node.state, node.legal = before.state, before.legal
        node.reachable, node.solved = before.reachable, before.solved
    elif isinstance(action, BoostNode):
        node.boost = before.boost
        if before.status == "pruned" and node.status == "open":
            node.status, node.reason = before.status, before.reason
    elif node.reason == BY_HAND:
        node.status, node.reason = before.status, before.reason
