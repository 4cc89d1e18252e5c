"""pass@k and pass^k."""

from __future__ import annotations

import itertools

import pytest

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.samples import mean_over_rows, pass_at_k, pass_hat_k


@pytest.mark.parametrize(
    ("samples", "correct", "k", "some", "all_"),
    [
        (5, 2, 2, 0.7, 0.1),
        (10, 3, 5, 0.916667, 0),
        (10, 6, 5, 1, 0.023810),
        (200, 10, 100, 0.999229, 0),
        (4, 3, 2, 1, 0.5),
        (10, 9, 3, 1, 0.7),
        (1, 1, 1, 1, 1),
    ],
)
def test_the_chance_that_some_or_all_samples_are_right(
    samples: int, correct: int, k: int, some: float, all_: float
) -> None:
    assert pass_at_k(samples, correct, k) == pytest.approx(some, abs=1e-6)
    assert pass_hat_k(samples, correct, k) == pytest.approx(all_, abs=1e-6)


def test_they_are_the_mean_over_all_subsets_not_a_power_of_the_share() -> None:
    """promptfoo #8108: (c/n)^k is .16 of 2 right in 5, where .1 of the pairs are all right."""
    for samples, correct, k in [(5, 2, 2), (7, 3, 3), (6, 5, 4)]:
        drawn = list(itertools.combinations([1] * correct + [0] * (samples - correct), k))
        assert pass_at_k(samples, correct, k) == pytest.approx(sum(map(any, drawn)) / len(drawn))
        assert pass_hat_k(samples, correct, k) == pytest.approx(sum(map(all, drawn)) / len(drawn))


def test_a_set_is_the_mean_of_its_rows() -> None:
    found = mean_over_rows(pass_hat_k, [(4, 4), (4, 0), (4, 3)], 2)
    assert found.value == pytest.approx((1 + 0 + 0.5) / 3)
    assert found.rows == 3


@pytest.mark.parametrize("counts", [(5, 6, 1), (5, -1, 1), (5, 2, 6), (5, 2, 0)])
def test_what_cannot_be_drawn_is_refused(counts: tuple[int, int, int]) -> None:
    for chance in (pass_at_k, pass_hat_k):
        with pytest.raises(UsageError):
            chance(*counts)
