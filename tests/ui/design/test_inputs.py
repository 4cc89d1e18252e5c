"""The form as the user fills it: a field for each kind of input."""

from __future__ import annotations

import json

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from tests.ui.conftest import WAIT_MS, unnamed
from tests.ui.design.prompts_with_inputs import (
    SOURCE,
    field,
    kinds,
    make_panel,
    panel,
    rendered,
)
from workbench.ui.kit import Chooser, Switch
from workbench.ui.kit.inputs.editors import GrowingText, NumberLine
from workbench.ui.kit.inputs.file_fields import FileField, ImageField
from workbench.ui.kit.inputs.structured_field import StructuredField

__all__ = ["kinds", "make_panel", "panel"]


def test_each_kind_has_its_field(kinds, qtbot):
    wanted = {
        "text": GrowingText, "grade": NumberLine, "ratio": NumberLine, "tone": Chooser,
        "loud": Switch, "examples": StructuredField, "place": StructuredField,
        "notes": FileField, "photo": ImageField, "chat": StructuredField,
    }  # fmt: skip
    found = kinds.work.inputs.fields.fields
    assert {name: type(found[name]) for name in wanted} == wanted
    assert "Hello 5 1.5 plain False rollspencils" in kinds.model.current.preview.messages[0].text
    assert field(kinds, "examples").bar.text.startswith("2 items  rolls, pencils")
    assert unnamed(kinds) == []


def test_arrow_keys_step_a_number_within_its_limits(kinds, qtbot):
    grade = field(kinds, "grade")
    for _ in range(10):
        qtbot.keyClick(grade, Qt.Key.Key_Up)
    assert grade.text() == "12"
    qtbot.keyClick(field(kinds, "ratio"), Qt.Key.Key_Down)
    assert field(kinds, "ratio").text() == "1"
    rendered(kinds, qtbot, "Hello 12 1.0")


def test_a_number_beyond_its_limits_is_named_and_not_used(kinds, qtbot):
    grade = field(kinds, "grade")
    grade.setText("13")
    assert kinds.work.inputs.fields._notes["grade"].text() == "at most 12"
    assert kinds.model.current.values["grade"] == "13"
    qtbot.waitUntil(lambda: kinds.model.current.preview.error is not None, timeout=WAIT_MS)
    assert "at most 12" in kinds.model.current.preview.error["reason"]


def test_items_are_edited_added_moved_and_removed(kinds, qtbot):
    examples = field(kinds, "examples")
    qtbot.keyClick(examples.bar, Qt.Key.Key_Return)
    rows = examples._parts
    assert len(rows.rows) == 2
    name = rows.rows[0].findChildren(QLineEdit)[0]
    assert name.accessibleName() == "name of item 1"
    name.setText("buns")
    rendered(kinds, qtbot, "bunspencils")
    rows.add.click()
    assert examples.value()[2] == {"name": "", "count": 0}
    rows.rows[2].findChildren(QLineEdit)[0].setText("seats")
    rows.rows[2].up.click()
    rows.rows[0].remove.click()
    assert [each["name"] for each in examples.value()] == ["seats", "pencils"]
    assert examples.value()[1]["count"] == 4
    assert unnamed(kinds) == []


def test_a_field_that_is_gone_to_comes_into_view(kinds, qtbot):
    inputs = kinds.work.inputs
    inputs.area.setFixedHeight(130)
    text, bar = field(kinds, "text"), inputs.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    viewport = inputs.area.viewport()
    assert text.mapTo(viewport, QPoint(0, 0)).y() < 0
    kinds.rendered.variable_wanted.emit("text")
    qtbot.waitUntil(lambda: text.mapTo(viewport, QPoint(0, 0)).y() >= 0, timeout=WAIT_MS)
    assert text.mapTo(viewport, QPoint(0, text.height())).y() <= viewport.height()


def test_enter_goes_from_field_to_field_and_adds_an_item_after_the_last(kinds, qtbot):
    inputs = kinds.work.inputs
    inputs.area.setFixedHeight(130)
    examples = field(kinds, "examples")
    examples.bar.setFocus()
    qtbot.keyClick(examples.bar, Qt.Key.Key_Return)
    rows = examples._parts
    viewport = inputs.area.viewport()

    def is_seen(widget) -> bool:
        upper = widget.mapTo(viewport, widget.rect().topLeft()).y()
        return upper >= 0 and upper + widget.height() <= viewport.height()

    scrolled = inputs.area.verticalScrollBar()
    qtbot.waitUntil(lambda: scrolled.value() > 0 and is_seen(examples.views), timeout=WAIT_MS)
    rows.rows[0].body.focus_first()
    for _ in range(3):
        qtbot.keyClick(rows.focusWidget(), Qt.Key.Key_Return)
    assert len(rows.rows) == 2
    qtbot.keyClick(rows.focusWidget(), Qt.Key.Key_Return)
    assert len(rows.rows) == 3
    assert rows.focusWidget() is rows.rows[2].body.fields()[0]
    qtbot.waitUntil(lambda: is_seen(rows.rows[2]) and is_seen(rows.add), timeout=WAIT_MS)


