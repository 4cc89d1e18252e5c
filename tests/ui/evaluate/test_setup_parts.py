"""Columns, variants and words of Setup, without a window."""

from __future__ import annotations

import pytest

from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.evaluation_set import (
    NO_BASELINE,
    Columns,
    EvaluationOptions,
    EvaluationSet,
    VariantSpec,
)
from workbench.domain.evaluation.setting_up import CheckPreview
from workbench.domain.prompts.prompt import InputField
from workbench.ui.evaluate.edits import Edits
from workbench.ui.evaluate.setup import variants
from workbench.ui.evaluate.setup.check_fold import facts_of, preview_text, title_of
from workbench.ui.evaluate.setup.columns import Use, unbound, uses_of, with_use
from workbench.ui.evaluate.setup.data_pane import looks_text
from workbench.ui.evaluate.setup.goal_pane import enough_text

INPUTS = (InputField(name="ticket"), InputField(name="teams", default=["billing"]))
PLAIN = VariantSpec(name="v6", prompt="a.prompty", version=6)
GIVEN = EvaluationSet(
    name="n", variants=(PLAIN, VariantSpec(name="v7", prompt="a.prompty")), baseline="v7"
)


def test_columns_are_what_the_set_names_else_what_their_names_say():
    there = ("id", "Ticket", "answer", "team", "kind")
    assert uses_of(there, Columns(tags="kind"), INPUTS) == {
        "id": Use("id"),
        "Ticket": Use("input", "ticket"),
        "answer": Use("expected"),
        "team": Use(),
        "kind": Use("tags"),
    }


def test_a_column_that_is_not_used_is_nothing_whatever_its_name():
    uses = uses_of(("id", "tags", "ticket"), Columns(unused=("id", "ticket")), INPUTS)
    assert uses == {"id": Use(), "tags": Use("tags"), "ticket": Use()}


def test_another_use_of_a_column_ends_the_one_before():
    columns = with_use(Columns(expected="team"), "team", Use("input", "ticket"))
    assert columns == Columns(inputs={"ticket": "team"})
    assert with_use(columns, "team", Use()) == Columns(unused=("team",))
    assert with_use(Columns(unused=("kind",)), "kind", Use("tags")) == Columns(tags="kind")
    assert with_use(columns, "x", Use("input", "ticket")).inputs == {"ticket": "x"}


def test_several_columns_can_be_expected():
    there = ("ticket", "answer", "alias")
    columns = with_use(Columns(), "alias", Use("also"))
    assert columns == Columns(also_expected=("alias",))
    uses = uses_of(there, columns, INPUTS)
    assert (uses["answer"], uses["alias"]) == (Use("expected"), Use("also"))
    assert with_use(columns, "alias", Use("expected")) == Columns(expected="alias")
    assert with_use(columns, "alias", Use()) == Columns(unused=("alias",))


def test_inputs_without_a_column_need_a_value_or_have_one():
    needed, others = unbound(INPUTS, {"x": Use()})
    assert [field.name for field in needed] == ["ticket"]
    assert [field.name for field in others] == ["teams"]
    assert unbound(INPUTS, {"x": Use("input", "ticket")})[0] == []


def test_variants_keep_names_of_their_own_and_the_baseline_follows():
    added = variants.with_added(GIVEN, PLAIN)
    assert [each.name for each in added.variants] == ["v6", "v7", "v6 2"]
    renamed = variants.with_changed(GIVEN, 1, VariantSpec(name="new"))
    assert renamed.baseline == "new"
    assert variants.without(GIVEN, 1).baseline == ""
    assert variants.without(variants.without(GIVEN, 1), 0).variants == (PLAIN,)
    assert variants.with_baseline(GIVEN, 0).baseline == "v6"
    assert variants.with_baseline(GIVEN, 1).baseline == NO_BASELINE


def test_every_combination_is_named_by_what_differs():
    made = variants.combinations(PLAIN, ["direct", "cot"], [6, None], [], {"cot": "Chain"})
    assert [(each.strategy, each.version) for each in made] == [
        ("direct", 6), ("direct", None), ("cot", 6), ("cot", None),
    ]  # fmt: skip
    assert made[2].name == "v6 Chain"


@pytest.mark.parametrize(
    ("rows", "words"),
    [(600, "600 rows are enough for 5 points"), (140, "about 510 are needed")],
)
def test_whether_the_rows_are_enough(rows: int, words: str):
    assert words in enough_text(GIVEN, {0.05: 507}, rows, 0.15, seen=False)


def test_what_is_typed_without_a_pause_is_one_edit():
    edits = Edits()
    edits.note(GIVEN, "name")
    edits.note(EvaluationSet(name="x", variants=()), "name")
    assert edits.undo(GIVEN) == GIVEN
    assert not edits.can_undo


def test_a_check_says_what_it_is_and_what_it_says_of_a_row():
    check = Check(metric="exact", negate=True, expected=("a", 1), weight=2, threshold=0.5)
    assert title_of(check, None) == "Not: exact"
    assert facts_of(check, None) == "expected a | 1 · weight 2 · threshold 0.5"
    assert facts_of(Check(metric="exact", expected_in=("a", "b")), None) == "expected from a | b"
    found = CheckPreview(number=4, variant="v6", passed=False, reason="It is “x”.")
    assert preview_text(found) == "On row 4, v6: wrong. It is “x”."


def test_held_out_rows_say_how_often_they_were_looked_at():
    assert looks_text(EvaluationOptions(), 3) == ""
    shown = looks_text(EvaluationOptions(held_out=True), 3)
    assert shown.startswith("looked at 3 times")
