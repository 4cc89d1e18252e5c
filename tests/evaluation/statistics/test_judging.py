"""Order and length in judged pairs."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.judging import (
    first_slot_share,
    judge_pair,
    length_coefficient,
    position_consistency,
)


def test_two_orders_are_combined_in_logits() -> None:
    found = judge_pair(0.8, 0.35)
    assert found.probability == pytest.approx(0.594748, abs=1e-6)  # the mean is .575
    assert found.position_bias == pytest.approx(1.002667, abs=1e-6)
    assert (found.pick, found.is_consistent) == ("tie", False)


def test_a_win_needs_both_orders() -> None:
    assert [judge_pair(*each).pick for each in ((0.9, 0.6), (0.2, 0.4), (0.9, 0.5))] == [
        "a", "b", "tie",
    ]  # fmt: skip


def test_a_judge_of_position_alone_wins_nothing() -> None:
    pairs = [judge_pair(0.9, 0.1) for _ in range(20)]
    assert position_consistency(pairs) == 0
    assert first_slot_share(pairs) == 1
    assert {each.pick for each in pairs} == {"tie"}
    assert pairs[0].probability == pytest.approx(0.5)
    last = [judge_pair(0.1, 0.9)]
    assert first_slot_share(last) == 0


def test_a_fair_judge_has_no_bias() -> None:
    pairs = [judge_pair(0.8, 0.8), judge_pair(0.3, 0.3)]
    assert position_consistency(pairs) == 1
    assert first_slot_share(pairs) == 0.5
    assert [each.position_bias for each in pairs] == [0, 0]
    assert (position_consistency([]), first_slot_share([])) == (None, None)


def test_certain_labels_do_not_break_the_logits() -> None:
    found = judge_pair(1.0, 0.0)
    assert found.probability == pytest.approx(0.5)
    assert math.isfinite(found.position_bias)
    with pytest.raises(UsageError, match="no probabilities"):
        judge_pair(1.2, 0.5)


def test_the_slope_of_two_lengths_is_the_log_odds_ratio() -> None:
    """With two lengths the regression is a two by two table, solved by hand."""
    outcomes = [1.0] * 12 + [0.0] * 4 + [1.0] * 6 + [0.0] * 10
    ratios = [math.e] * 16 + [1.0] * 16
    found = length_coefficient(outcomes, ratios)
    assert found is not None
    assert found.value == pytest.approx(math.log(12 / 4) - math.log(6 / 10), abs=1e-9)
    expected = math.sqrt(1 / 12 + 1 / 4 + 1 / 6 + 1 / 10)
    assert found.standard_error == pytest.approx(expected, abs=1e-9)


def test_swapping_the_two_sides_keeps_the_coefficient() -> None:
    outcomes = [1, 0, 1, 1, 0, 0.5, 1, 0]
    ratios = [2, 0.5, 0.7, 3, 1.5, 1, 1.2, 0.9]
    one = length_coefficient(outcomes, ratios)
    other = length_coefficient([1 - y for y in outcomes], [1 / each for each in ratios])
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, abs=1e-9)


@pytest.mark.parametrize(
    ("outcomes", "ratios"),
    [([1, 0, 1], [2, 2, 2]), ([1, 1, 0], [3, 2, 1]), ([0, 0], [1, 2]), ([], [])],
)
def test_no_finite_coefficient_is_none(outcomes: list[float], ratios: list[float]) -> None:
    assert length_coefficient(outcomes, ratios) is None


def test_empty_answers_are_refused() -> None:
    with pytest.raises(UsageError, match="empty answer"):
        length_coefficient([1, 0], [0, 1])
    with pytest.raises(UsageError, match="one each"):
        length_coefficient([1, 0], [1])
