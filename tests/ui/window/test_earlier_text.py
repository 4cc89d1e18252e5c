"""From a run of the history to its prompt: a bar says what has changed since, and restores it."""

from __future__ import annotations

from pathlib import Path

from tests.ui.conftest import WAIT_MS

PROMPT = Path(__file__).parents[3] / "prompts" / "reasoning" / "word-problem.prompty"


def prompt_of(window, qtbot):
    design = window.panels["design"]
    design.model.open(str(PROMPT))
    qtbot.waitUntil(lambda: design.model.current is not None, timeout=WAIT_MS)
    return design, design.model.current


def test_a_text_that_has_changed_since_the_run_is_offered(window, qtbot):
    design, document = prompt_of(window, qtbot)
    window.go("design", path=document.path, source="user:\nWhat was asked", run_id=7)
    banner = design.work.banner
    qtbot.waitUntil(lambda: "Run 7 was made from another text" in banner.message, timeout=WAIT_MS)
    now = document.text
    banner.remedy.click()
    assert design.work.editor.toPlainText() == "user:\nWhat was asked"
    assert "The text of run 7 is in the editor." in banner.message
    assert document.saved == now
    banner.remedy.click()
    assert design.work.editor.toPlainText() == now


def test_nothing_is_said_where_the_text_is_that_of_the_run(window, qtbot):
    design, document = prompt_of(window, qtbot)
    window.go("design", path=document.path, source=document.text, run_id=7)
    assert design.work.banner.isHidden()
