"""Repeats of a column: counted, judged, run again, found in the history."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, run, wait
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import repeat_seed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.compare.columns.column import ColumnView
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.panels import Context


@pytest.fixture
def engine() -> SimulatedEngine:
    """Every third answer differs."""
    turn = itertools.count()
    return SimulatedEngine(lambda _prompt: [f"Answer: {59 if next(turn) % 3 == 2 else 17}"])


@pytest.fixture
def direct(panel: ComparePanel) -> ColumnView:
    """The one column that is left, run three times."""
    for view in panel.views[1:]:
        view.menu.remove.trigger()
    panel.bar.repeats.setValue(3)
    return panel.views[0]


def test_each_repeat_is_a_run_with_a_seed_of_its_own(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    specs = [cell.spec for cell in direct.model.cells if cell.spec is not None]
    first = specs[0].seed
    assert [spec.seed for spec in specs] == [repeat_seed(first, each) for each in range(3)]
    assert len({spec.seed for spec in specs}) == 3
    assert len({spec.group for spec in specs}) == 1
    assert direct.repeats.agree.text() == "2 of 3 agree, 2 distinct answers"
    assert unnamed(panel) == []


def test_an_expected_answer_judges_each_repeat_and_counts_with_an_interval(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    qtbot.keyClicks(panel.question.expected, "17")
    assert direct.repeats.agree.text().startswith("2 of 3 correct, 2 of 3 agree")
    right = [chip.accessibleName() for chip in direct.repeats.chips]
    assert sorted(name.split(": ")[1] for name in right) == ["17", "17", "59"]
    (_bar, percent, bounds) = panel.summary.bars[0]
    qtbot.waitUntil(lambda: panel.summary.bars[0][1].text() == "67 %", timeout=WAIT_MS)
    (_bar, percent, bounds) = panel.summary.bars[0]
    assert percent.text() == "67 %"
    assert bounds.text() == "21 to 94, n = 3"
    wrong = next(place for place, name in enumerate(right) if name.endswith("59"))
    direct.repeats.chips[wrong].click()
    assert direct.card.answer == "59"
    assert direct.card.verdict.text() == "Expected 17"
    assert "expected 17" in panel.summary.subtitle.text()


def test_one_repeat_runs_again_alone(panel: ComparePanel, direct: ColumnView, qtbot: QtBot) -> None:
    run(panel, qtbot)
    before = [cell.run_id for cell in direct.model.cells]
    spec = direct.model.cells[1].spec
    direct.repeats.chips[1].click()
    direct.repeats.again.click()
    wait(panel, qtbot)
    after = [cell.run_id for cell in direct.model.cells]
    assert (before[0], before[2]) == (after[0], after[2])
    assert after[1] != before[1]
    assert direct.model.cells[1].spec == spec


def test_cells_that_the_history_has_are_cached_until_they_are_run_again(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    panel.model.set_sampling(Sampling(temperature=0.5), 4711, "fast")
    run(panel, qtbot)
    first = [cell.run_id for cell in direct.model.cells]
    assert direct.state.text() == "Done"
    panel.bar.repeats.setValue(4)
    run(panel, qtbot)
    assert [cell.run_id for cell in direct.model.cells][:3] == first
    assert [cell.found is not None for cell in direct.model.cells] == [True] * 3 + [False]
    assert direct.state.text().startswith("Cached ")
    found = direct.model.shown.found
    assert found is not None
    assert found.key in direct.state.toolTip()
    direct.again.click()
    wait(panel, qtbot)
    assert not {cell.run_id for cell in direct.model.cells} & set(first)
    assert direct.state.text() == "Done"


def test_with_equal_time_runs_go_one_after_the_other(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    panel.bar.equal_time.click()
    panel.bar.seconds.setValue(20)
    busy: list[int] = []

    def count() -> None:
        busy.append(sum(cell.phase == "running" for cell in direct.model.cells))

    direct.model.changed.connect(count)
    run(panel, qtbot)
    assert max(busy) == 1
    assert len({cell.run_id for cell in direct.model.cells}) == 3
    assert direct.metrics.time_budget.text() == "/ 20 s"
    spec = direct.model.spec
    assert spec is not None
    assert spec.budget.max_seconds == 20


def test_a_stored_comparison_has_its_repeats(
    panel: ComparePanel, direct: ColumnView, context: Context, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    wanted = [cell.run_id for cell in direct.model.cells]
    other = ComparePanel(context)
    qtbot.addWidget(other)
    other.shown()
    qtbot.waitUntil(lambda: len(other.views) == 4, timeout=WAIT_MS)
    other.handle({"group": panel.model.group})
    qtbot.waitUntil(lambda: len(other.views) == 1, timeout=WAIT_MS)
    assert [cell.run_id for cell in other.views[0].model.cells] == wanted
    assert other.model.repeats == 3


def test_an_answer_is_taken_out_by_another_rule(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    panel.bar.repeats.setValue(1)
    run(panel, qtbot)
    qtbot.mouseClick(direct.card.edit, Qt.MouseButton.LeftButton)
    assert direct.extraction is not None
    form = direct.extraction.form
    form.kind.choose("regex")
    qtbot.keyClicks(form.pattern, r"(\d)\d")
    qtbot.waitUntil(form.apply.isEnabled, timeout=WAIT_MS)
    assert "→" in form.found.text()
    form.apply.click()
    qtbot.waitUntil(lambda: len(direct.card.answer) == 1, timeout=WAIT_MS)
    assert direct.card.rule.text() == r"pattern (\d)\d, applied later"
    assert not direct.extraction.isVisible()


def test_a_pattern_that_cannot_be_used_says_so(
    panel: ComparePanel, direct: ColumnView, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    direct.card.edit.click()
    assert direct.extraction is not None
    form = direct.extraction.form
    form.kind.choose("regex")
    assert not form.apply.isEnabled()
    form.pattern.setText("(")
    qtbot.waitUntil(lambda: "not valid" in form.found.text(), timeout=WAIT_MS)
    assert not form.apply.isEnabled()


def test_stop_ends_what_runs_and_what_waits(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.bar.equal_time.click()
    panel.bar.repeats.setValue(2)
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    panel.model.stop_all()
    wait(panel, qtbot)
    assert column_of(panel, "cot").state.text() == "Stopped"
    assert not panel.model.running
