"""The Data pane: a table whose rows fill the inputs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
)

from workbench.domain.prompts.matching import columns_of, needed_of, said_of_fit
from workbench.domain.text import count_text
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.design.tools.data.model import RUNS, DataModel
from workbench.ui.design.tools.data.row_preview import RowPreview
from workbench.ui.kit import (
    Button,
    Chooser,
    EmptyState,
    IconButton,
    Label,
    column,
    row,
    set_tone,
    strip,
)
from workbench.ui.kit.row_hover import set_up_rows
from workbench.ui.theme import font

_FILTER_MS = 200
_COLUMN = 240
_NUMBER = 48
TABLE_MARGINS = (5, 0, 5, 0)
"""With the padding of its cells a table begins where all else in a pane does."""
_WHAT_FOR = (
    "A row of a data set, or what an earlier run was given, fills the inputs of the prompt: a "
    "column for each input, by its name."
)
DATA_FILES = "Data sets (*.jsonl *.ndjson *.json *.csv *.tsv *.yaml *.yml)"


class DataPane(SidePane):
    """Chooses a source, filters its rows, and fills the form from one (Enter, double click)."""

    def __init__(self, side: SideContext) -> None:
        super().__init__("Data", side)
        self.model: DataModel = side.work.inputs.data
        self._opened_files: list[str] = []
        self._comes = False
        """It has just come to the front: its rows get the focus as soon as there are any."""
        self.sources = Chooser("Source of rows", height=24)
        self.sources.setMaximumWidth(200)
        self.sources.activated.connect(self._on_source)
        self.open_file = IconButton("open", "Open a data set: JSONL, JSON, CSV or YAML")
        self.open_file.clicked.connect(self._on_open)
        head = row(self.sources, None, self.open_file, margins=(12, 0, 8, 0), gap=4)
        self.body.addWidget(strip(head))
        self.search = QLineEdit()
        self._timer = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self._set_up_search()
        self.table = QTableView()
        self._set_up_table()
        self.empty = EmptyState("No data set is open", _WHAT_FOR, "Open a data set…")
        self.empty.button.set_primary(False)
        self.empty.button.clicked.connect(self._on_open)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        self.fit = Label("", "small", "text-2", elide=True)
        self.preview = RowPreview()
        self.note = Label("", "small", "text-3", wrap=True)
        self.count = Label("", "small", "text-3")
        self.fill = Button("Fill", tip="Fill the inputs from the chosen row (Enter)")
        self.fill.clicked.connect(self._on_fill)
        self._line, self._fit_line, self._foot = QFrame(), QFrame(), QFrame()
        self._build()
        self.model.sources_changed.connect(self._show_sources)
        self.model.loaded.connect(self._on_loaded)
        self.model.filled.connect(self._on_filled)
        self.model.message.connect(self._on_message)
        self._show_sources()
        self._on_loaded()

    def _build(self) -> None:
        self._line.setLayout(row(self.search, self.count, margins=(12, 8, 12, 8)))
        self._fit_line.setLayout(row(self.fit, margins=(16, 0, 16, 8)))
        self._foot.setProperty("rule", "top")
        layout = row(self.note, self.fill, margins=(16, 8, 12, 8))
        layout.setStretch(0, 1)
        self._foot.setLayout(layout)
        self.body.addWidget(self._line)
        self.body.addWidget(self._fit_line)
        self.body.addLayout(column(self._pages, margins=TABLE_MARGINS), 1)
        self.body.addWidget(self.preview)
        self.body.addWidget(self._foot)

    def _set_up_search(self) -> None:
        self.search.setAccessibleName("Filter rows")
        self.search.setPlaceholderText("Filter rows")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._timer.start)
        self._timer.timeout.connect(self._on_filter)

    def _set_up_table(self) -> None:
        table = self.table
        set_up_rows(table, "Rows")
        table.setModel(self.model.rows)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = table.horizontalHeader()
        header.setFont(font("micro"))
        header.setDefaultSectionSize(_COLUMN)
        header.setMinimumSectionSize(_NUMBER)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.doubleClicked.connect(self._on_fill)
        table.selectionModel().currentRowChanged.connect(self._show_row)
        table.installEventFilter(self)

    def shown(self) -> None:
        """Propose the data set that fits the open prompt; arrows and Enter go to its rows."""
        self._comes = True
        self._on_loaded()
        self.model.watch(True)

    def hidden(self) -> None:
        self._comes = False
        self.model.watch(False)

    def show_runs(self) -> None:
        """Show what earlier runs of the prompt were given."""
        self.model.choose(RUNS)
        self._show_current()
        self.table.setFocus()

    # --- sources ----------------------------------------------------------------------------------

    @Slot()
    def _show_sources(self) -> None:
        self.sources.blockSignals(True)
        self.sources.clear()
        self.sources.add_choice("Earlier runs", RUNS, icon="history")
        known = {each.path for each in self.model.sources}
        for each in self.model.sources:
            fit = self.model.fits.get(each.path)
            icon = "database" if fit is not None and fit.fills else ""
            self.sources.add_choice(each.name, each.path, icon=icon)
        for path in self._opened_files:
            if path not in known:
                self.sources.add_choice(Path(path).name, path)
        self.sources.setPlaceholderText("Choose…")
        self.sources.blockSignals(False)
        self._show_current()
        if self._comes and self.model.source is None:
            self._comes = False
            self.empty.button.setFocus()

    def _show_current(self) -> None:
        """Say which source is open and what it can do for the prompt."""
        self.sources.blockSignals(True)
        self.sources.setCurrentIndex(-1)
        if self.model.source is not None:
            self.sources.choose(self.model.source)
        self.sources.blockSignals(False)
        self.sources.updateGeometry()
        columns = columns_of(self.model.rows.columns, self.model.inputs)
        self._fit_line.setVisible(bool(self.model.rows.columns))
        self.fit.setText(said_of_fit(columns, self.model.inputs))
        set_tone(self.fit, "text-2" if columns else "warn")
        self._show_none()
        is_open = self.model.source is not None  # its rows may be on their way
        self._pages.setCurrentWidget(self.table if is_open else self.empty)
        self._show_row()

    def _show_none(self) -> None:
        """Say why no data set is open; where none fits, one can be opened."""
        inputs, known = self.model.inputs, self.model.sources
        if known and inputs:
            names = ", ".join(needed_of(inputs) or [field.name for field in inputs])
            self.empty.title.setText("No data set fits this prompt")
            self.empty.sentence.setText(
                f"None of the {len(known):,} data sets has a column for what the prompt needs "
                f"({names}). Open a file that has, or choose one above all the same."
            )
        else:
            self.empty.title.setText("No data set is open")
            self.empty.sentence.setText(_WHAT_FOR)

    @Slot()
    def _show_row(self) -> None:
        """Show what the current row gives to each input."""
        place = self.table.currentIndex().row()
        rows = self.model.rows.rows
        self.preview.show_row(rows[place] if 0 <= place < len(rows) else None, self.model.inputs)

    @Slot(int)
    def _on_source(self, index: int) -> None:
        self.model.choose(str(self.sources.itemData(index)))

    @Slot()
    def _on_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a data set", "", DATA_FILES)
        if path:
            self.open_path(path)

    def open_path(self, path: str) -> None:
        """Show the rows of a file."""
        if path not in self._opened_files:
            self._opened_files.append(path)
        self.model.choose(path)
        self._show_sources()

    # --- rows -------------------------------------------------------------------------------------

    @Slot()
    def _on_filter(self) -> None:
        self.model.filter(self.search.text().strip())

    @Slot()
    def _on_loaded(self) -> None:
        model = self.model
        is_open = model.source is not None
        has_rows = bool(model.rows.rows)
        self._line.setVisible(is_open)
        self._foot.setVisible(is_open)
        self.search.setVisible(model.source != RUNS)
        if self.search.text().strip() != model.words:
            self.search.setText(model.words)
        noun = "run" if model.source == RUNS else "row"
        total = count_text(model.total, noun)
        self.count.setText(f"{model.rows.matched:,} of {total}" if model.words else total)
        self.fill.setEnabled(has_rows)
        self._on_message("" if has_rows else self._why_none(), "text-3")
        if has_rows:
            self._fit_columns()
            self.table.selectRow(0)
        self._show_current()
        if self._comes:
            (self.table if is_open else self.empty.button).setFocus()
            self._comes = not has_rows

    def _fit_columns(self) -> None:
        """Columns as wide as the first rows need, within limits; the last takes the rest."""
        for index in range(self.model.rows.columnCount()):
            wanted = self.table.sizeHintForColumn(index) + 8
            least = self.table.horizontalHeader().sectionSizeHint(index)
            width = _NUMBER if index == 0 else min(max(wanted, least, _NUMBER), _COLUMN)
            self.table.setColumnWidth(index, width)

    def _why_none(self) -> str:
        if self.model.source == RUNS:
            return "This prompt was not run yet, or only without values."
        return "No row has these words." if self.model.words else ""

    @Slot()
    def _on_fill(self) -> None:
        self.model.fill(self.table.currentIndex().row())

    @Slot(int)
    def _on_filled(self, place: int) -> None:
        if self.table.currentIndex().row() != place:
            self.table.selectRow(place)
        self.table.scrollTo(self.model.rows.index(place, 0, QModelIndex()))

    @Slot(str, str)
    def _on_message(self, text: str, tone: str) -> None:
        self.note.setText(text)
        set_tone(self.note, tone)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_fill()
                return True
            if watched is self.search and event.key() == Qt.Key.Key_Down:
                self.table.setFocus()
                return True
        return super().eventFilter(watched, event)
