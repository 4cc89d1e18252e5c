"""A question in SQL to the history: its text, how much it may take, and the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QFrame, QHeaderView, QTableView

from workbench.domain.errors import WorkbenchError
from workbench.domain.text import count_text, seconds_text, size_text
from workbench.ui.history.console.rows_model import RowsModel
from workbench.ui.history.console.schema_tree import SchemaTree
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    GhostButton,
    IconButton,
    Label,
    PrimaryButton,
    Splitter,
    column,
    row,
)
from workbench.ui.kit.row_hover import HoverDelegate, set_up_rows
from workbench.ui.kit.text.sending_text import SendingText
from workbench.ui.tasks import background, cancel, latest
from workbench.ui.theme import font

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

FIRST = "SELECT model, count(*) AS runs, sum(completion_tokens) AS tokens\nFROM run GROUP BY model"
"""What is in the field at first."""
_ROWS = (100, 1_000, 10_000, 100_000)
_SECONDS = (10, 60, 600)
_FIELD = 104
_WIDEST = 320


class ConsoleView(QFrame):
    """The right side of History with SQL; nothing can be changed from here.

    Signals:
        closed(): the run that was open is to be shown again.
    """

    closed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.setProperty("surface", "canvas")
        self.text = SendingText("Question in SQL", lines=5, height=_FIELD)
        self.text.setFont(font("code"))
        self.text.setPlainText(FIRST)
        self.text.selectAll()  # an example: what is typed takes its place
        self.ask_button = PrimaryButton("Ask", keys="Ctrl+Return")
        self.stop = Button("Stop", "stop", tip="Stop the question")
        self.stop.setEnabled(False)
        self.rows = Chooser("Most rows", width=124)
        for count in _ROWS:
            self.rows.add_choice(f"{count:,} rows", count)
        self.rows.setCurrentIndex(1)
        self.seconds = Chooser("How long it may take", width=84)
        for span in _SECONDS:
            self.seconds.add_choice(seconds_text(span), span)
        self.save = GhostButton("Save as CSV…", "save", tip="Save these rows as a CSV file")
        self.save.setEnabled(False)
        self.note = Label("", "small", "text-3", elide=True)
        self.banner = Banner()
        self.model = RowsModel()
        self.model.setParent(self)
        self.schema = SchemaTree()
        self._make_table()
        self._build()
        self.text.sent.connect(self.ask)
        self.ask_button.clicked.connect(self.ask)
        self.stop.clicked.connect(self.stop_asking)
        self.save.clicked.connect(self.ask_for_file)
        self.schema.name_wanted.connect(self._put)

    def _make_table(self) -> None:
        table = self.table = QTableView()
        set_up_rows(table, "Rows of the answer")
        table.setModel(self.model)
        table.setItemDelegate(HoverDelegate(table))
        table.setWordWrap(False)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)

    def _build(self) -> None:
        close = IconButton("close", "Close SQL")
        close.clicked.connect(self.closed)
        about = Label("For reading alone: nothing can be changed from here.", "small", "text-2")
        head = QFrame()
        head.setProperty("surface", "panel")
        head.setProperty("rule", "bottom")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        first = row(Label("SQL", "heading"), None, close, gap=8)
        head.setLayout(column(first, about, margins=(16, 8, 12, 8), gap=4))
        limits = row(self.rows, self.seconds, None, self.stop, self.ask_button, gap=8)
        answer = row(self.note, self.save, gap=8)
        answer.setStretch(0, 1)
        asking = QFrame()
        layout = column(
            row(self.text, margins=(16, 12, 12, 0)),
            row(limits, margins=(16, 0, 12, 0)),
            self.banner,
            row(answer, margins=(16, 0, 12, 0)),
            row(self.table, margins=(8, 0, 0, 0)),
            gap=8,
        )
        layout.setStretch(4, 1)
        asking.setLayout(layout)
        asking.setMinimumWidth(300)
        self.schema.setMinimumWidth(120)
        split = Splitter(asking, self.schema, name="The question and the tables")
        split.setStretchFactor(0, 1)
        split.setSizes([440, 180])
        whole = column(head, split, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    # --- asking -------------------------------------------------------------------------------

    @latest
    async def read_tables(self) -> None:
        """Fill the list of tables where it is empty."""
        if not self.schema.is_filled:
            self.schema.show_tables(await self._bridge.ask(lambda core: core.storage.tables()))

    @latest
    async def ask(self) -> None:
        """Ask what is in the field; a question that is still answered is stopped."""
        statement = self.text.text()
        if not statement:
            return
        most, seconds = int(self.rows.currentData()), float(self.seconds.currentData())
        self.banner.hide()
        self.note.setText("Asking…")
        self.stop.setEnabled(True)
        try:
            found = await self._bridge.ask(
                lambda core: core.storage.query(statement, most, seconds)
            )
        except WorkbenchError as error:
            self.stop.setEnabled(False)
            self.note.setText("")
            self.banner.show_message(str(error))
            return
        self.stop.setEnabled(False)
        self.model.show_result(found)
        self.table.resizeColumnsToContents()
        header = self.table.horizontalHeader()
        for section in range(len(found.columns)):
            header.resizeSection(section, min(header.sectionSize(section) + 16, _WIDEST))
        self.save.setEnabled(bool(found.columns))
        counted = count_text(len(found.rows), "row")
        more = "The first " if found.is_cut else ""
        there = ", there are more" if found.is_cut else ""
        self.note.setText(f"{more}{counted}{there} · {found.seconds:.2f} s")

    @Slot()
    def stop_asking(self) -> None:
        """Give the question up; the rows of the one before stay."""
        cancel(self, "ask")
        self.stop.setEnabled(False)
        self.note.setText("Stopped.")

    @Slot(str)
    def _put(self, name: str) -> None:
        """Write a name into the question where the cursor is."""
        cursor = self.text.textCursor()
        before = self.text.toPlainText()[: cursor.selectionStart()]
        apart = bool(before) and not before[-1].isspace() and before[-1] not in "(.,"
        cursor.insertText(f"{' ' if apart or before.endswith(',') else ''}{name}")
        self.text.setFocus()

    # --- the rows -----------------------------------------------------------------------------

    @Slot()
    def copy_rows(self) -> None:
        """Copy the rows that are marked, with tabs between cells."""
        marked = sorted({index.row() for index in self.table.selectionModel().selectedIndexes()})
        if marked:
            QGuiApplication.clipboard().setText("\n".join(map(self.model.text, marked)))

    @Slot()
    def ask_for_file(self) -> None:
        """Ask for a file and save the rows there."""
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the rows", "rows.csv", "CSV table (*.csv);;All files (*)"
        )
        if path:
            self.save_rows(path)

    @background
    async def save_rows(self, path: str) -> None:
        """Write the rows that are shown into a CSV file."""
        found = self.model.found
        try:
            size = await self._bridge.ask(lambda core: core.storage.save_csv(path, found))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
        else:
            self.banner.show_message(f"Saved to {path} ({size_text(size)}).", "ok")
