"""Checks and sets of checks: weights, thresholds, negation, and the four kinds of result."""

import math
from typing import Any

import pytest

from tests.evaluation.metrics.helpers import judged, judged_set, measured
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check, CheckSet, NotImported, reaches
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import (
    Errored,
    FormatFailure,
    MetricResult,
    Score,
    Undefined,
)
from workbench.domain.parameters import describe
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.checking import decide, ensure_usable, needs_of
from workbench.evaluation.metrics.metric import Metric, NoParams, run_metric

EXACT = Check(metric="exact")
FAILING = Check(metric="exact", expected=("other",), weight=2)
HOLDING = Check(metric="contains", expected=("out",), weight=1)


def metric(result: Any, **options: Any) -> Metric:
    """A metric that gives one result, or raises it."""

    def score(_given: MetricInput, _params: NoParams) -> MetricResult:
        if isinstance(result, Exception):
            raise result
        return result if not isinstance(result, float) else Score(value=result)

    return Metric(id="made", title="Made", description="", params=NoParams, score=score, **options)


def ran(result: Any, **options: Any) -> MetricResult:
    return run_metric(metric(result, **options), NoParams(), MetricInput(output="x"))


def test_an_exception_is_an_error_with_its_sentence() -> None:
    assert ran(UsageError("Give two.")) == Errored(reason="Give two.")
    assert isinstance(ran(ZeroDivisionError("by 0")), Errored)
    assert isinstance(ran(RecursionError()), Errored)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.3, -0.1])
def test_a_score_out_of_its_range_is_an_error(value: float) -> None:
    assert isinstance(ran(value), Errored)


def test_rounding_at_the_ends_of_a_range_is_mended() -> None:
    assert ran(1 + 1e-12) == Score(value=1.0)
    assert ran(-1e-12) == Score(value=0.0)
    assert ran(-0.4, scale="signed") == Score(value=-0.4)
    assert ran(1e6, scale="open") == Score(value=1e6)
    assert isinstance(ran(math.nan, scale="open"), Errored)


def test_what_was_not_fetched_is_undefined() -> None:
    assert isinstance(ran(1.0, needs=("embeddings",)), Undefined)


def test_thresholds_have_slack() -> None:
    assert reaches(1 - 0.9, 0.1)
    assert reaches(sum([0.1] * 10), 1.0)
    assert not reaches(0.0999, 0.1)


@pytest.mark.parametrize(
    ("threshold", "value", "passed"),
    [(None, 0.0, None), (0.0, 0.0, True), (0.5, 0.5, True), (0.5, 0.4, False)],
)
def test_a_measurement_has_a_verdict_only_by_a_threshold_and_0_is_one(
    threshold: float | None, value: float, passed: bool | None
) -> None:
    made = metric(value)
    found = decide(Check(metric="made", threshold=threshold), made, Score(value=value))
    assert found.passed is passed
    assert found.score == value


def test_less_is_better_where_the_metric_says_so() -> None:
    made = metric(2.0, scale="open", better="lower")
    for threshold, passed in ((2.0, True), (3.0, True), (1.9, False)):
        found = decide(Check(metric="made", threshold=threshold), made, Score(value=2.0))
        assert (found.passed, found.score) == (passed, float(passed))
    found = decide(Check(metric="made"), made, Score(value=2.0))
    assert (found.passed, found.score) == (None, None)


def test_not_inverts_verdict_score_and_reason() -> None:
    found = judged(Check(metric="exact", negate=True), "out", "out")
    assert (found.passed, found.score) == (False, 0.0)
    assert isinstance(found.result, Score)
    assert (found.result.value, found.result.passed) == (0.0, False)
    assert found.result.reason == "The opposite is asked for: It is “out”; expected is “out”."
    found = judged(Check(metric="exact", negate=True), "out", "in")
    assert (found.passed, found.score) == (True, 1.0)


def test_not_of_a_graded_score_with_a_threshold() -> None:
    made = metric(0.3)
    found = decide(Check(metric="made", threshold=0.5, negate=True), made, Score(value=0.3))
    assert (found.passed, found.score) == (True, 0.7)


def test_not_turns_neither_errors_nor_format_failures_into_passes() -> None:
    number = Check(metric="numeric", negate=True)
    assert judged(number, "no number here", 5).passed is False
    assert isinstance(judged(number, "no number here", 5).result, FormatFailure)
    assert judged(number, "5", "five").passed is None
    assert judged(number, "5").passed is None


