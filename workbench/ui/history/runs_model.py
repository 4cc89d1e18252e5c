"""The list of runs as a table: newest first, read page by page."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.servers import model_name
from workbench.domain.views import RunSummary, SearchHit, StrategyInfo
from workbench.ui.runs.words import NO_STRATEGY, STATUS_WORDS, Word, seconds_text

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

PAGE = 256
_SNIPPETS = 50
_Index = QModelIndex | QPersistentModelIndex
Page = tuple[tuple[RunSummary, ...], dict[int, str]]


class Cell(NamedTuple):
    """What a cell shows: text, an icon before it, and a quiet text behind it."""

    text: str
    tone: str = "text-2"
    icon: str = ""
    icon_tone: str = "text-3"
    quiet: str = ""
    right: bool = False


COLUMNS = ("Run", "When", "Prompt", "Strategy", "Model", "Answer", "Tokens", "Time", "Status")
RIGHT = frozenset({"Run", "Tokens", "Time"})


class RunsModel(QAbstractTableModel):
    """Runs by keyset paging; :meth:`refresh` reads the newest again and keeps the rest.

    Signals:
        filled(): the first page of a search or filter is there.
        failed(str): the list could not be read.
    """

    filled = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.rows: list[RunSummary] = []
        self.text = ""
        self.strategy = ""
        self.version = 0
        self.icon_only: frozenset[str] = frozenset()
        self._strategies: dict[str, StrategyInfo] = {}
        self._snippets: dict[int, str] = {}
        self._complete = False
        self._asking = False
        self._number = 0

    # --- reading ------------------------------------------------------------------------------

    def show_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        """Titles and colours of the strategies."""
        self._strategies = {info.id: info for info in strategies}
        self._repaint()

    def look_for(self, text: str, strategy: str, version: int = 0) -> None:
        """Another search or filter; the rows stay until its first page is there."""
        self.text, self.strategy, self.version = text.strip(), strategy, version
        self.refresh()

    def refresh(self) -> None:
        """Read the newest runs again."""
        self._number += 1
        self._asking = True
        self._ask(None, functools.partial(self._on_newest, self._number))

    def _ask(self, before_id: int | None, done: functools.partial[None]) -> None:
        text, strategy, version = self.text, self.strategy, self.version

        async def ask(core: Workbench) -> Page:
            runs = await core.list_runs(
                before_id=before_id,
                limit=PAGE,
                text=text,
                strategy=strategy,
                version=version,
            )
            hits: tuple[SearchHit, ...] = ()
            if text and before_id is None:
                hits = await core.search(text, _SNIPPETS)
            return runs, {hit.id: hit.snippet for hit in hits if hit.kind == "run"}

        self._bridge.call(ask, done, functools.partial(self._on_failed, self._number), owner=self)

    def _on_failed(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self._asking = False
            self.failed.emit(str(error))

    def _on_newest(self, number: int, page: Page) -> None:
        if number != self._number:
            return
        self._asking = False
        runs, self._snippets = page
        new = list(runs)
        fresh = self._count_fresh([run.run_id for run in new])
        if fresh is not None:
            if fresh:
                self._insert_top(new[:fresh])
            self._replace(new)
        else:
            self.beginResetModel()
            self.rows, self._complete = new, len(new) < PAGE
            self.endResetModel()
        self.filled.emit()

    def _count_fresh(self, ids: list[int]) -> int | None:
        """How many of ``ids`` come before the rows there are; None where the lists differ."""
        known = [run.run_id for run in self.rows]
        if not known or known[0] not in ids:
            return None
        fresh = ids.index(known[0])
        shared = ids[fresh:]
        whole = len(ids) == PAGE or len(shared) == len(known)
        return fresh if whole and known[: len(shared)] == shared else None

    def _insert_top(self, runs: list[RunSummary]) -> None:
        self.beginInsertRows(QModelIndex(), 0, len(runs) - 1)
        self.rows[:0] = runs
        self.endInsertRows()

    def _replace(self, runs: list[RunSummary]) -> None:
        """Take over what changed in rows that are the same runs."""
        last = len(COLUMNS) - 1
        for row, run in enumerate(runs):
            if self.rows[row] != run:
                self.rows[row] = run
                self.dataChanged.emit(self.index(row, 0), self.index(row, last))

    def _repaint(self) -> None:
        if self.rows:
            end = self.index(len(self.rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), end)

    def show_icon_only(self, names: frozenset[str]) -> None:
        """Leave out the headers of columns that have room for an icon alone."""
        if names != self.icon_only:
            self.icon_only = names
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def remove(self, run_id: int) -> None:
        """Take a row away at once; the store is told by whoever asks for it."""
        row = self.row_of(run_id)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self.rows[row]
            self.endRemoveRows()

    def row_of(self, run_id: int) -> int:
        """The row of a run, -1 where it is not in the list (yet)."""
        return next((row for row, run in enumerate(self.rows) if run.run_id == run_id), -1)

    # --- cells --------------------------------------------------------------------------------

    def cell(self, row: int, column: int) -> Cell:
        """What a cell shows."""
        run = self.rows[row]
        info = self._strategies.get(run.strategy, NO_STRATEGY)
        word = STATUS_WORDS.get(run.status, Word(run.status, "info", "text-3"))
        cells = {
            "Run": lambda: Cell(f"{run.run_id:,}", "text-3", right=True),
            "When": lambda: Cell(when_text(run.started_at)),
            "Prompt": lambda: Cell(
                run.title,
                "text",
                icon="compare" if run.group else "prompt",
                quiet=_plain_snippet(self._snippets.get(run.run_id, "")),
            ),
            "Strategy": lambda: Cell(
                info.title or run.strategy, icon=info.short, icon_tone=info.short
            ),
            "Model": lambda: Cell(model_name(run.model)),
            "Answer": lambda: Cell(" ".join((run.answer or "").split()) or "–", "text"),
            "Tokens": lambda: Cell(f"{run.completion_tokens:,}", right=True),
            "Time": lambda: Cell(seconds_text(run.seconds), right=True),
            "Status": lambda: Cell(word.text, word.tone, icon=word.icon, icon_tone=word.tone),
        }
        return cells[COLUMNS[column]]()

    # --- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.UserRole:
            return self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole and COLUMNS[index.column()] in self.icon_only:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[index.column()]}: {self.cell(index.row(), index.column()).text}"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if COLUMNS[section] in self.icon_only else COLUMNS[section]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft
            if COLUMNS[section] in RIGHT:
                side = Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and bool(self.rows) and not self._complete

    def fetchMore(self, _parent: _Index) -> None:
        if not self._asking and self.rows:
            self._asking = True
            self._ask(self.rows[-1].run_id, functools.partial(self._on_older, self._number))

    def _on_older(self, number: int, page: Page) -> None:
        if number != self._number:
            return
        self._asking = False
        runs = [run for run in page[0] if run.run_id < self.rows[-1].run_id]
        self._complete = len(page[0]) < PAGE
        if runs:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(runs) - 1)
            self.rows += runs
            self.endInsertRows()


def when_text(at: float) -> str:
    """The time of today, else the date; local time."""
    then, now = time.localtime(at), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M:%S", then)
    return time.strftime("%d %b %H:%M" if then[0] == now[0] else "%d %b %Y", then)


def _plain_snippet(snippet: str) -> str:
    return " ".join(snippet.replace("\u0002", "").replace("\u0003", "").split())
