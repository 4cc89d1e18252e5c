"""Distributions and their quantiles, against tables."""

from __future__ import annotations

import math

import pytest

from workbench.evaluation.statistics.distributions import (
    beta_cdf,
    beta_quantile,
    binomial_half_tail,
    t_quantile,
    t_two_sided_p,
    two_sided_t,
    two_sided_z,
)


def test_the_two_sides_of_a_normal_interval() -> None:
    assert two_sided_z(0.95) == pytest.approx(1.959963984540054, abs=1e-14)


@pytest.mark.parametrize(
    ("level", "degrees", "value"),
    [  # R: qt(1 - (1 - level) / 2, degrees)
        (0.95, 1, 12.706204736174705),
        (0.95, 2, 4.302652729749464),
        (0.95, 3, 3.182446305283710),
        (0.95, 9, 2.262157162798205),
        (0.99, 9, 3.249835541592126),
        (0.95, 30, 2.042272456301238),
        (0.95, 139, 1.977177724371499),
        (0.95, 100000, 1.959987707534268),
    ],
)
def test_the_two_sides_of_a_t_interval(level: float, degrees: int, value: float) -> None:
    found = two_sided_t(level, degrees)
    assert found == pytest.approx(value, rel=1e-9)
    assert t_two_sided_p(found, degrees) == pytest.approx(1 - level, abs=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 3, 8, 50, 5000])
def test_quantiles_of_t_mirror_and_invert(degrees: int) -> None:
    assert t_quantile(0.5, degrees) == 0
    for chance in (0.51, 0.7, 0.9, 0.999, 1 - 1e-9):
        found = t_quantile(chance, degrees)
        assert t_quantile(1 - chance, degrees) == pytest.approx(-found, rel=1e-6)
        assert t_two_sided_p(found, degrees) / 2 == pytest.approx(1 - chance, rel=1e-9)


def test_the_beta_distribution_where_it_is_a_polynomial() -> None:
    assert beta_cdf(0.3, 1, 1) == pytest.approx(0.3, abs=1e-15)
    assert beta_cdf(0.3, 2, 2) == pytest.approx(3 * 0.3**2 - 2 * 0.3**3, abs=1e-15)
    assert beta_cdf(0.9, 1, 7) == pytest.approx(1 - 0.1**7, abs=1e-15)
    assert (beta_cdf(0, 3, 4), beta_cdf(1, 3, 4)) == (0, 1)
    assert beta_quantile(0.5, 4, 4) == pytest.approx(0.5, abs=1e-12)


def test_tails_of_fair_trials_are_exact() -> None:
    assert binomial_half_tail(-1, 5) == 0
    assert binomial_half_tail(5, 5) == 1
    assert binomial_half_tail(2, 10) == 56 / 1024
    assert math.isclose(binomial_half_tail(10_000, 20_001), 0.5)
