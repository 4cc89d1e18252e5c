"""Headers of the grid columns with the summary under them; both stay while rows scroll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView, QToolTip

from workbench.domain.evaluation.grid.choice import SortKey
from workbench.ui.evaluate.results.cell_delegate import NUMBER
from workbench.ui.evaluate.results.grid_model import CASE_COLUMN, GridModel
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.evaluate.results.tops.judges import paint_judge
from workbench.ui.evaluate.results.tops.summary_paint import (
    SUMMARY,
    paint_summary,
    paint_summary_names,
    scale_of,
)
from workbench.ui.evaluate.results.tops.variants import (
    VariantHead,
    made_text,
    measured_text,
    method_text,
)
from workbench.ui.kit import plain_tip
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.theme import color, theme

HEAD = 64
_PADDING, _ICON, _MARK = 8, 14, 12
_CAP = 2
_LINES = (20, 17, 15)
_LEAST = 88


class GridHeader(QHeaderView):
    """Paints heads and summaries of the columns of one of the grid's tables.

    Args:
        table: whose head it is.
        model: of the grid.
        results: knows how rows are sorted.

    Signals:
        sort_wanted(int, bool): the column; whether it is added to those that are sorted by.
        baseline_wanted(str): the name of a variant.
    """

    sort_wanted = Signal(int, bool)
    baseline_wanted = Signal(str)

    def __init__(self, table: QTableView, model: GridModel, results: ResultsModel) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table, self._model, self._results = table, model, results
        self._hovered = -1
        self._pressed_at = QPoint()
        self.setFixedHeight(HEAD + SUMMARY)
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(_LEAST)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.sectionClicked.connect(self._on_clicked)
        theme().changed.connect(self._repaint)

    @Slot()
    def _repaint(self) -> None:
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEAD + SUMMARY)

    # --- painting -------------------------------------------------------------------------------

    def paintSection(self, painter: QPainter, box: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(box, color("canvas"))
        head = self._model.head(section)
        if head is not None and section == self._table.currentIndex().column():
            painter.fillRect(box, color("hover"))
        judge = self._model.judge(section)
        if judge is not None:
            paint_judge(painter, box, judge, HEAD)
        elif head is None:
            self._paint_plain(painter, box, section)
        else:
            self._paint_head(painter, QRect(box.left(), box.top(), box.width(), HEAD), head)
            lower = box.adjusted(0, HEAD, 0, 0)
            paint_summary(painter, lower, head, scale_of(self._model.heads))
        line = color("line")
        painter.fillRect(box.left(), box.top() + HEAD - 1, box.width(), 1, line)
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, color("line-strong"))
        painter.restore()

    def _paint_head(self, painter: QPainter, box: QRect, head: VariantHead) -> None:
        section = self._model.column_of(head.name)
        cap = QRect(box.left() + 1, box.top(), box.width() - 1, _CAP)
        painter.fillRect(cap, color(head.short))
        room = box.adjusted(_PADDING, _CAP + 4, -_PADDING, -4)
        first, second, third = _lines(room)
        mark = self._mark(head, section)
        if mark:
            tone = "text-2" if head.is_baseline or mark != "pin" else "text-3"
            draw_icon(painter, mark, tone, _MARK, first.right() - _MARK, first)
            first.setRight(first.right() - _MARK - 4)
        number = self._key_number(head.name)
        if number:
            used = draw_text(
                painter, first, number, "micro", "text-3",
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            )  # fmt: skip
            first.setRight(first.right() - used - 2)
        draw_icon(painter, head.short, head.short, _ICON, first.left(), first)
        first.setLeft(first.left() + _ICON + 8)
        used = draw_text(painter, first, head.name, "body-strong", "text")
        first.setLeft(first.left() + used + 6)
        draw_text(painter, first, head.version, "small", "text-3")
        draw_text(painter, second, head.strategy, "small", "text")
        draw_text(painter, third, head.model, "micro", "text-3")

    def _paint_plain(self, painter: QPainter, box: QRect, section: int) -> None:
        left = NUMBER + 3 * _PADDING if section == CASE_COLUMN else _PADDING
        line = QRect(box.left() + left, box.top() + HEAD - 26, box.width() - left, 20)
        used = draw_text(painter, line, self._model.title(section), "micro", "text-2")
        key = self._key(self._model.sort_name(section))
        if key is not None:
            icon = "arrow-down" if key.is_descending else "arrow-up"
            draw_icon(painter, icon, "text-3", _MARK, line.left() + used + 4, line)

    def _mark(self, head: VariantHead, section: int) -> str:
        """The mark at the right of a header: baseline, sorted, or what a click would pin."""
        if head.is_baseline:
            return "pin"
        wanted = self._results.wanted
        key = self._key(head.name)
        if key is not None:
            return "arrow-down" if key.is_descending else "arrow-up"
        if section == self._hovered and self.can_pin(head):
            return "pin"
        if wanted.order == "regressions" and wanted.of == head.name:
            return "arrow-down"
        return ""

    def can_pin(self, head: VariantHead) -> bool:
        """Whether a variant can become the baseline."""
        return not head.is_baseline and len(self._model.heads) > 1 and not self._results.earlier

    def _key(self, name: str) -> SortKey | None:
        wanted = self._results.wanted
        keys = wanted.keys if wanted.order == "columns" else ()
        return next((key for key in keys if name and key.column == name), None)

    def _key_number(self, name: str) -> str:
        """Which of several sort keys a column is."""
        wanted = self._results.wanted
        names = [key.column for key in wanted.keys] if wanted.order == "columns" else []
        return str(names.index(name) + 1) if name in names and len(names) > 1 else ""

    # --- pressing -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hovered(self.logicalIndexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(-1)
        super().leaveEvent(event)

    def _set_hovered(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def pin_area(self, section: int) -> QRect:
        """Where the pin of a column is."""
        right = self.sectionViewportPosition(section) + self.sectionSize(section) - _PADDING
        return QRect(right - _MARK - 6, _CAP, _MARK + 12, 28)

    @Slot(int)
    def _on_clicked(self, section: int) -> None:
        head = self._model.head(section)
        if head is not None and self.pin_area(section).contains(self._pressed_at):
            if self.can_pin(head):
                self.baseline_wanted.emit(head.name)
            return
        if self._model.sort_name(section):
            shift = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
            self.sort_wanted.emit(section, bool(shift))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            section = self.logicalIndexAt(event.pos())
            head = self._model.head(section)
            tip = self._model.spoken_head(section)
            if head is not None and self.pin_area(section).contains(event.pos()):
                tip = "The baseline" if head.is_baseline else f"Compare with {head.name}"
            QToolTip.showText(event.globalPos(), plain_tip(tip), self)
            return True
        return super().viewportEvent(event)


class CasesHeader(GridHeader):
    """The head of the table of cases; beneath it, what the lines of the summaries are."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        results, heads = self._results, self._model.heads
        if not heads:
            return
        painter = QPainter(self.viewport())
        box = QRect(0, HEAD, self.viewport().width(), SUMMARY)
        has_bar = any(head.interval is not None for head in heads)
        paint_summary_names(
            painter,
            box,
            f"{measured_text(results.evaluation)}, %" if has_bar else "Rows right",
            made_text(results.evaluation),
            scale_of(heads) if has_bar else None,
            method_text(heads, results.earlier),
        )


def _lines(room: QRect) -> list[QRect]:
    found, top = [], room.top()
    for height in _LINES:
        found.append(QRect(room.left(), top, room.width(), height))
        top += height
    return found
