"""A judge in the grid: a column of its own, grey until the user's votes agree with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.service.test_measuring import JudgingEngine
from tests.ui.conftest import WAIT_MS
from tests.ui.evaluate.results.conftest import run_to_end
from workbench.settings import Paths
from workbench.ui.evaluate.results.kept import KeptColumns
from workbench.ui.evaluate.results.view import ResultsView
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.panels import Context

PROMPT = "---\ninputs:\n  word: string\n---\nuser:\nCount {{ word }}.\n"
SET = """name: Judged
rows:
  - {id: a, word: one, expected: '3'}
  - {id: b, word: three, expected: '5'}
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
checks:
  - exact
  - judge-accuracy: {name: Helpful}
"""


@pytest.fixture
def engine() -> JudgingEngine:
    """Counts letters, and judges."""
    return JudgingEngine()


@pytest.fixture
def view(context: Context, paths: Paths, qtbot: QtBot) -> ResultsView:
    """Results with a judge among the checks, without a vote."""
    paths.create()
    (paths.prompts / "count.prompty").write_text(PROMPT)
    path = Path(paths.prompts / "judged.yaml")
    path.write_text(SET)
    model = EvaluationModel(context.bridge)
    model.open_path(str(path))
    qtbot.waitUntil(lambda: model.estimate is not None, timeout=WAIT_MS)
    run_to_end(model, qtbot)
    made = ResultsView(context, model)
    qtbot.addWidget(made)
    made.resize(1376, 760)
    made.show()
    qtbot.waitUntil(lambda: bool(made.grid.model.judges), timeout=WAIT_MS)
    made.show_all()
    return made


def test_a_judge_has_a_column_that_says_what_is_missing(view: ResultsView, qtbot: QtBot) -> None:
    model = view.grid.model
    column = next(n for n in range(model.columnCount()) if model.judge(n) is not None)
    judge = model.judge(column)
    assert judge is not None
    assert (judge.title, judge.ranks) == ("Helpful", False)
    assert view.grid.columns[-1] == column
    head = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(head, str)
    assert "0 of 50 votes: this judge does not rank yet." in head
    qtbot.waitUntil(lambda: model.line_of(view.results.place_of("a")) >= 0, timeout=WAIT_MS)
    line = model.line_of(view.results.place_of("a"))
    assert model.text(line, column) == "0.87 · 0.87"
    assert model.index(line, column).data(Qt.ItemDataRole.ToolTipRole) == (
        "plain: 0.87\nloud: 0.87\n0 of 50 votes: this judge does not rank yet."
    )
    assert model.sort_name(column) == ""  # it orders no rows
    view.show_case("a", "plain")
    qtbot.waitUntil(
        lambda: (
            "0 of 50 votes: this judge does not rank yet."
            in [each.text() for each in view.drawer.checks.body.findChildren(QLabel)]
        ),
        timeout=WAIT_MS,
    )


def test_columns_and_the_case_are_as_wide_as_in_the_last_session(
    view: ResultsView, context: Context, qtbot: QtBot
) -> None:
    grid, model = view.grid, view.grid.model
    judge = grid.columns[-1]
    grid.layout_.move(judge, -1)
    grid.table.setColumnWidth(judge, 133)
    grid.layout_.keep_widths()
    grid.layout_.show(model.column_of("plain"), shown=False)
    view.splitter.moveSplitter(view.splitter.width() - 420, 1)
    kept = view.kept
    other = ResultsView(context, view._model)
    qtbot.addWidget(other)
    other.begin_with(kept)
    other.resize(1376, 760)
    other.show()
    qtbot.waitUntil(lambda: bool(other.grid.model.judges), timeout=WAIT_MS)
    titles = [other.grid.model.title(each) for each in other.grid.columns]
    assert titles == ["Helpful", "loud"]
    assert other.grid.table.columnWidth(other.grid.columns[0]) == 133
    qtbot.waitUntil(lambda: other.drawer.width() == view.drawer.width(), timeout=WAIT_MS)
    assert other.kept == kept
    other.grid.layout_.reset()
    assert other.kept.columns == KeptColumns()
    titles = [other.grid.model.title(each) for each in other.grid.columns]
    assert titles == ["plain", "loud", "Helpful"]
