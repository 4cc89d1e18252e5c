"""The table of runs: numbers at the right, columns that give way when it is narrow."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLineEdit, QTableView

from workbench.ui.history.runs.runs_model import COLUMNS, Cell, RunsModel
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, draw_text
from workbench.ui.kit.row_hover import RowHover, set_up_rows
from workbench.ui.theme import color, font
from workbench.ui.theme.tokens import TOKENS

_ICON = 14
_PADDING = 8
_WIDTHS = {
    "Run": 52,
    "When": 112,
    "Strategy": 140,
    "Model": 130,
    "Answer": 96,
    "Tokens": 64,
    "Time": 78,
    "Status": 104,
}
_LEAST_PROMPT = 150
_GIVE_WAY = ("Model", "Run", "Tokens", "Strategy", "Time", "Answer")
_ICON_ONLY = frozenset({"Strategy"})
_ICON_ONLY_WIDTH = 34
_TO_RUNS = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Delegate(RowDelegate):
    """Icon, text, quiet text."""

    height = TOKENS.size["row-table"]

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._hover = RowHover(table)

    def paint_row(self, row: Row, index: Index) -> None:
        cell: Cell = index.data(Qt.ItemDataRole.UserRole)
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._paint_day(row, index)
            return
        row.is_hovered = index.row() == self._hover.row
        row.ground()
        _line_below(row)
        row.room.adjust(_PADDING, 0, -_PADDING, -1)
        if cell.icon:
            row.icon(cell.icon, cell.icon_tone, _ICON, gap=6)
        if cell.right:
            row.right(cell.text, "body", cell.tone)
        else:
            row.left(cell.text, "body", cell.tone, gap=8)
            row.left(cell.quiet, "small", "text-3")

    def _paint_day(self, row: Row, index: Index) -> None:
        """The heading of a day, over all columns: each paints its part of it."""
        table: Any = row.option.widget
        title: Cell = index.model().index(index.row(), 0).data(Qt.ItemDataRole.UserRole)
        row.painter.setClipRect(row.box)
        row.painter.fillRect(row.box, color("panel"))
        _line_below(row)
        width = table.viewport().width() - _PADDING
        whole = QRect(_PADDING, row.box.top(), width, row.box.height())
        draw_text(row.painter, whole, title.text, "micro", "text-2")


def _line_below(row: Row) -> None:
    box = row.box
    row.painter.fillRect(box.left(), box.bottom(), box.width(), 1, color("line"))


class RunsTable(QTableView):
    """Shows runs; one can be chosen.

    Signals:
        chosen(int): the run's id.
        delete_wanted(): the Delete key.
        menu_wanted(QPoint): the menu of the chosen run, at a place of the screen.
    """

    chosen = Signal(int)
    delete_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: RunsModel) -> None:
        super().__init__()
        self._model = model
        set_up_rows(self, "Runs")
        self._telling = True
        # Before the view is notified: it selects a neighbour then, which the user has not chosen.
        model.rowsAboutToBeRemoved.connect(self._on_rows_going)
        model.rowsRemoved.connect(self._on_rows_gone)
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setFont(font("micro"))
        head.setFixedHeight(30)
        head.setSectionResizeMode(COLUMNS.index("Prompt"), QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    @property
    def current_id(self) -> int | None:
        """The chosen run."""
        row = self.currentIndex().row()
        run = self._model.entries[row].run if 0 <= row < len(self._model.entries) else None
        return run.run_id if run is not None else None

    def selected(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The runs that are chosen, and the comparisons that are chosen whole."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        entries = [self._model.entries[row] for row in rows]
        groups = tuple(each.run.group for each in entries if each.run and each.is_folder)
        ids = (each.run.run_id for each in entries if each.run and not each.is_folder)
        return tuple(ids), groups

    def choose(self, run_id: int) -> bool:
        """Select a run without a signal; False where it is not in the list."""
        if run_id == self.current_id:
            return True
        row = self._model.row_of(run_id)
        if row < 0:  # what can be done here is done with what is marked, not with another run
            self._telling = False
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            self._telling = True
            return False
        if row != self.currentIndex().row():
            self._telling = False
            self._select(row)
            self._telling = True
        return True

    def _select(self, row: int) -> None:
        """Choose a row alone: :meth:`selectRow` adds it where Ctrl or Shift happens to be down."""
        flags = QItemSelectionModel.SelectionFlag
        index = self._model.index(row, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def reach_from(self, box: QLineEdit) -> None:
        """Down and Enter in a box of words go to the runs that were found."""
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(watched, QLineEdit) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in _TO_RUNS:
            self._take_focus()
            return True
        return super().eventFilter(watched, event)

    def _take_focus(self) -> None:
        """Be used with keys; where no run is marked, the first one is chosen."""
        self.setFocus()
        rows = (row for row, each in enumerate(self._model.entries) if each.run is not None)
        first = next(rows, None)
        if self.current_id is None and first is not None:
            self._select(first)

    @Slot()
    def _on_rows_going(self) -> None:
        self._telling = False

    @Slot()
    def _on_rows_gone(self) -> None:
        self._telling = True

    @Slot()
    def _on_current(self) -> None:
        run_id = self.current_id
        if self._telling and run_id is not None:
            self.chosen.emit(run_id)

    def _fit(self) -> None:
        """Hide columns, least wanted first, until the prompt's name has room."""
        room = self.viewport().width() - _LEAST_PROMPT
        widths = dict(_WIDTHS)
        gone: set[str] = set()
        narrow: frozenset[str] = frozenset()
        for name in _GIVE_WAY:
            if sum(width for each, width in widths.items() if each not in gone) <= room:
                break
            if name in _ICON_ONLY:
                widths[name] = _ICON_ONLY_WIDTH
                narrow |= {name}
            else:
                gone.add(name)
        self._model.show_icon_only(narrow)
        for index, name in enumerate(COLUMNS):
            self.setColumnHidden(index, name in gone)
            if name in widths:
                self.setColumnWidth(index, widths[name])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        if not self.selectionModel().isRowSelected(index.row()):
            self._select(index.row())
        place = event.globalPos()
        if by_key:
            prompt = self.model().index(index.row(), COLUMNS.index("Prompt"))
            place = self.viewport().mapToGlobal(self.visualRect(prompt).bottomLeft())
        self.menu_wanted.emit(place)

    def _is_member(self, row: int) -> bool:
        return self._model.entries[row].kind == "member"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        prompt = COLUMNS.index("Prompt")
        if index.isValid() and index.column() == prompt:
            left = self.visualRect(index).left()
            if event.position().x() < left + _PADDING + _ICON + 4:
                self._model.toggle(index.row())
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self._model.toggle(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        folds = {Qt.Key.Key_Right: False, Qt.Key.Key_Left: True}
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        elif event.key() in folds and row >= 0 and self._model.entries[row].is_folder:
            if self._model.is_unfolded(row) == folds[Qt.Key(event.key())]:
                self._model.toggle(row)
        elif event.key() == Qt.Key.Key_Left and row >= 0 and self._is_member(row):
            while self._is_member(row):
                row -= 1
            self._select(row)
            self._model.toggle(row)
        else:
            super().keyPressEvent(event)
