"""The list of runs as a table: newest first, read page by page."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.searching import SearchFilter
from workbench.domain.servers import model_name
from workbench.domain.text import count_text, seconds_text
from workbench.domain.views import RunFilter, RunSummary, SearchHit, StrategyInfo
from workbench.ui.runs.words import NO_STRATEGY, STATUS_WORDS, Word
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

PAGE = 256
_SNIPPETS = 50
_Index = QModelIndex | QPersistentModelIndex
_MOST_MEMBERS = 1000


class Page(NamedTuple):
    """Runs, where searched words are in them, and the members of unfolded comparisons."""

    runs: tuple[RunSummary, ...]
    snippets: dict[int, str]
    members: dict[str, tuple[RunSummary, ...]]


class Entry(NamedTuple):
    """A row: the heading of a day, a run, or a run of the unfolded comparison above it."""

    kind: Literal["day", "run", "member"]
    day: str
    run: RunSummary | None = None

    @property
    def key(self) -> tuple[str, str | int]:
        """What makes it the same row with other values."""
        if self.run is None:
            return "day", self.day
        if self.is_folder:
            return "group", self.run.group
        return self.kind, self.run.run_id

    @property
    def is_folder(self) -> bool:
        """Whether the row represents a whole comparison."""
        return self.kind == "run" and self.run is not None and self.run.members > 1


class Cell(NamedTuple):
    """What a cell shows: text, an icon before it, and a quiet text behind it."""

    text: str
    tone: str = "text-2"
    icon: str = ""
    icon_tone: str = "text-3"
    quiet: str = ""
    right: bool = False


COLUMNS = ("Run", "When", "Prompt", "Strategy", "Model", "Answer", "Tokens", "Time", "Status")
_VERDICTS: dict[bool | None, tuple[str, str]] = {
    True: ("check", "text-3"),
    False: ("circle-x", "bad"),
}
"""Icon and tone of an answer that was judged."""
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
        self.entries: list[Entry] = []
        self.wanted = RunFilter()
        self._unfolded: dict[str, tuple[RunSummary, ...]] = {}
        self.icon_only: frozenset[str] = frozenset()
        self._strategies: dict[str, StrategyInfo] = {}
        self._snippets: dict[int, str] = {}
        self._complete = False
        self._shown = self.wanted
        self._asking = False

    # --- reading ------------------------------------------------------------------------------

    def show_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        """Titles and colours of the strategies."""
        self._strategies = {info.id: info for info in strategies}
        self._repaint()

    def look_for(self, wanted: RunFilter) -> None:
        """Another search or filter; the rows stay until its first page is there."""
        self.wanted = wanted
        self.refresh()

    def toggle(self, row: int) -> None:
        """Unfold the comparison of a row, or fold it again."""
        entry = self.entries[row]
        if entry.run is None or not entry.is_folder:
            return
        group = entry.run.group
        if group in self._unfolded:
            del self._unfolded[group]
            self._show()
        else:
            self.unfold(group)

    def unfold(self, group: str) -> None:
        """List the runs of a comparison below its row; "" is none."""
        if group and group not in self._unfolded:
            self._unfolded[group] = ()
            self.refresh()

    def is_unfolded(self, row: int) -> bool:
        """Whether the runs of a row's comparison are listed below it."""
        run = self.entries[row].run
        return run is not None and self.entries[row].is_folder and run.group in self._unfolded

    @latest
    async def refresh(self) -> None:
        """Read the newest runs again."""
        cancel(self, "_read_older")
        wanted, groups = self.wanted, tuple(self._unfolded)

        async def ask(core: Workbench) -> Page:
            runs = await core.history.list_runs(limit=PAGE, wanted=wanted, fold=True)
            hits: tuple[SearchHit, ...] = ()
            if wanted.text:
                page = await core.history.search(
                    wanted.text, SearchFilter(kinds=("run",)), limit=_SNIPPETS
                )
                hits = page.hits
            members = {
                group: await core.history.list_runs(
                    limit=_MOST_MEMBERS, wanted=RunFilter(group=group)
                )
                for group in groups
            }
            return Page(runs, {hit.id: hit.snippet for hit in hits if hit.kind == "run"}, members)

        self._asking = True
        try:
            page = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self._asking = False
            self.failed.emit(str(error))
            return
        self._asking = False
        new = list(page.runs)
        self._snippets = page.snippets
        self._unfolded.update(
            {group: runs for group, runs in page.members.items() if group in self._unfolded}
        )
        older = [run for run in self.rows if new and run.run_id < new[-1].run_id]
        if self._shown == self.wanted and len(new) == PAGE and older:
            self.rows = new + older
        else:
            self.rows, self._complete = new, len(new) < PAGE
        self._shown = self.wanted
        self._show()
        self.filled.emit()

    def _show(self) -> None:
        """Make the rows that are shown those that should be; what stays keeps its place."""
        old, new = self.entries, list(self._entries())
        begin = 0
        while begin < min(len(old), len(new)) and old[begin].key == new[begin].key:
            begin += 1
        end = 0
        while end < min(len(old), len(new)) - begin and old[-1 - end].key == new[-1 - end].key:
            end += 1
        if begin + end < len(old):
            self.beginRemoveRows(QModelIndex(), begin, len(old) - end - 1)
            del old[begin : len(old) - end]
            self.endRemoveRows()
        if begin + end < len(new):
            self.beginInsertRows(QModelIndex(), begin, len(new) - end - 1)
            old[begin:begin] = new[begin : len(new) - end]
            self.endInsertRows()
        last = len(COLUMNS) - 1
        for row, entry in enumerate(new):
            if old[row] != entry:
                old[row] = entry
                self.dataChanged.emit(self.index(row, 0), self.index(row, last))

    def _entries(self) -> Iterator[Entry]:
        day = ""
        for run in self.rows:
            if (of_run := day_text(run.started_at)) != day:
                day = of_run
                yield Entry("day", day)
            entry = Entry("run", day, run)
            yield entry
            if entry.is_folder:
                for member in self._unfolded.get(run.group, ()):
                    yield Entry("member", day, member)

    def _repaint(self) -> None:
        if self.entries:
            end = self.index(len(self.entries) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), end)

    def show_icon_only(self, names: frozenset[str]) -> None:
        """Leave out the headers of columns that have room for an icon alone."""
        if names != self.icon_only:
            self.icon_only = names
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def remove(self, run_ids: Iterable[int]) -> None:
        """Remove runs from the list at once; the caller deletes them in the store."""
        gone = set(run_ids)
        self.rows = [run for run in self.rows if run.run_id not in gone]
        for group, members in self._unfolded.items():
            self._unfolded[group] = tuple(each for each in members if each.run_id not in gone)
        self._show()

    def row_of(self, run_id: int) -> int:
        """The row of a run, -1 where it is not in the list (yet)."""
        found = -1
        for row, entry in enumerate(self.entries):
            if entry.run is not None and entry.run.run_id == run_id:
                found = row
                if entry.kind == "member" or not entry.is_folder:
                    break
        return found

    # --- cells --------------------------------------------------------------------------------

    def cell(self, row: int, column: int) -> Cell:
        """What a cell shows."""
        entry = self.entries[row]
        run = entry.run
        if run is None:
            return Cell(entry.day if column == 0 else "", "text-2")
        info = self._strategies.get(run.strategy, NO_STRATEGY)
        word = STATUS_WORDS.get(run.status, Word(run.status, "info", "text-3"))
        cells = {
            "Run": lambda: Cell(f"{run.run_id:,}", "text-3", right=True),
            "When": lambda: Cell(when_text(run.started_at)),
            "Prompt": lambda: Cell(
                run.title,
                "text" if entry.kind == "run" else "text-2",
                icon=self._icon(row, entry, run),
                quiet=_plain_snippet(self._snippets.get(run.run_id, ""))
                or (f"{count_text(run.members, 'run')} compared" if entry.is_folder else ""),
            ),
            "Strategy": lambda: Cell(
                info.title or run.strategy, icon=info.short, icon_tone=info.short
            ),
            "Model": lambda: Cell(model_name(run.model)),
            "Answer": lambda: Cell(
                " ".join((run.answer or "").split()) or "–",
                "text",
                icon=_VERDICTS.get(run.is_right, ("", ""))[0],
                icon_tone=_VERDICTS.get(run.is_right, ("", "text-3"))[1],
            ),
            "Tokens": lambda: Cell(f"{run.completion_tokens:,}", right=True),
            "Time": lambda: Cell(seconds_text(run.seconds), right=True),
            "Status": lambda: Cell(word.text, word.tone, icon=word.icon, icon_tone=word.tone),
        }
        return cells[COLUMNS[column]]()

    def _icon(self, row: int, entry: Entry, run: RunSummary) -> str:
        if entry.is_folder:
            return "chevron-down" if self.is_unfolded(row) else "chevron-right"
        return "compare" if run.group else "prompt"

    # --- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings of days can be neither chosen nor reached by keys."""
        if index.isValid() and self.entries[index.row()].run is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index)
        if role == Qt.ItemDataRole.UserRole:
            return self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole and COLUMNS[index.column()] in self.icon_only:
            return self.cell(index.row(), index.column()).text
        return None

    def _spoken(self, index: _Index) -> str:
        entry = self.entries[index.row()]
        if entry.run is None:
            return entry.day
        return f"{COLUMNS[index.column()]}: {self.cell(index.row(), index.column()).text}"

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
            self._read_older(self.rows[-1].run_id)

    @latest
    async def _read_older(self, before_id: int) -> None:
        wanted = self.wanted
        self._asking = True
        try:
            runs = await self._bridge.ask(
                lambda core: core.history.list_runs(
                    before_id=before_id, limit=PAGE, wanted=wanted, fold=True
                )
            )
        except WorkbenchError as error:
            self._asking = False
            self.failed.emit(str(error))
            return
        self._asking = False
        self.rows += [run for run in runs if run.run_id < self.rows[-1].run_id]
        self._complete = len(runs) < PAGE
        self._show()


def day_text(at: float) -> str:
    """The day of a time, local: today, yesterday, else the weekday and date; 0 is unknown."""
    if not at:
        return "Date unknown"
    then, today = dt.date.fromtimestamp(at), dt.date.today()  # noqa: DTZ011, DTZ012
    dated = then.strftime(f"{then.day} %B" if then.year == today.year else f"{then.day} %B %Y")
    near = {0: "Today", 1: "Yesterday"}.get((today - then).days, then.strftime("%A"))
    return f"{near}, {dated}"


def when_text(at: float) -> str:
    """The time of today, else the date; local time."""
    then, now = time.localtime(at), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M:%S", then)
    return time.strftime("%d %b %H:%M" if then[0] == now[0] else "%d %b %Y", then)


def _plain_snippet(snippet: str) -> str:
    return " ".join(snippet.replace("\u0002", "").replace("\u0003", "").split())
