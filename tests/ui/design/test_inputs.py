"""Inputs as a person fills them: a field for each kind, sample sets, rows, earlier runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.ui.actions import ActionTable
from workbench.ui.design.data_pane import DataPane
from workbench.ui.design.panel import DesignPanel
from workbench.ui.widgets import Chooser, Switch
from workbench.ui.widgets.file_fields import FileField, ImageField
from workbench.ui.widgets.input_editors import GrowingText, NumberLine
from workbench.ui.widgets.structured_field import StructuredField

SOURCE = """---
name: Greeting
inputs:
  name: string
  mood: {type: string, required: false}
sample:
  name: Ada
---
user:
Greet {{ name }} {{ mood }}.
"""
ALL_KINDS = """---
inputs:
  text: {type: string, multiline: true}
  grade: {type: integer, minimum: 1, maximum: 12}
  ratio: {type: number, step: 0.5}
  tone: {type: string, choices: [plain, warm]}
  loud: boolean
  examples: array
  place: object
  notes: file
  photo: {type: image, required: false}
  chat: thread
sample:
  text: Hello
  grade: 5
  ratio: 1.5
  tone: plain
  examples:
    - {name: rolls, count: 3}
    - {name: pencils, count: 4}
  place: {city: Bern, code: 3000}
  notes: From the head
  chat: [{role: user, content: Hi}]
