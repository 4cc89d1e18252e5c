"""Where the cards of a search stand: a tidy tree from left to right, in linear time.

The contours of Reingold and Tilford ("Tidier Drawings of Trees", 1981), for cards of different
heights: a subtree is moved down until it is clear of all above it, column by column. Two contours
are joined in the time of the shorter one, so that all joins together take no more than there are
cards. A parent stands at the height of the child that goes on best, as a straight line is the
easiest to follow.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from workbench.domain.run_state import CallState, NodeState, RunState
from workbench.ui.runs.words import active_calls
from workbench.ui.theme.tokens import TOKENS

CARD_WIDTH = float(TOKENS.size["tree-node-w"])
CARD_HEIGHT = float(TOKENS.size["tree-node-h"])
ROW_HEIGHT = 24.0
MORE_HEIGHT = 20.0
COLUMN = CARD_WIDTH + 64.0
_GAPS = {"card": 14.0, "row": 4.0, "more": 4.0}
_ROW_AFTER_CARD = 8.0
_FAMILY_GAP = 22.0
"""Between cards of different parents."""

JUDGING = frozenset({"value", "vote", "score", "judge", "feedback"})
"""Roles of calls that say how good a thought is; a number may follow after a dash."""

Kind = Literal["card", "row", "more"]
_HEIGHTS: dict[Kind, float] = {"card": CARD_HEIGHT, "row": ROW_HEIGHT, "more": MORE_HEIGHT}


@dataclass(eq=False)
class Card:
    """Something in a column: a node, pruned ones as a row, more of them as one line.

    ``node`` is the node's path; a coming one has its parent's with "+" and ``call`` says which call
    writes it; "more" stands for ``hidden`` nodes of ``parent``.
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
    children: list[Card] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.depth * COLUMN

    @property
    def height(self) -> float:
        """By its kind."""
        return _HEIGHTS[self.kind]

    @property
    def middle(self) -> float:
        """Where its lines meet it."""
        return self.top + _HEIGHTS[self.kind] / 2


