"""Paired comparisons: against published and independently computed values."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.intervals import mean_interval, mean_p
from workbench.evaluation.statistics.paired import (
    mcnemar,
    pair_rows,
    paired_bootstrap,
    paired_difference,
    paired_share_interval,
    tango_interval,
)
from workbench.evaluation.statistics.row_scores import Row, RowScore, fold_repeats

ONE, OTHER = "1101011011", "1001001010"


def column(text: str) -> dict[str, Row]:
    return fold_repeats([RowScore(f"{place}", float(each)) for place, each in enumerate(text)])


def test_a_paired_comparison_of_ten_rows() -> None:
    pairs = pair_rows(column(ONE), column(OTHER))
    found = paired_difference(pairs)
    assert found.value == pytest.approx(0.3)
    assert found.standard_error == pytest.approx(0.152753, abs=1e-6)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(-0.045550, abs=1e-6)
    assert found.interval.high == pytest.approx(0.645550, abs=1e-6)
    assert found.value / found.standard_error == pytest.approx(1.963961, abs=1e-6)
    assert mean_p(found) == pytest.approx(0.081126, abs=1e-6)
    assert (pairs.gained, pairs.lost, pairs.is_binary) == (3, 0, True)
    assert mcnemar(3, 0).p == 0.25


def test_pairing_is_worth_what_the_columns_have_in_common() -> None:
    one, other = ([float(each) for each in text] for text in (ONE, OTHER))
    errors = [mean_interval(each).standard_error or 0 for each in (one, other)]
    assert math.hypot(*errors) == pytest.approx(0.223607, abs=1e-6)
    mean_1, mean_2 = sum(one) / 10, sum(other) / 10
    shared = sum((a - mean_1) * (b - mean_2) for a, b in zip(one, other, strict=True)) / 9 / 10
    assert shared / errors[0] / errors[1] == pytest.approx(0.534522, abs=1e-6)
    pair = errors[0] ** 2 + errors[1] ** 2 - 2 * shared
    assert math.sqrt(pair) == pytest.approx(0.152753, abs=1e-6)


def test_only_rows_that_both_have_are_compared_and_the_rest_is_counted() -> None:
    ours = [RowScore("a", 1.0), RowScore("b", None, "error"), RowScore("c", 0.5)]
    theirs = [RowScore("c", 0.25), RowScore("b", 1.0), RowScore("d", 0.0), RowScore("a", 1.0)]
    pairs = pair_rows(fold_repeats(ours), fold_repeats(theirs))
    assert dict(zip(pairs.rows, pairs.differences, strict=True)) == {"a": 0, "c": 0.25}
    assert (pairs.ended, pairs.dropped, pairs.is_binary) == (3, 2, False)
    with pytest.raises(UsageError, match="no scores"):
        paired_difference(pair_rows(column("1"), {}))


@pytest.mark.parametrize(
    ("gained", "lost", "p", "mid_p"),
    [
        (0, 0, 1, 1),
        (0, 5, 0.0625, 0.03125),
        (0, 6, 0.03125, 0.015625),
        (1, 8, 0.039062, 0.021484),
        (10, 20, 0.098737, 0.070756),
        (5, 5, 1, 1 - 252 / 2048),
        (12, 3, 0.035156, None),
        (2, 10, 0.038574, None),
    ],
)
def test_mcnemars_exact_test(gained: int, lost: int, p: float, mid_p: float | None) -> None:
    for found in (mcnemar(gained, lost), mcnemar(lost, gained)):
        assert found.p == pytest.approx(p, abs=1e-6)
        assert mid_p is None or found.mid_p == pytest.approx(mid_p, abs=1e-6)
    with pytest.raises(UsageError, match="no counts"):
        mcnemar(-1, 2)


def _likeliest_score(gained: int, lost: int, rows: int, difference: float) -> float:
    """Tango's statistic with the nuisance share found by search instead of in closed form."""

    def likelihood(share: float) -> float:
        up, same = share + difference, 1 - 2 * share - difference
        if min(up, same, share) <= 0:
            return -math.inf
        return (
            gained * math.log(up) + lost * math.log(share) + (rows - gained - lost) * math.log(same)
        )

    low, high = max(0.0, -difference), (1 - difference) / 2
    for _ in range(200):
        one, other = low + (high - low) * 0.382, low + (high - low) * 0.618
        low, high = (one, high) if likelihood(one) < likelihood(other) else (low, other)
    variance = rows * (2 * low + difference * (1 - difference))
    return (gained - lost - rows * difference) / math.sqrt(variance)


