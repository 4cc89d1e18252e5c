"""The form of everything that decides how tokens are drawn."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.runs.sampling import SAMPLERS, Sampling
from workbench.ui.kit.forms.run_choices import SamplingButton


@pytest.fixture
def button(bridge, qtbot):
    made = SamplingButton(bridge)
    qtbot.addWidget(made)
    made.show()
    made.click()
    yield made
    made._popover.close()


def open_section(button, index):
    section = button.form.sections[index]
    section.head.click()
    return section


def test_the_form_shows_the_defaults_and_says_nothing_more(button):
    assert button.sampling == Sampling()
    assert button.summary() == "temp 0.7 · top-p 0.95 · new seed"


def test_every_parameter_survives_the_form(button):
    wanted = Sampling(
        temperature=1.25,
        xtc_probability=0.5,
        dry_sequence_breakers=("\n", "\\n", "end"),
        stop=("\n\n", "Q:"),
        logit_bias={"rain": -100.0, "#42": 5.0},
        samplers=("temperature", "top_k"),
        json_schema='{"type": "object"}',
        mirostat=2,
        logprobs=3,
    )
    button.set_values(msgspec.to_builtins(wanted) | {"seed": 7})
    assert button.sampling == wanted
    assert button.seed == 7
    assert "JSON" in button.summary()
    assert "7 more" in button.summary()
    button.set_values(msgspec.to_builtins(Sampling()) | {"seed": 0})
    assert button.sampling == Sampling()


def test_every_parameter_has_a_field_and_a_sentence(button):
    values = button.form.values()
    assert set(values) == {*Sampling.__struct_fields__, "seed", "mode"}
    for name, editor in button.form.editors.items():
        assert editor.toolTip(), name


def test_the_mode_is_explained_in_one_line_and_told(button):
    words = button.form.mode_words
    assert (button.mode, "strict" in button.summary()) == ("fast", False)
    assert words.text().startswith("Fast")
    button.set_values({"mode": "strict"})
    assert (button.mode, "strict" in button.summary()) == ("strict", True)
    assert "same bytes" in words.text()


def test_the_order_is_changed_with_the_keyboard(button, qtbot):
    open_section(button, 2)
    order = button.form.order
    order.list.setCurrentRow(3)
    qtbot.keyClick(order.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert button.sampling.samplers[2:4] == (SAMPLERS[3], SAMPLERS[2])
    qtbot.keyClick(order.list, Qt.Key.Key_Space)
    assert SAMPLERS[3] not in button.sampling.samplers
    assert button.form.sections[2].note.text() == "changed"
    order.reset.click()
    assert button.sampling.samplers == SAMPLERS


def test_the_order_is_changed_with_buttons_that_know_the_ends(button):
    order = button.form.order
    order.list.setCurrentRow(0)
    assert not order.up.isEnabled()
    order.down.click()
    assert order.order[:2] == [SAMPLERS[1], SAMPLERS[0]]
    order.list.setCurrentRow(len(SAMPLERS) - 1)
    assert not order.down.isEnabled()


def test_texts_are_made_likely_and_taken_away_again(button, qtbot):
    open_section(button, 3)
    biases = button.form.biases
    biases.add.click()
    assert button.sampling.logit_bias == {}
    row = biases._rows[0]
    qtbot.keyClicks(row.text, "rain")
    row.bias.setValue(-2.5)
    assert button.sampling.logit_bias == {"rain": -2.5}
    row.remove.click()
    assert button.sampling.logit_bias == {}


def test_a_grammar_is_checked_while_it_is_typed(button, qtbot):
    open_section(button, 0)
    shape = button.form.shape
    shape.kind.choose(2)
    shape.editor.setPlainText('root ::= "a"\nother ::= nobody\n')
    qtbot.waitUntil(lambda: "line 2" in shape.verdict.text(), timeout=WAIT_MS)
    assert "nobody" in shape.verdict.text()
    shape.editor.setPlainText('root ::= "a"')
    qtbot.waitUntil(lambda: shape.verdict.text() == "It can be used.", timeout=WAIT_MS)
    assert button.sampling.grammar == 'root ::= "a"'


def test_a_schema_says_what_it_does_not_enforce_and_going_back_keeps_it(button, qtbot):
    open_section(button, 0)
    shape = button.form.shape
    shape.kind.choose(1)
    text = '{"type": "array", "uniqueItems": true}'
    shape.editor.setPlainText(text)
    qtbot.waitUntil(lambda: "uniqueItems" in shape.verdict.text(), timeout=WAIT_MS)
    shape.kind.choose(0)
    assert button.sampling.json_schema == ""
    assert shape.editor.isHidden()
    shape.kind.choose(1)
    assert button.sampling.json_schema == text


def test_the_wheel_scrolls_and_changes_no_number(button):
    open_section(button, 1)
    editor = button.form.editors["temperature"]
    button.setFocus()
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(editor.mapToGlobal(QPoint(5, 5))),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor, event)
    assert button.sampling.temperature == Sampling().temperature


def test_it_stays_on_the_screen_and_everything_has_a_name(button):
    for index in range(4):
        open_section(button, index)
    screen = button.screen().availableGeometry()
    assert screen.contains(button._popover.geometry())
    assert unnamed(button._popover) == []
