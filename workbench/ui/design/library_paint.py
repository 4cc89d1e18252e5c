"""How a row of the library looks."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from workbench.ui.design.library_model import LibraryModel
from workbench.ui.design.library_nodes import Node
from workbench.ui.theme import color, font, theme

ROW, HIT_ROW = 28, 46
_INDENT, _LEFT, _RIGHT = 16, 8, 8
_CHEVRON, _ICON, _MARK = 14, 16, 14
_Index = QModelIndex | QPersistentModelIndex


class LibraryPainter(QStyledItemDelegate):
    """Chevron, icon, name; at the right a count, or what there is to know of a prompt.

    Args:
        view: the tree; asked which rows are open.
        model: what is shown.
    """

    def __init__(self, view: QTreeView, model: LibraryModel) -> None:
        super().__init__(view)
        self._model = model
        self._is_open = view.isExpanded
        self._pictures: dict[tuple[str, str, int, float], QPixmap] = {}
        theme().changed.connect(self._pictures.clear)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(0, ROW if self._model.result is None else HIT_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node = self._model.node(index)
        if node is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        self._paint_ground(painter, option, node)
        inner = area.adjusted(_LEFT + _INDENT * max(0, node.depth - 1), 0, -_RIGHT, 0)
        if node.hit is not None:
            self._paint_hit(painter, inner, node)
        elif node.kind == "file":
            self._paint_file(painter, inner, node, option)
        elif node.kind == "note":
            self._paint_note(painter, inner, node)
        else:
            self._paint_folder(painter, inner, node, index)
        painter.restore()

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, index: _Index
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(f"Name of {index.data()}")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        node = self._model.node(index)
        area: QRect = option.rect
        left = _LEFT + _INDENT * max(0, node.depth - 1 if node else 0) + _ICON
        editor.setGeometry(area.adjusted(left, 0, 0, 0))

    # --- rows -----------------------------------------------------------------------------------

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, node: Node) -> None:
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver) and node.kind != "note"
        box = option.rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected" if chosen else "hover"))
            painter.drawRoundedRect(box, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_Active:
            painter.setPen(QPen(color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 6, 6)

    def _paint_folder(self, painter: QPainter, area: QRect, node: Node, index: _Index) -> None:
        section = node.kind != "folder"
        if section and node.row:
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 1), color("line"))
        chevron = "chevron-down" if self._is_open(index) else "chevron-right"
        self._picture(painter, chevron, "text-3", area.left(), area, _CHEVRON)
        right = area.right() + 1
        if node.kind == "root" and not node.writable and not (node.root and node.root.problem):
            right -= _MARK
            self._picture(painter, "lock", "text-3", right, area, _MARK)
            right -= 6
        painter.setFont(font("small"))
        painter.setPen(color("text-3"))
        count = f"{node.count:,}"
        width = painter.fontMetrics().horizontalAdvance(count)
        painter.drawText(QRect(right - width, area.top(), width, area.height()), _MIDDLE, count)
        name = QRect(area)
        name.setLeft(area.left() + _CHEVRON + 4)
        name.setRight(right - width - 8)
        painter.setFont(font("micro" if section else "body"))
        painter.setPen(color("text-3" if section else "text-2"))
        _text(painter, name, node.name)

    def _paint_file(
        self, painter: QPainter, area: QRect, node: Node, option: QStyleOptionViewItem
    ) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        cut = node.path in self._model.cut
        self._picture(painter, "prompt", "text-off" if cut else "text-2", area.left(), area, _ICON)
        name = QRect(area)
        name.setLeft(area.left() + _ICON + 6)
        name.setRight(self._paint_marks(painter, area, node) - 4)
        painter.setFont(font("body"))
        painter.setPen(color("text-off" if cut else "text" if chosen else "text-2"))
        _text(painter, name, node.name)

    def _paint_note(self, painter: QPainter, area: QRect, node: Node) -> None:
        problem = node.parent is not None and bool(node.parent.root and node.parent.root.problem)
        if problem:
            self._picture(painter, "warning", "warn", area.left(), area, _MARK)
        painter.setFont(font("small"))
        painter.setPen(color("warn" if problem else "text-3"))
        _text(painter, area.adjusted(_CHEVRON + 4, 0, 0, 0), node.name)

    def _paint_hit(self, painter: QPainter, area: QRect, node: Node) -> None:
        hit, result = node.hit, self._model.result
        assert hit is not None
        assert result is not None
        upper = QRect(area.left(), area.top() + 3, area.width(), 20)
        self._picture(painter, "prompt", "text-2", upper.left(), upper, _ICON)
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
            self._picture(painter, "warning", "warn", right, area, _MARK)
            right -= 4
        if node.path in self._model.listing.unopened:
            right -= _MARK
            self._picture(painter, "download", "warn", right, area, _MARK)
            right -= 4
        in_section = node.parent is not None and node.parent.kind == "favourites"
        if node.path in self._model.listing.favourites and not in_section:
            right -= _MARK
            self._picture(painter, "star", "text-3", right, area, _MARK)
            right -= 4
        return right

    def _picture(
        self, painter: QPainter, name: str, tone: str, left: int, area: QRect, size: int
    ) -> None:
        ratio = painter.device().devicePixelRatio()
        key = (name, tone, size, ratio)
        if key not in self._pictures:
            self._pictures[key] = theme().pixmap(name, tone, size, ratio)
        top = area.top() + (area.height() - size) // 2
        painter.drawPixmap(left, top, self._pictures[key])


_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def _text(painter: QPainter, area: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _MIDDLE, shown)


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
    """Where the words stand in a text, joined where they touch, in order."""
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