---
user:
{{ text }} {{ grade }} {{ ratio }} {{ tone }} {{ loud }} {{ examples | map(attribute="name") | join
}} {{ place.city }} {{ notes }} {{ photo }} {{ chat[-1].content }}
"""


def write(paths, source: str) -> Path:
    file = paths.prompts / "greeting.prompty"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    return file


@pytest.fixture
def make_panel(open_design, paths):
    def make(source: str) -> DesignPanel:
        return open_design(write(paths, source))

    return make


@pytest.fixture
def panel(make_panel) -> DesignPanel:
    return make_panel(SOURCE)


def rendered(panel: DesignPanel, qtbot, words: str = "") -> None:
    def there() -> bool:
        messages = panel.model.current.preview.messages
        return bool(messages) and words in messages[-1].text

    qtbot.waitUntil(there, timeout=WAIT_MS)


def field(panel: DesignPanel, name: str):
    return panel.work.inputs.fields.fields[name]


def sets(panel: DesignPanel) -> list[str]:
    return [each.name for each in panel.work.inputs.samples.sets]


def save_as(panel: DesignPanel, qtbot, name: str) -> None:
    bar = panel.work.inputs.bar
    bar.save_as()
    bar.name.setText(name)
    qtbot.keyClick(bar.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name in sets(panel), timeout=WAIT_MS)


# --- fields ---------------------------------------------------------------------------------------


@pytest.fixture
def kinds(make_panel) -> DesignPanel:
    return make_panel(ALL_KINDS)


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


# --- sample sets ----------------------------------------------------------------------------------


def test_sets_are_saved_switched_and_never_changed_silently(panel, qtbot, paths):
    assert sets(panel) == ["sample"]
    field(panel, "name").setText("Grace")
    assert not panel.work.inputs.bar.dot.isHidden()
    save_as(panel, qtbot, "grace")
    kept = paths.prompts / "greeting.samples.yaml"
    assert kept.read_text() == "grace:\n  name: Grace\n"
    assert panel.work.inputs.bar.dot.isHidden()
    field(panel, "name").setText("Grace Hopper")
    panel.work.inputs.samples.step(-1)
    assert field(panel, "name").text() == "Ada"
    rendered(panel, qtbot, "Greet Ada")
    panel.work.inputs.samples.step(1)
    assert field(panel, "name").text() == "Grace Hopper"
    assert not panel.work.inputs.bar.dot.isHidden()
    assert kept.read_text() == "grace:\n  name: Grace\n"
    panel.work.inputs.samples.reset()
    assert field(panel, "name").text() == "Grace"


def test_save_writes_over_ones_own_set_only(panel, qtbot, paths):
    bar = panel.work.inputs.bar
    bar.save_set()
    assert bar.name.isVisible()
    qtbot.keyClick(bar.name, Qt.Key.Key_Escape)
    assert not bar.name.isVisible()
    save_as(panel, qtbot, "mine")
    field(panel, "name").setText("Linus")
    bar.save_set()
    kept = paths.prompts / "greeting.samples.yaml"
    qtbot.waitUntil(lambda: "Linus" in kept.read_text(), timeout=WAIT_MS)


def test_a_set_is_renamed_deleted_and_brought_back(panel, qtbot, paths):
    save_as(panel, qtbot, "one")
    bar = panel.work.inputs.bar
    bar.rename()
    bar.name.setText("two")
    bar.accept.click()
    qtbot.waitUntil(lambda: sets(panel) == ["sample", "two"], timeout=WAIT_MS)
    panel.work.inputs.samples.delete()
    qtbot.waitUntil(lambda: sets(panel) == ["sample"], timeout=WAIT_MS)
    assert "“two” was deleted" in panel.work.inputs.banner.message
    panel.work.inputs.banner._remedy.click()
    qtbot.waitUntil(lambda: sets(panel) == ["sample", "two"], timeout=WAIT_MS)


def test_a_file_of_sets_that_changed_outside_is_read_again(panel, qtbot, paths):
    save_as(panel, qtbot, "one")
    kept = paths.prompts / "greeting.samples.yaml"
    kept.write_text("theirs: {name: Bob}\n")
    panel.work.inputs.samples.save()
    qtbot.waitUntil(lambda: "another program" in panel.work.inputs.banner.message, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "theirs" in sets(panel), timeout=WAIT_MS)
    assert kept.read_text() == "theirs: {name: Bob}\n"


def test_the_chosen_set_and_unsaved_values_survive_a_restart(panel, qtbot, context, paths):
    save_as(panel, qtbot, "grace")
    field(panel, "name").setText("Unsaved")
    state = panel.save_session()
    again = DesignPanel(context)
    qtbot.addWidget(again)
    again.restore_session(state)
    qtbot.waitUntil(lambda: again.model.current is not None, timeout=WAIT_MS)
    samples = again.work.inputs.samples
    qtbot.waitUntil(
        lambda: samples.chosen is not None and samples.chosen.name == "grace", timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: "name" in again.work.inputs.fields.fields, timeout=WAIT_MS)
    assert field(again, "name").text() == "Unsaved"
    assert samples.modified


def test_values_that_were_kept_bring_no_old_text_back(panel, qtbot, context, paths):
    field(panel, "name").setText("Grace")
    path = panel.model.current.path
    panel.model.close(path)
    Path(path).write_text(SOURCE.replace("Greet", "Welcome"))
    panel.model.open(path)
    qtbot.waitUntil(lambda: panel.model.current is not None, timeout=WAIT_MS)
    rendered(panel, qtbot, "Welcome Grace")
    assert not panel.model.current.dirty


def test_half_typed_json_is_kept_when_sets_are_switched(kinds, qtbot):
    save_as(kinds, qtbot, "mine")
    examples = field(kinds, "examples")
    examples.bar.set_open(True)
    examples.views.choose(1)
    examples.json.setPlainText("[1, ")
    kinds.work.inputs.samples.step(-1)
    assert examples.value()[0]["name"] == "rolls"
    kinds.work.inputs.samples.step(1)
    assert examples.json.toPlainText() == "[1, "
    assert "not JSON" in examples.verdict.text()


def test_keys_switch_sets_while_a_field_has_the_focus(panel, qtbot):
    table = ActionTable(panel)
    table.add(panel.work.inputs.actions_table(), panel)
    save_as(panel, qtbot, "grace")
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT_MS)
    field(panel, "name").setFocus()
    qtbot.keyClick(field(panel, "name"), Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert panel.work.inputs.samples.chosen.name == "sample"
    qtbot.keyClick(field(panel, "name"), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert panel.work.inputs.samples.chosen.name == "grace"
    assert field(panel, "name").hasFocus()


# --- rows -----------------------------------------------------------------------------------------


@pytest.fixture
def data(panel, qtbot, tmp_path) -> DataPane:
    file = tmp_path / "people.csv"
    file.write_text("Name,expected\nAda,1815\nGrace,1906\nLinus,1969\n")
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    assert isinstance(pane, DataPane)
    pane.open_path(str(file))
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 3, timeout=WAIT_MS)
    return pane


def test_a_row_fills_the_form_with_the_keyboard(panel, qtbot, data, going):
    data.table.selectRow(1)
    qtbot.keyClick(data.table, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Grace")
    assert field(panel, "name").text() == "Grace"
    assert panel.model.current.expected == "1906"
    assert panel.work.inputs.expected.text() == "1906"
    assert panel.work.inputs.bar.note.text() == "row 2 of people.csv"
    assert panel.work.inputs.samples.chosen is None
    panel.run_bar.compare.click()
    assert going.places[0][1]["expected"] == "1906"
    data.model.step(1)
    rendered(panel, qtbot, "Greet Linus")
    data.model.step(-1)
    rendered(panel, qtbot, "Greet Grace")
    assert data.table.currentIndex().row() == 1
    assert unnamed(panel) == []


def test_rows_are_filtered_by_words(panel, qtbot, data):
    data.search.setText("lin 69")
    qtbot.waitUntil(lambda: data.model.rows.rowCount() == 1, timeout=WAIT_MS)
    assert data.count.text() == "1 of 3 rows"
    qtbot.keyClick(data.search, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Linus")


def test_what_a_row_does_not_give_is_said(panel, qtbot, data, tmp_path):
    file = tmp_path / "moods.jsonl"
    file.write_text('{"mood": "gladly"}\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("mood",), timeout=WAIT_MS)
    data.fill.click()
    rendered(panel, qtbot, "Greet Ada gladly")
    assert "name keeps its value" in data.note.text()
    file = tmp_path / "other.jsonl"
    file.write_text('{"colour": "red"}\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("colour",), timeout=WAIT_MS)
    data.fill.click()
    qtbot.waitUntil(lambda: "nothing was filled" in data.note.text(), timeout=WAIT_MS)


def test_a_data_set_that_cannot_be_read_says_its_row(panel, qtbot, data, tmp_path):
    file = tmp_path / "broken.jsonl"
    file.write_text('{"name": "x"}\n{"name"\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: "row 2" in data.note.text(), timeout=WAIT_MS)
    assert data.model.rows.rowCount() == 0


def test_long_tables_come_page_by_page(panel, qtbot, data, tmp_path, qtmodeltester):
    file = tmp_path / "long.jsonl"
    file.write_text("".join(json.dumps({"name": f"n{n}"}) + "\n" for n in range(450)))
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("name",), timeout=WAIT_MS)
    rows = data.model.rows
    assert rows.rowCount() == 200
    data.model.current = 199
    data.model.step(1)
    rendered(panel, qtbot, "Greet n200")
    assert rows.rowCount() == 400
    qtmodeltester.check(rows)


@pytest.fixture
def own_data(paths) -> Path:
    """Data sets of the person."""
    paths.create()
    (paths.data_sets / "people.csv").write_text("count,Name\n1,Ada\n2,Grace\n")
    (paths.data_sets / "moods.csv").write_text("mood\ngladly\n")
    return paths.data_sets


def test_the_data_set_that_fits_is_proposed_and_worked_by_keys(panel, qtbot, own_data):
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 2, timeout=WAIT_MS)
    assert pane.model.source == str(own_data / "people.csv")
    assert pane.sources.itemText(1) == "people.csv"
    count = len(panel.model.current.analysis.inputs)
    assert pane.fit.text() == f"Fills 1 of {count} inputs: name"
    assert pane.table.currentIndex().row() == 0
    assert [each.text() for each in pane.preview.lines[0]] == ["name", "Ada"]
    assert pane.preview.lines[1][1].text() == "no column"
    assert panel.window().focusWidget() is pane.table
    qtbot.keyClick(pane.table, Qt.Key.Key_Down)
    assert pane.preview.lines[0][1].text() == "Grace"
    qtbot.keyClick(pane.table, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Grace")
    assert unnamed(panel) == []


def test_a_person_chooses_another_and_finds_it_again(panel, qtbot, own_data):
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 2, timeout=WAIT_MS)
    pane.sources.choose(str(own_data / "moods.csv"))
    pane.sources.activated.emit(pane.sources.currentIndex())
    qtbot.waitUntil(lambda: pane.model.rows.columns == ("mood",), timeout=WAIT_MS)
    panel.side.show_preview()
    panel.work.inputs.bar.fill.click()
    with qtbot.waitSignal(pane.model.sources_changed, timeout=WAIT_MS):
        pass
    assert pane.model.source == str(own_data / "moods.csv")
    assert pane.sources.currentText() == "moods.csv"


def test_where_no_data_set_fits_it_is_said_and_one_can_be_opened(panel, qtbot, own_data):
    panel.work.editor.selectAll()
    panel.work.editor.insertPlainText("user:\n{{ nothing_has_this }}\n")
    qtbot.waitUntil(
        lambda: [each.name for each in panel.model.current.analysis.inputs] == ["nothing_has_this"],
        timeout=WAIT_MS,
    )
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: "No data set fits" in pane.empty.title.text(), timeout=WAIT_MS)
    assert "nothing_has_this" in pane.empty.sentence.text()
    assert pane.model.source is None
    assert panel.window().focusWidget() is pane.empty.button


def test_an_earlier_run_fills_the_form(panel, qtbot):
    field(panel, "name").setText("Grace")
    rendered(panel, qtbot, "Greet Grace")
    panel._start()
    qtbot.waitUntil(lambda: panel._run is not None and panel._run.phase == "ended", timeout=WAIT_MS)
    field(panel, "name").setText("Somebody else")
    panel.work.inputs.bar.runs_wanted.emit()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 1, timeout=WAIT_MS)
    assert "17" in pane.model.rows.rows[0].note
    pane.fill.click()
    qtbot.waitUntil(lambda: field(panel, "name").text() == "Grace", timeout=WAIT_MS)
    assert panel.work.inputs.bar.note.text().startswith("run ")
