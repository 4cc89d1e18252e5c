"""Layout of the cards of a search: a tidy tree from left to right, in linear time.

The contours of Reingold and Tilford ("Tidier Drawings of Trees", 1981), for cards of different
heights: a subtree is moved down until it is clear of all above it, column by column. Two contours
are joined in the time of the shorter one, so that all joins together take no more than there are
cards. A parent is at the height of the child that goes on best, as a straight line is the
easiest to follow.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.domain.runs.run_state import RunState
from workbench.ui.runs.tree_cards import CARD_HEIGHT, CARD_WIDTH, Card, Kind, make_cards, make_dots

WIDEST_CARD = 320.0
BETWEEN = 64.0
COLUMN = CARD_WIDTH + BETWEEN
_GAPS = {"card": 14.0, "row": 4.0, "more": 4.0}
_ROW_AFTER_CARD = 8.0
_FAMILY_GAP = 22.0
"""Between cards of different parents."""


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
    card_width: float = CARD_WIDTH
    steps: int = 0

    @property
    def column(self) -> float:
        """From the left of one column to that of the next."""
        return self.card_width + BETWEEN

    @property
    def width(self) -> float:
        """From the first column to the end of the last."""
        return max(len(self.columns) - 1, 0) * self.column + self.card_width

    def index(self) -> None:
        """Sort the cards into their columns; once all have their places."""
        depths = 1 + max((card.depth for card in self.cards.values()), default=-1)
        self.columns = [[] for _ in range(depths)]
        for card in self.cards.values():
            self.columns[card.depth].append(card)
            card.left, card.width = card.depth * self.column, self.card_width
        for column in self.columns:
            column.sort(key=_top)
        self.parents = [[card for card in column if card.children] for column in self.columns]
        self.height = max(
            (column[-1].top + column[-1].height for column in self.columns), default=0
        )

    def visible(self, left: float, top: float, right: float, bottom: float) -> Iterable[Card]:
        """The cards that are, at least in part, within these bounds."""
        for column in self._between(self.columns, left - self.card_width, right):
            first = bisect_left(column, top - CARD_HEIGHT, key=_top)
            yield from column[first : bisect_right(column, bottom, key=_top)]

    def edges(
        self, left: float, top: float, right: float, bottom: float
    ) -> Iterable[tuple[Card, Card]]:
        """The lines (parent, child) that cross these bounds.

        Of those that only pass through on their way to a child outside, the nearest on each side
        represent all: they leave their parent as one bundle.
        """
        for parents in self._between(self.parents, left - self.column, right):
            first = bisect_left(parents, top, key=_lowest_reach)
            for parent in parents[first : bisect_right(parents, bottom, key=_highest_reach)]:
                below = bisect_left(parent.children, top - CARD_HEIGHT, key=_top)
                above = bisect_right(parent.children, bottom, key=_top)
                for child in parent.children[max(below - 1, 0) : above + 1]:
                    yield parent, child

    def _between(self, columns: list[list[Card]], left: float, right: float) -> list[list[Card]]:
        first = max(int(-(-left // self.column)), 0)
        return columns[first : max(int(right // self.column) + 1, 0)]


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
    state: RunState,
    folded: Set[str] = frozenset(),
    opened: Set[str] = frozenset(),
    room: float = 0.0,
) -> TreeLayout:
    """Place every node of a search, and what is coming under each that grows.

    Args:
        state: the run.
        folded: nodes whose children are not shown.
        opened: nodes of whose pruned children all are shown.
        room: width that all columns should fit into; cards are wider where there is more of it
            than they need.
    """
    layout = TreeLayout()
    roots = make_cards(layout.cards, state, folded, opened)
    layout.steps = len(layout.cards)
    columns = 1 + max((card.depth for card in layout.cards.values()), default=0)
    layout.card_width = card_width(room, columns)
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


def card_width(room: float, columns: int) -> float:
    """How wide cards are with ``columns`` columns in a room; pixels at 100 %."""
    share = (room - (columns - 1) * BETWEEN) // columns
    return max(CARD_WIDTH, min(share, WIDEST_CARD))


def lay_out_small(state: RunState) -> TreeLayout:
    """Place a dot for every node: each leaf has a line, a parent the middle of its children.

    ``top`` and ``height`` count lines.
    """
    layout = TreeLayout()
    lines = 0
    for root in make_dots(layout.cards, state):
        lines = _place_dots(root, lines)
    layout.index()
    layout.height = max(lines, 1)
    return layout


def _place_dots(root: Card, line: int) -> int:
    """Give ``root`` and all below it their lines from ``line`` on; returns the next free line."""
    waiting: list[tuple[Card, bool]] = [(root, False)]
    while waiting:
        card, done = waiting.pop()
        if not card.children:
            card.top = line
            line += 1
        elif done:
            card.top = (card.children[0].top + card.children[-1].top) / 2
        else:
            waiting.append((card, True))
            waiting.extend((child, False) for child in reversed(card.children))
    return line


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
    """Stack the children's subtrees, and put ``card`` next to the one that goes on."""
    if not card.children:
        return _Contour([0.0], [card.height])
    forest = found.pop(card.children[0].node)
    for before, child in pairwise(card.children):
        forest = _join(layout, forest, found.pop(child.node), child, before.kind)
    main = _main_child(card.children)
    at = main.top + main.height / 2 - card.height / 2
    for child in card.children:
        child.top -= at
    forest.shift -= at
    forest.tops.append(-forest.shift)
    forest.bottoms.append(card.height - forest.shift)
    return forest


def _main_child(children: list[Card]) -> Card:
    """The child its parent is next to: the best, else the middle one of those that go on."""
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
