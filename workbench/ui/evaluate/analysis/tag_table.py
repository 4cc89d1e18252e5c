"""Variants on the cases of each tag: value, drawn interval and counts in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.domain.evaluation.analysis import (
    AnalysedVariant,
    Analysis,
    TagCell,
    TagTable,
    bounds_text,
    percent_text,
)
from workbench.domain.evaluation.verdict import FEWEST_ROWS
from workbench.domain.text import count_text
from workbench.ui.evaluate.analysis.look import Look
from workbench.ui.kit.intervals import IntervalScale, draw_baseline, draw_interval, draw_scale
from workbench.ui.kit.row_delegate import Index, Row, draw_text
from workbench.ui.theme import color, font, icon, theme

ROW_HEIGHT, _HEAD_HEIGHT = 44, 52
_VALUE_WIDTH, _ROWS_WIDTH, _COUNTS_GAP, _PADDING = 124, 64, 8, 16
_LEAST_WIDTH = 172
_PERCENT = 42
_ALL = "all"
_Role = Qt.ItemDataRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Line(NamedTuple):
    """A row as it is shown; ``cells`` are one for each variant."""

    value: str
    rows: int
    cases: tuple[str, ...]
    cells: tuple[TagCell, ...]
    strong: tuple[bool, ...]


class TagModel(QAbstractTableModel):
    """A table of an analysis, with a last row for all cases."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.variants: tuple[AnalysedVariant, ...] = ()
        self.looks: Mapping[str, Look] = {}
        self.baseline: int | None = None
        self.lines: list[_Line] = []

    def show_table(
        self, analysis: Analysis, table: TagTable | None, looks: Mapping[str, Look]
    ) -> None:
        """Show a table; None shows the row of all cases alone."""
        self.beginResetModel()
        self.name = table.name if table is not None else ""
        self.variants, self.looks = analysis.variants, looks
        names = [each.name for each in analysis.variants]
        self.baseline = names.index(analysis.baseline) if analysis.baseline in names else None
        self.lines = [
            _Line(
                each.value,
                len(each.cases),
                each.cases,
                each.cells,
                tuple(cell.differs for cell in each.cells),
            )
            for each in (table.rows if table is not None else ())
        ]
        shown = {
            each.variant: each.verdict.kind in ("better", "worse") for each in analysis.differences
        }
        whole = tuple(
            TagCell(
                scored=each.scored,
                passed=each.passed,
                value=each.value,
                interval=each.shown_interval,
            )
            for each in analysis.variants
        )
        strong = tuple(shown.get(name, False) for name in names)
        self.lines.append(_Line(_ALL, analysis.rows, (), whole, strong))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.variants) + 2

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return _RIGHT if section == 1 else _LEFT
        if section < 2:
            return (self.name, "Rows")[section] if role == _Role.DisplayRole else None
        look = self.looks.get(self.variants[section - 2].name)
        if role == _Role.DisplayRole:
            name = self.variants[section - 2].name
            pinned = f"{name} (baseline)" if section - 2 == self.baseline else name
            return f"{pinned}\n{look.model}" if look is not None and look.model else pinned
        if role == _Role.DecorationRole and look is not None:
            return icon(look.tone, look.tone, look.tone)
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        line = self.lines[index.row()]
        column = index.column()
        if role == _Role.UserRole:
            return line
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            if column < 2:
                return (line.value, f"{line.rows:,}")[column]
            return cell_words(line.cells[column - 2], strong=line.strong[column - 2])
        return None


def cell_words(cell: TagCell, *, strong: bool) -> str:
    """A cell in words, for screen readers and for who copies it."""
    if not cell.scored or cell.value is None:
        return "no score"
    if cell.counts_only:
        return counts_of(cell)
    words = f"{percent_text(cell.value)} {bounds_text(cell.interval)}, {counts_of(cell)}"
    return f"{words}, differs from the baseline" if strong else words


def counts_of(cell: TagCell) -> str:
    """How many passed, or how many were scored where checks only measure."""
    if cell.passed is None:
        return count_text(cell.scored, "row")
    return f"{cell.passed:,} of {cell.scored:,}"


def _figures(cell: TagCell) -> str:
    """The counts next to a bar."""
    return f"{cell.scored:,}" if cell.passed is None else f"{cell.passed:,}/{cell.scored:,}"


