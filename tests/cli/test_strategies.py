"""``workbench strategies``: the words of the form on the command line."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_commands import workbench


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("strategies")


def test_strategies_are_listed_with_what_they_do(home):
    done = workbench("strategies", "list", home=home)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0] == ["Name", "Title", "What it does"]
    assert ["direct", "Direct", "One call with the prompt as it is."] in rows


def test_parameters_have_their_words_and_choices(home):
    done = workbench("strategies", "show", "tree_of_thought", home=home)
    assert "beam=2  Kept per step" in done.stdout
    assert "    vote: Votes" in done.stdout
    assert "thought_tokens=80 tokens  Longest step" in done.stdout
    found = json.loads(workbench("strategies", "show", "cot", "--json", home=home).stdout)
    calls = next(each for each in found["parameters"] if each["name"] == "calls")
    assert calls["choices"] == {"one": "One call", "two": "Two calls"}


def test_an_unknown_strategy_is_one_sentence(home):
    done = workbench("strategies", "show", "tot", home=home)
    assert done.returncode == 2
    assert "There is no strategy called tot" in done.stderr
