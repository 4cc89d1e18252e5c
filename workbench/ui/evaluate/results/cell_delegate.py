"""Paints the lines of the grid: cells, cases, and headings of groups.

Hundreds of cells are painted at each step of a scroll, so fonts, colours, pictures and cut texts
are kept until the theme changes.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from workbench.domain.evaluation.grid.cells import GridCell
from workbench.domain.evaluation.grid.choice import RowGroup
from workbench.domain.text import count_text
from workbench.ui.evaluate.results.glyphs import GLYPHS
from workbench.ui.evaluate.results.grid_model import (
    CASE_COLUMN,
    EXPECTED_COLUMN,
    FROZEN,
    GridModel,
)
from workbench.ui.kit.row_delegate import Index
from workbench.ui.theme import color, font, theme

PADDING = 8
ICON, GAP = 12, 6
NUMBER = 30
"""Room for the number of a row."""
_FILL, _SELECTED = 0.12, 0.6
_RING = 1.5
_DOTS = 4
"""How far under the middle of the text its dots are."""
_MOST_KEPT = 20_000
_STYLES = ("small", "micro")
_TONES = ("text", "text-2", "text-3", "line", "panel", "selected", "focus")


class _Look:
    """What cells are painted with, in the present theme."""

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio
        self.fonts = {style: font(style) for style in _STYLES}
        self.metrics = {style: QFontMetrics(each) for style, each in self.fonts.items()}
        self.colors: dict[str, QColor] = {tone: color(tone) for tone in _TONES}
        self.lost, self.marked = color("bad", _FILL), color("selection", _SELECTED)
        self.dots = QPen(color("text-3"), 1)
        self.dots.setDashPattern([1, 2])
        self.ring = QPen(color("focus"), _RING)
        self._pictures: dict[tuple[str, str], QPixmap] = {}
        self._cut: dict[tuple[str, str, int], tuple[str, int]] = {}

    def picture(self, name: str, tone: str) -> QPixmap:
        """An icon in a tone."""
        key = (name, tone)
        if key not in self._pictures:
            self._pictures[key] = theme().pixmap(name, tone, ICON, self.ratio)
        return self._pictures[key]

    def cut(self, text: str, style: str, width: int) -> tuple[str, int]:
        """A text as it fits into a width, and the width that it takes."""
        key = (text, style, width)
        found = self._cut.get(key)
        if found is None:
            metrics = self.metrics[style]
            used = metrics.horizontalAdvance(text)
            if used > width:
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(width, 0))
                used = metrics.horizontalAdvance(text)
            if len(self._cut) > _MOST_KEPT:
                self._cut.clear()
            found = self._cut[key] = (text, used)
        return found


class CellDelegate(QStyledItemDelegate):
    """Paints a table of the grid.

    Args:
        table: that is painted; its current index may be in the other one's columns.
        model: of both.
    """

    def __init__(self, table: QTableView, model: GridModel) -> None:
        super().__init__(table)
        self._table, self._model = table, model
        self._kept: _Look | None = None
        theme().changed.connect(self._forget)

    def _forget(self) -> None:
        self._kept = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ratio = painter.device().devicePixelRatioF()
        look = self._kept
        if look is None or look.ratio != ratio:
            look = self._kept = _Look(ratio)
        box, line, column = option.rect, index.row(), index.column()
        current = self._table.currentIndex()
        group = self._model.group(line)
        if group is not None:
            self._paint_group(painter, look, box, column, group)
            if line == current.row():
                edge = QRect(box.left(), box.top(), box.width(), 2)
                painter.fillRect(edge, look.colors["focus"])
            return
        cell = self._model.cell(line, column)
        is_current = line == current.row() and column == current.column()
        if line == current.row():
            painter.fillRect(box, look.colors["selected"])
        if cell is not None and cell.is_lost:
            painter.fillRect(box, look.lost)
        if not is_current and option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, look.marked)
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, look.colors["line"])
        if cell is not None:
            _paint_cell(painter, look, box, cell)
        else:
            self._paint_text(painter, look, box, line, column)
        if is_current:
            _paint_ring(painter, look, box)

    def _paint_text(
        self, painter: QPainter, look: _Look, box: QRect, line: int, column: int
    ) -> None:
        left, right = box.left() + PADDING, box.right() - PADDING
        text, tone = self._model.text(line, column)[:200], "text-2"
        judge = self._model.judge(column)
        if column == EXPECTED_COLUMN or (judge is not None and not judge.ranks):
            tone = "text-3"
        elif column == CASE_COLUMN:
            row = self._model.row(line)
            number = f"{row.number:,}" if row is not None else ""
            _, used = look.cut(number, "small", NUMBER)
            _draw(painter, look, left + NUMBER - used, right, box, number, "small", "text-3")
            left += NUMBER + 2 * PADDING
            tone = "text"
        _draw(painter, look, left, right, box, text, "small", tone)

    def _paint_group(
        self, painter: QPainter, look: _Look, box: QRect, column: int, group: RowGroup
    ) -> None:
        """The heading of a group: its words over the cases, its ground in all columns."""
        painter.fillRect(box, look.colors["panel"])
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, look.colors["line"])
        if column not in FROZEN:
            return
        painter.save()  # each column paints its part of the words
        painter.setClipRect(box)
        left, right = 2 * PADDING, self._table.viewport().width() - PADDING
        name = "chevron-right" if group.is_folded else "chevron-down"
        painter.drawPixmap(left, box.center().y() - ICON // 2, look.picture(name, "text-3"))
        left += ICON + 10
        left += PADDING + _draw(painter, look, left, right, box, group.title, "micro", "text-2")
        rows = count_text(group.count, "row")
        _draw(painter, look, left, right, box, rows, "micro", "text-3")
        painter.restore()


def _draw(
    painter: QPainter, look: _Look, left: int, right: int, box: QRect, text: str, style: str,
    tone: str,
) -> int:  # fmt: skip
    """Paint a line of text from ``left`` on, cut at ``right``; returns the pixels it took."""
    if not text:
        return 0
    shown, used = look.cut(text, style, right - left)
    metrics = look.metrics[style]
    painter.setFont(look.fonts[style])
    painter.setPen(look.colors[tone])
    base = box.top() + (box.height() - 1 + metrics.ascent() - metrics.descent()) // 2
    painter.drawText(left, base, shown)
    return used


def _paint_cell(painter: QPainter, look: _Look, box: QRect, cell: GridCell) -> None:
    glyph, count = GLYPHS[cell.kind], cell.count
    left, right = box.left() + PADDING, box.right() - PADDING
    if glyph.icon:
        picture = look.picture(glyph.icon, glyph.tone)
        painter.drawPixmap(left, box.top() + (box.height() - 1 - ICON) // 2, picture)
        left += ICON + GAP
    end = right
    if count:
        _, used = look.cut(count, "micro", right - left)
        right -= used
        _draw(painter, look, right, end, box, count, "micro", "text-3")
        right -= GAP
    used = _draw(painter, look, left, right, box, cell.shown, "small", glyph.text)
    if cell.is_cached:
        first, last = (right + GAP, end) if count else (left, left + used)
        y = box.center().y() + _DOTS + look.metrics["micro"].descent()
        painter.setPen(look.dots)
        painter.drawLine(first, y, last, y)


def _paint_ring(painter: QPainter, look: _Look, box: QRect) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look.ring)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.toRectF().adjusted(1, 1, -1, -2), 2, 2)
    painter.restore()
