"""The cards of a search: a card or a dot for each node, and for what is coming."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Literal

from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import CallState, RunState
from workbench.ui.runs.words import active_calls
from workbench.ui.theme.tokens import TOKENS

VERDICTS = ("sure", "likely", "impossible")
CARD_WIDTH = float(TOKENS.size["tree-node-w"])
CARD_HEIGHT = float(TOKENS.size["tree-node-h"])
ROW_HEIGHT = 24.0
MORE_HEIGHT = 20.0
JUDGING = frozenset({"value", "vote", "score", "judge", "feedback"})
"""Roles of calls that say how good a thought is; a number may follow after a dash."""

Kind = Literal["card", "row", "more"]
_HEIGHTS: dict[Kind, float] = {"card": CARD_HEIGHT, "row": ROW_HEIGHT, "more": MORE_HEIGHT}


@dataclass(eq=False)
class Card:
    """Something in a column: a node, pruned ones as a row, more of them as one line.

    ``node`` is the node's path; a coming one has its parent's with "+" and ``call`` says which call
    writes it; "more" represents ``hidden`` nodes of ``parent``.
    """

    node: str
    parent: str
    depth: int
    kind: Kind = "card"
    call: str = ""
    best: bool = False
    active: bool = False
    folded: bool = False
    hidden: int = 0
    top: float = 0.0
    left: float = 0.0
    width: float = CARD_WIDTH
    children: list[Card] = field(default_factory=list)

    @property
    def height(self) -> float:
        """By its kind."""
        return _HEIGHTS[self.kind]

    @property
    def middle(self) -> float:
        """Where its lines meet it."""
        return self.top + _HEIGHTS[self.kind] / 2


def verdict_of(node: NodeState) -> str:
    """The verdict most given, or most probable, the better one first among equals; "" for none."""
    weights = node.probabilities or node.labels
    given = [(weights.get(name, 0), name) for name in VERDICTS]
    most = max(given, key=lambda each: each[0])
    return most[1] if most[0] else ""


def make_dots(cards: dict[str, Card], state: RunState) -> list[Card]:
    """The nodes of a search in the order they were made, a coming one under each that grows."""
    best = set(state.best_path())
    for node in state.nodes.values():
        if node.kind in ("thought", "question"):
            is_best = node.node in best
            cards[node.node] = Card(node.node, node.parent, node.depth, best=is_best)
    for call in active_calls(state):
        at = cards.get(call.node)
        if at is None:
            continue
        if call.role.partition("-")[0] in ("propose", "sample"):
            coming = Card(f"{at.node}.+", at.node, at.depth + 1, call=call.call, active=True)
            coming.best = at.best
            cards[coming.node] = coming
        else:
            at.active = True
    roots: list[Card] = []
    for card in cards.values():
        parent = cards.get(card.parent)
        (roots if parent is None else parent.children).append(card)
    return roots


def make_cards(
    cards: dict[str, Card], state: RunState, folded: Set[str], opened: Set[str]
) -> list[Card]:
    """The cards of a search without their places; returns the roots."""
    children: dict[str, list[NodeState]] = {}
    for node in state.nodes.values():
        parent = node.parent if node.parent in state.nodes else ""
        children.setdefault(parent, []).append(node)
    coming: dict[str, list[CallState]] = {}
    busy: set[str] = set()
    for call in active_calls(state):
        if writes_children(call):
            coming.setdefault(call.node, []).append(call)
        else:
            busy.add(call.node)
    best = set(state.best_path())
    roots = [_card(cards, node, 0, best, busy) for node in children.get("", [])]
    waiting = [(root, state.nodes[root.node]) for root in reversed(roots)]
    while waiting:
        card, node = waiting.pop()
        below = children.get(node.node, [])
        if node.node in folded:
            card.folded, card.hidden = bool(below), len(below)
            continue
        for child in _shown(cards, card, below, best, busy, node.node in opened):
            card.children.append(child)
            if child.kind != "more":
                waiting.append((child, state.nodes[child.node]))
        for call in coming.get(node.node, []):
            _add_coming(cards, card, call)
    return roots


def writes_children(call: CallState) -> bool:
    """Whether a call writes thoughts, which go under its node, and no verdict or answer."""
    return not call.labels and call.role.partition("-")[0] not in {*JUDGING, "answer"}


def _card(
    cards: dict[str, Card], node: NodeState, depth: int, best: Set[str], busy: Set[str]
) -> Card:
    is_row = node.status == "pruned"
    card = Card(
        node.node,
        node.parent,
        depth,
        kind="row" if is_row else "card",
        best=node.node in best,
        active=node.node in busy,
    )
    cards[card.node] = card
    return card


def _shown(
    cards: dict[str, Card],
    parent: Card,
    nodes: list[NodeState],
    best: Set[str],
    busy: Set[str],
    all_of_them: bool,
) -> list[Card]:
    """Those that go on in the order they were made, then the pruned ones, best first."""
    kept = [node for node in nodes if node.status != "pruned"]
    pruned = [node for node in nodes if node.status == "pruned"]
    pruned.sort(key=lambda node: -(node.score if node.score is not None else -1e9))
    room = max(2, 2 * len(kept))
    if all_of_them or len(pruned) <= room + 1:
        room = len(pruned)
    shown = [*kept, *pruned[:room]]
    below = [_card(cards, node, parent.depth + 1, best, busy) for node in shown]
    if room < len(pruned):
        more = Card(
            f"{parent.node}/more",
            parent.node,
            parent.depth + 1,
            kind="more",
            hidden=len(pruned) - room,
        )
        cards[more.node] = more
        below.append(more)
    return below


def _add_coming(cards: dict[str, Card], parent: Card, call: CallState) -> None:
    coming = Card(f"{call.call}/+", parent.node, parent.depth + 1, call=call.call, active=True)
    cards[coming.node] = coming
    kept = sum(child.kind == "card" for child in parent.children)
    parent.children.insert(kept, coming)
