"""The form of parameters: words, units, groups, and nothing that has no effect."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from workbench.domain.parameters import describe, summarise
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import STRATEGIES
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.forms.parameter_form import ParameterForm


def _form(name: str, qtbot: QtBot) -> ParameterForm:
    form = ParameterForm(describe(STRATEGIES.get(name).params))
    qtbot.addWidget(form)
    form.show()
    return form


def _labels(form: ParameterForm) -> list[str]:
    return [label.text() for label in form.findChildren(QLabel) if label.isVisibleTo(form)]


def _choose(form: ParameterForm, name: str, value: str) -> None:
    editor = form.editors[name]
    assert isinstance(editor, Chooser)
    assert editor.choose(value)


def test_a_search_speaks_in_words_with_a_line_of_help_each(qtbot: QtBot) -> None:
    form = _form("tree_of_thought", qtbot)
    labels = _labels(form)
    assert {"Steps deep", "Ideas per step", "Kept per step", "Judge by"} <= set(labels)
    assert "Steps kept at each level, or tried under each one." in labels
    judge = form.editors["evaluate"]
    assert isinstance(judge, Chooser)
    assert judge.currentText() == "Verdicts in words"
    assert judge.currentData() == "value"
    longest = form.editors["thought_tokens"]
    assert isinstance(longest, QSpinBox)
    assert longest.text() == "80 tokens"
    assert longest.accessibleName() == "Longest step"


def test_what_has_no_effect_is_hidden_and_its_value_kept(qtbot: QtBot) -> None:
    form = _form("tree_of_thought", qtbot)
    assert form.editors["evaluations"].isVisibleTo(form)
    _choose(form, "evaluate", "logprob")
    assert not form.editors["evaluations"].isVisibleTo(form)
    assert form.values()["evaluations"] == 1
    form.answer.set_open(True)
    assert form.editors["extraction"].isVisibleTo(form)
    assert not form.editors["pattern"].isVisibleTo(form)
    _choose(form, "extraction", "regex")
    assert form.editors["pattern"].isVisibleTo(form)
    assert not form.editors["stop_at_answer"].isVisibleTo(form)
    _choose(form, "domain", "targets")
    assert form.answer.isHidden()


def test_advanced_is_folded_and_says_what_was_changed(qtbot: QtBot) -> None:
    form = _form("tree_of_thought", qtbot)
    assert not form.editors["max_nodes"].isVisibleTo(form)
    nodes = form.editors["max_nodes"]
    assert isinstance(nodes, QSpinBox)
    nodes.setValue(50)
    assert form.advanced.note.text() == "Steps in all, at most: 50"
    form.advanced.head.click()
    assert nodes.isVisibleTo(form)


def test_an_automatic_number_says_what_it_comes_to(qtbot: QtBot) -> None:
    form = _form("self_consistency", qtbot)
    together, paths = form.editors["at_once"], form.editors["paths"]
    assert isinstance(together, QSpinBox)
    assert isinstance(paths, QSpinBox)
    assert together.text() == "Auto (5)"
    paths.setValue(7)
    assert together.text() == "Auto (7)"
    form.set_values({"stop_early": True})
    assert together.text() == "Auto (2)"
    form.show_automatic("at_once", 0)
    assert together.text() == "Auto"


def test_a_number_that_switches_off_says_so(qtbot: QtBot) -> None:
    fields = {field.name: field for field in describe(Sampling)}
    form = ParameterForm([fields["xtc_probability"], fields["xtc_threshold"]])
    qtbot.addWidget(form)
    form.show()
    chance = form.editors["xtc_probability"]
    assert isinstance(chance, QDoubleSpinBox)
    assert chance.text() == "Off"
    assert not form.editors["xtc_threshold"].isVisibleTo(form)
    chance.setValue(0.5)
    assert form.editors["xtc_threshold"].isVisibleTo(form)
    form.show_others({"temperature": 0.0})
    assert not form.shows_any


def test_the_cost_is_in_the_form(qtbot: QtBot) -> None:
    form = _form("cot", qtbot)
    assert not form.cost.isVisibleTo(form)
    form.show_cost("1 call · at most 512 new tokens")
    assert form.cost.isVisibleTo(form)
    form.show_cost("")
    assert not form.cost.isVisibleTo(form)


@pytest.mark.parametrize("name", STRATEGIES.ids())
def test_every_parameter_has_a_title_help_and_words_for_its_choices(name: str) -> None:
    fields = describe(STRATEGIES.get(name).params)
    for field in fields:
        assert field.title, field.name
        assert field.title[0].isupper()
        assert "_" not in field.title
        assert field.description.endswith(".")
        assert not set(field.choices) - set(field.choice_titles)
    assert len({field.title for field in fields}) == len(fields)


def test_every_sampling_parameter_has_a_title() -> None:
    titles = [field.title for field in describe(Sampling)]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_a_summary_has_the_words_of_what_counts() -> None:
    fields = describe(STRATEGIES.get("tree_of_thought").params)
    reported = summarise(fields, {"depth": 3, "candidates": 5, "evaluate": "vote", "max_nodes": 9})
    assert reported == (
        "Steps deep 3, Ideas per step 5, Judgements of each 1, Longest step 80 tokens, "
        "Steps in all, at most 9, Kept per step 2, Kind of task any text, "
        "Ideas come listed in one call, Judge by votes, Search level by level"
    )


def test_a_switch_is_in_a_summary_where_it_is_on() -> None:
    fields = describe(STRATEGIES.get("self_consistency").params)
    assert summarise(fields, {}) == "Paths 5, A tie goes to the answer seen first"
    assert summarise(fields, {"stop_early": True}).endswith(", Stop when decided")


def test_a_choice_that_is_off_is_not_in_a_summary() -> None:
    fields = describe(STRATEGIES.get("direct").params)
    assert summarise(fields, {}) == ""
    assert summarise(fields, {"force": "number"}) == "Answer only with a number"
