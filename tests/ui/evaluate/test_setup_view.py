"""Setup: columns, variants and checks are changed in the window, and the set with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.ui.evaluate.panel import EvaluatePanel
from workbench.ui.evaluate.setup.columns import Use
from workbench.ui.evaluate.setup.view import SetupView
from workbench.ui.evaluate.words import estimate_text


@pytest.fixture
def setup(panel: EvaluatePanel, qtbot: QtBot) -> SetupView:
    """The view with its choices read."""
    view = panel.view("setup")
    assert isinstance(view, SetupView)
    qtbot.waitUntil(
        lambda: (
            len(view.setup.costs) == 2
            and bool(view.checks.folds)
            and view.checks.folds[0].info is not None
        ),
        timeout=WAIT_MS,
    )
    return view


def given(panel: EvaluatePanel) -> EvaluationSet:
    assert panel.model.set is not None
    return panel.model.set


def test_the_panes_show_the_set(setup: SetupView, panel: EvaluatePanel, qtbot: QtBot):
    assert setup.data.table.rows.rowCount() == 3
    assert setup.data.sign.text() == "every input is bound"
    rows = setup.variants.table.variants.rows
    assert [(row.name, row.is_baseline, row.calls) for row in rows] == [
        ("plain", True, "3"), ("loud", False, "3"),
    ]  # fmt: skip
    assert [fold.kind.text() for fold in setup.checks.folds] == ["exact"]
    qtbot.waitUntil(lambda: bool(setup.checks.goal.enough.text()), timeout=WAIT_MS)
    setup.checks.folds[0].set_open(True)
    assert unnamed(panel) == []


def test_an_input_without_a_column_is_named(setup: SetupView, panel: EvaluatePanel, qtbot: QtBot):
    setup.data.table.uses.use_chosen.emit("word", Use("tags"))
    assert given(panel).columns.tags == "word"
    setup.data.table.uses.use_chosen.emit("id", Use("input", "word"))
    assert given(panel).columns.inputs == {"word": "id"}
    qtbot.waitUntil(lambda: panel.model.evaluation is not None, timeout=WAIT_MS)


def test_variants_are_added_changed_and_removed_with_the_keyboard(
    setup: SetupView, panel: EvaluatePanel, qtbot: QtBot
):
    table = setup.variants.table
    qtbot.mouseClick(setup.variants.add, Qt.MouseButton.LeftButton)
    assert [each.name for each in given(panel).variants] == ["plain", "loud", "plain 2"]
    assert table.currentIndex().row() == 2
    setup.variants.form.strategy.choose("cot")
    assert given(panel).variants[2].strategy == "cot"
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert given(panel).compared_with == "plain 2"
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert [each.name for each in given(panel).variants] == ["plain", "loud"]
    panel.model.undo()
    assert len(given(panel).variants) == 3


def test_a_check_is_added_and_previewed_on_an_output(
    setup: SetupView, panel: EvaluatePanel, qtbot: QtBot
):
    panel.model.run()
    qtbot.waitUntil(
        lambda: panel.model.result is not None and panel.model.result.evaluation_id > 0
        and not panel.model.running,
        timeout=WAIT_MS,
    )  # fmt: skip
    setup.checks.add_check("contains")
    fold = setup.checks.folds[1]
    assert fold.is_open
    fold.expected.setText("9")
    fold.expected.textEdited.emit("9")
    assert given(panel).checks.checks[1].expected == ("9",)  # type: ignore[union-attr]
    fold.expected_in.setText("other | word")
    fold.expected_in.textEdited.emit("other | word")
    assert given(panel).checks.checks[1].expected_in == ()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: "wrong" in fold.preview.text(), timeout=WAIT_MS)


def test_a_data_set_that_is_gone_says_so_and_another_one_helps(
    setup: SetupView, panel: EvaluatePanel, folder: Path, qtbot: QtBot
):
    setup.data.take_data(str(folder / "gone.csv"))
    qtbot.waitUntil(lambda: "gone.csv" in setup.data.banner.message, timeout=WAIT_MS)
    (folder / "there.csv").write_text("word,expected\nnine,4\n")
    setup.data.take_data(str(folder / "there.csv"))
    qtbot.waitUntil(lambda: setup.data.grid.columns == ("word", "expected"), timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: panel.model.evaluation is not None and len(panel.model.evaluation.cases) == 1,
        timeout=WAIT_MS,
    )
    assert setup.data.banner.message == ""
    setup.data.grid.sheet.insert_rows(1)
    assert panel.unsaved() == "Edits of there.csv are not saved and are lost then."
    setup.data.grid.save()
    qtbot.waitUntil(
        lambda: panel.model.evaluation is not None and len(panel.model.evaluation.cases) == 2,
        timeout=WAIT_MS,
    )
    assert panel.unsaved() == ""


def test_tokens_are_made_equal_and_a_run_takes_no_more(
    setup: SetupView, panel: EvaluatePanel, qtbot: QtBot
):
    goal = setup.checks.goal
    assert not goal.tokens.isEnabled()
    goal.equal.click()
    assert given(panel).equal_tokens == goal.tokens.value() == 512
    goal.tokens.setValue(40)
    assert given(panel).equal_tokens == 40
    qtbot.waitUntil(
        lambda: panel.model.estimate is not None and panel.model.estimate.equal_tokens == 40,
        timeout=WAIT_MS,
    )
    assert panel.model.estimate is not None
    assert panel.model.estimate.new_tokens == 6 * 40
    assert "40 an answer" in estimate_text(panel.model.estimate)
    goal.equal.click()
    assert given(panel).equal_tokens is None
    assert not goal.tokens.isEnabled()
    assert unnamed(setup) == []
