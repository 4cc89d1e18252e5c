"""The Rewrite pane: a suggestion is asked for, compared, accepted in parts, never by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tools.rewrite.pane import RewritePane

HEAD = "---\nname: Sum\ninputs:\n  text: string\nsample:\n  text: words\n---\n"
BODY = "system:\nYou are helpful.\nBe polite.\nuser:\nSummarise: {{ text }}\n"
BETTER = "system:\nYou are exact.\nBe polite.\nuser:\nSummarise in bullets: {{ text }}"


@pytest.fixture
def answers() -> list[str]:
    """What the model says next."""
    return [f"```\n{BETTER}\n```"]


@pytest.fixture
def engine(answers) -> SimulatedEngine:
    return SimulatedEngine(lambda _prompt: answers)


@pytest.fixture
def panel(open_design, write_prompt) -> DesignPanel:
    return open_design(write_prompt("sum.prompty", HEAD + BODY), height=860)


@pytest.fixture
def pane(panel) -> RewritePane:
    panel.side.toggle("rewrite")
    found = panel.side.pane("rewrite")
    assert isinstance(found, RewritePane)
    return found


def suggest(pane: RewritePane, qtbot) -> None:
    pane.goal.setPlainText("Ask for bullets.")
    pane.suggest.click()
    qtbot.waitUntil(lambda: pane.model.stage == "suggested", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: pane.accept.isVisibleTo(pane), timeout=WAIT_MS)


def test_parts_are_shown_and_only_those_ticked_are_taken(panel, pane, qtbot):
    suggest(pane, qtbot)
    qtbot.waitUntil(lambda: len(pane.parts) == 2, timeout=WAIT_MS)
    assert panel.work.editor.toPlainText() == HEAD + BODY
    assert "− You are helpful." in pane.parts[0].diff.toPlainText()
    assert "+ You are exact." in pane.parts[0].diff.toPlainText()
    assert not pane.warnings.isVisibleTo(pane)
    pane.parts[0].tick.setChecked(False)
    assert pane.accept.accessibleName() == "Accept 1 of 2 parts"
    pane.accept.click()
    taken = HEAD + BODY.replace("Summarise:", "Summarise in bullets:")
    assert panel.work.editor.toPlainText() == taken
    panel.work.editor.undo()
    assert panel.work.editor.toPlainText() == HEAD + BODY
    assert Path(panel.model.current.path).read_text() == HEAD + BODY


def test_it_is_asked_with_the_keyboard_and_the_prompt_is_not_run(panel, pane, qtbot):
    pane.goal.setFocus()
    qtbot.keyClicks(pane.goal, "Ask for bullets.")
    qtbot.keyClick(pane.goal, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: pane.model.stage == "suggested", timeout=WAIT_MS)
    assert panel.running.results.run is None


def test_discarding_changes_nothing(panel, pane, qtbot):
    suggest(pane, qtbot)
    pane.discard.click()
    assert pane.model.stage == "idle"
    assert panel.work.editor.toPlainText() == HEAD + BODY
    assert not pane.accept.isVisibleTo(pane)


def test_a_prompt_changed_meanwhile_is_compared_anew_and_that_is_said(panel, pane, qtbot):
    suggest(pane, qtbot)
    qtbot.waitUntil(lambda: len(pane.parts) == 2, timeout=WAIT_MS)
    cursor = panel.work.editor.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    panel.work.editor.setTextCursor(cursor)
    panel.work.editor.insertPlainText("Typed meanwhile.\n")
    edited = panel.work.editor.toPlainText()
    pane.accept.click()  # before the change was noticed
    assert panel.work.editor.toPlainText() == edited
    assert "changed meanwhile" in pane.banner.message
    qtbot.waitUntil(lambda: pane.model.base == edited, timeout=WAIT_MS)
    assert pane.model.stale
    assert "changed since" in pane.summary.text()
    assert any("Typed meanwhile." in part.diff.toPlainText() for part in pane.parts)


def test_what_is_wrong_is_said_beside_what_came(pane, qtbot, answers):
    answers[:] = ["Write about {{ nothing }}"]
    suggest(pane, qtbot)
    assert "uses nothing, which is no input" in pane.warnings.text()
    assert "no longer uses text" in pane.warnings.text()
    assert "+ Write about {{ nothing }}" in pane.parts[0].diff.toPlainText()


def test_without_a_goal_it_says_what_to_do(pane, qtbot):
    pane.suggest.click()
    qtbot.waitUntil(lambda: "what should be better" in pane.banner.message, timeout=WAIT_MS)
    assert pane.model.stage == "idle"
    assert pane.suggest.isVisibleTo(pane)


def test_asking_can_be_cancelled(panel, pane, qtbot, engine):
    engine.delay_seconds = 1.0
    pane.goal.setPlainText("Ask for bullets.")
    pane.suggest.click()
    qtbot.waitUntil(lambda: pane.model.run.phase == "running", timeout=WAIT_MS)
    assert pane.cancel.isVisibleTo(pane)
    pane.cancel.click()
    assert pane.model.stage == "idle"
    assert pane.suggest.isVisibleTo(pane)
    qtbot.waitUntil(lambda: pane.model.run.phase == "ended", timeout=WAIT_MS)
    assert pane.banner.message == ""
    assert panel.work.editor.toPlainText() == HEAD + BODY


def test_a_suggestion_for_another_prompt_cannot_be_taken_here(panel, pane, qtbot, paths):
    suggest(pane, qtbot)
    other = paths.prompts / "other.j2"
    other.write_text("Hello")
    panel.model.open(str(other))
    qtbot.waitUntil(lambda: panel.model.current.path == str(other), timeout=WAIT_MS)
    assert "another prompt" in pane.summary.text()
    assert not pane.accept.isEnabled()


def test_the_prompt_that_asks_can_be_opened(panel, pane, qtbot):
    qtbot.waitUntil(lambda: bool(panel.model.library), timeout=WAIT_MS)
    pane.edit.click()
    qtbot.waitUntil(
        lambda: panel.model.current.path.endswith("strategies/rewrite.prompty"), timeout=WAIT_MS
    )


def test_every_control_has_a_name(pane, qtbot):
    assert unnamed(pane) == []
    suggest(pane, qtbot)
    assert unnamed(pane) == []


def test_a_part_that_loses_an_input_is_not_ticked(panel, pane, qtbot, answers):
    answers[:] = [f"```\n{BETTER.replace('{{ text }}', 'the words')}\n```"]
    suggest(pane, qtbot)
    qtbot.waitUntil(lambda: len(pane.parts) == 2, timeout=WAIT_MS)
    assert [part.tick.isChecked() for part in pane.parts] == [True, False]
    assert pane.parts[1].lost.text() == "Without text"
    # Layouts show later what they are given.
    qtbot.waitUntil(lambda: pane.parts[1].lost.isVisibleTo(pane), timeout=WAIT_MS)
    pane.accept.click()
    assert "{{ text }}" in panel.work.editor.toPlainText()


def test_control_enter_runs_nothing_while_a_suggestion_is_written(panel, pane, qtbot):
    pane.model.stage = "asking"
    pane.model.changed.emit()
    assert panel.run_bar.run.property("kind") == "default"
    panel.running.press()
    assert panel.running.results.run is None
    pane.model.stage = "idle"
    pane.model.changed.emit()
    assert pane.suggest.property("kind") == "primary"
