"""The list of runs: pages, what is new, what is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from workbench.domain.searching import SearchFilter, SearchPage
from workbench.domain.views import RunFilter, RunSummary, SearchHit
from workbench.ui.history.runs.runs_model import COLUMNS, PAGE, RunsModel, when_text
from workbench.ui.tasks import Ask


def run(run_id: int, **other: Any) -> RunSummary:
    values: dict[str, Any] = {
        "status": "done",
        "strategy": "direct",
        "model": "/models/some.gguf",
        "title": f"prompt {run_id}",
        "answer": "17",
        "started_at": time.time(),
        "seconds": 1.5,
        "calls": 1,
        "completion_tokens": 1234,
    }
    return RunSummary(run_id=run_id, **(values | other))


class Store:
    """A core with ``count`` runs, and a bridge to it that answers on demand."""

    def __init__(self, count: int) -> None:
        self.runs = [run(run_id) for run_id in range(count, 0, -1)]
        self.asked: list[int | None] = []
        self.history = self
        self.members: dict[str, list[RunSummary]] = {}
        self._waiting: list[Callable[[], None]] = []
        self.history = self  # the part of the core that the model asks

    def call(
        self,
        ask: Callable[[Any], Awaitable[Any]],
        done: Callable[[Any], None] | None = None,
        failed: object = None,
        owner: object = None,
    ) -> None:
        def answer() -> None:
            result = asyncio.run(ask(self))  # type: ignore[arg-type]
            if done is not None:
                done(result)

        self._waiting.append(answer)

    def ask(self, ask: Callable[[Any], Awaitable[Any]]) -> Ask[Any]:
        return Ask(self, ask)  # type: ignore[arg-type]

    def settle(self) -> None:
        """Answer everything that was asked."""
        while self._waiting:
            self._waiting.pop(0)()

    async def list_runs(
        self,
        before_id: int | None = None,
        limit: int = 256,
        wanted: RunFilter = RunFilter(),  # noqa: B008
        *,
        fold: bool = False,
    ) -> tuple[RunSummary, ...]:
        if wanted.group:
            return tuple(self.members[wanted.group])
        self.asked.append(before_id)
        found = [each for each in self.runs if wanted.text in each.title]
        found = [each for each in found if before_id is None or each.run_id < before_id]
        return tuple(found[:limit])

    async def search(self, text: str, wanted: SearchFilter, *, limit: int) -> SearchPage:
        hit = SearchHit(kind="run", id=7, title="t", snippet="…\u0002found\u0003 it…", at=0.0)
        return SearchPage(hits=(hit,))


@pytest.fixture
def store() -> Store:
    return Store(PAGE * 2 + 10)


@pytest.fixture
def model(store: Store, qtbot: QtBot) -> RunsModel:
    made = RunsModel(store)  # type: ignore[arg-type]
    made.refresh()
    store.settle()
    return made


def ids(model: RunsModel) -> list[int]:
    return [each.run_id for each in model.rows]


def fetch_all(model: RunsModel, store: Store) -> None:
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        store.settle()


def test_pages_come_one_after_the_other(model: RunsModel, store: Store) -> None:
    assert model.rowCount() == PAGE + 1  # and the heading of the day
    fetch_all(model, store)
    assert ids(model) == [each.run_id for each in store.runs]
    assert store.asked == [None, ids(model)[PAGE - 1], ids(model)[2 * PAGE - 1]]


def test_new_runs_come_on_top_and_the_rest_stays(
    model: RunsModel, store: Store, qtbot: QtBot
) -> None:
    fetch_all(model, store)
    count = len(store.runs)
    store.runs[0] = run(count, status="running")
    store.runs[:0] = [run(count + 2), run(count + 1)]
    with qtbot.assertNotEmitted(model.modelReset):
        model.refresh()
        store.settle()
    assert ids(model) == [each.run_id for each in store.runs]
    assert model.cell(3, COLUMNS.index("Status")).text == "Running"


def test_a_run_that_is_gone_leaves_the_list(model: RunsModel, store: Store) -> None:
    gone = store.runs.pop(3)
    model.remove([gone.run_id])
    assert gone.run_id not in ids(model)
    model.refresh()
    store.settle()
    assert ids(model) == [each.run_id for each in store.runs[:PAGE]]


def test_search_shows_where_the_words_are(model: RunsModel, store: Store) -> None:
    model.look_for(RunFilter(text="prompt 7"))
    store.settle()
    assert ids(model)[-1] == 7
    cell = model.cell(model.row_of(7), COLUMNS.index("Prompt"))
    assert cell.quiet == "…found it…"
    model.look_for(RunFilter(text="nowhere"))
    store.settle()
    assert model.rowCount() == 0
    assert not model.canFetchMore(QModelIndex())


def test_a_late_answer_never_replaces_a_newer_one(model: RunsModel, store: Store) -> None:
    model.look_for(RunFilter(text="prompt 7"))
    model.look_for(RunFilter(text="prompt 9"))
    store.settle()
    assert {each.title[:8] for each in model.rows} == {"prompt 9"}


def test_it_is_a_sound_model(model: RunsModel, store: Store, qtbot: QtBot) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode)
    store.settle()
    store.runs[:0] = [run(9999)]
    model.refresh()
    store.settle()
    model.remove([9999])
    model.look_for(RunFilter(text="prompt 7"))
    store.settle()
    assert tester.model() is model


def test_cells_in_words(model: RunsModel) -> None:
    row = [model.data(model.index(1, column)) for column in range(len(COLUMNS))]
    assert row[0] == str(PAGE * 2 + 10)
    assert row[4:] == ["some", "17", "1,234", "1.5 s", "Done"]
    spoken = model.data(model.index(1, 8), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Status: Done"


def test_the_time_of_today_else_the_date() -> None:
    assert when_text(time.time()).count(":") == 2
    assert when_text(0).endswith(("1970", "1969"))


def test_days_have_headings_that_cannot_be_chosen(model: RunsModel, store: Store) -> None:
    day = 24 * 3600
    now = time.time()
    store.runs = [run(4), run(3, started_at=now - day), run(2, started_at=0), run(1, started_at=0)]
    model.refresh()
    store.settle()
    assert [each.key[0] for each in model.entries] == [
        "day",
        "run",
        "day",
        "run",
        "day",
        "run",
        "run",
    ]
    assert model.cell(0, 0).text.startswith("Today, ")
    assert model.cell(2, 0).text.startswith("Yesterday, ")
    assert model.cell(4, 0).text == "Date unknown"
    assert not model.flags(model.index(2, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.row_of(3) == 3


def test_a_comparison_is_one_row_that_unfolds(model: RunsModel, store: Store, qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    store.runs = [run(9), run(8, group="g", members=3), run(2)]
    store.members["g"] = [run(8, group="g"), run(6, group="g"), run(4, group="g")]
    model.refresh()
    store.settle()
    assert model.rowCount() == 4
    assert model.cell(2, COLUMNS.index("Prompt")).quiet == "3 runs compared"
    model.toggle(2)
    store.settle()
    assert [each.run and each.run.run_id for each in model.entries] == [None, 9, 8, 8, 6, 4, 2]
    assert model.row_of(6) == 4
    model.refresh()
    store.settle()
    assert model.is_unfolded(2)
    model.toggle(2)
    assert model.rowCount() == 4
    assert tester.model() is model


def test_an_answer_that_was_judged_says_so(model: RunsModel, store: Store) -> None:
    store.runs = [run(3, is_right=True), run(2, is_right=False), run(1)]
    model.refresh()
    store.settle()
    answers = [model.cell(row, COLUMNS.index("Answer")).icon for row in (1, 2, 3)]
    assert answers == ["check", "circle-x", ""]