class _Delegate(QStyledItemDelegate):
    def __init__(self, table: TagView) -> None:
        super().__init__(table)
        self._model = table.tags

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        row = Row(painter, option)
        line = self._model.lines[index.row()]
        is_whole = line.value == _ALL and not line.cases
        if is_whole:
            painter.fillRect(row.box, color("panel"))
        row.is_hovered = False
        row.ground()
        painter.fillRect(row.box.left(), row.box.bottom(), row.box.width(), 1, color("line"))
        row.room.adjust(_PADDING, 0, -_PADDING, 0)
        if index.column() == 0:
            row.left(line.value, "body-strong" if is_whole else "body", "text")
        elif index.column() == 1:
            row.right(f"{line.rows:,}", "body", "text-3")
        else:
            row.room.setRight(row.box.right() - _PADDING // 2)
            self._cell(row, line, index.column() - 2)
        painter.restore()

    def _cell(self, row: Row, line: _Line, place: int) -> None:
        cell = line.cells[place]
        if not cell.scored or cell.value is None:
            row.left("–", "body", "text-3")
            return
        if cell.counts_only:
            row.left(counts_of(cell), "body", "text-2")
            return
        painter, area = row.painter, row.room
        style = "body-strong" if line.strong[place] else "body"
        box = QRect(area.left(), area.top(), _PERCENT, area.height())
        draw_text(painter, box, percent_text(cell.value), style, "text")
        counts = _figures(cell)
        longest = max(len(_figures(each.cells[place])) for each in self._model.lines)
        width = QFontMetrics(font("small")).horizontalAdvance("0" * longest)
        bar = QRectF(area.adjusted(_PERCENT + 6, 0, -width - _COUNTS_GAP, 0))
        if bar.width() > 2 * _COUNTS_GAP:
            self._bar(painter, line, place, bar)
        right = QRect(area.right() - width, area.top(), width + 1, area.height())
        draw_text(painter, right, counts, "small", "text-3", _RIGHT)

    def _bar(self, painter: QPainter, line: _Line, place: int, area: QRectF) -> None:
        cell, base = line.cells[place], self._model.baseline
        scale = IntervalScale(area)
        draw_scale(painter, scale)
        if base is not None and base != place and line.cells[base].value is not None:
            draw_baseline(painter, scale, line.cells[base].value or 0.0)
        look = self._model.looks.get(self._model.variants[place].name)
        tone = look.tone if look is not None else "text-2"
        draw_interval(painter, scale, cell.value or 0.0, cell.interval, tone)


class TagView(QTableView):
    """The table, as high as its rows; Enter on a cell asks for the cases of its tag.

    Signals:
        rows_wanted(list): ids of cases.
    """

    rows_wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.tags = TagModel()
        self.setAccessibleName("By tag")
        self.setModel(self.tags)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setFixedHeight(_HEAD_HEIGHT)
        head.setHighlightSections(False)
        head.setFont(font("small"))
        self.activated.connect(self._on_activated)
        theme().changed.connect(self.viewport().update)

    def show_table(
        self, analysis: Analysis, table: TagTable | None, looks: Mapping[str, Look]
    ) -> None:
        """Show a table in full height."""
        self.tags.show_table(analysis, table, looks)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(_HEAD_HEIGHT + len(self.tags.lines) * ROW_HEIGHT + bar + 2)
        self._share_width()

    def _share_width(self) -> None:
        count = len(self.tags.variants)
        if not count:
            return
        self.setColumnWidth(0, _VALUE_WIDTH)
        self.setColumnWidth(1, _ROWS_WIDTH)
        room = (self.viewport().width() - _VALUE_WIDTH - _ROWS_WIDTH) // count
        for column in range(2, count + 2):
            self.setColumnWidth(column, max(room, _LEAST_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        line: _Line = index.data(_Role.UserRole)
        if line.cases:
            self.rows_wanted.emit(list(line.cases))


def note_of(table: TagTable, *, has_baseline: bool) -> str:
    """What the drawings and the bold figures of a table mean."""
    parts = ["bars from 0 to 100 %"]
    if has_baseline:
        parts[0] += ", dashed: the baseline"
    if table.tests:
        parts.append(f"bold: differs from it, Benjamini-Hochberg over {table.tests}")
    parts.append(f"under {FEWEST_ROWS} rows counts only")
    return " · ".join(parts)
