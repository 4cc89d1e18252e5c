"""Counts of a variant: what is of what, whatever failed."""

from __future__ import annotations

import pytest

from workbench.domain.evaluation.evaluation_set import EvaluationCase, Goal
from workbench.domain.evaluation.outcome import decide
from workbench.domain.evaluation.results import CaseScore
from workbench.evaluation.comparing import compare, compare_with_earlier
from workbench.evaluation.scoring import count_variant


def scores(*values, state="scored"):
    return [
        CaseScore(
            case=f"c{number}",
            number=number,
            state="errored" if value is None else state,
            score=value,
            passed=None if value is None else value == 1,
        )
        for number, value in enumerate(values, 1)
    ]


def counted(found, weights=None):
    weights = weights or [1.0] * len(found)
    cases = [
        EvaluationCase(id=each.case, number=each.number, values={}, weight=weight)
        for each, weight in zip(found, weights, strict=True)
    ]
    return count_variant("plain", cases, found)


def test_errors_do_not_raise_the_share_without_being_shown():
    found = counted(scores(*[1.0] * 80, *[0.0] * 10, *[None] * 10))
    assert (found.rows, found.scored, found.passed, found.errors) == (100, 90, 80, 10)
    assert found.value == pytest.approx(0.8889, abs=1e-4)
    outcome = decide(Goal(passed=0.8), [found], [])
    assert (outcome.status, outcome.exit_status) == ("incomplete", 3)


def test_crashed_rows_leave_the_mean_and_make_it_incomplete():
    found = counted(scores(*[0.9] * 5, *[None] * 5))
    assert (found.value, found.scored, found.rows, found.errors) == (pytest.approx(0.9), 5, 10, 5)
    assert decide(Goal(), [found], []).exit_status == 3


def test_none_of_many_still_has_an_interval():
    interval = counted(scores(*[0.0] * 25)).interval
    assert interval is not None
    assert (interval.low, interval.high) == (0.0, pytest.approx(0.133192, abs=1e-6))


def test_rows_count_by_their_weights():
    found = counted(scores(1.0, 0.0, 1.0), [2.0, 1.0, 1.0])
    assert found.value == 0.75


def test_a_shown_difference_decides_the_outcome():
    better = scores(*[1.0] * 30)
    worse = scores(*[0.0] * 10, *[1.0] * 20)
    (comparison,) = compare({"base": worse, "new": better}, "base", 0.05)
    assert comparison.verdict.kind == "better"
    counts = [counted(worse), counted(better)]
    assert decide(Goal(shown="better"), counts, [comparison], "base").status == "met"
    (comparison,) = compare({"base": better, "new": worse}, "base", 0.05)
    outcome = decide(Goal(), counts, [comparison], "base")
    assert (outcome.status, outcome.exit_status) == ("not_met", 1)


def test_several_variants_against_an_earlier_evaluation_are_decided_together():
    """Seven rows gained and none lost: p is 0.0156 alone and 0.0625 as one of four (Holm)."""
    now = scores(*[1.0] * 7, *[0.0] * 33)
    before = {each.case: each for each in scores(*[0.0] * 40)}

    def verdicts(names):
        found = compare_with_earlier(
            dict.fromkeys(names, now), dict.fromkeys("abcd", before), "earlier", 0.05
        )
        assert [(each.variant, each.baseline) for each in found] == [(n, "earlier") for n in names]
        return [each.verdict for each in found]

    (alone,) = verdicts("a")
    assert (alone.kind, alone.p, alone.comparisons) == ("better", pytest.approx(0.015625), 1)
    together = verdicts("abcd")
    assert [(each.kind, each.comparisons) for each in together] == [("not_enough_rows", 4)] * 4
    assert [each.p for each in together] == [pytest.approx(0.0625)] * 4


def test_an_earlier_evaluation_counts_on_common_cases_alone():
    now = scores(*[1.0] * 30)
    before = {each.case: each for each in scores(*[0.0] * 25)}
    (found,) = compare_with_earlier({"a": now}, {"a": before}, "earlier", 0.05)
    assert (found.verdict.rows, found.verdict.planned, found.verdict.gained) == (25, 25, 25)
    assert compare_with_earlier({"a": now}, {"b": before}, "earlier", 0.05) == ()
