"""The file of an evaluation: what it says, and each mistake with its line."""

from __future__ import annotations

import pytest

from workbench.domain.errors import SetFileError
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import Columns, Goal, SetRow, VariantSpec
from workbench.evaluation.sets.jobs import read_job
from workbench.evaluation.sets.writing import write_set

WHOLE = """\
name: Capitals
description: Whether the city comes back.
data: capitals.csv
held_out: kept.csv
columns: {expected: [capital, alias], id: code, inputs: {country: name}}
variants:
  - plain.prompty
  - name: stepwise
    prompt: plain.prompty
    version: 3
    strategy: cot
    params: {paths: 1}
    model: smol
    sampling: {temperature: 0}
    mode: strict
  - name: short
    text: "Capital of {{ country }}?"
checks:
  - exact
  - not-contains: sorry
  - rouge: {expected_in: summary, kind: L}
  - contains: {expected: [Paris, Lutetia], weight: 2, ignore_case: true, name: city}
  - all:
      threshold: 0.5
      checks: [regex: '^\\w+$']
threshold: 0.8
repeats: 3
seed: 7
baseline: plain
target: 0.1
goal: {passed: 0.9, shown: not_worse}
equal_tokens: 600
"""

SMALL = "rows: [{q: a}]\nvariants: [a.prompty]\nchecks: [exact]\n"


def test_a_file_says_everything_that_decides_an_evaluation():
    found = read_job(WHOLE, "/sets/capitals.yaml")
    assert (found.name, found.data, found.repeats, found.seed) == ("Capitals", "capitals.csv", 3, 7)
    assert found.held_out == "kept.csv"
    assert found.columns == Columns(
        expected="capital", also_expected=("alias",), id="code", inputs={"country": "name"}
    )
    assert found.equal_tokens == 600
    assert found.variants == (
        VariantSpec(name="plain", prompt="plain.prompty"),
        VariantSpec(
            name="stepwise",
            prompt="plain.prompty",
            version=3,
            strategy="cot",
            params={"paths": 1},
            model="smol",
            sampling={"temperature": 0},
            mode="strict",
        ),
        VariantSpec(name="short", text="Capital of {{ country }}?"),
    )
    exact, no_excuse, summary, city, group = found.checks.checks
    assert exact == Check(metric="exact")
    assert no_excuse == Check(metric="contains", negate=True, expected=("sorry",))
    assert summary == Check(metric="rouge", expected_in=("summary",), params={"kind": "L"})
    assert city == Check(
        metric="contains",
        expected=("Paris", "Lutetia"),
        weight=2.0,
        params={"ignore_case": True},
        name="city",
    )
    assert isinstance(group, CheckSet)
    assert group.threshold == 0.5
    assert found.checks.threshold == 0.8
    assert (found.compared_with, found.target) == ("plain", 0.1)
    assert found.goal == Goal(passed=0.9, shown="not_worse")


def test_a_set_is_written_as_it_is_read():
    rows = "rows:\n- q: a\n  checks:\n  - not-contains: b\nvariants: [a.prompty]\nchecks: [exact]\n"
    for text in (WHOLE, SMALL, rows):
        found = read_job(text, "/sets/capitals.yaml")
        assert read_job(write_set(found), "/sets/capitals.yaml") == found


def test_a_small_file_has_defaults():
    found = read_job(SMALL, "/sets/small.yaml")
    assert (found.name, found.repeats, found.seed, found.target) == ("small", 1, 1, 0.05)
    assert found.rows == (SetRow(values={"q": "a"}),)
    assert found.compared_with == ""


def test_a_row_can_have_checks_of_its_own():
    text = "rows:\n  - q: a\n    checks: [contains: b]\nvariants: [a.prompty]\nchecks: [exact]\n"
    (row,) = read_job(text, "s.yaml").rows
    assert row == SetRow(values={"q": "a"}, checks=(Check(metric="contains", expected=("b",)),))


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("checks: [exact]", "checks: [exakt]"), 3, "exact"),
        (("checks: [exact]", "checks: [{exact: {weigth: 2}}]"), 3, "weigth"),
        (("checks: [exact]", "checks: [{exact: {weight: -1}}]"), 3, "negative"),
        (("checks: [exact]", "checks: [{latency: {until: first_token}}]"), 3, "first token"),
        (("checks: [exact]", "checks: [{exact: {expected: a, expected_in: b}}]"), 3, "not both"),
        (("checks: [exact]", "checks: [exact]\nequal_tokens: 0"), 4, "1 to"),
        (("checks: [exact]", "repeats: 0"), 1, "checks"),
        (("checks: [exact]", "checks: [exact]\nrepeats: 0"), 4, "1 to 100"),
        (("checks: [exact]", "checks: [exact]\nrepeats: many"), 4, "whole number"),
        (("checks: [exact]", "checks: [exact]\nrepeat: 2"), 4, "repeats"),
        (("checks: [exact]", "checks: [exact]\nbaseline: b"), 4, "none of the variants"),
        (("checks: [exact]", "checks: [exact]\ngoal: {shown: best}"), 4, "not_worse"),
        (("checks: [exact]", "checks: [exact]\ntarget: 5"), 4, "0 to 1"),
        (("checks: [exact]", "checks: [exact]\nchecks: [exact]"), 4, "twice"),
        (("[a.prompty]", "[a.prompty, b/a.prompty]"), 2, "two variants"),
        (("[a.prompty]", "[{name: a}]"), 2, "“text”"),
        (("[a.prompty]", "[{prompt: a.prompty, modell: b}]"), 2, "model"),
        (("[a.prompty]", "[]"), 2, "1 to 100"),
        (("rows: [{q: a}]", "rows: []"), 1, "empty"),
        (("rows: [{q: a}]", "rows: [{q: a}]\ndata: a.csv"), 1, "one of them"),
        (("rows: [{q: a}]", "rows: [{q: a}"), 2, "YAML"),
    ],
)
def test_a_mistake_is_said_with_its_line(change, line, words):
    with pytest.raises(SetFileError) as caught:
        read_job(SMALL.replace(*change), "/sets/small.yaml")
    assert caught.value.line == line
    assert words in caught.value.reason


def test_an_empty_file_is_a_mistake():
    with pytest.raises(SetFileError, match="empty"):
        read_job("", "/sets/small.yaml")
