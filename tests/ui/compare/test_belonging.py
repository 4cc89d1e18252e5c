"""Answers of another question or of other settings: dimmed, not judged, not counted."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, run, wait
from tests.ui.conftest import WAIT_MS, kept_verdicts, unnamed
from workbench.domain.runs.sampling import Sampling
from workbench.service import Workbench
from workbench.ui.compare import session
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.compare.session import StoredRun, read_run
from workbench.ui.panels import Context
from workbench.ui.theme import theme


@pytest.fixture
def answered(panel: ComparePanel, qtbot: QtBot) -> ComparePanel:
    """Two columns that ran three times each on twelve sticks; 17 is the right answer."""
    for strategy in ("self_consistency", "tree_of_thought"):
        column_of(panel, strategy).menu.remove.trigger()
    panel.bar.repeats.setValue(3)
    run(panel, qtbot)
    qtbot.keyClicks(panel.question.expected, "17")
    return panel


def _is_dimmed(panel: ComparePanel) -> list[bool]:
    return [view.card.graphicsEffect() is not None for view in panel.views]


def _ask_of_13(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.model.show_variables({"count": "13"})
    qtbot.waitUntil(lambda: "13 sticks" in panel.model.question, timeout=WAIT_MS)


def test_what_was_just_run_belongs_to_what_is_shown(answered: ComparePanel) -> None:
    assert _is_dimmed(answered) == [False, False]
    assert answered.model.others() == []
    assert [each.tally("17").runs for each in answered.model.columns] == [3, 3]
    assert answered.summary.subtitle.text().startswith("3 runs a column on this question")


def test_what_was_run_with_equal_time_belongs_to_what_is_shown(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    answered.model.set_time_budget(True, 30)
    run(answered, qtbot)
    assert answered.model.others() == []
    assert _is_dimmed(answered) == [False, False]


def test_answers_of_the_question_before_are_not_judged_by_the_new_one(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    _ask_of_13(answered, qtbot)
    answered.model.set_expected("18")
    assert _is_dimmed(answered) == [True, True]
    assert [view.state.text() for view in answered.views] == ["Earlier", "Earlier"]
    assert answered.status.message == "Answers to another question"
    assert not answered.views[0].card.verdict.isVisible()
    assert [each.tally("18").runs for each in answered.model.columns] == [0, 0]
    assert not answered.summary.isVisible()
    assert "correct" not in answered.views[0].repeats.agree.text()
    chips = answered.views[0].repeats.chips
    assert [chip.accessibleName() for chip in chips] == [f"Repeat {n}: Earlier" for n in (1, 2, 3)]
    assert unnamed(answered) == []


def test_the_earlier_question_comes_back_with_its_right_answer(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    _ask_of_13(answered, qtbot)
    answered.model.set_expected("18")
    qtbot.mouseClick(answered.status.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "12 sticks" in answered.model.question, timeout=WAIT_MS)
    assert answered.question.expected.text() == "17"
    assert answered.question.variables.values() == {"count": "12"}
    assert _is_dimmed(answered) == [False, False]
    assert answered.summary.isVisible()
    qtbot.waitUntil(lambda: answered.status.message.startswith("3 runs each"), timeout=WAIT_MS)


def test_the_question_that_was_being_asked_comes_back(answered: ComparePanel, qtbot: QtBot) -> None:
    _ask_of_13(answered, qtbot)
    answered.model.set_expected("18")
    qtbot.mouseClick(answered.status.buttons[0], Qt.MouseButton.LeftButton)
    back = answered.status.buttons[1]
    qtbot.waitUntil(
        lambda: (
            "Back to your question" in {each.accessibleName() for each in answered.status.buttons}
        ),
        timeout=WAIT_MS,
    )
    (back,) = (
        each
        for each in answered.status.buttons
        if each.isVisible() and each.accessibleName() == "Back to your question"
    )
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "13 sticks" in answered.model.question, timeout=WAIT_MS)
    assert answered.question.expected.text() == "18"
    assert answered.question.variables.values() == {"count": "13"}
    assert not answered.model.can_go_back


def test_a_key_that_showed_an_earlier_question_does_nothing_more(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    _ask_of_13(answered, qtbot)
    button = answered.status.buttons[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: answered.status.message.startswith("3 runs each"), timeout=WAIT_MS)
    assert not any(each.hasFocus() for each in answered.status.buttons)
    holder = answered.board.current()
    assert holder is answered.views[0]
    assert holder.hasFocus()


def test_open_inputs_stay_open_with_another_question(answered: ComparePanel, qtbot: QtBot) -> None:
    answered.question.variables_button.click()
    field = answered.question.variables.fields["count"]
    qtbot.waitUntil(lambda: field.height() > 16, timeout=WAIT_MS)
    tall = answered.question._fold.height()
    _ask_of_13(answered, qtbot)
    assert answered.question._fold.isVisible()
    assert answered.question._fold.height() == tall
    assert answered.question.variables_button.accessibleName() == "1 input"


def test_the_new_question_is_run_in_their_place(answered: ComparePanel, qtbot: QtBot) -> None:
    _ask_of_13(answered, qtbot)
    qtbot.mouseClick(answered.status.buttons[1], Qt.MouseButton.LeftButton)
    wait(answered, qtbot)
    assert answered.model.others() == []
    assert [each.tally("17").runs for each in answered.model.columns] == [3, 3]


def test_one_column_run_again_counts_alone(answered: ComparePanel, qtbot: QtBot) -> None:
    _ask_of_13(answered, qtbot)
    first = answered.views[0]
    qtbot.mouseClick(first.again, Qt.MouseButton.LeftButton)
    wait(answered, qtbot)
    assert _is_dimmed(answered) == [False, True]
    assert answered.status.message == "1 of 2 columns answers another question"
    assert [each.tally("17").runs for each in answered.model.columns] == [3, 0]
    assert answered.summary.subtitle.text().startswith("0 to 3 runs a column on this question")


def test_other_settings_are_named(answered: ComparePanel) -> None:
    model = answered.model
    model.set_sampling(Sampling(temperature=0.25), model.seed, model.mode)
    assert answered.status.message == "Answers with other settings: sampling"
    model.set_sampling(Sampling(), model.seed, model.mode)
    assert model.others() == []
    model.set_budget(True, 100)
    assert answered.status.message == "Answers with other settings: budget"
    model.set_budget(False, 100)
    answered.views[1].model.set_params({"extraction": "whole"})
    assert answered.status.message == "1 of 2 columns has other settings"


def test_the_board_comes_back_after_a_restart(
    answered: ComparePanel, context: object, qtbot: QtBot
) -> None:
    state = answered.save_session()
    again = ComparePanel(context)  # type: ignore[arg-type]
    qtbot.addWidget(again)
    again.restore_session(state)
    again.show()
    again.shown()
    qtbot.waitUntil(lambda: "12 sticks" in again.model.question, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(again.views) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: [each.tally("17").runs for each in again.model.columns] == [3, 3], timeout=WAIT_MS
    )
    before = [[cell.run_id for cell in each.cells] for each in answered.model.columns]
    assert [[cell.run_id for cell in each.cells] for each in again.model.columns] == before
    assert again.model.others() == []
    assert again.save_session()["runs"] == before


def test_the_history_knows_which_were_right(answered: ComparePanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [True] * 6, timeout=WAIT_MS)
    answered.model.set_expected("16")
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [False] * 6, timeout=WAIT_MS)
    run(answered, qtbot)
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [False] * 6, timeout=WAIT_MS)
    answered.model.set_expected("")
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [None] * 6, timeout=WAIT_MS)


def test_the_history_does_not_judge_by_the_answer_of_another_question(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    _ask_of_13(answered, qtbot)
    answered.model.set_expected("18")
    qtbot.wait(50)
    assert kept_verdicts(answered.bridge, 6) == [True] * 6


def test_a_right_answer_that_is_typed_while_runs_wait_counts_for_them(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    answered.model.set_time_budget(True, 30)  # one run after the other
    qtbot.mouseClick(answered.bar.run, Qt.MouseButton.LeftButton)
    answered.model.set_expected("16")
    wait(answered, qtbot)
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [False] * 6, timeout=WAIT_MS)


def test_a_stored_comparison_comes_with_its_right_answer(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    group = answered.model.group
    other = ComparePanel(answered.context)
    qtbot.addWidget(other)
    other.show()
    other.model.expected = "of another question"
    other.shown()
    qtbot.waitUntil(lambda: bool(other.model.question), timeout=WAIT_MS)
    other.handle({"group": group})
    qtbot.waitUntil(lambda: "12 sticks" in other.model.question, timeout=WAIT_MS)
    assert other.question.expected.text() == "17"
    qtbot.waitUntil(lambda: kept_verdicts(answered.bridge, 6) == [True] * 6, timeout=WAIT_MS)


def test_the_right_answer_goes_with_the_question_that_is_typed(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    answered.question.variables_button.click()
    field = answered.question.variables.fields["count"]
    qtbot.waitUntil(lambda: field.height() > 16, timeout=WAIT_MS)
    answered.question.variables.changed.emit({"count": "13"})
    assert answered.question.expected.text() == ""
    assert not answered.views[0].card.verdict.isVisible()
    answered.question.variables.changed.emit({"count": "12"})
    assert answered.question.expected.text() == "17"


def test_showing_the_earlier_question_brings_its_sampling_back(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    made_with = answered.model.sampling
    answered.bar.sampling.set_values({"temperature": 0.25, "max_tokens": 33})
    answered.bar.sampling.changed.emit()
    assert answered.model.sampling.temperature == 0.25
    _ask_of_13(answered, qtbot)
    assert answered.model.sampling.temperature == 0.25
    qtbot.mouseClick(answered.status.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "12 sticks" in answered.model.question, timeout=WAIT_MS)
    assert answered.model.sampling == made_with
    assert answered.bar.sampling.sampling == made_with
    assert answered.model.others() == []


def test_what_is_not_read_yet_is_not_said_to_be_missing(
    answered: ComparePanel, context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_slowly(core: Workbench, run_id: int | None) -> StoredRun | None:
        await asyncio.sleep(0.2)
        return await read_run(core, run_id)

    monkeypatch.setattr(session, "read_run", read_slowly)
    again = ComparePanel(context)
    qtbot.addWidget(again)
    again.resize(1376, 800)
    again.show()
    again.restore_session(answered.save_session())
    again.shown()
    qtbot.waitUntil(lambda: len(again.views) == 2, timeout=WAIT_MS)
    assert [column.is_loading for column in again.model.columns] == [True, True]
    assert [view.state.text() for view in again.views] == ["", ""]
    assert [view.card.value.text() for view in again.views] == ["", ""]
    assert not any(view.nothing.isVisible() for view in again.views)
    wait(again, qtbot)
    assert [view.state.text() for view in again.views] == ["Done", "Done"]


def test_the_parameters_of_a_column_say_what_a_run_takes(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    view = column_of(answered, "direct")
    qtbot.waitUntil(lambda: "for each of 3 runs" in view.form.cost.text(), timeout=WAIT_MS)
    assert view.form.cost.text().startswith("1 call, ")
    answered.model.set_repeats(1)
    qtbot.waitUntil(
        lambda: "call" in view.form.cost.text() and "each" not in view.form.cost.text(),
        timeout=WAIT_MS,
    )


def test_the_table_says_its_shares_whole_and_at_once_after_a_theme_change(
    answered: ComparePanel, qtbot: QtBot
) -> None:
    table = answered.summary
    qtbot.waitUntil(lambda: table.bars[0][1].text() == "100 %", timeout=WAIT_MS)
    shares = [[label.text() for label in labels] for _, *labels in table.bars]
    theme().choose("light")
    assert [[label.text() for label in labels] for _, *labels in table.bars] == shares
    for _, *labels in table.bars:
        assert all(label.width() >= label.sizeHint().width() > 0 for label in labels)