@pytest.mark.parametrize(
    ("gained", "lost", "rows"), [(16, 3, 140), (3, 9, 40), (7, 7, 30), (1, 20, 500)]
)
def test_tangos_interval_ends_where_the_score_test_rejects(
    gained: int, lost: int, rows: int
) -> None:
    found = tango_interval(gained, lost, rows)
    assert _likeliest_score(gained, lost, rows, found.low) == pytest.approx(1.959964, abs=1e-5)
    assert _likeliest_score(gained, lost, rows, found.high) == pytest.approx(-1.959964, abs=1e-5)


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 400))


@given(COUNTS, st.sampled_from([0.95, 0.99, 1 - 0.05 / 9, 1 - 0.05 / 45]))
def test_an_interval_of_shares_excludes_zero_where_the_exact_test_rejects(
    counts: tuple[int, int, int], level: float
) -> None:
    gained, lost, unchanged = counts
    rows = gained + lost + unchanged
    found = paired_share_interval(gained, lost, rows, level)
    assert -1 <= found.low <= (gained - lost) / rows <= found.high <= 1
    assert found.excludes_zero == (mcnemar(gained, lost).p < 1 - level)
    mirrored = paired_share_interval(lost, gained, rows, level)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


def test_no_change_in_many_rows_still_leaves_an_interval() -> None:
    found = paired_share_interval(0, 0, 100)
    end = 1.959963984540054**2 / (100 + 1.959963984540054**2)  # of the score test, by hand
    assert (found.low, found.high) == pytest.approx((-end, end), abs=1e-9)
    assert paired_share_interval(0, 9, 9).low == -1
    with pytest.raises(UsageError, match="count again"):
        paired_share_interval(3, 3, 5)


DIFFERENCES = [float(a) - float(b) for a, b in zip(ONE, OTHER, strict=True)]


def test_the_bootstrap_of_ten_rows_against_all_its_resamples() -> None:
    """Three rows of +1 and seven of 0 leave a binomial sum, so every resample can be counted."""
    assert sorted(DIFFERENCES) == [0] * 7 + [1] * 3
    chances = [math.comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(11)]
    assert chances[0] == pytest.approx(0.028248, abs=1e-6)
    totals = list(itertools.accumulate(chances))
    exact = [next(k for k in range(11) if totals[k] >= tail) / 10 for tail in (0.025, 0.975)]
    found = paired_bootstrap(DIFFERENCES, seed=7)
    assert [found.interval.low, found.interval.high] == pytest.approx(exact) == [0, 0.6]
    assert found.p == pytest.approx(2 * 0.028248, abs=0.012)
    assert (found.mean, found.seed, found.resamples) == (pytest.approx(0.3), 7, 10_000)


def test_the_seed_makes_the_same_bootstrap_again() -> None:
    scores = [math.sin(each) for each in range(60)]
    assert paired_bootstrap(scores, seed=3) == paired_bootstrap(scores, seed=3)
    assert paired_bootstrap(scores, seed=3) != paired_bootstrap(scores, seed=4)


def test_all_rows_are_drawn_with_replacement() -> None:
    """openai/evals #1834: half the rows, drawn without replacement, halve the variance."""
    scores = [math.sin(each * each) for each in range(400)]
    found = paired_bootstrap(scores, seed=1)
    by_t = mean_interval(scores).interval
    assert by_t is not None
    width = found.interval.high - found.interval.low
    assert width == pytest.approx(by_t.high - by_t.low, rel=0.05)


def test_clusters_are_drawn_whole() -> None:
    rows = [1.0, 0.0, 1.0, -1.0, 1.0, 0.0, 0.5, 0.0]
    twice = [each for each in rows for _ in range(3)]
    names = [row for row in range(8) for _ in range(3)]
    once, clustered = paired_bootstrap(rows, seed=5), paired_bootstrap(twice, names, seed=5)
    assert clustered.interval == once.interval
    with pytest.raises(UsageError, match="no common rows"):
        paired_bootstrap([], seed=1)
