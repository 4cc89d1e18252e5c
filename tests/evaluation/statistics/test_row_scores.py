"""What a column adds up to: no row leaves the count without being shown."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.row_scores import (
    Row,
    RowScore,
    clusters_of,
    fold_repeats,
    summarise,
)


def column(**counts: int) -> list[RowScore]:
    kinds = {
        "right": (1.0, "scored"),
        "wrong": (0.0, "scored"),
        "format": (0.0, "format"),
        "error": (None, "error"),
        "excluded": (None, "excluded"),
    }
    return [
        RowScore(f"{kind}-{number}", *kinds[kind])
        for kind, count in counts.items()
        for number in range(count)
    ]


def test_errors_do_not_raise_the_share_unseen() -> None:
    """Inspect AI #3707: 80 right, 10 wrong, 10 errors were shown as 88.9 %, of no count."""
    found = summarise(column(right=80, wrong=10, error=10), is_pass_fail=True)
    assert found.value == pytest.approx(0.888889, abs=1e-6)
    assert (found.scored, found.passed, found.rows, found.errors) == (90, 80, 100, 10)
    assert not found.is_complete


def test_format_failures_score_zero_and_are_counted_apart() -> None:
    found = summarise(column(right=6, wrong=1, format=1, excluded=2), is_pass_fail=True)
    assert found.value == 0.75
    assert (found.rows, found.scored, found.format_failures, found.excluded) == (10, 8, 1, 2)
    assert found.is_complete
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.409275, abs=1e-6)


def test_rows_that_crashed_are_named_and_make_the_result_incomplete() -> None:
    """Ragas #2832: 5 scored .9, 5 crashed."""
    scores = [RowScore(f"{row}", 0.9) for row in range(5)] + column(error=5)
    found = summarise(scores, is_pass_fail=False)
    assert found.value == pytest.approx(0.9)
    assert (found.scored, found.rows, found.errors, found.passed) == (5, 10, 5, None)
    assert not found.is_complete


@pytest.mark.parametrize("score", [1.3, -0.1, math.nan, math.inf])
def test_scores_outside_their_range_are_refused(score: float) -> None:
    """Inspect AI #4286."""
    with pytest.raises(UsageError, match="not from 0 to 1"):
        summarise([RowScore("a", score)], is_pass_fail=False)


def test_an_outcome_and_its_score_belong_together() -> None:
    for wrong in (RowScore("a", None), RowScore("a", 0.0, "error")):
        with pytest.raises(UsageError, match="does not go with"):
            fold_repeats([wrong])


def test_nothing_scored_has_no_value() -> None:
    found = summarise(column(error=2), is_pass_fail=True)
    assert (found.value, found.interval, found.scored, found.errors) == (None, None, 0, 2)


def test_repeats_become_one_row() -> None:
    scores = [RowScore("a", each) for each in (1, 1, 0)] + [RowScore("b", each) for each in (1, 0)]
    assert fold_repeats(scores) == {
        "a": Row(pytest.approx(2 / 3), "scored", None),
        "b": Row(0.5, "scored", None),
    }
    most = fold_repeats(scores, "most")
    assert [row.score for row in most.values()] == [1, 0]
    assert summarise(scores, is_pass_fail=True, rule="most").passed == 1


def test_a_repeat_that_failed_leaves_its_row_open() -> None:
    rows = fold_repeats([RowScore("a", 1.0), RowScore("a", None, "error")])
    assert rows["a"] == Row(None, "error", None)
    rows = fold_repeats([RowScore("a", 1.0), RowScore("a", 0.0, "format")])
    assert rows["a"] == Row(0.5, "format", None)
    rows = fold_repeats([RowScore("a", 1.0), RowScore("a", None, "excluded")])
    assert rows["a"] == Row(1.0, "scored", None)


def test_rows_of_one_passage_widen_the_interval() -> None:
    scores = [RowScore(f"{n}", float(n < 20), cluster=f"{n // 4}") for n in range(40)]
    alone = [each._replace(cluster=None) for each in scores]
    grouped, single = (summarise(each, is_pass_fail=True) for each in (scores, alone))
    assert grouped.interval is not None
    assert single.interval is not None
    assert grouped.interval.low < single.interval.low
    assert clusters_of([Row(1.0, "scored", "a"), Row(0.0, "scored", None)]) == ["in a", "row 1"]
    with pytest.raises(UsageError, match="two clusters"):
        fold_repeats([RowScore("a", 1.0, cluster="x"), RowScore("a", 1.0, cluster="y")])
