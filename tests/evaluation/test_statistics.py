"""The Wilson interval, against values that others published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics import wilson


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
