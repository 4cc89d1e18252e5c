"""The table of a sheet: keys, what is selected, and a cell's editor, which takes line breaks."""

from __future__ import annotations

from collections.abc import Callable, Generator

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QPlainTextEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.ui.evaluate.data.cell_values import text_of
from workbench.ui.evaluate.data.clipboard import text_of_row
from workbench.ui.evaluate.data.long_edits import AT_A_TIME, Box
from workbench.ui.evaluate.data.sheet_model import Place, SheetModel
from workbench.ui.evaluate.data.slices import Slices
from workbench.ui.theme import font
from workbench.ui.theme.tokens import TOKENS

_EDITOR_HEIGHT = 92
_COLUMN = 220
_NARROWEST = 48
_MOST_COPIED = 1_000_000
_Index = QModelIndex | QPersistentModelIndex
_Key = QKeySequence.StandardKey


class CellDelegate(QStyledItemDelegate):
    """Edits a cell as text of several lines: Enter ends it, Alt+Enter is a line break."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: _Index
    ) -> QPlainTextEdit:
        editor = QPlainTextEdit(parent)
        editor.setAccessibleName("Cell")
        editor.setTabChangesFocus(False)
        editor.setFrameShape(QFrame.Shape.NoFrame)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        assert isinstance(editor, QPlainTextEdit)
        editor.setPlainText(index.data(Qt.ItemDataRole.EditRole) or "")
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        assert isinstance(editor, QPlainTextEdit)
        model.setData(index, editor.toPlainText())

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: _Index
    ) -> None:
        """Over the cell and as many below it as the text of a few lines needs."""
        cell: QRect = option.rect
        viewport = editor.parentWidget()
        room = viewport.height() if viewport is not None else _EDITOR_HEIGHT
        height = min(max(cell.height(), _EDITOR_HEIGHT), room)
        top = max(0, min(cell.top(), room - height))
        editor.setGeometry(cell.left(), top, max(cell.width(), _COLUMN), height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QPlainTextEdit) and isinstance(event, QKeyEvent):
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            with_break = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
            if event.type() == QEvent.Type.KeyPress and is_enter:
                if event.modifiers() & with_break:
                    watched.insertPlainText("\n")
                else:
                    self.commitData.emit(watched)
                    self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.NoHint)
                return True
        return super().eventFilter(watched, event)


class SheetTable(QTableView):
    """A table that is worked on as a spreadsheet is.

    Args:
        sheet: its cells.
        make_header: makes the heading of the columns, None for the usual one.

    Signals:
        find_wanted(): the user wants to find words.
        save_wanted(): the user wants to save.
    """

    find_wanted = Signal()
    save_wanted = Signal()

    def __init__(
        self, sheet: SheetModel, make_header: Callable[[QTableView], QHeaderView] | None = None
    ) -> None:
        super().__init__()
        self.sheet = sheet
        self._copies = Slices(self)
        if make_header is not None:
            self.setHorizontalHeader(make_header(self))
        self.setModel(sheet)
        self.setAccessibleName("Rows of the data set")
        self.setItemDelegate(CellDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self._set_up_headers()
        sheet.moved.connect(self.go_to)

    def _set_up_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setFont(font("micro"))
        across.setDefaultSectionSize(_COLUMN)
        across.setMinimumSectionSize(_NARROWEST)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setHighlightSections(False)
        down.setFont(font("micro"))
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(TOKENS.size["row-table"])
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        down.setHighlightSections(False)

    # --- places ---------------------------------------------------------------------------------

    def go_to(self, row: int, column: int) -> None:
        """Make a cell the current one and show it."""
        index = self.sheet.index(row, column)
        if index.isValid():
            # Not as the view does it, which adds to what is selected while Ctrl is held.
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, select)
            self.scrollTo(index)

    def place(self) -> Place:
        """The current cell, (0, 0) where there is none."""
        index = self.currentIndex()
        return (index.row(), index.column()) if index.isValid() else (0, 0)

    def boxes(self) -> list[Box]:
        """What is selected, as rectangles of cells."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        return [(each.top(), each.left(), each.bottom(), each.right()) for each in ranges]

    def chosen_rows(self) -> list[int]:
        """The rows that are selected, in order."""
        return sorted({row for box in self.boxes() for row in range(box[0], box[2] + 1)})

    def chosen_columns(self) -> list[int]:
        """The columns that are selected, in order."""
        return sorted({place for box in self.boxes() for place in range(box[1], box[3] + 1)})

    # --- what can be done -----------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected cells on the clipboard, as a spreadsheet takes them."""
        self._copies.start(self._copying())

    def _copying(self) -> Generator[None, None, None]:
        rows, places = self.chosen_rows(), self.chosen_columns()
        if not rows or not places or len(rows) * len(places) > _MOST_COPIED:
            return
        keys = [self.sheet.columns[place].key for place in places]
        there, lines = tuple(self.sheet.rows), []
        for number, row in enumerate(rows, start=1):
            values = there[row]
            lines.append(text_of_row([text_of(values.get(key)) for key in keys]))
            if number % AT_A_TIME == 0:
                yield
        QGuiApplication.clipboard().setText("\n".join(lines))

    def cut(self) -> None:
        """Copy the selected cells and make them empty."""
        boxes = self.boxes()

        def work() -> Generator[None, None, None]:
            yield from self._copying()
            yield from self.sheet.clearing(boxes)

        self.sheet.slices.start(work())

    def paste(self) -> None:
        """Write the cells of the clipboard from the current one on."""
        text = QGuiApplication.clipboard().text()
        if text and self.sheet.columns:
            rows, columns = self.chosen_rows(), self.chosen_columns()
            row, column = (rows[0], columns[0]) if rows and columns else self.place()
            self.sheet.paste_text(text, row, column)

    def clear_cells(self) -> None:
        """Make the selected cells empty."""
        self.sheet.clear(self.boxes())

    def insert_row(self, below: bool = False) -> None:
        """Add a row before, or after, the current one."""
        rows = self.chosen_rows()
        at = (rows[-1] + 1 if below else rows[0]) if rows else len(self.sheet.rows)
        self.sheet.insert_rows(at)

    def remove_rows(self) -> None:
        """Remove the selected rows."""
        self.sheet.remove_rows(self.chosen_rows())

    def move_rows(self, by: int) -> None:
        """Move the selected rows up (-1) or down (1)."""
        rows, column = self.chosen_rows(), self.place()[1]
        if rows and self.sheet.move_rows(rows[0], rows[-1], by):
            self.go_to(rows[0] + by, column)

    # --- keys -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        is_asking = event.type() == QEvent.Type.ShortcutOverride
        if is_asking and isinstance(event, QKeyEvent) and self._does(event) is not None:
            event.accept()  # else the window's own shortcut comes first
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._does(event)
        if act is not None:
            act()
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.state() != QAbstractItemView.State.EditingState:
            self.edit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _does(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does here, None where it is the table's own."""
        for key, act in (
            (_Key.Undo, self.sheet.undo), (_Key.Redo, self.sheet.redo), (_Key.Copy, self.copy),
            (_Key.Cut, self.cut), (_Key.Paste, self.paste), (_Key.Find, self.find_wanted.emit),
            (_Key.Save, self.save_wanted.emit), (_Key.Delete, self.clear_cells),
        ):  # fmt: skip
            if event.matches(key):
                return act
        if event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            return self.sheet.redo
        if event.modifiers() == Qt.KeyboardModifier.AltModifier:
            if event.key() == Qt.Key.Key_Up:
                return lambda: self.move_rows(-1)
            if event.key() == Qt.Key.Key_Down:
                return lambda: self.move_rows(1)
        return None
