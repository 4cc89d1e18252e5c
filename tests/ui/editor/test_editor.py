"""The editor alone: folds, what it closes and matches, its gutter and overlays."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import WAIT_MS
from workbench.domain.prompts.prompt import Fix, Problem
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.prompt_text import PromptText

TEXT = """---
name: T
inputs:
  a: string
---
system:
Be kind.
user:
{% for x in a %}
Item {{ x }}
{% endfor %}
end
"""


@pytest.fixture
def editor(qtbot) -> Editor:
    made = Editor()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show_text(PromptText(TEXT, made))
    made.show()
    return made


def visible(editor: Editor) -> list[int]:
    return [block.blockNumber() + 1 for block, _ in editor.visible_lines()]


def put(editor: Editor, line: int, column: int = 1) -> None:
    editor.go_to_line(line, column)


def typed(qtbot, editor: Editor, keys: str) -> str:
    """The text after keys were typed into an empty prompt, the cursor as ‸."""
    editor.show_text(PromptText("", editor))
    qtbot.keyClicks(editor, keys)
    return shown(editor)


def shown(editor: Editor) -> str:
    text, place = editor.text.plain(), editor.offset()
    return f"{text[:place]}‸{text[place:]}"


# --- folding ------------------------------------------------------------------------------------


def test_the_head_folds_to_its_first_line_and_numbers_stay_right(editor):
    editor.folding.fold(1)
    assert visible(editor)[:3] == [1, 6, 7]
    editor.folding.unfold(1)
    assert visible(editor)[:3] == [1, 2, 3]


def test_going_into_a_fold_opens_it(editor):
    editor.folding.fold_all()
    assert visible(editor) == [1, 6, 8, 13]
    editor.go_to_line(10)
    assert 10 in visible(editor)
    assert 2 not in visible(editor)


def test_an_edit_in_front_moves_a_fold_along(editor):
    editor.folding.fold(8)
    cursor = QTextCursor(editor.text.findBlockByNumber(6))
    cursor.insertText("one\ntwo\n")
    assert editor.folding.folded() == {10}
    assert visible(editor)[-3:] == [9, 10, 15]


def test_undo_of_hidden_text_shows_it(editor, qtbot):
    put(editor, 10)
    qtbot.keyClicks(editor, "new ")
    editor.folding.fold(8)
    assert 10 not in visible(editor)
    editor.undo()
    assert 10 in visible(editor)


def test_the_arrow_in_the_gutter_folds(editor, qtbot):
    area = next(area for block, area in editor.visible_lines() if block.blockNumber() == 0)
    y = round(area.center().y()) + editor.viewport().y()
    place = QPoint(editor.gutter_width() - 8, y)
    qtbot.mouseClick(editor._gutter, Qt.MouseButton.LeftButton, pos=place)
    assert editor.folding.is_folded(1)
    qtbot.mouseClick(editor._gutter, Qt.MouseButton.LeftButton, pos=place)
    assert not editor.folding.is_folded(1)


BRANCHES = """user:
{% if a %}
one
{% elif b %}
two
{% else %}
three
{% endif %}
"""


def test_a_branch_folds_alone_with_keys_and_arrow(editor, qtbot):
    editor.show_text(PromptText(BRANCHES, editor))
    put(editor, 5)
    editor.folding.fold_here()
    assert editor.folding.folded() == {4}
    assert visible(editor) == [1, 2, 3, 4, 6, 7, 8, 9]
    area = next(area for block, area in editor.visible_lines() if block.blockNumber() == 5)
    y = round(area.center().y()) + editor.viewport().y()
    place = QPoint(editor.gutter_width() - 8, y)
    qtbot.mouseClick(editor._gutter, Qt.MouseButton.LeftButton, pos=place)
    assert editor.folding.folded() == {4, 6}
    put(editor, 7)
    assert editor.folding.folded() == {4}
    editor.folding.fold_all()
    assert visible(editor) == [1, 9]
    editor.folding.unfold(1)
    assert visible(editor) == [1, 2, 4, 6, 8, 9]


def test_up_and_down_step_over_a_fold(editor, qtbot):
    put(editor, 6)
    editor.folding.fold(6)
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert editor.textCursor().blockNumber() + 1 == 8
    assert editor.folding.is_folded(6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_edit_leaves_a_line_hidden_for_good(editor, data):
    editor.show_text(PromptText(TEXT, editor))
    for _ in range(data.draw(st.integers(1, 8))):
        action = data.draw(st.sampled_from(["fold", "insert", "delete", "undo"]))
        last = editor.text.characterCount() - 1
        if action == "fold":
            lines = sorted(editor.folding.regions()) or [1]
            editor.folding.toggle(data.draw(st.sampled_from(lines)))
        elif action == "insert":
            cursor = QTextCursor(editor.text)
            cursor.setPosition(data.draw(st.integers(0, last)))
            cursor.insertText(data.draw(st.sampled_from(["x", "\n", "{% if a %}\n", "user:\n"])))
        elif action == "delete":
            cursor = QTextCursor(editor.text)
            cursor.setPosition(data.draw(st.integers(0, last)))
            cursor.setPosition(data.draw(st.integers(0, last)), QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        else:
            editor.undo()
        hidden = {
            line
            for first in editor.folding.folded()
            for line in range(first + 1, editor.folding.regions()[first].last + 1)
        }
        block = editor.text.firstBlock()
        while block.isValid():
            assert block.isVisible() == (block.blockNumber() + 1 not in hidden)
            block = block.next()
    editor.folding.unfold_all()
    block = editor.text.firstBlock()
    while block.isValid():
        assert block.isVisible()
        block = block.next()


# --- typing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("{{", "{{‸}}"),
        ("{{ ", "{{ ‸ }}"),
        ("{{ a }}", "{{ a }}‸"),
        ("{{a}}", "{{a}}‸"),
        ("{{ a }} and", "{{ a }} and‸"),
        ("{{ a | trim }}", "{{ a | trim }}‸"),
        ("{% if a %}", "{% if a %}‸"),
        ("{# note #}", "{# note #}‸"),
        ("{{ f('x', \"y\")[0] }}", "{{ f('x', \"y\")[0] }}‸"),
        ("{{ f(", "{{ f(‸) }}"),
        ('don\'t (really) say "no"', 'don\'t (really) say "no"‸'),
        ("a {b} c", "a {b} c‸"),
        ("{{ {'a': 1}['a'] }}", "{{ {'a': 1}['a'] }}‸"),
        ("{{{", "{{{‸}}"),
    ],
)
def test_what_is_opened_is_closed_and_typed_over(editor, qtbot, keys, text):
    assert typed(qtbot, editor, keys) == text


def test_nothing_is_closed_in_front_of_a_word(editor, qtbot):
    editor.show_text(PromptText("word", editor))
    qtbot.keyClicks(editor, "{{")
    assert shown(editor) == "{{‸word"


def test_backspace_takes_an_empty_pair_back(editor, qtbot):
    typed(qtbot, editor, "{{ ")
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert shown(editor) == "{{‸}}"
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert shown(editor) == "{‸"


def test_closing_is_one_step_of_undo(editor, qtbot):
    typed(qtbot, editor, "ab {{")
    editor.undo()
    assert "}" not in editor.text.plain()


# --- gutter and overlays ------------------------------------------------------------------------


def lit(editor: Editor) -> list[str]:
    return [mark.cursor.selectedText() for mark in editor.extraSelections()]


def test_the_statement_under_the_cursor_lights_what_belongs_to_it(editor):
    put(editor, 9, 5)
    assert {"for", "endfor"} <= set(lit(editor))
    editor.go_to_partner()
    assert editor.textCursor().blockNumber() + 1 == 11


def test_a_problem_behind_an_emoji_is_underlined_in_its_place(editor):
    editor.show_text(PromptText("😀😀 {{ wrong }}", editor))
    problem = Problem(severity="error", message="m", line=1, column=7, length=5, replacement="r")
    editor.show_problems([problem], {})
    assert "wrong" in lit(editor)
    editor.apply_fix(problem)
    assert editor.text.plain() == "😀😀 {{ r }}"


def test_a_fix_elsewhere_is_one_step_of_undo(editor):
    fix = Fix(title="Add to inputs", line=5, column=1, text="  b: string\n")
    editor.folding.fold(1)
    editor.apply_fix(Problem(severity="warning", message="m", line=10, fix=fix))
    assert editor.text.plain() == TEXT.replace("---\nsystem", "  b: string\n---\nsystem")
    editor.undo()
    assert editor.text.plain() == TEXT


def test_tokens_of_lines_go_along_with_their_lines(editor):
    editor.show_line_tokens({7: 3, 10: 9}, {9: 3})
    put(editor, 8)
    editor.textCursor().insertText("\n")
    assert editor._tokens._tokens == {7: 3, 11: 9}
    assert editor._tokens._repeats == {10: 3}


class Painted(QObject):
    """Whether a widget was painted as a whole."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget, self.whole = widget, False
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.whole = self.whole or event.rect() == self._widget.rect()
        return False


