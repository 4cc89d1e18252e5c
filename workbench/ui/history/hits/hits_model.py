"""What a search finds, as rows: a heading for each day, and the hits of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.searching import (
    SearchFilter,
    SearchKind,
    SearchOrder,
    SearchPage,
    scores_text,
)
from workbench.domain.servers import model_name
from workbench.domain.text import count_text
from workbench.domain.views import SearchHit, StrategyInfo
from workbench.ui.kit.row_delegate import RowsModel
from workbench.ui.runs.words import NO_STRATEGY
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

PAGE = 50
_PARTS = {
    "thought": "thought",
    "system": "system prompt",
    "title": "title",
    "variables": "inputs",
    "file": "attached file",
}


class HitRow(NamedTuple):
    """A row: the heading of a day, or a hit. ``number`` is its place among those compared."""

    day: str
    hits: int = 0
    hit: SearchHit | None = None
    facts: str = ""
    icon: str = ""
    tone: str = "text-2"
    number: int = 0


class HitsModel(RowsModel[HitRow]):
    """Searches as one types; a new search interrupts the one before.

    Signals:
        filled(): a page is there. failed(str): a sentence.
        compared(): which runs are chosen to be compared has changed.
    """

    filled = Signal()
    failed = Signal(str)
    compared = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.page = SearchPage()
        self.hits: list[SearchHit] = []
        self.words = ""
        self.wanted = SearchFilter()
        self.order: SearchOrder = "newest"
        self.chosen: list[int] = []
        """Runs to be compared, at most two, in the order in which they were chosen."""
        self._strategies: dict[str, StrategyInfo] = {}
        self._asking = False

    def show_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        """Titles and colours of the strategies."""
        self._strategies = {info.id: info for info in strategies}
        self._show()

    def look_for(self, words: str, wanted: SearchFilter, order: SearchOrder) -> None:
        """Another search; the rows stay until its first page is there."""
        self.words, self.wanted, self.order = words, wanted, order
        self.search()

    def refresh(self) -> None:
        """Search again, unless further pages are shown, which would go."""
        if len(self.hits) <= PAGE:
            self.search()

    @latest
    async def search(self) -> None:
        """Read the first page of hits."""
        cancel(self, "read_more")
        self._asking = False
        words, wanted, order = self.words, self.wanted, self.order
        try:
            page = await self._bridge.ask(
                lambda core: core.history.search(words, wanted, limit=PAGE, order=order)
            )
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self.page, self.hits = page, list(page.hits)
        self._show()
        self.filled.emit()

    @latest
    async def read_more(self) -> None:
        """Read the page after those that are there, if any."""
        before = self.page.next_key
        if before is None or self._asking:
            return
        self._asking = True
        words, wanted = self.words, self.wanted
        try:
            page = await self._bridge.ask(
                lambda core: core.history.search(words, wanted, limit=PAGE, before=before)
            )
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        finally:
            self._asking = False
        self.page = page
        self.hits += page.hits
        self._show()

    def choose(self, run_id: int) -> None:
        """Choose a run to be compared, or no longer; of three the first gives way."""
        if run_id in self.chosen:
            self.chosen.remove(run_id)
        else:
            self.chosen = [*self.chosen, run_id][-2:]
        self._show()
        self.compared.emit()

    def swap(self) -> None:
        """Compare the other way round."""
        self.chosen.reverse()
        self._show()
        self.compared.emit()

    def clear_chosen(self) -> None:
        """Compare nothing."""
        self.chosen = []
        self._show()
        self.compared.emit()

    def row_of_first(self) -> int:
        """The first row with a hit, -1 where there is none."""
        return next((row for row, each in enumerate(self.rows) if each.hit is not None), -1)

    # --- rows ---------------------------------------------------------------------------------

    def text_of(self, hit: SearchHit) -> str:
        """A hit's text without the marks."""
        return hit.snippet.replace("\x02", "").replace("\x03", "")

    def text(self, row: HitRow) -> str:
        return row.day if row.hit is None else row.hit.title

    def spoken(self, row: HitRow) -> str:
        if row.hit is None:
            return f"{row.day}, {count_text(row.hits, 'hit')}"
        chosen = f", {row.number} to compare" if row.number else ""
        return f"{row.hit.title}, {row.facts}{chosen}: {self.text_of(row.hit)}"

    def key(self, row: HitRow) -> object:
        hit = row.hit
        return row.day if hit is None else (hit.kind, hit.id, hit.message_id, hit.part, hit.number)

    def _show(self) -> None:
        self.show_rows(list(self._rows()))

    def _rows(self) -> Iterator[HitRow]:
        ranked = self.page.is_ranked
        days = [_day(hit.at) for hit in self.hits]
        last = ""
        for hit, day in zip(self.hits, days, strict=True):
            if day != last and not ranked:
                yield HitRow(day, days.count(day))
                last = day
            yield self._row(hit, day)

    def _row(self, hit: SearchHit, day: str) -> HitRow:
        info = self._strategies.get(hit.strategy, NO_STRATEGY)
        facts = [*_place(hit)]
        icon, tone = _ICONS[hit.kind], "text-2"
        if hit.kind == "run":
            facts.append(info.title or hit.strategy)
            if info.short:
                icon, tone = info.short, info.short
        if hit.part == "variables":
            icon, tone = "hash", "text-2"
        if hit.model and hit.kind == "message":
            facts.append(model_name(hit.model))
        if hit.is_right is not None:
            facts.append("right" if hit.is_right else "wrong")
        if hit.scores:
            facts.append(scores_text(hit.scores))
        number = self.chosen.index(hit.id) + 1 if hit.kind == "run" and hit.id in self.chosen else 0
        return HitRow(day, 0, hit, " · ".join(each for each in facts if each), icon, tone, number)


_ICONS = {"run": "direct", "message": "chat", "version": "history", "case": "evaluate"}


def _place(hit: SearchHit) -> Iterator[str]:
    """Where the words are, as facts."""
    part = _PARTS.get(hit.part, "")
    if hit.kind == "run":
        yield f"run {hit.id:,}"
        yield part
    elif hit.kind == "message":
        yield "chat"
        yield part or ("you" if hit.role == "user" else "")
        if hit.of > 1:
            yield f"version {hit.number} of {hit.of}"
        if hit.is_shown is False:
            yield "on another branch"
    elif hit.kind == "version":
        yield f"version {hit.number}"
    else:
        yield f"row {hit.number} of the evaluation"


def _day(at: float) -> str:
    """The local day of a Unix time, in words."""
    if not at:
        return "Date unknown"
    day = dt.datetime.fromtimestamp(at).astimezone().date()
    age = (dt.date.today() - day).days  # noqa: DTZ011
    name = f"{day:%A}, {day.day} {day:%B}"
    if day.year != dt.date.today().year:  # noqa: DTZ011
        name += f" {day.year}"
    return f"Today, {day.day} {day:%B}" if age == 0 else name


KIND_TITLES: tuple[tuple[SearchKind | None, str], ...] = (
    (None, "All"),
    ("run", "Runs"),
    ("chat", "Chats"),
    ("version", "Versions"),
    ("variable", "Inputs"),
    ("case", "Data rows"),
)