def test_json_is_checked_as_it_is_typed_and_shown_as_items_again(kinds, qtbot):
    examples = field(kinds, "examples")
    examples.bar.set_open(True)
    examples.views.choose(1)
    assert json.loads(examples.json.toPlainText()) == kinds.model.current.values["examples"]
    examples.json.setPlainText('[{"name": "one"}')
    assert "not JSON" in examples.verdict.text()
    assert kinds.model.current.values["examples"] == '[{"name": "one"}'
    examples.views.choose(0)
    assert examples.views.index == 1
    examples.json.setPlainText('[{"name": "one"}]')
    examples.views.choose(0)
    assert len(examples._parts.rows) == 1
    rendered(kinds, qtbot, "one")


def test_an_object_has_a_field_for_each_name_and_numbers_stay_numbers(kinds, qtbot):
    place = field(kinds, "place")
    place.bar.set_open(True)
    city, code = place._parts.findChildren(QLineEdit)
    city.setText("Basel")
    code.setText("4000")
    assert place.value() == {"city": "Basel", "code": 4000}
    code.setText("x")
    assert place.verdict.text() == "code: not a whole number"


def test_a_conversation_is_written_turn_by_turn(kinds, qtbot):
    chat = field(kinds, "chat")
    chat.bar.set_open(True)
    chat._parts.add.click()
    last = chat._parts.rows[1]
    assert last.body.role.currentData() == "assistant"
    last.findChildren(QPlainTextEdit)[0].setPlainText("Hello back")
    assert chat.value() == [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello back"},
    ]  # fmt: skip
    rendered(kinds, qtbot, "Hello back")


def test_a_file_is_read_through_the_core_and_its_path_is_remembered(kinds, qtbot, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("Bring chalk.")
    notes = field(kinds, "notes")
    notes.read(str(file))
    rendered(kinds, qtbot, "Bring chalk.")
    assert kinds.model.current.values["notes"] == {"path": str(file), "text": "Bring chalk."}
    file.write_bytes(b"\xff\xfe")
    notes.again.click()
    qtbot.waitUntil(lambda: "not UTF-8" in notes.problem.text(), timeout=WAIT_MS)
    assert kinds.model.current.values["notes"]["text"] == "Bring chalk."


def test_an_image_says_what_the_prompt_gets_in_its_place(kinds, qtbot, tmp_path):
    photo = field(kinds, "photo")
    assert "read text only" in photo.hint.text()
    file = tmp_path / "cat.gif"
    file.write_bytes(b"GIF89a\x80\x02\xe0\x01")
    photo.read(str(file))
    rendered(kinds, qtbot, "[image: cat.gif, 640 x 480]")
    assert "[image: cat.gif, 640 x 480]" in photo.hint.text()
    file.write_text("no image")
    photo.read(str(file))
    qtbot.waitUntil(lambda: "no PNG" in photo.problem.text(), timeout=WAIT_MS)


def test_a_long_text_grows_and_then_scrolls(qtbot):
    area = GrowingText("one", least=1, most=4)
    qtbot.addWidget(area)
    area.show()
    before = area.height()
    area.setPlainText("one\ntwo\nthree")
    grown = area.height()
    assert grown > before
    area.setPlainText("line\n" * 500)
    assert grown < area.height() < 2 * grown


def test_tokens_of_a_text_stand_at_its_name(panel, qtbot):
    fields = panel.work.inputs.fields
    field(panel, "name").setText("Ada and Grace and Linus")
    qtbot.waitUntil(lambda: "token" in fields._notes["name"].text(), timeout=WAIT_MS)


def test_a_field_that_was_emptied_stays_empty(panel, qtbot):
    panel.model.edit(SOURCE.replace("name: string", "name: {type: string, required: false}"))
    qtbot.waitUntil(lambda: not panel.model.current.analysis.inputs[0].required, timeout=WAIT_MS)
    field(panel, "name").clear()
    rendered(panel, qtbot, "Greet  .")
    panel.model.refresh()
    rendered(panel, qtbot, "Greet  .")


def test_a_choice_that_is_none_is_shown_as_it_is(kinds, qtbot):
    kinds.model.fill({**kinds.model.current.values, "tone": "loud"})
    tone = field(kinds, "tone")
    assert tone.currentIndex() == -1
    assert "loud" in tone.placeholderText()


def test_nothing_is_said_of_inputs_that_are_not_known(open_design, write_prompt, qtbot):
    broken = write_prompt("broken.prompty", "---\nname: [x\n---\nuser:\nHello.\n")
    plain = write_prompt("plain.prompty", "---\nname: Plain\n---\nuser:\nHello.\n")
    panel = open_design(plain)
    note = panel.work.inputs._note
    qtbot.waitUntil(note.isVisible, timeout=WAIT_MS)
    assert note.text() == "This prompt has no inputs"
    panel.model.open(str(broken))
    qtbot.waitUntil(lambda: "once the prompt can be read" in note.text(), timeout=WAIT_MS)
    assert note.isVisible()


def test_the_parts_of_a_field_come_into_view_when_it_is_opened(kinds, qtbot):
    area, examples = kinds.work.inputs.area, field(kinds, "examples")
    kinds.work.splitter.setSizes([600, 120])
    examples.bar.set_open(False)
    area.verticalScrollBar().setValue(0)
    examples.bar.set_open(True)

    def top() -> int:
        return examples.mapTo(area.viewport(), QPoint(0, 0)).y()

    qtbot.waitUntil(lambda: top() == 8, timeout=WAIT_MS)
