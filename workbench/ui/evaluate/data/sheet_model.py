"""A data set as it is edited: columns and rows, every edit with undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.domain.prompts.sheets import Sheet, SheetColumn
from workbench.domain.runs.spec import Json
from workbench.ui.evaluate.data import long_edits
from workbench.ui.evaluate.data.cell_values import (
    KIND_TITLES,
    Kind,
    kind_of,
    text_of,
    usual_kind,
)
from workbench.ui.evaluate.data.clipboard import Cells, reading_cells
from workbench.ui.evaluate.data.long_edits import Box, edits_of, write
from workbench.ui.evaluate.data.sheet_edits import (
    ColumnsEdit,
    Edit,
    Row,
    RowsEdit,
    Step,
    runs_of,
)
from workbench.ui.evaluate.data.slices import Slices
from workbench.ui.theme import color

_SHOWN_CHARACTERS = 500
_TIP_CHARACTERS = 2_000
_MOST_STEPS = 500
_Index = QModelIndex | QPersistentModelIndex
Place = tuple[int, int]
"""Row and column, from 0."""


class SheetState(NamedTuple):
    """A sheet that was edited, left to be gone on with."""

    columns: tuple[SheetColumn, ...]
    rows: list[Row]
    done: list[Step]
    undone: list[Step]
    saved: Step | None
    made: int


class SheetModel(QAbstractTableModel):
    """Columns and rows. A row that is edited is replaced, so that what others hold stays.

    An edit of many rows is worked out in slices, and is there when :attr:`slices` are done; another
    edit waits for it, undo gives it up.

    Signals:
        edited(): something was changed, undone, redone or saved.
        moved(int, int): the cell where an edit took place.
    """

    edited = Signal()
    moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[SheetColumn, ...] = ()
        self.rows: list[Row] = []
        self.is_text = False
        self._kinds: dict[str, Kind] = {}
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._saved: Step | None = None
        """The last step that is in the file."""
        self._made = 0
        self.slices = Slices(self)

    def load(self, sheet: Sheet) -> None:
        """Show another sheet; what was done to the last one is forgotten."""
        self.slices.drop()
        self.beginResetModel()
        self.columns, self.rows, self.is_text = sheet.columns, list(sheet.rows), sheet.is_text
        self._kinds.clear()
        self._done, self._undone, self._saved, self._made = [], [], None, len(sheet.columns)
        self.endResetModel()
        self.edited.emit()

    def state(self) -> SheetState:
        """What is shown with all that was done, to be given back to :meth:`restore`."""
        self.slices.finish()
        return SheetState(
            self.columns, self.rows, self._done, self._undone, self._saved, self._made
        )

    def restore(self, state: SheetState) -> None:
        """Show again what was left, after :meth:`load` of its sheet."""
        self.beginResetModel()
        self.columns, self.rows, self._done, self._undone, self._saved, self._made = state
        self._kinds.clear()
        self.endResetModel()
        self.edited.emit()

    # --- what it shows --------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.isValid() else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def value(self, row: int, column: int) -> Json:
        """The value of a cell, None where there is none."""
        return self.rows[row].get(self.columns[column].key)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return f"{section + 1:,}" if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].name
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = KIND_TITLES[self.kind(section)].lower()
            return f"{self.columns[section].name}: {kind}"
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, key = self.rows[index.row()], self.columns[index.column()].key
        return _shown(row.get(key), key in row, role)

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        self.slices.finish()
        place = (index.row(), index.column())
        if str(value) != text_of(self.value(*place)):
            row = dict(self.rows[place[0]])
            key = self.columns[place[1]].key
            write(row, key, str(value), self.kind(place[1]))
            self._set_rows({place[0]: row}, "Edit cell", place)
        return True

    def kind(self, column: int) -> Kind:
        """The type that most cells of a column have."""
        if self.is_text:
            return "text"
        key = self.columns[column].key
        if key not in self._kinds:
            self._kinds[key] = usual_kind(row.get(key) for row in self.rows)
        return self._kinds[key]

    # --- undo -----------------------------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        """Whether the file does not have what is shown, or what is being worked out."""
        if self.slices.is_busy:
            return True
        return (self._done[-1] if self._done else None) is not self._saved

    @property
    def last_step(self) -> Step | None:
        """The last step that was done, to be given back to :meth:`note_saved`."""
        return self._done[-1] if self._done else None

    def note_saved(self, step: Step | None) -> None:
        """The file has everything up to a step."""
        self._saved = step
        self.edited.emit()

    @property
    def undo_title(self) -> str:
        """What :meth:`undo` takes back, "" for nothing."""
        return self._done[-1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        """What :meth:`redo` does again, "" for nothing."""
        return self._undone[-1].title if self._undone else ""

    def undo(self) -> None:
        """Take the last step back; one that is being worked out is given up."""
        if self.slices.is_busy:
            self.slices.drop()
            self.edited.emit()
        elif self._done:
            step = self._done.pop()
            self._undone.append(step)
            self._apply(step.undone(), step)

    def redo(self) -> None:
        """Do again what was taken back."""
        self.slices.finish()
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._apply(step.edits, step)

    def _do(self, edits: Sequence[Edit], title: str, row: int = 0, column: int = 0) -> None:
        step = Step(tuple(edits), title, row, column)
        self._done.append(step)
        del self._done[:-_MOST_STEPS]
        self._undone.clear()
        self._apply(step.edits, step)

    def _apply(self, edits: Sequence[Edit], step: Step) -> None:
        for edit in edits:
            if isinstance(edit, ColumnsEdit):
                self.beginResetModel()
                self.columns = edit.after
                self.endResetModel()
            else:
                self._replace(edit)
        self.edited.emit()
        self.moved.emit(
            min(step.row, max(len(self.rows) - 1, 0)),
            min(step.column, max(len(self.columns) - 1, 0)),
        )

    def _replace(self, edit: RowsEdit) -> None:
        start, old, new = edit.start, len(edit.before), len(edit.after)
        same = min(old, new)
        self.rows[start : start + same] = edit.after[:same]
        if same:
            last = self.index(start + same - 1, max(len(self.columns) - 1, 0))
            self.dataChanged.emit(self.index(start, 0), last)
        if old > new:
            self.beginRemoveRows(QModelIndex(), start + new, start + old - 1)
            del self.rows[start + new : start + old]
            self.endRemoveRows()
        elif new > old:
            self.beginInsertRows(QModelIndex(), start + old, start + new - 1)
            self.rows[start + old : start + old] = edit.after[old:]
            self.endInsertRows()

    # --- cells ----------------------------------------------------------------------------------

    def clear(self, boxes: Sequence[Box]) -> None:
        """Make cells empty."""
        self.slices.start(self.clearing(boxes))

    def clearing(self, boxes: Sequence[Box]) -> Generator[None, None, None]:
        """The work of :meth:`clear`."""
        edits = yield from long_edits.clearing(self.columns, self.rows, boxes)
        self._do_some(edits, "Clear", boxes[-1][:2] if boxes else (0, 0))

    def set_values(self, values: Mapping[Place, Json], title: str) -> None:
        """Write values as they are; the type that is usual in their columns may change."""
        self.slices.finish()
        self._kinds.clear()
        changed: dict[int, Row] = {}
        for (row, column), value in values.items():
            changed.setdefault(row, dict(self.rows[row]))[self.columns[column].key] = value
        self._set_rows(changed, title, next(iter(values), (0, 0)))

    def change_kind(self, boxes: Sequence[Box], kind: Kind, then: Callable[[int], None]) -> None:
        """Make cells values of another type.

        Args:
            boxes: the cells.
            kind: the type.
            then: gets how many cannot be read as that and stayed as before.
        """

        def work() -> Generator[None, None, None]:
            lost: list[int] = []
            edits = yield from long_edits.changing_kind(self.columns, self.rows, boxes, kind, lost)
            self._kinds.clear()
            self._do_some(edits, "Change type", boxes[0][:2] if boxes else (0, 0))
            then(sum(lost))

        self.slices.start(work())

    def paste_text(self, text: str, row: int, column: int) -> None:
        """Write the cells of a text from a place on; as :meth:`paste`."""

        def work() -> Generator[None, None, None]:
            cells = yield from reading_cells(text)
            yield from self._pasting(cells, row, column)

        self.slices.start(work())

    def paste(self, cells: Cells, row: int, column: int) -> None:
        """Write cells from a place on; rows and columns that are missing are added."""
        self.slices.start(self._pasting(cells, row, column))

    def _pasting(self, cells: Cells, row: int, column: int) -> Generator[None, None, None]:
        width = max(map(len, cells), default=0)
        columns = self.columns
        while column + width > len(columns):
            columns = (*columns, self._new_column(columns))
        wider = [ColumnsEdit(self.columns, columns)] if columns != self.columns else []
        kinds = [
            self.kind(place) if place < len(self.columns) else "text"
            for place in range(len(columns))
        ]
        edits = yield from long_edits.pasting(columns, self.rows, kinds, cells, (row, column))
        self._do([*wider, *edits], "Paste", row, column)

    def _set_rows(self, changed: Mapping[int, Row], title: str, place: Place) -> None:
        self._do_some(edits_of(self.rows, changed), title, place)

    def _do_some(self, edits: Sequence[Edit], title: str, place: Place) -> None:
        if edits:
            self._do(edits, title, *place)

    # --- rows and columns -----------------------------------------------------------------------

    def insert_rows(self, at: int, rows: Sequence[Row] = ({},)) -> None:
        """Add rows before a row."""
        self.slices.finish()
        noun = "row" if len(rows) == 1 else "rows"
        self._do([RowsEdit(at, (), tuple(rows))], f"Insert {noun}", at)

    def remove_rows(self, numbers: list[int]) -> None:
        """Remove rows."""
        self.slices.finish()
        edits = [
            RowsEdit(first, tuple(self.rows[first : last + 1]), ())
            for first, last in runs_of(numbers)
        ]
        if edits:
            noun = "row" if len(numbers) == 1 else "rows"
            self._do(edits, f"Remove {noun}", min(numbers))

    def move_rows(self, first: int, last: int, by: int) -> bool:
        """Move rows up (-1) or down (1); whether there was room."""
        self.slices.finish()
        low, high = min(first, first + by), max(last, last + by)
        if low < 0 or high >= len(self.rows):
            return False
        before = tuple(self.rows[low : high + 1])
        after = (*before[1:], before[0]) if by < 0 else (before[-1], *before[:-1])
        self._do([RowsEdit(low, before, after)], "Move rows", first + by)
        return True

    def insert_column(self, at: int, name: str = "") -> None:
        """Add an empty column before a column."""
        new = self._new_column(self.columns, name)
        self._set_columns((*self.columns[:at], new, *self.columns[at:]), "Insert column", at)

    def remove_columns(self, places: Sequence[int]) -> None:
        """Remove columns with their values."""
        left = tuple(each for place, each in enumerate(self.columns) if place not in places)
        noun = "column" if len(places) == 1 else "columns"
        self._set_columns(left, f"Remove {noun}", min(places))

    def rename_column(self, place: int, name: str) -> None:
        """Give a column another name."""
        new = SheetColumn(name, self.columns[place].key)
        self._set_columns(
            (*self.columns[:place], new, *self.columns[place + 1 :]), "Rename column", place
        )

    def move_column(self, place: int, to: int) -> None:
        """Move a column to another place."""
        columns = list(self.columns)
        columns.insert(to, columns.pop(place))
        self._set_columns(tuple(columns), "Move column", to)

    def name_fault(self, name: str, place: int = -1) -> str:
        """Why a column cannot have a name, "" where it can."""
        if not name.strip():
            return "A column needs a name."
        taken = any(each.name == name and n != place for n, each in enumerate(self.columns))
        return f"There is a column “{name}” already." if taken else ""

    def _new_column(self, columns: Sequence[SheetColumn], name: str = "") -> SheetColumn:
        """A column with a name and a key that no other has."""
        names = {each.name for each in columns}
        number = len(columns) + 1
        while not name or name in names:
            name = f"column {number}"
            number += 1
        self._made += 1
        return SheetColumn(name, f"{name} #{self._made}")

    def _set_columns(self, columns: tuple[SheetColumn, ...], title: str, place: int) -> None:
        self.slices.finish()
        if columns != self.columns:
            self._do([ColumnsEdit(self.columns, columns)], title, 0, place)


def _shown(value: Json, is_there: bool, role: int) -> Any:
    """What a view shows of a cell."""
    found: Any = None
    match role:
        case Qt.ItemDataRole.DisplayRole if value is None:
            found = "null" if is_there else ""
        case Qt.ItemDataRole.DisplayRole:
            found = " ".join(text_of(value)[:_SHOWN_CHARACTERS].split())
        case Qt.ItemDataRole.EditRole:
            found = text_of(value)
        case Qt.ItemDataRole.ToolTipRole:
            found = text_of(value)[:_TIP_CHARACTERS]
        case Qt.ItemDataRole.TextAlignmentRole if kind_of(value) == "number":
            found = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        case Qt.ItemDataRole.ForegroundRole if value is None:
            found = color("text-3")
    return found
