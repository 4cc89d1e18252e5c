"""The grid: the table of cases, which stays, and next to it the table of results."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from workbench.ui.evaluate.results.cell_delegate import CellDelegate
from workbench.ui.evaluate.results.columns import CASE, EXPECTED, Columns
from workbench.ui.evaluate.results.grid_keys import GridKeys
from workbench.ui.evaluate.results.grid_model import FROZEN, GridModel
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.evaluate.results.tops.headers import CasesHeader, GridHeader
from workbench.ui.kit import column, row
from workbench.ui.theme import theme

ROW = 28
_MOST_KEPT = 2_000
"""Selected cells that are selected again when rows are sorted or filtered."""


class _Table(QTableView):
    """One of the two tables, without what Qt paints and does by itself.

    Signals:
        group_pressed(int): the line of a heading.
        menu_wanted(QPoint): at a place of the screen.
    """

    group_pressed = Signal(int)
    menu_wanted = Signal(QPoint)

    def __init__(self, name: str, model: GridModel) -> None:
        super().__init__()
        self._lines = model
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self, model))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setProperty("surface", "canvas")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setMinimumSectionSize(ROW)
        lines.setDefaultSectionSize(ROW)
        theme().changed.connect(self.viewport().update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._lines.group(index.row()) is not None:
            self.group_pressed.emit(index.row())
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            below = self.visualRect(self.currentIndex()).bottomLeft()
            place = self.viewport().mapToGlobal(below)
        self.menu_wanted.emit(place)


class _Cases(_Table):
    """Cases and expected values; a press goes to the row, in the column that is current."""

    def __init__(self, model: GridModel, results: ResultsModel, other: QTableView) -> None:
        super().__init__("Cases", model)
        self._other = other
        self.setSelectionModel(other.selectionModel())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(CASE + EXPECTED)
        self.setHorizontalHeader(CasesHeader(self, model, results))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._other.setFocus()
        line = self.rowAt(int(event.position().y()))
        if line >= 0 and self._lines.group(line) is None:
            at = self._other.currentIndex().column()
            column_ = at if at not in (-1, *FROZEN) else self._lines.first_variant
            self._other.setCurrentIndex(self._lines.index(line, column_))
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        """Nothing is selected by dragging here."""


class Grid(QFrame):
    """Cases x variants. Keys are those of :class:`GridKeys`.

    Signals:
        current_changed(): another cell is current, by the user or since rows changed.
        opened(): the current cell is to be shown in full.
        sort_wanted(int, bool), baseline_wanted(str): of the headers.
        menu_wanted(QPoint): the menu of the selected cells.
    """

    current_changed = Signal()
    opened = Signal()
    sort_wanted = Signal(int, bool)
    baseline_wanted = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, results: ResultsModel) -> None:
        super().__init__()
        self.results = results
        self.model = GridModel(results)
        self.model.setParent(self)
        self.table = _Table("Results", self.model)
        self.cases = _Cases(self.model, results, self.table)
        self.table.setHorizontalHeader(GridHeader(self.table, self.model, results))
        self.layout_ = Columns(self.table, self.cases, self.model)
        self._spacer = QFrame()
        self._spacer.hide()
        left = column(self.cases, self._spacer, gap=0)
        layout = row(left, self.table, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setProperty("surface", "canvas")
        self.setFocusProxy(self.table)
        self.keys = GridKeys(self)
        self._at: tuple[str, str] = ("", "")
        """Case and variant of the current cell, to be found again among other lines."""
        self._marked: list[tuple[str, str]] = []
        self._scrolled = 0
        self._set_up()

    def _set_up(self) -> None:
        table, cases, model = self.table, self.cases, self.model
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        table.horizontalScrollBar().rangeChanged.connect(self._on_range)
        table.verticalScrollBar().valueChanged.connect(cases.verticalScrollBar().setValue)
        cases.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.selectionModel().currentChanged.connect(self._on_current)
        table.doubleClicked.connect(self._on_double)
        table.installEventFilter(self.keys)
        for each in (table, cases):
            each.group_pressed.connect(self.toggle_group)
            each.menu_wanted.connect(self.menu_wanted)
            header = each.horizontalHeader()
            assert isinstance(header, GridHeader)
            header.sort_wanted.connect(self.sort_wanted)
            header.baseline_wanted.connect(self.baseline_wanted)
        model.modelAboutToBeReset.connect(self._on_going)
        model.modelReset.connect(self._on_reset)
        self.results.lines_changed.connect(self._repaint_heads)
        self.layout_.lay_out()

    # --- columns --------------------------------------------------------------------------------

    @property
    def columns(self) -> list[int]:
        """The columns of the results that are shown, from left to right."""
        return self.layout_.shown

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        """Both tables end at the same line, also over the scroll bar of one."""
        self._spacer.setFixedHeight(self.table.horizontalScrollBar().sizeHint().height())
        self._spacer.setVisible(most > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.layout_.fit()

    # --- the current cell -----------------------------------------------------------------------

    @property
    def current(self) -> tuple[int, str] | None:
        """The place of the current row and the current variant; None where there is none."""
        index = self.table.currentIndex()
        place, head = self.model.place(index.row()), self.model.head(index.column())
        return (place, head.name) if place >= 0 and head is not None else None

    def go(self, line: int, column_: int, *, scroll: bool = True) -> None:
        """Make a cell current, and see that it is in view."""
        index = self.model.index(line, column_)
        self.table.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        if scroll:
            self.table.scrollTo(index)

    def show_case(self, case: str, variant: str, *, scroll: bool = True) -> bool:
        """Make a cell current; False where its row is not among those that are shown."""
        line = self.model.line_of(self.results.place_of(case))
        column_ = self.model.column_of(variant)
        if line < 0:
            return False
        shown = [each for each in self.columns if each >= self.model.first_variant]
        if column_ not in shown:
            column_ = next(iter(shown), self.model.first_variant)
        self.go(line, column_, scroll=scroll)
        return True

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, before: QModelIndex) -> None:
        """Show where the user is: only what looks other than before is painted again."""
        found = self.current
        if found is not None:
            self._at = (self.results.table.rows[found[0]].id, found[1])
            self.current_changed.emit()
        for line in {index.row(), before.row()} - {-1}:
            for table in (self.table, self.cases):
                top = table.rowViewportPosition(line)
                table.viewport().update(0, top, table.viewport().width(), ROW)
        if index.column() != before.column():
            self._repaint_heads()

    @Slot()
    def _on_going(self) -> None:
        """Lines are going to be other ones: what is selected and where it is scrolled is kept."""
        self._scrolled = self.table.verticalScrollBar().value()
        self._marked = []
        for line, column_ in self.selected()[:_MOST_KEPT]:
            row_, head = self.model.row(line), self.model.head(column_)
            if row_ is not None and head is not None:
                self._marked.append((row_.id, head.name))

    @Slot()
    def _on_reset(self) -> None:
        """Other lines: the current cell is found again, else the first one is taken."""
        self.layout_.lay_out()
        if not self.model.lines or not self.columns or not self.model.heads:
            return
        case, variant = self._at
        if self.show_case(case, variant, scroll=False):
            self._mark_again()
            self.table.verticalScrollBar().setValue(self._scrolled)
            return
        first = next((n for n in range(len(self.model.lines)) if self.model.place(n) >= 0), -1)
        found = self.model.column_of(self.results.wanted.of)
        if first >= 0:
            self.go(first, found if found in self.columns else self.columns[-1])
            self.table.scrollToTop()

    def _mark_again(self) -> None:
        """Select the cells that were selected before."""
        select = QItemSelectionModel.SelectionFlag.Select
        for case, variant in self._marked:
            line = self.model.line_of(self.results.place_of(case))
            column_ = self.model.column_of(variant)
            if line >= 0 and column_ >= 0:
                self.table.selectionModel().select(self.model.index(line, column_), select)

    @Slot()
    def _repaint_heads(self) -> None:
        for each in (self.table, self.cases):
            each.horizontalHeader().viewport().update()

    @Slot(QModelIndex)
    def _on_double(self, index: QModelIndex) -> None:
        if self.model.place(index.row()) >= 0:
            self.opened.emit()

    @Slot(int)
    def toggle_group(self, line: int) -> None:
        """Fold the group of a heading, or unfold it."""
        group = self.model.group(line)
        if group is not None:
            self.results.toggle_group(group.kind)

    def selected(self) -> list[tuple[int, int]]:
        """Lines and columns of the selected cells, from the top left; headings are none."""
        columns = {each: place for place, each in enumerate(self.columns)}
        found = [
            (index.row(), columns[index.column()], index.column())
            for index in self.table.selectionModel().selectedIndexes()
            if index.column() in columns and self.model.place(index.row()) >= 0
        ]
        return [(line, column_) for line, _, column_ in sorted(found)]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._repaint_heads()
