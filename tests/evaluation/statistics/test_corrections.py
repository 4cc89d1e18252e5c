"""Adjusted p-values, against published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.statistics.corrections import benjamini_hochberg, holm, holm_levels

SPREAD = [0.01, 0.04, 0.03, 0.005, 0.2]
TIED = [0.02, 0.02, 0.02, 0.9]


def test_holms_adjustment() -> None:
    assert holm(SPREAD) == pytest.approx((0.04, 0.09, 0.09, 0.025, 0.2))
    assert holm(TIED) == pytest.approx((0.08, 0.08, 0.08, 0.9))
    assert holm([]) == ()


def test_benjamini_and_hochbergs_adjustment() -> None:
    assert benjamini_hochberg(SPREAD) == pytest.approx((0.025, 0.05, 0.05, 0.025, 0.2))
    assert benjamini_hochberg(TIED) == pytest.approx((0.08 / 3, 0.08 / 3, 0.08 / 3, 0.9), abs=1e-9)
    assert benjamini_hochberg([]) == ()


P = st.lists(st.floats(1e-6, 1), min_size=1, max_size=12)


@given(P)
def test_adjusted_values_keep_their_order_and_stay_at_most_one(values: list[float]) -> None:
    by_holm, by_rate = holm(values), benjamini_hochberg(values)
    for p, rate, family in zip(values, by_rate, by_holm, strict=True):
        assert p <= rate + 1e-12
        assert rate <= family + 1e-12
        assert family <= 1
    order = sorted(range(len(values)), key=lambda place: values[place])
    for adjusted in (by_holm, by_rate):
        assert [adjusted[place] for place in order] == sorted(adjusted)


@given(P)
def test_a_test_at_its_holm_level_decides_as_the_adjusted_value_does(values: list[float]) -> None:
    levels = holm_levels(values)
    for p, adjusted, level in zip(values, holm(values), levels, strict=True):
        if abs(p - level) > 1e-12:
            assert (p < level) == (adjusted < 0.05)
