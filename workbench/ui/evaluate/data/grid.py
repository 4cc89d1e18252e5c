"""A data set as a sheet: opened, edited, searched and saved in its own format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QWidget,
)

from workbench.domain.errors import FileChangedError, WorkbenchError
from workbench.domain.prompts.sheets import Sheet
from workbench.domain.text import count_text
from workbench.ui.actions import Action
from workbench.ui.evaluate.data.cell_values import KIND_TITLES, Kind
from workbench.ui.evaluate.data.column_name import ColumnNameField
from workbench.ui.evaluate.data.find_bar import FindBar
from workbench.ui.evaluate.data.sheet_model import SheetModel, SheetState
from workbench.ui.evaluate.data.sheet_table import SheetTable
from workbench.ui.kit import Banner, EmptyState, GhostButton, IconButton, Label, column, row
from workbench.ui.kit.menu import Menu
from workbench.ui.panels import Context
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.service import Workbench

DATA_FILES = "Data sets (*.jsonl *.ndjson *.json *.csv *.tsv *.yaml *.yml)"


class DataGrid(QWidget):
    """A data set to be edited.

    Args:
        context: of the window.
        make_header: makes the heading of the columns, None for the usual one.

    Signals:
        opened(str): the rows of a file are there.
        changed(): something was edited, undone or saved; see :attr:`is_changed`.
        saved(str): the file of that path has what is shown.
        row_chosen(int): the number of the current row, from 1.
    """

    opened = Signal(str)
    changed = Signal()
    saved = Signal(str)
    row_chosen = Signal(int)

    def __init__(
        self,
        context: Context,
        make_header: Callable[[QTableView], QHeaderView] | None = None,
    ) -> None:
        super().__init__()
        self._context = context
        self._bridge = context.bridge
        self.path = ""
        self._sheet: Sheet | None = None
        self._is_saving = False
        self._left: dict[str, tuple[Sheet, SheetState]] = {}
        """Data sets that were left with edits which are in no file, by their paths."""
        self.sheet = SheetModel()
        self.table = SheetTable(self.sheet, make_header)
        self.find_bar = FindBar(context.bridge, self.sheet)
        self.name_field = ColumnNameField(self.table.horizontalHeader())
        self.banner = Banner()
        self.note = Label("", "small", "text-3", elide=True)
        self.save_button = GhostButton("Save", "save", keys="Ctrl+S")
        self.undo_button = IconButton("undo", "Undo (Ctrl+Z)", size=24, glyph=14)
        self.add_button = GhostButton("Row", "plus", tip="Add a row at the end")
        self.find_button = IconButton("search", "Find in all cells (Ctrl+F)", size=24, glyph=14)
        self.empty = EmptyState("No data set is open", "Choose one, or make one by rule.")
        self._pages = QStackedWidget()
        self._build()
        self._connect()
        self._show_state()

    def _build(self) -> None:
        foot = QFrame()
        foot.setProperty("rule", "top")
        layout = row(
            self.add_button, self.note, self.find_button, self.undo_button, self.save_button,
            margins=(8, 4, 8, 4), gap=6,
        )  # fmt: skip
        layout.setStretch(1, 1)
        foot.setLayout(layout)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        whole = column(self.banner, self.find_bar, self._pages, foot, margins=(0, 0, 0, 0), gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader(), self.table):
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.horizontalHeader().setSectionsMovable(False)

    def _connect(self) -> None:
        self.sheet.edited.connect(self._show_state)
        self.sheet.slices.busy_changed.connect(self._show_state)
        self.sheet.edited.connect(self.changed)
        self.table.save_wanted.connect(self.save)
        self.table.find_wanted.connect(self.find_bar.start)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.customContextMenuRequested.connect(self._show_cell_menu)
        self.table.verticalHeader().customContextMenuRequested.connect(self._show_cell_menu)
        self.table.horizontalHeader().customContextMenuRequested.connect(self._show_column_menu)
        self.table.horizontalHeader().sectionDoubleClicked.connect(self.rename_column)
        self.name_field.named.connect(self._on_named)
        self.find_bar.found.connect(self.table.go_to)
        self.find_bar.closed.connect(self.table.setFocus)
        self.find_button.clicked.connect(self.find_bar.start)
        self.undo_button.clicked.connect(self.sheet.undo)
        self.add_button.clicked.connect(self.add_row)
        self.save_button.clicked.connect(self.save)

    # --- state ----------------------------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        """Whether there are edits that are not in the file."""
        return self.sheet.is_changed

    @property
    def is_locked(self) -> bool:
        """Whether the data set comes with the program: only a copy of it can be saved."""
        return self._sheet is not None and self._sheet.is_locked

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Data sets with edits that are in no file, those that were left too."""
        here = (self.path,) if self.is_changed else ()
        return (*here, *(path for path in self._left if path not in here))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(each.name for each in self.sheet.columns)

    @Slot()
    def _show_state(self) -> None:
        sheet = self._sheet
        self._pages.setCurrentWidget(self.table if sheet is not None else self.empty)
        for each in (self.add_button, self.find_button):
            each.setEnabled(sheet is not None)
        self.undo_button.setEnabled(bool(self.sheet.undo_title))
        self.undo_button.setToolTip(f"Undo: {self.sheet.undo_title} (Ctrl+Z)")
        is_locked = self.is_locked
        self.save_button.set_text("Save a copy…" if is_locked else "Save")
        self.save_button.setEnabled(sheet is not None and (is_locked or self.is_changed))
        if sheet is None:
            self.note.setText("")
            return
        parts = [count_text(len(self.sheet.rows), "row")]
        parts += ["comes with the program"] if is_locked else []
        parts += ["working…"] if self.sheet.slices.is_busy else []
        parts += ["not saved"] if self.is_changed else []
        parts += [sheet.note] if sheet.note and self.is_changed else []
        self.note.setText(" · ".join(parts))

    @Slot()
    def _on_row(self) -> None:
        self.row_chosen.emit(self.table.place()[0] + 1)

    # --- files ----------------------------------------------------------------------------------

    @latest
    async def open(self, path: str) -> None:
        """Show the rows of a file; where it cannot be read the sheet says why.

        Edits of the last one that were not saved wait until it is shown again.
        """
        self.banner.hide()
        left = self._leave() if path != self.path else ""
        try:
            sheet = await self._bridge.ask(lambda core: core.sheets.open(path))
        except WorkbenchError as error:
            if path != self.path:
                self._sheet, self.path = None, path
                self.sheet.load(Sheet(path=path, digest="", columns=(), rows=()))
            self.banner.show_message(str(error))
            return
        self._load(sheet)
        if left:
            self.banner.show_message(
                f"Edits of {left} wait there: they are in no file until a copy is saved.", "warn"
            )

    def _leave(self) -> str:
        """Keep edits that are not saved; the name of what has them, "" where nothing has."""
        sheet = self._sheet
        if sheet is None or not self.is_changed:
            return ""
        self._left[sheet.path] = (sheet, self.sheet.state())
        return Path(sheet.path).name if sheet.is_locked else ""

    def _load(self, sheet: Sheet) -> None:
        sheet, state = self._left.pop(sheet.path, (sheet, None))
        self._sheet, self.path = sheet, sheet.path
        self.banner.hide()
        self.sheet.load(sheet)
        if state is not None:
            self.sheet.restore(state)
        self.table.go_to(0, 0)
        self.opened.emit(sheet.path)

    @Slot()
    @background
    async def save(self) -> None:
        """Write the edits into the file, or into a copy where it came with the program."""
        if self._sheet is None or self._is_saving:
            return
        if self._sheet.is_locked:
            self.save_copy()
            return
        if not self.is_changed:
            return
        self.sheet.slices.finish()
        sheet, columns, rows = self._sheet, self.sheet.columns, tuple(self.sheet.rows)
        step = self.sheet.last_step
        self._is_saving = True
        try:
            saved = await self._bridge.ask(lambda core: core.sheets.save(sheet, columns, rows))
        except FileChangedError as error:
            self.banner.show_message(str(error), "warn", "Save a copy…", self.save_copy)
            return
        except WorkbenchError as error:
            self.banner.show_message(str(error))
            return
        finally:
            self._is_saving = False
        self._left.pop(sheet.path, None)  # it may have been left meanwhile
        if self._sheet is sheet:
            self._sheet = saved
            self.banner.hide()
            self.sheet.note_saved(step)
            self.saved.emit(saved.path)

    @Slot()
    @background
    async def save_copy(self) -> None:
        """Ask for a new file, write what is shown into it, and go on with that."""
        if self._sheet is None:
            return
        self.sheet.slices.finish()
        sheet, columns, rows = self._sheet, self.sheet.columns, tuple(self.sheet.rows)
        folder = await self._bridge.ask(_own_folder)
        start = str(Path(folder) / Path(sheet.path).name)
        path, _ = QFileDialog.getSaveFileName(self, "Save a copy", start, DATA_FILES)
        if not path:
            return
        try:
            copy = await self._bridge.ask(
                lambda core: core.sheets.save_copy(sheet, columns, rows, path)
            )
        except WorkbenchError as error:
            self.banner.show_message(str(error))
            return
        self._left.pop(copy.path, None)
        self._load(copy)
        self.saved.emit(copy.path)

    # --- rows and columns -----------------------------------------------------------------------

    @Slot()
    def add_row(self) -> None:
        """Add a row at the end and go there."""
        at = len(self.sheet.rows)
        self.sheet.insert_rows(at)
        self.table.go_to(at, 0)
        self.table.setFocus()

    @Slot(int)
    def rename_column(self, place: int) -> None:
        """Take another name of a column in its heading."""
        self.table.scrollTo(self.sheet.index(self.table.place()[0], place))
        self.name_field.start(place, self.sheet.columns[place].name)

    @Slot(int, str)
    def _on_named(self, place: int, name: str) -> None:
        fault = self.sheet.name_fault(name, place)
        if fault:
            self.banner.show_message(fault, "warn")
        else:
            self.banner.hide()
            self.sheet.rename_column(place, name)

    def change_kind(self, kind: Kind) -> None:
        """Make the selected cells values of another type; those that are none stay."""
        self.sheet.change_kind(self.table.boxes(), kind, self._say_lost)

    def _say_lost(self, lost: int) -> None:
        if lost:
            self.banner.show_message(
                f"{count_text(lost, 'cell')} cannot be read as this type and stayed as before.",
                "warn",
            )

    @Slot(QPoint)
    def _show_cell_menu(self, at: QPoint) -> None:
        if self._sheet is None:
            return
        menu = Menu("Rows", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        table = self.table
        for title, act in (
            ("Copy", table.copy), ("Cut", table.cut), ("Paste", table.paste),
            ("Clear", table.clear_cells), ("", None), ("Insert row above", table.insert_row),
            ("Insert row below", partial(table.insert_row, below=True)),
            ("Move up", partial(table.move_rows, -1)), ("Move down", partial(table.move_rows, 1)),
            ("Remove rows", table.remove_rows),
        ):  # fmt: skip
            if act is None:
                menu.addSeparator()
            else:
                menu.addAction(title).triggered.connect(partial(_ignoring, act))
        if not self._sheet.is_text:
            kinds = menu.addMenu("Type of cell")
            for kind, title in KIND_TITLES.items():
                act = partial(self.change_kind, kind)
                kinds.addAction(title).triggered.connect(partial(_ignoring, act))
        menu.popup(table.viewport().mapToGlobal(at))

    @Slot(QPoint)
    def _show_column_menu(self, at: QPoint) -> None:
        place = self.table.horizontalHeader().logicalIndexAt(at)
        if self._sheet is None or place < 0:
            return
        sheet, last = self.sheet, len(self.sheet.columns) - 1
        menu = Menu("Columns", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, act, is_usable in (
            ("Rename…", partial(self.rename_column, place), True),
            ("Insert column left", partial(sheet.insert_column, place), True),
            ("Insert column right", partial(sheet.insert_column, place + 1), True),
            ("Move left", partial(sheet.move_column, place, place - 1), place > 0),
            ("Move right", partial(sheet.move_column, place, place + 1), place < last),
            ("Remove column", partial(sheet.remove_columns, (place,)), last > 0),
        ):
            entry = menu.addAction(title)
            entry.setEnabled(is_usable)
            entry.triggered.connect(partial(_ignoring, act))
        menu.popup(self.table.horizontalHeader().mapToGlobal(at))

    def actions_table(self) -> tuple[Action, ...]:
        """Its commands; their keys work in the table."""
        is_open = self._is_open
        return (
            Action(id="data.save", title="Save data set", run=self.save, when=is_open, icon="save"),
            Action(id="data.copy", title="Save a copy of the data set", run=self.save_copy,
                   when=is_open, icon="copy"),
            Action(id="data.find", title="Find in data set", run=self.find_bar.start, when=is_open,
                   icon="search"),
            Action(id="data.row", title="Add a row to the data set", run=self.add_row,
                   when=is_open, icon="plus"),
        )  # fmt: skip

    def _is_open(self) -> bool:
        return self._sheet is not None and self.isVisible()


def _ignoring(act: Callable[[], object], _checked: bool = False) -> None:
    act()


async def _own_folder(core: Workbench) -> str:
    return str(core.paths.data_sets)
