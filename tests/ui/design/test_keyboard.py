"""Writing a prompt without the mouse: from part to part, through snippets, fields and lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tabs import TabRow
from workbench.ui.kit.buttons import GhostButton, IconButton
from workbench.ui.kit.inputs.structured_field import StructuredField
from workbench.ui.kit.text.sending_text import SendingText

SOURCE = """---
name: Labels
inputs:
  text: {type: string, multiline: true}
  labels: {type: array}
sample:
  text: It ends by itself.
---
user:
{{ text }}
{% for label in labels %}
- {{ label.name }}: {{ label.meaning }}
{% endfor %}
"""


@pytest.fixture
def panel(open_design, write_prompt, qtbot) -> DesignPanel:
    made = open_design(write_prompt("labels.prompty", SOURCE))
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "labels" in made.work.inputs.fields.fields, timeout=WAIT_MS)
    made.work.editor.setFocus()
    return made


def opened(panel: DesignPanel) -> str:
    return Path(panel.model.current.path).stem if panel.model.current else ""


def do(panel: DesignPanel, action: str) -> None:
    next(each for each in panel.actions_table() if each.id == action).run()


def press(qtbot, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget(), key)


def go_to(panel: DesignPanel, text: str) -> None:
    """Put the cursor before a text of the editor."""
    editor = panel.work.editor
    found = editor.document().find(text)
    cursor = editor.textCursor()
    cursor.setPosition(found.selectionStart())
    editor.setTextCursor(cursor)


def test_the_focus_walks_the_parts_and_comes_back_to_where_it_was(panel):
    editor, texts = panel.work.editor, panel.work.inputs.fields.fields
    panel.library.tree.setFocus()
    do(panel, "parts.next")
    assert QApplication.focusWidget() is editor
    do(panel, "parts.next")
    assert panel.work.inputs.isAncestorOf(QApplication.focusWidget())
    texts["text"].setFocus()
    do(panel, "parts.next")
    assert QApplication.focusWidget() is panel.rendered.messages
    do(panel, "parts.next")
    assert panel.run_bar.isAncestorOf(QApplication.focusWidget())
    do(panel, "parts.next")
    assert QApplication.focusWidget() is panel.library.tree
    do(panel, "parts.next")
    assert QApplication.focusWidget() is editor
    do(panel, "parts.next")
    assert QApplication.focusWidget() is texts["text"]
    do(panel, "parts.before")
    assert QApplication.focusWidget() is editor


def test_a_variable_leads_to_its_field_and_back(panel):
    go_to(panel, "labels %}")
    do(panel, "parts.inputs")
    assert panel.work.inputs.fields.fields["labels"].isAncestorOf(QApplication.focusWidget())
    do(panel, "parts.inputs")
    assert panel.work.editor.hasFocus()
    go_to(panel, "user:")
    do(panel, "parts.inputs")
    assert QApplication.focusWidget() is panel.work.inputs.fields.fields["text"]


def test_items_are_added_with_the_fields_that_the_template_reads(panel, qtbot):
    go_to(panel, "labels %}")
    do(panel, "parts.inputs")
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Return)
    for words in ("crash", "It ends by itself"):
        assert isinstance(QApplication.focusWidget(), QLineEdit)
        qtbot.keyClicks(QApplication.focusWidget(), words)
        press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget().accessibleName() == "Remove item 1"
    press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget().accessibleName() == "Add item"
    wanted = [{"name": "crash", "meaning": "It ends by itself"}]
    qtbot.waitUntil(lambda: panel.model.current.values.get("labels") == wanted, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: "- crash: It ends by itself" in panel.rendered.messages.toPlainText(),
        timeout=WAIT_MS,
    )


def test_the_names_of_an_item_keep_their_order_on_the_way_to_the_prompt(panel, qtbot):
    field = panel.work.inputs.fields.fields["labels"]
    assert isinstance(field, StructuredField)
    item = {"zone": "b", "area": "a", "big": 10**30}
    field.show_value([item])
    field.changed.emit()
    value = panel.model.current.values["labels"]
    assert value == [item]
    assert list(value[0]) == ["zone", "area", "big"]


def test_tab_fills_in_a_snippet_and_indents_afterwards(panel, qtbot):
    editor = panel.work.editor
    editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor, "{% for")
    popup = panel.work.completer.popup
    qtbot.waitUntil(popup.isVisible, timeout=WAIT_MS)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "row")
    popup.hide()
    press(qtbot, Qt.Key.Key_Tab)
    assert editor.textCursor().selectedText() == "items"
    qtbot.waitUntil(
        lambda: any("items" in each.message for each in panel.model.current.analysis.problems),
        timeout=WAIT_MS,
    )
    assert [each.message for each in panel.work.problems.problems if "items" in each.message] == []
    qtbot.keyClicks(editor, "rows")
    panel.work.completer.close_list()
    press(qtbot, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "x")
    press(qtbot, Qt.Key.Key_Tab)
    assert editor.toPlainText().endswith("{% for row in rows %}\nx  \n{% endfor %}")


def test_a_tag_is_not_called_wrong_while_it_is_being_typed(panel, qtbot):
    editor, work = panel.work.editor, panel.work
    editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor, "{{ text | ")
    qtbot.waitUntil(lambda: bool(panel.model.current.analysis.problems), timeout=WAIT_MS)
    qtbot.waitUntil(work.completer.popup.isVisible, timeout=WAIT_MS)
    work.completer.close_list()
    with qtbot.waitSignal(work.paused, timeout=WAIT_MS):
        pass
    assert work.half_typed.holds(*place_of_problem(panel))
    assert work.problems.problems == ()
    assert not panel.rendered.banner.message.startswith("Line ")
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    assert not work.half_typed.holds(*place_of_problem(panel))
    assert work.problems.problems != ()
    qtbot.waitUntil(lambda: panel.rendered.banner.message.startswith("Line "), timeout=WAIT_MS)


def place_of_problem(panel: DesignPanel) -> tuple[int, int]:
    problem = panel.model.current.analysis.problems[0]
    return problem.line, problem.column


def test_a_new_line_is_as_far_in_as_the_one_above_and_further_after_a_name_in_the_head(
    panel, qtbot
):
    editor = panel.work.editor
    editor.folding.unfold_all()
    go_to(panel, "text: {type")
    qtbot.keyClicks(editor, "topic:")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "type: string")
    press(qtbot, Qt.Key.Key_Return)
    assert "\n  topic:\n    type: string\n    text:" in editor.toPlainText()
    editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor, "Note:")
    press(qtbot, Qt.Key.Key_Return)
    assert editor.toPlainText().endswith("Note:\n")


def test_fields_and_their_values_stay_while_the_text_cannot_be_read(panel, qtbot):
    editor, fields = panel.work.editor, panel.work.inputs.fields
    go_to(panel, "labels: {type")
    qtbot.keyClicks(editor, "[")
    qtbot.waitUntil(lambda: not panel.model.current.analysis.readable, timeout=WAIT_MS)
    assert list(fields.fields) == ["text", "labels"]
    assert isinstance(fields.fields["labels"], StructuredField)
    press(qtbot, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: panel.model.current.analysis.readable, timeout=WAIT_MS)
    assert panel.model.current.values["text"] == "It ends by itself."


def test_escape_closes_a_tool_and_goes_back_to_the_text(panel, qtbot):
    pane = panel.side.show_tool("rewrite")
    assert pane.isAncestorOf(QApplication.focusWidget())
    do(panel, "design.stop")
    assert panel.rendered.isVisible()
    assert panel.work.editor.hasFocus()


def test_a_prompt_with_an_empty_input_does_not_run_but_goes_to_the_field(panel, qtbot):
    fields = panel.work.inputs.fields.fields
    qtbot.waitUntil(lambda: panel.model.current.preview.missing == ("labels",), timeout=WAIT_MS)
    do(panel, "design.run")
    assert not panel.side.shows_result
    assert panel.work.inputs.banner.message == "labels is empty. The prompt cannot run yet."
    assert fields["labels"].isAncestorOf(QApplication.focusWidget())
    fields["labels"].show_value([{"name": "a", "meaning": "b"}])
    fields["labels"].changed.emit()
    qtbot.waitUntil(lambda: panel.work.inputs.banner.message == "", timeout=WAIT_MS)
    do(panel, "design.run")
    assert panel.side.shows_result


def test_a_text_that_was_emptied_again_is_missing_also_where_no_head_describes_it(panel, qtbot):
    panel.work.editor.moveCursor(QTextCursor.MoveOperation.End)
    panel.work.editor.insertPlainText("{{ author }}{{ place | default('here') }}")
    qtbot.waitUntil(lambda: "place" in fields_of(panel), timeout=WAIT_MS)
    fields = fields_of(panel)
    for name in ("author", "place"):
        fields[name].setText("x")
        fields[name].setText("")
    document = panel.model.current
    assert document.values["author"] == ""
    assert not {"author", "place"} & document.given_values().keys()
    qtbot.waitUntil(lambda: "author" in document.preview.missing, timeout=WAIT_MS)
    assert "‹author›here" in panel.rendered.messages.toPlainText()


def fields_of(panel: DesignPanel) -> dict[str, QLineEdit]:
    return panel.work.inputs.fields.fields


def test_the_result_of_another_prompt_does_not_stay(panel, qtbot):
    panel.side.show_result()
    panel.library_actions.create()
    qtbot.waitUntil(lambda: opened(panel) == "New prompt", timeout=WAIT_MS)
    assert panel.result.model is None
    qtbot.waitUntil(lambda: panel.side.current == "rendered", timeout=WAIT_MS)
    panel.side.show_result()
    assert panel.result.empty.isVisibleTo(panel)


@pytest.mark.parametrize("tool", ["xray", "rewrite"])
def test_control_enter_in_a_tool_is_the_tools(panel, qtbot, tool):
    pane = panel.side.show_tool(tool)
    field = QApplication.focusWidget()
    assert isinstance(field, SendingText)
    assert pane.isAncestorOf(field)
    override = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    override.ignore()
    QApplication.sendEvent(field, override)
    assert override.isAccepted()
    with qtbot.waitSignal(field.sent, timeout=WAIT_MS):
        qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_a_new_prompt_begins_with_its_stock_sentence_selected(panel, qtbot):
    panel.library_actions.create()
    qtbot.waitUntil(lambda: opened(panel) == "New prompt", timeout=WAIT_MS)
    editor = panel.work.editor
    assert editor.hasFocus()
    qtbot.keyClicks(editor, "You sort reports.")
    assert "system:\nYou sort reports.\nuser:" in editor.toPlainText()


def test_tab_goes_from_the_words_to_find_to_those_to_put_there(panel, qtbot):
    do(panel, "prompt.replace")
    bar = panel.work.find_bar
    assert QApplication.focusWidget() is bar.box
    press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is bar.replacement


@pytest.mark.parametrize("make", [lambda: GhostButton("Do"), lambda: IconButton("plus", "Do")])
def test_enter_presses_a_button(qtbot, make):
    button = make()
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.clicked, timeout=WAIT_MS):
        qtbot.keyClick(button, Qt.Key.Key_Return)
    pressed: list[bool] = []
    button.clicked.connect(pressed.append)
    qtbot.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == []


def test_tabs_come_back_in_their_order_whichever_is_read_first(qtbot):
    row = TabRow()
    qtbot.addWidget(row)
    row.keep_order(["a.md", "b.md", "c.md"])
    for path in ("c.md", "x.md", "a.md", "b.md"):
        row.show_path(path)
    assert row.paths() == ["a.md", "b.md", "c.md", "x.md"]


@pytest.mark.parametrize(("opener", "label"), [("{{", "text"), ("{%", "if")])
def test_the_list_opens_with_the_braces_and_what_is_taken_stands_between_blanks(
    panel, qtbot, opener, label
):
    editor, work = panel.work.editor, panel.work
    editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor, opener)
    popup = work.completer.popup
    qtbot.waitUntil(popup.isVisible, timeout=WAIT_MS)
    while popup.current.label != label:
        press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return)
    if opener == "{{":
        assert editor.toPlainText().endswith("{{ text }}")
        qtbot.keyClicks(editor, "}}.")
        assert editor.toPlainText().endswith("{{ text }}.")
    else:
        assert "{% if " in editor.toPlainText()


def test_f2_renames_a_variable_everywhere_and_undo_takes_all_of_it_back(panel, qtbot, bridge):
    editor, work, model = panel.work.editor, panel.work, panel.model
    before, path = editor.text.plain(), model.current.path
    assert "{{ text }}" in before
    offset = before.index("{{ text }}") + 4
    cursor = editor.textCursor()
    cursor.setPosition(offset)
    editor.setTextCursor(cursor)
    value = model.current.values.get("text")
    work.rename_bar.open_bar()
    assert work.rename_bar.box.text() == "text"
    work.rename_bar.box.setText("not a name")
    qtbot.keyClick(work.rename_bar.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "cannot be the name" in work.rename_bar.note.text(), timeout=WAIT_MS)
    work.rename_bar.box.setText("message")
    qtbot.keyClick(work.rename_bar.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "{{ message }}" in editor.text.plain(), timeout=WAIT_MS)
    assert "{{ text }}" not in editor.text.plain()
    assert "  message:" in editor.text.plain()
    assert model.current.values.get("message") == value
    assert work.rename_bar.isHidden()
    assert work.banner.message.startswith("text is called message now")
    editor.undo()
    assert editor.text.plain() == before
    assert model.current.values.get("text") == value
    editor.redo()
    assert "{{ message }}" in editor.text.plain()
    assert model.current.values.get("message") == value
    assert model.current.path == path


def test_what_is_said_of_a_rename_goes_with_the_next_change_and_with_another_prompt(
    panel, qtbot, paths
):
    editor, work, model = panel.work.editor, panel.work, panel.model
    before, path = editor.text.plain(), model.current.path
    other = paths.prompts / "other.prompty"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text("user:\nHi\n")
    for typed in (True, False):
        cursor = editor.textCursor()
        cursor.setPosition(editor.text.plain().index("{{ text }}") + 4)
        editor.setTextCursor(cursor)
        work.rename_bar.open_bar()
        work.rename_bar.box.setText("message")
        qtbot.keyClick(work.rename_bar.box, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: work.banner.message.startswith("text is called"), timeout=WAIT_MS)
        if typed:
            qtbot.keyClicks(editor, "x")
        else:
            model.open(str(other))
            qtbot.waitUntil(lambda: model.current.path == str(other), timeout=WAIT_MS)
        assert work.banner.isHidden()
        if typed:
            editor.undo()
            editor.undo()
            assert (editor.text.plain(), model.current.path) == (before, path)


@pytest.mark.parametrize("word", ["trim", "if", "is", "defined", "first", "quoted"])
def test_f2_asks_for_no_other_name_of_what_is_no_variable(panel, word):
    editor, work = panel.work.editor, panel.work
    body = 'user:\n{% if text is defined %}{{ text | trim }} {{ text.first ~ "quoted" }}{% endif %}'
    editor.replace_all("---\ninputs:\n  text: string\n---\n" + body)
    text = editor.text.plain()
    cursor = editor.textCursor()
    cursor.setPosition(text.index(f"{word} " if word == "is" else word, text.index("{%")) + 1)
    editor.setTextCursor(cursor)
    work.rename_bar.open_bar()
    assert work.rename_bar.isHidden()
    assert "Put the cursor on a variable" in work.banner.message
    cursor.setPosition(text.index("{{ text") + 4)
    editor.setTextCursor(cursor)
    work.rename_bar.open_bar()
    assert work.rename_bar.box.text() == "text"


def test_an_input_that_is_never_used_can_be_removed_with_a_key(panel, qtbot):
    editor, work = panel.work.editor, panel.work
    before = editor.text.plain()
    place = before.index("inputs:\n") + len("inputs:\n")
    editor.replace_range(place, place, "  spare:\n    type: string\n", (0, 0))
    with_spare = editor.text.plain()
    qtbot.waitUntil(
        lambda: any("spare is described" in p.message for p in work.problems.problems),
        timeout=WAIT_MS,
    )
    problem = next(p for p in work.problems.problems if "spare" in p.message)
    editor.go_to_line(problem.line)
    assert problem.fix is not None
    assert problem.fix.title == "Remove"
    work.apply_fix()
    assert editor.text.plain() == before
    editor.undo()
    assert editor.text.plain() == with_spare
