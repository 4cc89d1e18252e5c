"""Writing in Design with the keyboard: completion, find and replace, problems, tabs, drafts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCursor

from tests.ui.conftest import WAIT_MS, unnamed
from tests.ui.design.test_design_panel import current, previewed, type_text
from workbench.domain.prompts.prompt import Draft
from workbench.ui.design.panel import DesignPanel

SOURCE = """---
name: Few shots
inputs:
  question: {type: string, description: What is asked.}
  examples: array
sample:
  question: Why?
  examples: [{problem: one, answer: 1}]
---
user:
{% for ex in examples %}
{{ ex.problem }} is {{ ex.answer }}
{% endfor %}
{{ question }}
"""


@pytest.fixture
def prompt(tmp_path) -> Path:
    """A file with examples and a question."""
    file = tmp_path / "shots.prompty"
    file.write_text(SOURCE)
    return file


@pytest.fixture
def panel(context, qtbot, prompt) -> DesignPanel:
    made = DesignPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.model._on_core()
    qtbot.waitUntil(lambda: made.model.current is not None, timeout=WAIT_MS)
    made.model.open(str(prompt))
    qtbot.waitUntil(lambda: current(made) == str(prompt), timeout=WAIT_MS)
    previewed(made, qtbot)
    made.work.editor.setFocus()
    return made


def at_end(panel: DesignPanel) -> None:
    cursor = panel.work.editor.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    panel.work.editor.setTextCursor(cursor)


def listed(panel: DesignPanel) -> list[str]:
    popup = panel.work.completer.popup
    return [each.label for each in popup.candidates] if popup.isVisible() else []


def body(panel: DesignPanel) -> str:
    return panel.work.editor.toPlainText()


# --- the front matter and the row of tabs ---------------------------------------------------------


def test_the_head_starts_as_one_line_that_says_what_it_is(panel, qtbot):
    editor = panel.work.editor
    assert [block.blockNumber() + 1 for block, _ in editor.visible_lines()][:2] == [1, 10]
    qtbot.waitUntil(lambda: editor.front_matter_note == "Few shots · 2 inputs", timeout=WAIT_MS)


def test_a_head_that_cannot_be_read_says_so(panel, qtbot):
    editor = panel.work.editor
    editor.replace_all("---\nname: [oops\ninputs: {a: {type: x}}\n---\nuser:\nHi\n")
    qtbot.waitUntil(
        lambda: editor.front_matter_note == "front matter cannot be read", timeout=WAIT_MS
    )


def test_a_name_does_not_turn_what_stands_after_it(panel, qtbot):
    editor = panel.work.editor
    editor.replace_all('---\nname: "a \u202e b"\n---\nuser:\nHi\n')
    qtbot.waitUntil(lambda: editor.front_matter_note == "a  b · 0 inputs", timeout=WAIT_MS)


def test_a_tab_closes_and_opens_again_where_one_was(panel, qtbot, prompt):
    first = panel.work.paths()[0]
    panel.work.editor.go_to_line(12, 3)
    panel.model.close(str(prompt))
    assert current(panel) == first
    panel.model.reopen()
    qtbot.waitUntil(lambda: current(panel) == str(prompt), timeout=WAIT_MS)
    assert panel.work.paths() == [first, str(prompt)]


def test_tabs_are_walked_round(panel, prompt):
    first, second = panel.work.paths()
    panel.work.tab_row.step(1)
    assert current(panel) == first
    panel.work.tab_row.step(-1)
    assert current(panel) == second


def test_the_middle_button_closes_a_tab(panel, qtbot):
    bar = panel.work.tab_row.bar
    qtbot.mouseClick(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(1).center())
    assert len(panel.work.paths()) == 1


def test_switching_tabs_keeps_text_undo_and_folds_of_each(panel, qtbot, prompt):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "more")
    panel.work.tab_row.step(1)
    panel.work.tab_row.step(1)
    assert body(panel).endswith("more")
    assert panel.work.editor.folding.is_folded(1)
    panel.work.editor.undo()
    assert panel.model.current.text == SOURCE


def test_a_moved_file_keeps_its_tab_text_and_undo(panel, qtbot, prompt):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "more")
    new = str(prompt.with_name("moved.prompty"))
    document = panel.model.documents.pop(str(prompt))
    document.path = new
    panel.model.documents[new] = document
    panel.work.follow_file(str(prompt), new)
    assert panel.work.paths()[-1] == new
    assert panel.work.tabs.tabText(1) == "moved"
    panel.work.tab_row.step(1)
    panel.work.tab_row.step(1)
    panel.work.editor.undo()
    assert body(panel) == SOURCE


def test_what_was_said_of_one_prompt_is_not_said_of_the_next(panel, qtbot, tmp_path):
    huge = tmp_path / "huge.prompty"
    huge.write_text("user:\n" + "a long line of a long prompt\n" * 100_000)
    panel.model.open(str(huge))
    qtbot.waitUntil(lambda: "larger than" in panel.work.banner.message, timeout=WAIT_MS)
    type_text(panel, "{{ qestion }}\n")
    qtbot.waitUntil(lambda: len(panel.work.problems.problems) == 1, timeout=WAIT_MS)
    panel.work.tab_row.step(1)
    assert panel.work.banner.message == ""
    assert [each for each in panel.work.problems.problems if "qestion" in each.message] == []
    panel.work.tab_row.step(1)
    assert len(panel.work.problems.problems) == 1


# --- completion -----------------------------------------------------------------------------------


def test_inputs_are_offered_in_a_tag_and_taken_with_enter(panel, qtbot):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "{{ ")
    qtbot.waitUntil(lambda: listed(panel)[:2] == ["question", "examples"], timeout=WAIT_MS)
    qtbot.keyClick(panel.work.editor, Qt.Key.Key_Return)
    assert body(panel).endswith("{{ question }}")
    assert listed(panel) == []
    qtbot.keyClicks(panel.work.editor, " | tri")
    qtbot.waitUntil(lambda: listed(panel)[:1] == ["trim"], timeout=WAIT_MS)
    qtbot.keyClick(panel.work.editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(panel.work.editor, " }}")
    assert body(panel).endswith("{{ question | trim }}")


def test_a_statement_brings_its_end(panel, qtbot):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "{% fo")
    qtbot.waitUntil(lambda: listed(panel)[:1] == ["for"], timeout=WAIT_MS)
    qtbot.keyClick(panel.work.editor, Qt.Key.Key_Return)
    assert body(panel).endswith("{% for item in items %}\n\n{% endfor %}")
    assert panel.work.editor.textCursor().selectedText() == "item"


def test_prose_is_left_alone_until_one_asks(panel, qtbot):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "syste")
    assert not panel.work.completer._timer.isActive()
    panel.work.completer.open_list()
    qtbot.waitUntil(lambda: listed(panel) == ["system message"], timeout=WAIT_MS)
    qtbot.keyClick(panel.work.editor, Qt.Key.Key_Escape)
    assert listed(panel) == []
    assert body(panel).endswith("syste")


# --- find and replace -----------------------------------------------------------------------------


def find(panel, qtbot, text: str, *, regex: bool = False) -> None:
    bar = panel.work.find_bar
    panel.work.editor.moveCursor(QTextCursor.MoveOperation.Start)
    bar.open_replace()
    bar.pattern.setChecked(regex)
    bar.box.setText(text)
    bar._timer.stop()
    task = bar._ask()
    qtbot.waitUntil(lambda: bar.note.text() != "" and task.done, timeout=WAIT_MS)


def test_find_counts_lights_and_opens_folds(panel, qtbot):
    bar = panel.work.find_bar
    find(panel, qtbot, "question")
    qtbot.waitUntil(lambda: bar.note.text() == "3 found", timeout=WAIT_MS)
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    assert bar.note.text() == "1 of 3"
    assert panel.work.editor.textCursor().blockNumber() == 3
    assert panel.work.editor.textCursor().block().isVisible()
    qtbot.keyClick(bar.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.note.text() == "3 of 3"
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert panel.work.editor.hasFocus()


def test_all_are_replaced_in_one_step_of_undo(panel, qtbot):
    bar = panel.work.find_bar
    find(panel, qtbot, r"ex\.(\w+)", regex=True)
    bar.replacement.setText(r"ex['\1']")
    bar.all.click()
    qtbot.waitUntil(lambda: bar.note.text() == "2 replaced", timeout=WAIT_MS)
    assert "{{ ex['problem'] }} is {{ ex['answer'] }}" in body(panel)
    panel.work.editor.undo()
    assert panel.model.current.text == SOURCE


def test_one_after_the_other_is_replaced(panel, qtbot):
    bar = panel.work.find_bar
    find(panel, qtbot, "question")
    bar.replacement.setText("query")
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bar.note.text() == "1 of 3", timeout=WAIT_MS)
    bar.one.click()
    qtbot.waitUntil(lambda: bar.note.text() == "1 of 2", timeout=WAIT_MS)
    assert body(panel).count("query") == 1


def test_a_wrong_pattern_says_so_in_the_bar(panel, qtbot):
    find(panel, qtbot, "(", regex=True)
    assert "no regular expression" in panel.work.find_bar.note.text()


# --- problems and format --------------------------------------------------------------------------


def test_problems_are_listed_and_walked_with_the_keyboard(panel, qtbot):
    type_text(panel, "{{ qestion }}\n{{ other }}\n")
    work = panel.work
    qtbot.waitUntil(lambda: len(work.problems.problems) == 2, timeout=WAIT_MS)
    work.editor.go_to_line(1)
    work.step_problem(1)
    assert work.editor.textCursor().blockNumber() + 1 == 15
    work.step_problem(1)
    assert work.editor.textCursor().blockNumber() + 1 == 16
    assert work.problems.fix.accessibleName() == "Add to inputs"
    work.toggle_problems()
    assert work.problem_list.list.hasFocus()
    qtbot.keyClick(work.problem_list.list, Qt.Key.Key_Home)
    qtbot.keyClick(work.problem_list.list, Qt.Key.Key_Return)
    assert work.editor.textCursor().blockNumber() + 1 == 15
    work.editor.go_to_line(16)
    work.apply_fix()
    assert "  other: string\n" in body(panel)
    assert unnamed(panel) == []


def test_a_missing_file_and_a_long_loop_are_told_as_one_types(panel, qtbot):
    type_text(panel, "{% include 'no-such.md' %}\n")
    panel.model.set_values({"question": "?", "examples": [{"problem": 1, "answer": 2}] * 150})
    messages = lambda: " ".join(p.message for p in panel.work.problems.problems)  # noqa: E731
    qtbot.waitUntil(lambda: "no-such.md" in messages(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "150 items of examples" in messages(), timeout=WAIT_MS)


def test_format_is_one_step_and_keeps_folds(panel, qtbot):
    type_text(panel, "{{question|trim}}\n")
    panel.work.format_prompt()
    qtbot.waitUntil(lambda: "{{ question | trim }}" in body(panel), timeout=WAIT_MS)
    assert panel.work.editor.folding.is_folded(1)
    panel.work.editor.undo()
    assert "{{question|trim}}" in body(panel)


# --- drafts ---------------------------------------------------------------------------------------


def kept_draft(panel, qtbot, prompt) -> str:
    """The text that is kept of a prompt as soon as it differs from the file's."""
    kept: list[str] = []

    def look(found: tuple[Draft, ...]) -> None:
        kept.extend(each.text for each in found if each.path == str(prompt))
        if SOURCE in kept:
            kept.remove(SOURCE)
        if not kept:
            panel.bridge.call(lambda core: core.prompt_files.drafts(), look)

    panel.bridge.call(lambda core: core.prompt_files.drafts(), look)
    qtbot.waitUntil(lambda: bool(kept), timeout=WAIT_MS)
    return kept[0]


def test_typing_without_a_pause_still_leaves_a_draft(panel, qtbot, prompt):
    """A draft is written while one types on, not only when one stops."""
    at_end(panel)
    keys = QTimer(panel, interval=20)
    keys.timeout.connect(lambda: panel.work.editor.insertPlainText("x"))
    keys.start()
    kept = kept_draft(panel, qtbot, prompt)
    assert keys.isActive()
    keys.stop()
    assert kept.startswith(SOURCE + "x")


def test_leaving_the_editor_keeps_the_draft(panel, qtbot, prompt):
    at_end(panel)
    qtbot.keyClicks(panel.work.editor, "kept")
    panel.work.editor.clearFocus()
    assert kept_draft(panel, qtbot, prompt).endswith("kept")
