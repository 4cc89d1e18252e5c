"""What a comparison costs, how far it is, what its runs tell, and that it follows Design."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, run, wait
from tests.ui.conftest import WAIT_MS
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import repeat_seed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.panels import Context


@pytest.fixture
def engine() -> SimulatedEngine:
    """Every third answer differs."""
    turn = itertools.count()
    return SimulatedEngine(lambda _prompt: [f"Answer: {59 if next(turn) % 3 == 2 else 17}"])


@pytest.fixture
def two(panel: ComparePanel) -> ComparePanel:
    """Two columns, each run three times."""
    for strategy in ("self_consistency", "tree_of_thought"):
        column_of(panel, strategy).menu.remove.trigger()
    panel.bar.repeats.setValue(3)
    return panel


def test_the_cost_is_said_before_and_learns_from_what_was_written(
    two: ComparePanel, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: "6 runs, 6 calls, at most " in two.status.message, timeout=WAIT_MS)
    assert not two.status.cost.isVisible()
    two.resize(two.width() + 1, two.height())
    assert not two.status.cost.isVisible()
    run(two, qtbot)
    qtbot.waitUntil(lambda: "6 runs, 6 calls, about " in two.status.costs.text, timeout=WAIT_MS)
    written = [
        cell.state.completion_tokens
        for each in two.model.columns
        for cell in each.cells
        if cell.state is not None
    ]
    assert f"about {sum(written):,} new tokens" in two.status.costs.text
    assert next(iter(two.model.paces.values())) > 0


def test_the_right_answer_is_asked_for(two: ComparePanel, qtbot: QtBot) -> None:
    run(two, qtbot)
    assert two.status.message == "The runs are counted once the right answer is known"
    qtbot.mouseClick(two.status.buttons[0], Qt.MouseButton.LeftButton)
    assert two.question.expected.hasFocus()


def test_three_runs_tell_nothing_and_more_are_run_with_further_seeds(
    two: ComparePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(two, qtbot)
    two.model.set_expected("17")
    qtbot.waitUntil(lambda: two.status.message.startswith("3 runs each"), timeout=WAIT_MS)
    (button, other) = two.status.buttons
    assert button.isVisible()
    assert not other.isVisible()
    asked = two.status._more
    assert button.accessibleName() == f"Run {asked} more each ({2 * asked} runs)"
    wanted = f"{2 * asked} calls, about "
    qtbot.waitUntil(lambda: two.status.cost.text().startswith(wanted), timeout=WAIT_MS)
    assert two.status.message.endswith("points") == (two.model.columns[0].tally("17").solved == 2)
    assert asked + 3 in range(10, 101)
    before = [[cell.run_id for cell in each.cells] for each in two.model.columns]
    two.status._more = 2
    two.status._run_more()
    wait(two, qtbot)
    for column, kept in zip(two.model.columns, before, strict=True):
        seeds = [cell.spec.seed for cell in column.cells if cell.spec is not None]
        assert seeds == [repeat_seed(seeds[0], each) for each in range(5)]
        assert [cell.run_id for cell in column.cells[:3]] == kept
        assert column.tally("17").runs == 5
    qtbot.waitUntil(lambda: two.status.message.startswith("5 runs each"), timeout=WAIT_MS)


def test_a_comparison_follows_what_design_shows_once(two: ComparePanel, qtbot: QtBot) -> None:
    offer: dict[str, object] = {
        "path": "/tmp/stones.prompty",
        "text": "user:\nHow many are {{ count }} stones?",
        "variables": {"count": "7"},
        "expected": "7",
    }
    two.follow(offer)
    qtbot.waitUntil(lambda: two.model.question == "How many are 7 stones?", timeout=WAIT_MS)
    assert two.question.expected.text() == "7"
    two.model.show_variables({"count": "8"})
    two.follow(offer)
    qtbot.waitUntil(lambda: two.model.question == "How many are 8 stones?", timeout=WAIT_MS)
    two.follow(offer | {"variables": {"count": "9"}, "expected": ""})
    qtbot.waitUntil(lambda: two.model.question == "How many are 9 stones?", timeout=WAIT_MS)
    assert two.question.expected.text() == ""


def test_settings_that_were_chosen_here_outlast_an_edit_of_the_prompt(
    two: ComparePanel, qtbot: QtBot
) -> None:
    offer: dict[str, object] = {
        "path": "/tmp/stones.prompty",
        "text": "user:\nHow many stones?",
        "variables": {},
        "sampling": Sampling(max_tokens=512),
        "seed": 0,
        "mode": "fast",
        "model": "",
    }
    two.follow(offer)
    qtbot.waitUntil(lambda: two.model.question == "How many stones?", timeout=WAIT_MS)
    two.model.set_sampling(Sampling(max_tokens=64), 0, "fast")
    two.follow(offer | {"text": "user:\nHow many?"})
    qtbot.waitUntil(lambda: two.model.question == "How many?", timeout=WAIT_MS)
    assert two.model.sampling.max_tokens == 64
    two.follow(offer | {"text": "user:\nHow many?", "sampling": Sampling(max_tokens=256)})
    assert two.model.sampling.max_tokens == 256


def test_a_comparison_at_work_is_left_alone(
    two: ComparePanel, context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(two.model), "running", property(lambda _: True))
    two.follow({"path": "/tmp/other.prompty", "text": "user:\nOther", "variables": {}})
    assert two.model.path == "/tmp/sticks.prompty"


def test_buttons_of_a_column_say_whose_they_are(two: ComparePanel) -> None:
    names = [view.again.accessibleName() for view in two.views]
    assert names == ["Run this column again, Direct", "Run this column again, Chain of thought"]
    view = two.views[0]
    info = next(each for each in two.model.strategies if each.id == "self_consistency")
    view.model.choose_strategy(info)
    assert view.settings.accessibleName() == "Parameters of this column, Self-consistency"