def test_the_example_of_weights_and_thresholds() -> None:
    checks = (FAILING, HOLDING)
    result = judged_set(CheckSet(checks=checks), "out")
    assert result.score == pytest.approx(1 / 3, abs=1e-6)
    assert result.passed is False
    assert judged_set(CheckSet(checks=checks, threshold=0.5), "out").passed is False
    assert judged_set(CheckSet(checks=checks, threshold=0.2), "out").passed is True


def test_sets_in_sets() -> None:
    inner = CheckSet(checks=(FAILING, HOLDING), threshold=0.2, weight=3)
    result = judged_set(CheckSet(checks=(inner, HOLDING)), "out")
    assert result.passed is True
    assert result.score == pytest.approx((3 / 3 + 1) / 4)
    assert [each.passed for each in result.leaves()] == [False, True, True]


def test_a_check_without_weight_only_shows() -> None:
    shown = Check(metric="exact", expected=("other",), weight=0)
    result = judged_set(CheckSet(checks=(shown, HOLDING)), "out")
    assert (result.score, result.passed) == (1.0, True)
    result = judged_set(CheckSet(checks=(shown,)), "out")
    assert (result.score, result.passed) == (0.0, True)


def test_no_check_is_a_pass() -> None:
    result = judged_set(CheckSet(), "out")
    assert (result.status, result.score, result.passed) == ("scored", 1.0, True)


def test_an_error_leaves_a_row_without_a_verdict() -> None:
    broken = Check(metric="regex", expected=("(",))
    result = judged_set(CheckSet(checks=(broken, HOLDING, FAILING), threshold=0.0), "out")
    assert (result.status, result.passed, result.score, result.errors) == ("errored", None, None, 1)


def test_what_was_not_imported_makes_a_row_incomplete() -> None:
    result = judged_set(CheckSet(checks=(NotImported(kind="llm-rubric"), HOLDING)), "out")
    assert (result.status, result.passed, result.errors) == ("errored", None, 1)
    first = next(result.leaves()).result
    assert first == Errored(reason="Not imported: llm-rubric.")


def test_undefined_checks_do_not_count() -> None:
    result = judged_set(CheckSet(checks=(EXACT, HOLDING)), "out")
    assert (result.status, result.score, result.passed) == ("scored", 1.0, True)
    assert result.excluded == 1
    result = judged_set(CheckSet(checks=(EXACT,)), "out")
    assert (result.status, result.score, result.passed) == ("undefined", None, None)


def test_a_format_failure_counts_as_0_and_is_counted_apart() -> None:
    number = Check(metric="numeric", expected=("5",))
    result = judged_set(CheckSet(checks=(number, HOLDING)), "out of order")
    assert (result.status, result.score, result.passed) == ("scored", 0.5, False)
    assert result.format_failures == 1


def test_checks_are_looked_at_before_a_sweep() -> None:
    with pytest.raises(UsageError, match="exact"):
        ensure_usable(CheckSet(checks=(Check(metric="exacto"),)))
    with pytest.raises(UsageError, match="alike"):
        ensure_usable(
            CheckSet(checks=(CheckSet(checks=(Check(metric="exact", params={"alik": 1}),)),))
        )
    with pytest.raises(UsageError, match="threshold"):
        ensure_usable(CheckSet(checks=(Check(metric="exact", threshold=math.nan),)))
    ensure_usable(CheckSet(checks=(EXACT, NotImported(kind="python"))))
    assert needs_of(CheckSet(checks=(EXACT,))) == {"expected"}


def test_signatures_tell_what_was_measured() -> None:
    exact = METRICS.get("exact")
    assert exact.signature(exact.build({})) == "exact|extract:whole|norm:nfc|version:wb1"
    pattern = METRICS.get("regex")
    signature = pattern.signature(pattern.build({"pattern": "a|b:c"}))
    assert signature.startswith('regex|engine:regex|pattern:"a|b:c"|whole:no|')
    assert judged(EXACT, "a", "a").signature == "exact|extract:whole|norm:nfc|version:wb1"


def test_every_parameter_has_a_title_a_help_and_a_default() -> None:
    for each in METRICS:
        each.params()
        assert each.title
        assert each.description.endswith(".")
        for field in describe(each.params):
            assert field.title, (each.id, field.name)
            assert field.description.endswith("."), (each.id, field.name)


def test_references_that_are_no_text() -> None:
    assert isinstance(measured("exact", "5", 5), Score)
    assert measured("exact", "true", True).value == 1  # type: ignore[union-attr]
