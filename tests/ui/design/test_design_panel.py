"""Design as the user uses it: open, type, see, fix, save, run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.prompts.prompt import PromptFile
from workbench.ui.design.panel import DesignPanel

SOURCE = """---
name: Greeting
inputs:
  name: string
sample:
  name: Ada
---
system:
Be kind.
user:
Greet {{ name }}.
"""


@pytest.fixture
def prompt(paths) -> Path:
    file = paths.prompts / "greeting.prompty"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SOURCE)
    return file


@pytest.fixture
def panel(open_design, prompt) -> DesignPanel:
    return open_design(prompt)


def current(panel: DesignPanel) -> str:
    return panel.model.current.path if panel.model.current else ""


def previewed(panel: DesignPanel, qtbot) -> None:
    qtbot.waitUntil(lambda: bool(panel.model.current.preview.messages), timeout=WAIT_MS)


def type_text(panel: DesignPanel, text: str) -> None:
    cursor = panel.work.editor.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    panel.work.editor.setTextCursor(cursor)
    panel.work.editor.insertPlainText(text)


def test_the_prompt_is_shown_rendered_with_its_sample(panel, qtbot):
    assert "Greet Ada." in panel.rendered.messages.toPlainText()
    assert panel.meter.used.text() == f"{panel.model.current.preview.prompt_tokens:,}"
    assert "Be kind." in panel.model.current.preview.raw


def test_typing_changes_the_rendering_and_marks_the_prompt_unsaved(panel, qtbot):
    type_text(panel, "In one line.\n")
    qtbot.waitUntil(
        lambda: "In one line." in panel.rendered.messages.toPlainText(), timeout=WAIT_MS
    )
    assert panel.model.current.dirty
    assert "Not saved" in panel.work.tabs.tabToolTip(panel.work.tabs.currentIndex())


def test_a_value_of_the_form_reaches_the_rendering(panel, qtbot):
    panel.work.inputs.fields.fields["name"].setText("Grace")
    qtbot.waitUntil(
        lambda: "Greet Grace." in panel.rendered.messages.toPlainText(), timeout=WAIT_MS
    )


def test_a_misspelt_variable_is_named_and_fixed_with_the_keyboard(panel, qtbot):
    type_text(panel, "Bye {{ nmae }}.\n")
    qtbot.waitUntil(lambda: panel.work.problems.problem is not None, timeout=WAIT_MS)
    assert panel.work.problems.problem.replacement == "name"
    panel.work.apply_fix()
    qtbot.waitUntil(lambda: "Bye Ada." in panel.rendered.messages.toPlainText(), timeout=WAIT_MS)


def test_a_syntax_error_keeps_the_last_rendering_and_says_the_line(panel, qtbot):
    type_text(panel, "{% if %}\n")
    qtbot.waitUntil(lambda: "Line 12" in panel.rendered.banner.message, timeout=WAIT_MS)
    assert "Greet Ada." in panel.rendered.messages.toPlainText()


def test_saving_writes_the_file_and_keeps_the_undo_history(panel, qtbot, prompt):
    type_text(panel, "Twice.\n")
    panel.model.save()
    qtbot.waitUntil(lambda: "Twice." in prompt.read_text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not panel.model.current.dirty, timeout=WAIT_MS)
    panel.work.editor.undo()
    assert panel.model.current.text == SOURCE
    assert panel.model.current.dirty


def test_a_change_outside_is_never_overwritten_silently(panel, qtbot, prompt):
    type_text(panel, "Mine.\n")
    prompt.write_text(SOURCE + "Theirs.\n")
    panel.model.save()
    qtbot.waitUntil(lambda: "another program" in panel.work.banner.message, timeout=WAIT_MS)
    assert "Theirs." in prompt.read_text()
    panel.model.reload(str(prompt))
    qtbot.waitUntil(lambda: "Theirs." in panel.model.current.text, timeout=WAIT_MS)
    panel.work.editor.undo()
    assert "Mine." in panel.work.editor.toPlainText()


def test_unsaved_text_comes_back_after_a_crash(panel, qtbot, context, prompt):
    type_text(panel, "Not saved.\n")
    panel.model.drafts.save()
    kept = []

    def on_disk():
        panel.bridge.call(
            lambda core: core.prompt_files.drafts(), kept.extend
        )  # may be read before it is written
        return bool(kept)

    qtbot.waitUntil(on_disk, timeout=WAIT_MS)
    again = DesignPanel(context)  # made when the core is there, as after a start in another room
    qtbot.addWidget(again)
    again.model.open(str(prompt))
    qtbot.waitUntil(lambda: current(again) == str(prompt), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: again.model.current.dirty, timeout=WAIT_MS)
    assert "Not saved." in again.work.editor.toPlainText()


def test_run_shows_the_answer_and_can_be_opened_in_history(panel, qtbot, going):
    panel.running.start()
    assert panel.run_bar.run.accessibleName() == "Stop"
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    assert panel.result.card.answer.endswith("Answer: 17")  # nothing asks for a line
    assert panel.run_bar.run.accessibleName() == "Run"
    panel.result.open_button.click()
    assert going.places == [("history", {"run_id": panel.running.results.run.run_id})]


def test_what_was_asked_for_last_is_in_front_whichever_is_read_last(panel, qtbot, paths):
    late = PromptFile(path=str(paths.prompts / "late.prompty"), text="user:\nLate.", sha256="0")
    asked = current(panel)
    panel.model.open(asked)
    panel.model._take(None, 0, late)  # asked for before, read after
    assert late.path in panel.model.documents
    assert current(panel) == asked


def test_compare_takes_the_unsaved_text_along(panel, going, qtbot):
    type_text(panel, "Now.\n")
    panel.run_bar.compare.click()
    place, request = going.places[0]
    assert place == "compare"
    assert request["text"].endswith("Now.\n")
    assert request["variables"] == {"name": "Ada"}


def test_the_session_opens_the_same_prompts_again(panel, qtbot, context, prompt):
    state = panel.save_session()
    again = DesignPanel(context)
    qtbot.addWidget(again)
    again.restore_session(state)
    qtbot.waitUntil(lambda: current(again) == str(prompt), timeout=WAIT_MS)
    assert str(prompt) in again.work.paths()


def test_a_megabyte_can_be_pasted(panel, qtbot):
    panel.work.editor.insertPlainText("x y " * 250_000)
    assert len(panel.model.current.text) > 1_000_000


def test_the_folded_pane_is_called_as_the_tab_that_a_press_opens(panel, qtbot):
    strip = panel.splitter.panes[1].strip
    assert strip.text() == "Rendered"
    panel.side.show_tool("rewrite")
    assert (strip.text(), strip.accessibleName()) == ("Rewrite", "Open Rewrite")


def test_every_control_has_a_name(panel):
    assert unnamed(panel) == []


def test_tab_in_the_editor_indents(panel, qtbot):
    editor: QPlainTextEdit = panel.work.editor
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText().endswith("  ")


def test_a_new_prompt_is_seen_before_its_inputs_are_filled_in(panel, qtbot):
    shown = panel.rendered.messages
    assert "Greet Ada." in shown.toPlainText()
    panel.library_actions.create()
    qtbot.waitUntil(lambda: "New prompt" in current(panel), timeout=WAIT_MS)
    qtbot.waitUntil(panel.rendered.banner.isVisible, timeout=WAIT_MS)
    assert panel.rendered.banner.message == "question is empty."
    assert "‹question›" in shown.toPlainText()
    assert "Greet" not in shown.toPlainText()


def test_a_prompt_that_cannot_be_rendered_shows_nothing_of_the_one_before(panel, qtbot, paths):
    broken = paths.prompts / "broken.prompty"
    broken.write_text("---\ninputs:\n  n: number\n---\n{{ n + 1 }}\n")
    panel.model.open(str(broken))
    qtbot.waitUntil(panel.rendered.banner.isVisible, timeout=WAIT_MS)
    assert "n has no value" in panel.rendered.banner.message
    assert "Greet" not in panel.rendered.messages.toPlainText()
    assert "tokens" not in panel.meter.used.text()


def test_a_new_prompt_is_marked_in_the_library_as_soon_as_it_is_listed(panel, qtbot):
    panel.library_actions.create()
    qtbot.waitUntil(lambda: "New prompt" in current(panel), timeout=WAIT_MS)
    tree = panel.library.tree
    qtbot.waitUntil(lambda: tree.chosen_paths() == [current(panel)], timeout=WAIT_MS)


def test_going_back_to_a_prompt_shows_it_at_once(panel, qtbot):
    first = current(panel)
    panel.library_actions.create()
    qtbot.waitUntil(lambda: "New prompt" in current(panel), timeout=WAIT_MS)
    panel.model.show(first)
    assert "Greet Ada." in panel.rendered.messages.toPlainText()


def test_a_file_seen_before_its_saving_is_told_is_no_change_from_outside(panel, qtbot):
    reported: list[str] = []
    panel.model.changed_outside.connect(reported.append)
    type_text(panel, "In one line.\n")
    document = panel.model.current
    panel.model.save()
    early = PromptFile(path=document.path, text=document.text, sha256="of the new text")
    type_text(panel, "Or in two.\n")
    panel.model._on_outside(early)
    assert reported == []
    qtbot.waitUntil(lambda: document.saved.endswith("In one line.\n"), timeout=WAIT_MS)
    other = PromptFile(path=document.path, text="another's", sha256="of another")
    panel.model._on_outside(other)
    assert reported == [document.path]


def test_saving_again_while_a_text_is_written_saves_the_newer_one_and_blames_nobody(
    panel, qtbot, prompt
):
    reported: list[str] = []
    panel.model.changed_outside.connect(reported.append)
    for line in ("One.\n", "Two.\n", "Three.\n"):
        type_text(panel, line)
        panel.model.save()
    document = panel.model.current
    qtbot.waitUntil(lambda: not document.dirty and document.being_saved is None, timeout=WAIT_MS)
    assert "One.\nTwo.\nThree.\n" in prompt.read_text()
    assert reported == []


def test_nothing_can_be_typed_before_a_prompt_is_open(context, qtbot):
    panel = DesignPanel(context)
    qtbot.addWidget(panel)
    panel.show()
    if panel.model.current is None:
        qtbot.keyClicks(panel.work.editor, "lost")
        assert panel.work.editor.toPlainText() == ""
    panel.model._on_core()
    qtbot.waitUntil(lambda: panel.model.current is not None, timeout=WAIT_MS)
    qtbot.keyClicks(panel.work.editor, "kept")
    assert "kept" in panel.model.current.text
    panel.model.close(panel.model.current.path)
    qtbot.waitUntil(lambda: panel.model.current is None, timeout=WAIT_MS)
    qtbot.keyClicks(panel.work.editor, "lost")
    assert panel.work.editor.toPlainText() == ""


def test_compare_is_offered_a_prompt_only_when_its_inputs_have_their_values(panel, qtbot):
    assert panel.offer()["variables"] == {"name": "Ada"}
    panel.model.current.analysed = None  # as in the first moments of a start
    assert panel.offer() == {}
