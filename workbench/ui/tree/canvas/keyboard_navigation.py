"""Finds the card that an arrow key leads to."""

from __future__ import annotations

from PySide6.QtCore import Qt

from workbench.ui.runs.tree_cards import Card
from workbench.ui.runs.tree_layout import TreeLayout


def walk(layout: TreeLayout, current: str, key: Qt.Key) -> str | None:
    """The card one step away; None for a key that leads nowhere in a tree.

    Left is the parent, right the child that goes on best, up and down the neighbours of the same
    depth, Home the root, End the end of the best path.
    """
    if key not in _STEPS:
        return None
    first = next((column[0] for column in layout.columns if column), None)
    at = layout.cards.get(current)
    if first is None:
        return ""
    if key == Qt.Key.Key_End:
        return _best(layout, first)
    if at is None or key == Qt.Key.Key_Home:
        return first.node
    return _beside(layout, at, key)


def _beside(layout: TreeLayout, at: Card, key: Qt.Key) -> str:
    if key == Qt.Key.Key_Left:
        return at.parent if at.parent in layout.cards else at.node
    if key == Qt.Key.Key_Right:
        return _towards_best(at).node
    column = layout.columns[at.depth]
    index = column.index(at) + (1 if key == Qt.Key.Key_Down else -1)
    return column[max(0, min(index, len(column) - 1))].node


def _towards_best(card: Card) -> Card:
    for child in card.children:
        if child.best:
            return child
    return card.children[0] if card.children else card


def _best(layout: TreeLayout, first: Card) -> str:
    best = [card for card in layout.cards.values() if card.best]
    return max(best, key=lambda card: card.depth).node if best else first.node


_STEPS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}