def test_the_tokens_of_lines_move_when_something_unfolds(editor, qtbot):
    editor.show_line_tokens({7: 3})
    editor.folding.fold(1)
    qtbot.wait(20)
    painted = Painted(editor._tokens)
    editor.folding.unfold_all()
    qtbot.waitUntil(lambda: painted.whole, timeout=WAIT_MS)


def test_the_mouse_tells_line_and_variable(editor, qtbot):
    editor.show_problems([], {"a": "p1"})  # x is an item of it
    lines, names = [], []
    editor.line_hovered.connect(lines.append)
    editor.variable_hovered.connect(names.append)
    cursor = QTextCursor(editor.text.findBlockByNumber(9))
    cursor.setPosition(cursor.position() + 8)
    place = QPointF(editor.cursorRect(cursor).center())
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, editor.viewport().mapToGlobal(place),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    editor.mouseMoveEvent(move)
    editor.leaveEvent(QEvent(QEvent.Type.Leave))
    assert (lines, names) == ([10, 0], ["a", ""])


# --- the text itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "a\u00a0b\n", "a\tb\n\n", "😀\n", "a\u2028b", ""])
def test_a_text_comes_back_as_it_was(editor, text):
    assert PromptText(text, editor).file_text() == text


def test_a_tag_over_several_lines_is_coloured_to_its_end(editor):
    editor.show_text(PromptText("{{ a\n| trim\n}}\nafter\n{{ open\nprose", editor))
    editor.text.highlighter.rehighlight()
    coloured = [bool(editor.text.findBlockByNumber(n).layout().formats()) for n in range(6)]
    assert coloured == [True, True, True, False, True, False]
