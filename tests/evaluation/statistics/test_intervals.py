"""Intervals of shares and means, against values that others published or computed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.intervals import clopper_pearson, mean_interval, mean_p, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [  # R: binom::binom.confint(x, n, methods = "wilson"); the last from Wilson's formula by hand
        (19, 50, 0.2586, 0.5185),
        (33, 50, 0.5215, 0.7756),
        (37, 50, 0.6045, 0.8413),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (2, 3, 0.2077, 0.9385),
    ],
)
def test_known_intervals(successes: int, trials: int, low: float, high: float):
    found = wilson(successes, trials)
    assert found.share == successes / trials
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval_and_the_two_sides_mirror(counts: tuple[int, int]):
    successes, trials = counts
    found, other = wilson(successes, trials), wilson(trials - successes, trials)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert other.low == pytest.approx(1 - found.high, abs=1e-12)


def test_of_no_trials_nothing_is_known():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2), (1, 0)])
def test_what_is_no_share_is_refused(counts: tuple[int, int]):
    with pytest.raises(UsageError, match="no share"):
        wilson(*counts)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.277533),
        (1, 1, 0.206549, 1.0),
        (8, 10, 0.490162, 0.943318),
        (45, 50, 0.786398, 0.956524),
        (140, 200, 0.633209, 0.759253),
        (0, 25, 0.0, 0.133192),  # lm-evaluation-harness#4070 printed ± 0 here
    ],
)
def test_wilsons_interval_to_six_digits(successes: int, trials: int, low: float, high: float):
    found = wilson(successes, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("trials", "half"),
    [(10, 0.25), (20, 0.19), (50, 0.12), (100, 0.09), (200, 0.06), (400, 0.045), (1000, 0.028)],
)
def test_how_wide_an_interval_of_seventy_per_cent_is(trials: int, half: float):
    found = wilson(round(0.7 * trials), trials)
    assert (found.high - found.low) / 2 == pytest.approx(half, abs=0.0051)


def test_the_exact_interval():  # R: binom.test(7, 10), binom.test(0, 10)
    found = clopper_pearson(7, 10)
    assert (found.low, found.high) == pytest.approx((0.3475471, 0.9332605), abs=1e-7)
    none = clopper_pearson(0, 10)
    assert (none.low, none.high) == pytest.approx((0, 0.3084971), abs=1e-7)
    assert clopper_pearson(0, 0).high == 1
    with pytest.raises(UsageError, match="no share"):
        clopper_pearson(3, 2)


GROUPED = [1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0]
GROUPS = [each for group in "abcd" for each in [group] * 3]


def test_rows_of_one_group_widen_the_error():
    plain = mean_interval(GROUPED)
    assert plain.standard_error == pytest.approx(0.150756, abs=1e-6)
    found = mean_interval(GROUPED, GROUPS)
    assert found.standard_error == pytest.approx(0.215166, abs=1e-6)
    assert found.standard_error * math.sqrt(3 / 4) == pytest.approx(0.186339, abs=1e-6)
    assert found.interval is not None
    assert found.interval.high - found.value == pytest.approx(3.182446305 * 0.215166, abs=1e-5)
    assert (found.rows, found.groups, found.has_too_few_groups) == (12, 4, True)


def test_repeats_never_narrow_the_error_between_rows():
    rows = [1, 0, 1, 0, 1]
    twice = [each for each in rows for _ in range(2)]
    names = [row for row in range(5) for _ in range(2)]
    assert mean_interval(twice).standard_error == pytest.approx(0.163299, abs=1e-6)
    assert mean_interval(twice, names).standard_error == pytest.approx(0.244949, abs=1e-6)
    assert mean_interval(rows).standard_error == pytest.approx(0.244949, abs=1e-6)


def test_an_error_of_zero_is_never_given():
    assert mean_interval([1] * 14 + [0] * 293).standard_error == pytest.approx(0.0119, abs=5e-5)
    for same in ([0.0] * 25, [0.1] * 7, [1.0]):
        found = mean_interval(same)
        assert found.value == pytest.approx(same[0])
        assert (found.standard_error, found.interval, mean_p(found)) == (None, None, None)
    assert mean_interval([1, 0, 1, 0], ["a", "a", "b", "b"]).interval is None


@pytest.mark.parametrize("values", [[], [0.5, math.nan], [math.inf, 0]])
def test_scores_that_are_no_numbers_have_no_mean(values: list[float]):
    with pytest.raises(UsageError):
        mean_interval(values)


def test_every_score_has_a_cluster_or_none_has():
    with pytest.raises(UsageError, match="3 scores have 2 clusters"):
        mean_interval([1, 0, 1], ["a", "b"])


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=40))
def test_each_row_as_its_own_cluster_is_no_clustering(values: list[float]):
    plain, clustered = mean_interval(values), mean_interval(values, list(range(len(values))))
    assert clustered.groups == len(values)
    assert (plain.interval is None) == (clustered.interval is None)
    if plain.interval and clustered.interval:
        assert clustered.interval.low == pytest.approx(plain.interval.low)