@dataclass
class TreeLayout:
    """All cards. ``columns`` has those of each depth from top to bottom.

    ``steps`` counts the work that was done, for the test that it is linear.
    """

    cards: dict[str, Card] = field(default_factory=dict)
    columns: list[list[Card]] = field(default_factory=list)
    parents: list[list[Card]] = field(default_factory=list)
    """Of each depth, those with children."""
    height: float = 0.0
    steps: int = 0

    @property
    def width(self) -> float:
        """From the first column to the end of the last."""
        return max(len(self.columns) - 1, 0) * COLUMN + CARD_WIDTH

    def index(self) -> None:
        """Sort the cards into their columns; once all have their places."""
        depths = 1 + max((card.depth for card in self.cards.values()), default=-1)
        self.columns = [[] for _ in range(depths)]
        for card in self.cards.values():
            self.columns[card.depth].append(card)
        for column in self.columns:
            column.sort(key=_top)
        self.parents = [[card for card in column if card.children] for column in self.columns]
        self.height = max(
            (column[-1].top + column[-1].height for column in self.columns), default=0
        )

    def visible(self, left: float, top: float, right: float, bottom: float) -> Iterable[Card]:
        """The cards that are, at least in part, within these bounds."""
        for column in self._between(self.columns, left - CARD_WIDTH, right):
            first = bisect_left(column, top - CARD_HEIGHT, key=_top)
            yield from column[first : bisect_right(column, bottom, key=_top)]

    def edges(
        self, left: float, top: float, right: float, bottom: float
    ) -> Iterable[tuple[Card, Card]]:
        """The lines (parent, child) that cross these bounds.

        Of those that only pass through on their way to a child outside, the nearest on each side
        stand for all: they leave their parent as one bundle.
        """
        for parents in self._between(self.parents, left - COLUMN, right):
            first = bisect_left(parents, top, key=_lowest_reach)
            for parent in parents[first : bisect_right(parents, bottom, key=_highest_reach)]:
                below = bisect_left(parent.children, top - CARD_HEIGHT, key=_top)
                above = bisect_right(parent.children, bottom, key=_top)
                for child in parent.children[max(below - 1, 0) : above + 1]:
                    yield parent, child

    @staticmethod
    def _between(columns: list[list[Card]], left: float, right: float) -> list[list[Card]]:
        first = max(int(-(-left // COLUMN)), 0)
        return columns[first : max(int(right // COLUMN) + 1, 0)]


def _top(card: Card) -> float:
    return card.top


def _lowest_reach(card: Card) -> float:
    return max(card.children[-1].middle, card.middle)


def _highest_reach(card: Card) -> float:
    return min(card.children[0].middle, card.middle)


@dataclass
class _Contour:
    """Upper and lower edge of a subtree, one a column, the root's column last.

    All values count from ``shift``, so that a whole subtree moves at once.
    """

    tops: list[float]
    bottoms: list[float]
    shift: float = 0.0


def lay_out(
    state: RunState, folded: Set[str] = frozenset(), opened: Set[str] = frozenset()
) -> TreeLayout:
    """Place every node of a search, and what is coming under each that grows.

    Args:
        state: the run.
        folded: nodes whose children are not shown.
        opened: nodes of whose pruned children all are shown.
    """
    layout = TreeLayout()
    roots = _make_cards(layout, state, folded, opened)
    contour: _Contour | None = None
    for root in roots:
        below = _place(layout, root)
        contour = below if contour is None else _join(layout, contour, below, root, "card")
    for root in roots:
        _settle(layout, root)
    layout.index()
    highest = min((column[0].top for column in layout.columns if column), default=0.0)
    for card in layout.cards.values():
        card.top -= highest
    layout.height -= highest
    return layout


# --- which cards there are ------------------------------------------------------------------------


def _make_cards(
    layout: TreeLayout, state: RunState, folded: Set[str], opened: Set[str]
) -> list[Card]:
    """The cards without their places; returns the roots."""
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
    roots = [_card(layout, node, 0, best, busy) for node in children.get("", [])]
    waiting = [(root, state.nodes[root.node]) for root in reversed(roots)]
    while waiting:
        card, node = waiting.pop()
        layout.steps += 1
        below = children.get(node.node, [])
        if node.node in folded:
            card.folded, card.hidden = bool(below), len(below)
            continue
        for child in _shown(layout, card, below, best, busy, node.node in opened):
            card.children.append(child)
            if child.kind != "more":
                waiting.append((child, state.nodes[child.node]))
        for call in coming.get(node.node, []):
            _add_coming(layout, card, call)
    return roots


def writes_children(call: CallState) -> bool:
    """Whether a call writes thoughts that stand under its node, and no verdict or answer."""
    return not call.labels and call.role.partition("-")[0] not in {*JUDGING, "answer"}


def _card(layout: TreeLayout, node: NodeState, depth: int, best: Set[str], busy: Set[str]) -> Card:
    is_row = node.status == "pruned"
    card = Card(
        node.node,
        node.parent,
        depth,
        kind="row" if is_row else "card",
        best=node.node in best,
        active=node.node in busy,
    )
    layout.cards[card.node] = card
    return card


def _shown(
    layout: TreeLayout,
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
    cards = [_card(layout, node, parent.depth + 1, best, busy) for node in shown]
    if room < len(pruned):
        more = Card(
            f"{parent.node}/more",
            parent.node,
            parent.depth + 1,
            kind="more",
            hidden=len(pruned) - room,
        )
        layout.cards[more.node] = more
        cards.append(more)
    return cards


def _add_coming(layout: TreeLayout, parent: Card, call: CallState) -> None:
    coming = Card(f"{call.call}/+", parent.node, parent.depth + 1, call=call.call, active=True)
    layout.cards[coming.node] = coming
    kept = sum(child.kind == "card" for child in parent.children)
    parent.children.insert(kept, coming)


# --- where they stand -----------------------------------------------------------------------------


def _place(layout: TreeLayout, root: Card) -> _Contour:
    """Give all below ``root`` their tops relative to their parent; returns the contour."""
    found: dict[str, _Contour] = {}
    waiting: list[tuple[Card, bool]] = [(root, False)]
    while waiting:
        card, done = waiting.pop()
        layout.steps += 1
        if not done and card.children:
            waiting.append((card, True))
            waiting.extend((child, False) for child in card.children)
            continue
        found[card.node] = _place_one(layout, card, found)
    return found[root.node]


def _place_one(layout: TreeLayout, card: Card, found: dict[str, _Contour]) -> _Contour:
    """Stack the children's subtrees, and put ``card`` beside the one that goes on."""
    if not card.children:
        return _Contour([0.0], [card.height])
    forest = found.pop(card.children[0].node)
    for before, child in pairwise(card.children):
        forest = _join(layout, forest, found.pop(child.node), child, before.kind)
    beside = _main_child(card.children)
    at = beside.top + beside.height / 2 - card.height / 2
    for child in card.children:
        child.top -= at
    forest.shift -= at
    forest.tops.append(-forest.shift)
    forest.bottoms.append(card.height - forest.shift)
    return forest


def _main_child(children: list[Card]) -> Card:
    """The child its parent stands beside: the best, else the middle one of those that go on."""
    for child in children:
        if child.best:
            return child
    kept = [child for child in children if child.kind == "card"]
    return kept[(len(kept) - 1) // 2] if kept else children[0]


def _join(
    layout: TreeLayout, forest: _Contour, below: _Contour, card: Card, before: Kind
) -> _Contour:
    """Move ``below``, the contour of ``card``, clear of the forest that ends with ``before``."""
    common = min(len(forest.tops), len(below.tops))
    layout.steps += common
    gap = _ROW_AFTER_CARD if (before, card.kind) == ("card", "row") else _GAPS[card.kind]
    shift = max(
        forest.bottoms[-level]
        + forest.shift
        - below.tops[-level]
        - below.shift
        + (gap if level == 1 else _FAMILY_GAP)
        for level in range(1, common + 1)
    )
    card.top += shift
    below.shift += shift
    if len(forest.tops) >= len(below.tops):
        change = below.shift - forest.shift
        for level in range(1, common + 1):
            forest.bottoms[-level] = below.bottoms[-level] + change
        return forest
    change = forest.shift - below.shift
    for level in range(1, common + 1):
        below.tops[-level] = forest.tops[-level] + change
    return below


def _settle(layout: TreeLayout, root: Card) -> None:
    """Turn the tops from relative to absolute, from the root on."""
    waiting = [root]
    while waiting:
        card = waiting.pop()
        layout.steps += 1
        for child in card.children:
            child.top += card.top
        waiting.extend(card.children)
