"""Rows that fill the inputs of the open prompt: of a data set, or what earlier runs were given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.datasets import DataFile, DataPage, DataRow, Filled
from workbench.domain.prompts.matching import DataFit
from workbench.domain.prompts.prompt import InputField
from workbench.ui.kit.inputs.values import text_of_cell
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.ui.design.inputs.samples_model import SamplesModel
    from workbench.ui.design.view_model import DesignModel

RUNS = ""
"""The source that is the earlier runs of the prompt; every other one is a file's path."""
_PAGE = 200
_TIP_CHARACTERS = 2_000
_NO_ROWS = DataPage(path="", name="", columns=(), total=0, matched=0, rows=())
_Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """The rows that are there, read page by page as they are scrolled to.

    Signals:
        wanted(int): more rows are to be read, from that one on.
    """

    wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[DataRow] = []
        self.columns: tuple[str, ...] = ()
        self.matched = 0
        self.noted = False
        """Whether the second column is the rows' notes."""

    def show_page(self, page: DataPage) -> None:
        """Show another table from its beginning."""
        self.beginResetModel()
        self.rows, self.columns = list(page.rows), page.columns
        self.matched = page.matched
        self.noted = any(row.note for row in page.rows)
        self.endResetModel()

    def add_page(self, page: DataPage) -> None:
        """Show more rows beneath."""
        if page.rows:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(page.rows) - 1)
            self.rows += page.rows
            self.endInsertRows()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return len(self.columns) + self.noted + 1 if self.columns else 0

    def canFetchMore(self, _parent: _Index) -> bool:
        return len(self.rows) < self.matched

    def fetchMore(self, _parent: _Index) -> None:
        self.wanted.emit(len(self.rows))

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole:
            notes = ("When and answer",) if self.noted else ()
            return ("Run" if self.noted else "Row", *notes, *self.columns)[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(self._cell(index)[:500].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._cell(index)[:_TIP_CHARACTERS]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _cell(self, index: _Index) -> str:
        row = self.rows[index.row()]
        place = index.column() - 1 - self.noted
        if index.column() == 0:
            return f"{row.number:,}"
        if place < 0:
            return row.note
        return text_of_cell(row.values.get(self.columns[place]))


class DataModel(QObject):
    """Which source is open, its rows, and filling the form of ``design`` from one of them.

    While it is ``watching``, each prompt that is opened gets the data set that fits it best, until
    the user chooses another for it.

    Signals:
        sources_changed(): there are other data sets, or others fit.
        loaded(): other rows, or a message about them, are to be shown.
        filled(int): the form was filled from the row at that place of the table.
        message(str, str): a sentence and its tone (ok, warn, bad).
    """

    sources_changed = Signal()
    loaded = Signal()
    filled = Signal(int)
    message = Signal(str, str)

    def __init__(self, design: DesignModel, samples: SamplesModel) -> None:
        super().__init__()
        self._design, self._samples = design, samples
        self._bridge = design.bridge
        self.sources: tuple[DataFile, ...] = ()
        self.fits: dict[str, DataFit] = {}
        """What each of :attr:`sources` can do for the open prompt, the best first."""
        self.watching = False
        self.source: str | None = None
        self.name = ""
        self.total = 0
        self.words = ""
        self.rows = RowsModel()
        self.current = -1
        """The place in the table of the row that filled the form last."""
        self._chosen: dict[str, str] = {}
        self._proposed_for = ""
        self._looked_for: object = None
        self._reading = False
        self._step_after = 0
        self.rows.wanted.connect(self._on_wanted)
        design.opened.connect(self._on_opened)
        design.analysed.connect(self._on_analysed)

    @property
    def inputs(self) -> tuple[InputField, ...]:
        """What the open prompt takes."""
        return self._design.current.analysis.inputs if self._design.current is not None else ()

    # --- sources ----------------------------------------------------------------------------------

    def watch(self, watching: bool) -> None:
        """Propose a data set for the open prompt and those that are opened from now on, or no more.

        Who comes back to the same prompt finds what was open before.
        """
        self.watching = watching
        if watching:
            self._look()

    @latest
    async def _look(self) -> None:
        """Look which data sets there are, and which of them fit the open prompt."""
        document = self._design.current
        if document is None or document.analysed is None:
            self._looked_for = None
            return
        path, inputs = document.path, self.inputs
        chosen = self._samples.chosen
        clues = (document.analysis.name, chosen.name if chosen is not None else "")
        self._looked_for = (path, [field.name for field in inputs])
        fits = await self._bridge.ask(lambda core: core.datasets.matching(path, inputs, clues))
        if self._design.current is None or self._design.current.path != path:
            return
        self.fits = {fit.file.path: fit for fit in fits}
        self.sources = tuple(fit.file for fit in fits)
        if self._proposed_for != path:
            self._proposed_for = path
            best = fits[0].file.path if fits and fits[0].serves else None
            self._propose(self._chosen.get(path, RUNS if self.source == RUNS else best))
        self.sources_changed.emit()

    def _propose(self, source: str | None) -> None:
        if source is not None and source != self.source:
            self.open(source)
        elif source is None:
            self.source, self.current, self.words = None, -1, ""
            cancel(self, "_read")
            self.rows.show_page(_NO_ROWS)
            self.loaded.emit()

    @Slot(str)
    def _on_opened(self, _path: str) -> None:
        self.current = -1
        self.message.emit("", "text-3")
        if self.source == RUNS:
            self.open(RUNS)
        if self.watching:
            self._look()

    @Slot()
    def _on_analysed(self) -> None:
        document = self._design.current
        if self.watching and document is not None:
            names = [field.name for field in self.inputs]
            if self._looked_for != (document.path, names):
                self._look()

    def choose(self, source: str) -> None:
        """The user wants the rows of a file, or of earlier runs, for the open prompt."""
        if self._design.current is not None:
            self._chosen[self._design.current.path] = source
            self._proposed_for = self._design.current.path
        self.open(source)

    # --- rows -------------------------------------------------------------------------------------

    def open(self, source: str) -> None:
        """Show the rows of a file, or of earlier runs."""
        if source != self.source:
            self.words = ""
        self.source, self.current = source, -1
        self._read(0)

    def filter(self, words: str) -> None:
        """Show only the rows in which all of the words occur."""
        if words != self.words:
            self.words, self.current = words, -1
            if self.source is not None:
                self._read(0)

    @Slot(int)
    def _on_wanted(self, offset: int) -> None:
        if not self._reading and self.source:
            self._read(offset)

    @latest
    async def _read(self, offset: int) -> None:
        self._reading = True
        source, words = self.source or RUNS, self.words
        path = self._design.current.path if self._design.current is not None else ""
        try:
            page = await self._bridge.ask(
                lambda core: (
                    core.datasets.page(source, offset, _PAGE, words)
                    if source
                    else core.datasets.earlier_inputs(path)
                )
            )
        except WorkbenchError as error:
            self._reading = False
            self._show(msgspec.structs.replace(_NO_ROWS, name=Path(source).name))
            self.message.emit(str(error), "bad")
            return
        self._reading = False
        if not offset:
            self._show(_in_order(page, self.inputs) if source == RUNS else page)
            return
        self.rows.add_page(page)
        by, self._step_after = self._step_after, 0
        if by:
            self.step(by)

    def _show(self, page: DataPage) -> None:
        self.name, self.total = page.name, page.total
        self.rows.show_page(page)
        self.loaded.emit()

    # --- filling ----------------------------------------------------------------------------------

    @background
    async def fill(self, place: int) -> None:
        """Fill the form from a row of the table."""
        document = self._design.current
        if document is None or not 0 <= place < len(self.rows.rows):
            return
        row, inputs = self.rows.rows[place], document.analysis.inputs
        path = document.path
        found = await self._bridge.ask(lambda core: core.datasets.apply_row(row.values, inputs))
        document = self._design.current
        if document is None or document.path != path:
            return
        source = (
            f"run {row.number}" if self.source == RUNS else f"row {row.number:,} of {self.name}"
        )
        if not found.values:
            names = ", ".join(each.name for each in document.analysis.inputs)
            self.message.emit(
                f"No column has the name of an input ({names}): nothing was filled."
                if not found.problems
                else " ".join(found.problems),
                "bad",
            )
            return
        self.current = place
        self._samples.leave(source)
        self._design.fill({**document.values, **found.values}, found.expected)
        self._samples.changed.emit()
        self.filled.emit(place)
        self._tell(found, document.values)

    def step(self, by: int) -> None:
        """Fill from the next row (1) or the one before (-1); the first where none was used."""
        target = self.current + by if self.current >= 0 else 0
        if target >= len(self.rows.rows) and self.rows.canFetchMore(QModelIndex()):
            self._step_after = by
            self.rows.fetchMore(QModelIndex())
        else:
            self.fill(target)

    def _tell(self, found: Filled, values: dict[str, Any]) -> None:
        empty = [name for name in found.missing if values.get(name) in (None, "")]
        kept = [name for name in found.missing if name not in empty]
        parts = list(found.problems)
        if empty:
            verb = "stays" if len(empty) == 1 else "stay"
            parts.append(f"{', '.join(empty)} {verb} empty: the row has no such column.")
        if kept:
            verb = "keeps its value" if len(kept) == 1 else "keep their values"
            parts.append(f"{', '.join(kept)} {verb}: the row has no such column.")
        tone = "bad" if found.problems else "warn" if empty else "text-2"
        count = len(found.values)
        self.message.emit(" ".join(parts) or f"Filled {count} of the inputs.", tone)


def _in_order(page: DataPage, inputs: Sequence[InputField]) -> DataPage:
    """The columns in the order of the inputs, those of other names last."""
    wanted = [each.name for each in inputs if each.name in page.columns]
    others = [name for name in page.columns if name not in wanted]
    return msgspec.structs.replace(page, columns=(*wanted, *others))
