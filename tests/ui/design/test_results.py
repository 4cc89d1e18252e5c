"""The result of a prompt: it says what it was made with, and is there again at the next start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from tests.ui.conftest import WAIT_MS, kept_verdicts
from workbench.ui import popups
from workbench.ui.design.panel import DesignPanel

SOURCE = """---
inputs:
  word: string
  tone:
    type: string
    required: false
sample:
  word: sticks
---
user:
Count the {{ word }}{% if tone %}, {{ tone }}{% endif %}. End with "Answer:" and the number.
"""


@pytest.fixture
def prompt(write_prompt):
    return write_prompt("count.prompty", SOURCE)


@pytest.fixture
def panel(open_design, prompt) -> DesignPanel:
    return open_design(prompt)


def run(panel: DesignPanel, qtbot) -> int:
    panel.running.start()
    qtbot.waitUntil(lambda: ended(panel), timeout=WAIT_MS)
    run_id = panel.running.results.run.run_id
    assert run_id is not None
    return run_id


def ended(panel: DesignPanel) -> bool:
    found = panel.running.results.run
    return found is not None and found.phase == "ended"


def sentence(panel: DesignPanel) -> str:
    line = panel.result.made_with
    return line.text.text() if line.isVisibleTo(panel) else ""


def type_word(panel: DesignPanel, word: str) -> None:
    panel.work.inputs.fields.fields["word"].setText(word)


def test_a_result_of_what_is_shown_says_nothing(panel, qtbot):
    run(panel, qtbot)
    qtbot.wait(50)
    assert sentence(panel) == ""
    assert panel.result._run.graphicsEffect() is None


def test_other_inputs_dim_the_result_and_it_is_not_judged(panel, qtbot):
    panel.model.fill(dict(panel.model.current.values), "17")
    run(panel, qtbot)
    qtbot.waitUntil(lambda: panel.result.card.verdict.text() == "Correct", timeout=WAIT_MS)
    type_word(panel, "boxes")
    qtbot.waitUntil(lambda: sentence(panel) == "Answer to other inputs", timeout=WAIT_MS)
    assert panel.result._run.graphicsEffect() is not None
    assert not panel.result.card.verdict.isVisibleTo(panel)
    type_word(panel, "sticks")
    qtbot.waitUntil(lambda: sentence(panel) == "", timeout=WAIT_MS)
    assert panel.result.card.verdict.isVisibleTo(panel)


def test_an_optional_input_that_was_emptied_is_no_other_input(panel, qtbot):
    run(panel, qtbot)
    panel.work.inputs.fields.fields["tone"].setText("kind")
    qtbot.waitUntil(lambda: sentence(panel) == "Answer to other inputs", timeout=WAIT_MS)
    panel.work.inputs.fields.fields["tone"].setText("")
    qtbot.waitUntil(lambda: sentence(panel) == "", timeout=WAIT_MS)


def test_an_older_text_is_said_and_another_strategy_does_not_dim(panel, qtbot):
    run(panel, qtbot)
    panel.run_bar.strategy.choose("cot")
    qtbot.waitUntil(lambda: sentence(panel) == "Answer with another strategy", timeout=WAIT_MS)
    assert panel.result._run.graphicsEffect() is None
    panel.work.editor.insertPlainText("x")
    qtbot.waitUntil(lambda: sentence(panel) == "Answer to an older text", timeout=WAIT_MS)


def test_show_it_brings_text_inputs_and_strategy_back_and_undo_the_new_ones(panel, qtbot):
    run_id = run(panel, qtbot)
    editor, document = panel.work.editor, panel.model.current
    editor.replace_all(SOURCE.replace("Count", "Number"))
    type_word(panel, "boxes")
    panel.run_bar.strategy.choose("cot")
    qtbot.waitUntil(
        lambda: sentence(panel) == "Answer to an older text and other inputs", timeout=WAIT_MS
    )
    panel.result.made_with.show_it.click()
    assert (editor.toPlainText(), document.values) == (SOURCE, {"word": "sticks"})
    assert panel.run_bar.strategy.strategy == "direct"
    assert panel.work.banner.message == f"The prompt is shown as run {run_id} had it."
    qtbot.waitUntil(lambda: sentence(panel) == "", timeout=WAIT_MS)
    panel.work.banner.remedy.click()
    assert "Number the" in editor.toPlainText()
    assert document.values == {"word": "boxes"}
    assert panel.run_bar.strategy.strategy == "cot"


def test_run_again_runs_what_is_shown(panel, qtbot):
    run_id = run(panel, qtbot)
    type_word(panel, "boxes")
    qtbot.waitUntil(lambda: sentence(panel) != "", timeout=WAIT_MS)
    panel.result.made_with.again.click()
    qtbot.waitUntil(lambda: ended(panel) and sentence(panel) == "", timeout=WAIT_MS)
    again = panel.running.results.run
    assert again.run_id != run_id
    assert again.spec.prompt.variables == {"word": "boxes"}


def test_each_prompt_has_its_result_also_after_a_restart(panel, prompt, qtbot, write_prompt,
                                                         open_design):  # fmt: skip
    run_id = run(panel, qtbot)
    other = write_prompt("other.prompty", "user:\nHello.\n")
    panel.model.open(str(other))
    qtbot.waitUntil(lambda: panel.model.current.path == str(other), timeout=WAIT_MS)
    assert panel.result.model is None
    panel.model.open(str(prompt))
    assert panel.result.model.run_id == run_id
    later = open_design(prompt)
    qtbot.waitUntil(lambda: later.result.model is not None, timeout=WAIT_MS)
    assert later.result.model.run_id == run_id
    assert later.result.card.answer == "17"
    qtbot.wait(50)
    assert sentence(later) == ""


def test_an_empty_result_does_not_stay_in_front_and_comes_back_when_there_is_one(
    panel, prompt, qtbot, write_prompt
):
    run(panel, qtbot)
    assert panel.side.current == "result"
    other = write_prompt("other.prompty", "user:\nHello.\n")
    panel.model.open(str(other))
    qtbot.waitUntil(lambda: panel.side.current == "rendered", timeout=WAIT_MS)
    panel.side.show_result()  # it is shown where it is asked for
    assert panel.side.current == "result"
    panel.side.show_preview()
    panel.model.open(str(prompt))
    qtbot.wait(50)
    assert panel.side.current == "rendered"  # chosen by hand
    panel.side.show_result()
    panel.model.open(str(other))
    assert panel.side.current == "rendered"
    panel.model.open(str(prompt))
    assert panel.side.current == "result"


def test_nothing_of_the_run_before_is_shown_while_the_next_one_starts(panel, qtbot):
    run(panel, qtbot)
    assert any(not section.isHidden() for section in panel.result._sections)
    panel.running.start()
    assert panel.result.word.text() == "Starting"
    assert all(section.isHidden() for section in panel.result._sections)
    qtbot.waitUntil(lambda: ended(panel), timeout=WAIT_MS)


def test_what_is_said_of_a_prompt_goes_with_it(panel, qtbot, write_prompt):
    other = write_prompt("other.prompty", "user:\nHello.\n")
    banner = panel.work.banner
    panel.work.tell_of_prompt("Saved as your own copy.", lambda: None, "ok")
    assert banner.isVisible()
    panel.model.open(str(other))
    qtbot.waitUntil(lambda: panel.model.current.path == str(other), timeout=WAIT_MS)
    assert not banner.isVisible()


def test_the_result_goes_with_a_file_that_is_renamed(panel, prompt, qtbot, open_design):
    run_id = run(panel, qtbot)
    done: list[object] = []
    panel.bridge.call(lambda core: core.prompt_files.rename(str(prompt), "tally"), done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
    later = open_design(prompt.with_name("tally.prompty"))
    qtbot.waitUntil(lambda: later.result.model is not None, timeout=WAIT_MS)
    assert later.result.model.run_id == run_id


def test_escape_goes_back_to_the_rendered_prompt_and_loses_nothing(panel, qtbot):
    run(panel, qtbot)
    assert panel.side.current == "result"
    panel._escape()
    assert panel.side.current == "rendered"
    panel.side.show_result()
    assert panel.result.card.answer == "17"


def test_the_end_of_any_menu_is_noted_while_there_is_a_run_to_stop(panel, qtbot):
    panel.running.results.busy_changed.emit(True)
    qtbot.waitUntil(lambda: not popups.closed_just_now(), timeout=WAIT_MS)
    menu = QMenu(panel)
    menu.addAction("One")
    menu.popup(panel.mapToGlobal(panel.rect().center()))
    qtbot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    assert popups.closed_just_now()
    panel.running.results.busy_changed.emit(False)


def test_the_caret_starts_in_the_body(panel, qtbot, write_prompt):
    other = write_prompt("other.prompty", SOURCE)
    panel.model.open(str(other))
    qtbot.waitUntil(lambda: panel.model.current.path == str(other), timeout=WAIT_MS)
    cursor = panel.work.editor.textCursor()
    assert cursor.block().text().startswith("Count the")
    assert cursor.positionInBlock() == 0


def test_one_button_is_filled_and_control_enter_presses_it(panel, qtbot):
    def filled() -> list[str]:
        pane = panel.side.stack.currentWidget()
        found = [panel.run_bar.run]
        found += [panel.side.primary()] if panel.side.primary() else []
        assert pane is not None
        return [each.accessibleName() for each in found if each.property("kind") == "primary"]

    assert filled() == ["Run"]
    pane = panel.side.show_tool("xray")
    assert filled() == ["Run"]  # there is no answer yet
    pane.parts.answer.setPlainText("17")
    assert filled() == ["X-ray"]
    assert "Ctrl" not in panel.run_bar.run.text()
    panel.running.press()
    assert pane.model.running
    qtbot.waitUntil(lambda: not pane.model.running, timeout=WAIT_MS)
    assert panel.running.results.run is None
    panel.side.show_preview()
    assert filled() == ["Run"]
    panel.running.press()
    assert panel.running.results.busy


def test_the_tabs_are_walked_with_the_arrows(panel, qtbot):
    bar = panel.side.bar
    bar.setFocus()
    seen = [panel.side.current]
    for _ in range(bar.count() - 1):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
        seen.append(panel.side.current)
        assert bar.hasFocus()
    assert seen == ["rendered", "result", "xray", "rewrite", "data", "versions"]


def test_the_button_that_stops_is_the_one_that_ran(panel, qtbot):
    button = panel.run_bar.run
    button.setFocus()
    button.click()
    assert button.accessibleName() == "Stop"
    assert button.hasFocus()
    button.click()
    qtbot.waitUntil(lambda: ended(panel), timeout=WAIT_MS)
    assert (button.accessibleName(), button.hasFocus()) == ("Run", True)


def test_the_history_knows_the_expected_answer_and_whether_it_was_given(panel, qtbot):
    panel.model.set_expected("another")
    run_id = run(panel, qtbot)
    found: list[tuple[str, bool | None]] = []

    async def ask(core):
        row = next(each for each in await core.history.list_runs() if each.run_id == run_id)
        return await core.history.expected_answer(run_id), row.is_right

    def is_known() -> bool:
        panel.bridge.call(ask, found.append)
        return bool(found) and found[-1] == ("another", False)

    qtbot.waitUntil(is_known, timeout=WAIT_MS)


def test_the_history_judges_a_run_by_the_expected_answer(panel, qtbot):
    panel.model.set_expected("17")
    run(panel, qtbot)
    qtbot.waitUntil(lambda: kept_verdicts(panel.bridge, 1) == [True], timeout=WAIT_MS)
    panel.model.set_expected("18")
    qtbot.waitUntil(lambda: kept_verdicts(panel.bridge, 1) == [False], timeout=WAIT_MS)
    type_word(panel, "boxes")
    qtbot.waitUntil(lambda: sentence(panel) == "Answer to other inputs", timeout=WAIT_MS)
    panel.model.set_expected("17")  # of the boxes
    qtbot.wait(50)
    assert kept_verdicts(panel.bridge, 1) == [False]


def test_the_expected_answer_may_be_typed_while_it_runs(panel, qtbot):
    panel.running.start()
    panel.model.set_expected("18")
    qtbot.waitUntil(lambda: ended(panel), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: kept_verdicts(panel.bridge, 1) == [False], timeout=WAIT_MS)
