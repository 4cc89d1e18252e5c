"""Paints a row of the library."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionViewItem, QTreeView, QWidget

from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, draw_icon, draw_text
from workbench.ui.library.nodes import Node
from workbench.ui.library.tree_model import LibraryModel
from workbench.ui.theme import color, font

ROW, HIT_ROW = 28, 46
_INDENT, _LEFT, _RIGHT = 16, 8, 8
_CHEVRON, _ICON, _MARK = 14, 16, 14


class LibraryPainter(RowDelegate):
    """Chevron, icon, name; at the right a count, or what there is to know of a prompt.

    Args:
        view: the tree; asked which rows are open.
        model: what is shown.
    """

    def __init__(self, view: QTreeView, model: LibraryModel) -> None:
        super().__init__(view)
        self._model = model
        self._is_open = view.isExpanded

    def height_of(self, _index: Index) -> int:
        return ROW if self._model.result is None else HIT_ROW

    def paint_row(self, row: Row, index: Index) -> None:
        node = self._model.node(index)
        if node is None:
            return
        painter = row.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(row, node)
        inner = row.box.adjusted(_LEFT + _INDENT * max(0, node.depth - 1), 0, -_RIGHT, 0)
        if node.hit is not None:
            self._paint_hit(painter, inner, node)
        elif node.kind == "file":
            self._paint_file(painter, inner, node, is_chosen=row.is_chosen)
        elif node.kind == "note":
            self._paint_note(painter, inner, node)
        else:
            self._paint_folder(painter, inner, node, index)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(f"Name of {index.data()}")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        node = self._model.node(index)
        area: QRect = option.rect
        left = _LEFT + _INDENT * max(0, node.depth - 1 if node else 0) + _ICON
        editor.setGeometry(area.adjusted(left, 0, 0, 0))

    # --- rows -----------------------------------------------------------------------------------

    @staticmethod
    def _paint_ground(row: Row, node: Node) -> None:
        painter, state = row.painter, row.option.state
        box = row.box.toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        if row.is_chosen or (row.is_hovered and node.kind != "note"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected" if row.is_chosen else "hover"))
            painter.drawRoundedRect(box, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_Active:
            painter.setPen(QPen(color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 6, 6)

    def _paint_folder(self, painter: QPainter, area: QRect, node: Node, index: Index) -> None:
        section = node.kind != "folder"
        if section and node.row:
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 1), color("line"))
        chevron = "chevron-down" if self._is_open(index) else "chevron-right"
        draw_icon(painter, chevron, "text-3", _CHEVRON, area.left(), area)
        right = area.right() + 1
        if node.kind == "root" and not node.writable and not (node.root and node.root.problem):
            right -= _MARK
            draw_icon(painter, "lock", "text-3", _MARK, right, area)
            right -= 6
        count = f"{node.count:,}"
        width = QFontMetrics(font("small")).horizontalAdvance(count)
        place = QRect(right - width, area.top(), width, area.height())
        draw_text(painter, place, count, "small", "text-3")
        name = QRect(area)
        name.setLeft(area.left() + _CHEVRON + 4)
        name.setRight(right - width - 8)
        tone = "text-3" if section else "text-2"
        draw_text(painter, name, node.name, "micro" if section else "body", tone)

    def _paint_file(self, painter: QPainter, area: QRect, node: Node, *, is_chosen: bool) -> None:
        cut = node.path in self._model.cut
        draw_icon(painter, "prompt", "text-off" if cut else "text-2", _ICON, area.left(), area)
        name = QRect(area)
        name.setLeft(area.left() + _ICON + 6)
        name.setRight(self._paint_marks(painter, area, node) - 4)
        tone = "text-off" if cut else "text" if is_chosen else "text-2"
        draw_text(painter, name, node.name, "body", tone)

    @staticmethod
    def _paint_note(painter: QPainter, area: QRect, node: Node) -> None:
        problem = node.parent is not None and bool(node.parent.root and node.parent.root.problem)
        if problem:
            draw_icon(painter, "warning", "warn", _MARK, area.left(), area)
        words = area.adjusted(_CHEVRON + 4, 0, 0, 0)
        draw_text(painter, words, node.name, "small", "warn" if problem else "text-3")

    def _paint_hit(self, painter: QPainter, area: QRect, node: Node) -> None:
        hit, result = node.hit, self._model.result
        assert hit is not None
        assert result is not None
        upper = QRect(area.left(), area.top() + 3, area.width(), 20)
        draw_icon(painter, "prompt", "text-2", _ICON, upper.left(), upper)
        name = QRect(upper)
        name.setLeft(upper.left() + _ICON + 6)
        name.setRight(self._paint_marks(painter, upper, node) - 4)
        painter.setFont(font("body"))
        painter.setPen(color("text"))
        marked_text(painter, name, node.name, result.words)
        lower = QRect(name.left(), area.top() + 23, area.right() - name.left(), 18)
        painter.setFont(font("small"))
        painter.setPen(color("text-3"))
        marked_text(painter, lower, hit.excerpt or _place(node), result.words)

    def _paint_marks(self, painter: QPainter, area: QRect, node: Node) -> int:
        """What there is to know of a prompt, from the right; returns where it begins."""
        right = area.right() + 1
        if node.path in self._model.dirty:
            right -= 10
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("text-2"))
            painter.drawEllipse(QRect(right + 2, area.center().y() - 2, 6, 6))
            right -= 2
        if node.entry is not None and node.entry.problem:
            right -= _MARK
            draw_icon(painter, "warning", "warn", _MARK, right, area)
            right -= 4
        in_section = node.parent is not None and node.parent.kind == "favourites"
        if node.path in self._model.listing.favourites and not in_section:
            right -= _MARK
            draw_icon(painter, "star", "text-3", _MARK, right, area)
            right -= 4
        return right


_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def _place(node: Node) -> str:
    """Where a hit lies, or what it is about."""
    entry = node.entry
    if entry is None:
        return ""
    parts = [entry.folder, entry.description or (entry.title if entry.title != node.name else "")]
    return " · ".join(part for part in parts if part) or entry.name


def marked_text(painter: QPainter, area: QRect, text: str, words: Sequence[str]) -> None:
    """Text on one line, with what was searched for on a tinted ground."""
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    pen = painter.pen()
    for start, stop in places_of(shown, tuple(words)):
        left = area.left() + metrics.horizontalAdvance(shown[:start])
        width = metrics.horizontalAdvance(shown[start:stop])
        ground = QRect(left - 1, area.top() + 2, width + 2, area.height() - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("selection"))
        painter.drawRoundedRect(ground, 3, 3)
    painter.setPen(pen)
    painter.drawText(area, _MIDDLE, shown)


@functools.lru_cache(maxsize=512)
def places_of(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """The spans of the words in a text, joined where they touch, in order."""
    folded = text.casefold()
    if len(folded) != len(text):  # a letter such as ß: the places would be those of another text
        return []
    found = sorted(_all_places(folded, words))
    joined: list[tuple[int, int]] = []
    for start, stop in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _all_places(text: str, words: Iterable[str]) -> Iterable[tuple[int, int]]:
    for word in words:
        place = text.find(word)
        while place >= 0 and word:
            yield place, place + len(word)
            place = text.find(word, place + len(word))
