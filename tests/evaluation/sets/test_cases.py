"""Cases of rows: identities that stay, columns that mean something, and rows that cannot be one."""

from __future__ import annotations

import hashlib

import msgspec

from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import Columns, EvaluationSet, SetRow, VariantSpec
from workbench.domain.evaluation.identity import identity_bytes
from workbench.evaluation.sets.cases import build_cases, missing_columns


def cases(*rows, columns=None, inputs=("q",)):
    made = [SetRow(values=row) for row in rows]
    return build_cases(made, columns or Columns(), inputs)


def test_a_case_stays_itself_when_other_rows_change():
    before = cases({"q": "a"}, {"q": "b"}, {"q": "c"})
    after = cases({"q": "new"}, {"q": "c"}, {"q": "b", "tags": "x", "weight": 2})
    assert {case.id for case in before} & {case.id for case in after} == {
        before[1].id,
        before[2].id,
    }


def test_columns_of_the_usual_names_are_known_and_named_ones_come_first():
    (case,) = cases(
        {"q": "a", "id": 7, "answer": "4", "tags": "sum, easy", "weight": "2", "split": "Held-Out"}
    )
    assert (case.id, case.expected, case.tags) == ("7", ("4",), ("sum", "easy"))
    assert (case.weight, case.split, case.problem) == (2.0, "held_out", "")
    (case,) = cases(
        {"q": "a", "answer": "4", "gold": ["5", "five"], "code": "x"},
        columns=Columns(expected="gold", id="code"),
    )
    assert (case.id, case.expected) == ("x", ("5", "five"))


def test_an_input_is_not_taken_for_anything_else():
    (case,) = cases({"id": "a", "answer": "b", "tags": "c"}, inputs=("id", "answer", "tags"))
    assert (case.expected, case.tags) == ((), ())
    assert case.id != "a"


def test_a_second_row_of_the_same_identity_is_a_duplicate():
    found = cases({"q": "a", "id": 1}, {"q": "b", "id": 1}, {"q": "c"}, {"q": "c"})
    assert [case.duplicate_of for case in found] == [0, 1, 0, 3]
    assert len({case.id for case in found}) == 4


def test_an_expected_value_that_is_empty_is_none_and_zero_is_one():
    found = cases({"q": "a", "expected": ""}, {"q": "b", "expected": 0}, {"q": "c", "answer": None})
    assert [case.expected for case in found] == [(), (0,), ()]


def test_what_cannot_be_read_is_a_problem_of_its_row():
    found = cases({"q": "a", "split": "test"}, {"q": "b", "weight": "heavy"})
    assert found[0].problem == "split is tune or held_out, not “test”."
    assert found[1].problem == "weight is a number from 0 on, not “heavy”."


def test_a_value_that_is_too_long_is_a_problem_of_its_row_alone():
    found = cases({"q": "a" * 10 * 1024 * 1024}, {"q": "b"})
    assert "q has 10,485,760 characters" in found[0].problem
    assert found[1].problem == ""


def test_several_columns_hold_right_answers_and_each_answer_is_there_once():
    columns = Columns(expected="gold", also_expected=("alias", "more"))
    found = cases(
        {"q": "a", "gold": "5", "alias": "five", "more": ["cinq", "5"]},
        {"q": "b", "gold": "", "alias": "six", "more": None},
        {"q": "c", "gold": 7, "alias": [7, 8]},
        columns=columns,
    )
    assert [case.expected for case in found] == [("5", "five", "cinq"), ("six",), (7, [7, 8])]
    (case,) = cases(
        {"q": "a", "answer": "5", "alias": "five"}, columns=Columns(also_expected=("alias",))
    )
    assert case.expected == ("5", "five")


def test_columns_that_are_not_there_are_missing():
    columns = Columns(expected="gold", also_expected=("alias",), inputs={"q": "question"})
    assert missing_columns(columns, {"question"}) == ["gold", "alias"]


def test_identities_are_those_of_the_versions_before():
    checks = (
        Check(metric="exact"),
        CheckSet(checks=(Check(metric="contains", expected=("x",)),)),
    )
    (case,) = build_cases([SetRow(values={"q": "a"}, checks=checks)], Columns(), ("q",))
    assert case.id == "ab752eec51dc"
    given = EvaluationSet(
        name="n",
        variants=(VariantSpec(name="a", text="b"),),
        checks=CheckSet(checks=(Check(metric="exact"),)),
    )
    found = hashlib.sha256(identity_bytes([given, "tune", ["a"], ["k"]])).hexdigest()
    assert found == "c85d324d9cf546c3d33fd553cb4f809548e72d1a34e60b3ea18dbacfc31ee20f"
    limited = msgspec.structs.replace(given, equal_tokens=600)
    assert identity_bytes(limited) != identity_bytes(given)
