"""The button of the sampling with a prompt whose head gives some of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from workbench.ui.kit.forms.run_choices import SamplingButton

HEAD = {"temperature": 0.123, "seed": 4_000_000_000, "stop": ["END"]}


@pytest.fixture
def button(bridge, qtbot) -> SamplingButton:
    made = SamplingButton(bridge, writes=True)
    qtbot.addWidget(made)
    return made


def test_the_head_counts_to_the_last_digit(button):
    button.show_prompt(HEAD, {})
    assert (button.sampling.temperature, button.seed) == (0.123, 4_000_000_000)
    assert button.sampling.stop == ("END",)
    assert button.changed_values() == {}
    assert button.text().strip().startswith("temp 0.123 ")


def test_what_is_changed_wins_and_is_told_apart(button):
    button.show_prompt(HEAD, {})
    button.form.editors["temperature"].setValue(0.5)
    button.form.editors["top_k"].setValue(7)
    assert button.sampling.temperature == 0.5
    assert button.changed_values() == {"temperature": 0.5}
    origins = button.origins()
    assert origins.short == "2 from prompt, 2 changed"
    assert origins.lines == (
        "From the prompt: seed 4000000000, stop END",
        "Changed here: temperature 0.5 (prompt: 0.123), top k 7",
    )
    button.origins_view.reset.click()
    assert button.sampling.temperature == 0.123
    assert button.sampling.top_k == 7


def test_the_next_prompt_has_what_holds_for_all(button):
    button.form.editors["temperature"].setValue(0.9)
    button.show_prompt(HEAD, {"temperature": 0.4})
    assert button.sampling.temperature == 0.4
    assert button.own_values()["temperature"] == 0.9
    button.show_prompt({}, {})
    assert (button.sampling.temperature, button.seed, button.sampling.stop) == (0.9, 0, ())


def test_a_schema_of_the_head_takes_the_place_of_a_grammar_and_gives_it_back(button):
    button.set_values({"grammar": 'root ::= "a"'})
    button.show_prompt({"json_schema": '{"type": "object"}'}, {})
    assert (button.sampling.grammar, button.sampling.json_schema) == ("", '{"type": "object"}')
    button.show_prompt({}, {})
    assert button.sampling.grammar == 'root ::= "a"'


def test_a_prompt_that_comes_with_its_values_keeps_them(button):
    button.set_values({"temperature": 0.6, "seed": 5})
    button.show_for_prompt({"temperature": 0.2, "top_p": 0.95})
    assert (button.sampling.temperature, button.seed) == (0.6, 5)
    assert button.changed_values() == {"temperature": 0.6}


def test_without_a_head_nothing_is_said_of_it(button):
    assert button.origins().lines == ()
    assert button.origins_view.words.text() == "Nothing is changed here"
    assert button.toolTip() == ""


def test_a_first_change_moves_no_field(button, qtbot):
    button.show()
    button.click()
    field, view = button.form.editors["temperature"], button.origins_view
    popover = button._popover
    place, height = field.mapTo(popover, QPoint(0, 0)), popover.height()
    assert view.words.text() == "Nothing is changed here"
    button.form.editors["min_p"].setValue(0.0)
    button.form.editors["top_k"].setValue(7)
    qtbot.wait(50)
    assert view.words.text() == "Changed here: top k 7, min p off"
    assert view.write.isVisible()
    assert (field.mapTo(popover, QPoint(0, 0)), popover.height()) == (place, height)
    popover.hide()
