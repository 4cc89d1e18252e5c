"""Which differences repeats show: against published and independently computed values."""

from __future__ import annotations

import math

import pytest

from workbench.domain.runs.comparison import verdict_sentence
from workbench.evaluation.statistics.repeats import (
    _uncorrected_runs,
    fisher,
    runs_needed,
    verdict_on_repeats,
)

NAMES = ("Direct", "Chain of thought", "Self-consistency")


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        ((3, 4), (1, 4), 34 / 70),  # Fisher's tea: 0.485714
        ((8, 9), (2, 7), 0.03496503),  # scipy.stats.fisher_exact([[8, 2], [1, 5]])
        ((10, 10), (0, 10), 2 / math.comb(20, 10)),
        ((3, 3), (0, 3), 0.1),
        ((2, 3), (2, 3), 1.0),
        ((0, 5), (0, 9), 1.0),
    ],
)
def test_fishers_exact_test(one: tuple[int, int], other: tuple[int, int], p: float) -> None:
    if one == (8, 9):  # the table of scipy's documentation, read by column
        one, other = (8, 9), (2, 7)
    assert fisher(one, other) == pytest.approx(p, abs=5e-8)
    assert fisher(other, one) == pytest.approx(p, abs=5e-8)


def _exact_power(one: float, other: float, runs: int, level: float) -> float:
    def chance(share: float, right: int) -> float:
        return math.comb(runs, right) * share**right * (1 - share) ** (runs - right)

    return sum(
        chance(one, a) * chance(other, b)
        for a in range(runs + 1)
        for b in range(runs + 1)
        if fisher((a, runs), (b, runs)) <= level
    )


@pytest.mark.parametrize(
    ("one", "other", "tests"), [(0.8, 0.4, 1), (0.8, 0.2, 1), (0.9, 0.5, 3), (0.5, 0.2, 1)]
)
def test_the_runs_that_are_needed_have_that_power(one: float, other: float, tests: int) -> None:
    runs = runs_needed(one, other, tests)
    assert 0.77 < _exact_power(one, other, runs, 0.05 / tests) < 0.87


def test_the_runs_that_are_needed_by_the_published_formula() -> None:
    assert runs_needed(0.8, 0.4) == 28
    assert runs_needed(0.4, 0.8) == 28
    assert runs_needed(0.8, 0.4, tests=6) > runs_needed(0.8, 0.4, tests=3) > 28


def test_two_arms_without_pairs_need_many_more_runs() -> None:
    assert math.ceil(_uncorrected_runs(0.70, 0.75)) == 1251


def test_three_runs_each_tell_nothing_and_how_many_could() -> None:
    found = verdict_on_repeats([(3, 3), (1, 3)])
    assert found is not None
    assert (found.best, found.worse, found.open, found.needed) == (0, (), (1,), 28)
    assert verdict_sentence(found, NAMES) == ("3 runs each cannot tell these apart; about 30 could")
    assert found.target == 30


def test_a_difference_that_is_there_is_said_with_its_adjusted_p() -> None:
    found = verdict_on_repeats([(2, 20), (19, 20), (17, 20)])
    assert found is not None
    assert (found.best, found.worse, found.open) == (1, (0,), (2,))
    assert found.p == pytest.approx(3 * fisher((2, 20), (19, 20)))
    assert verdict_sentence(found, NAMES).startswith(
        "Chain of thought is right more often than Direct (20 runs each, p = "
    )
    assert "could tell it from Self-consistency" in verdict_sentence(found, NAMES)


def test_equal_shares_are_planned_for_a_notable_difference() -> None:
    found = verdict_on_repeats([(3, 3), (3, 3)])
    assert found is not None
    assert not found.is_gap_seen
    assert verdict_sentence(found, NAMES) == (
        f"3 runs each show no difference; about {found.target} could show one of 30 points"
    )
    one = verdict_on_repeats([(1, 1), (1, 1)])
    assert one is not None
    assert verdict_sentence(one, NAMES).startswith("1 run each shows no difference")


def test_enough_runs_that_show_nothing_ask_for_no_more() -> None:
    found = verdict_on_repeats([(90, 100), (90, 100)])
    assert found is not None
    assert found.target is None
    assert verdict_sentence(found, NAMES) == "100 runs each show no difference"


@pytest.mark.parametrize("counts", [[], [(1, 3)], [(1, 3), (0, 0)]])
def test_one_strategy_alone_has_no_verdict(counts: list[tuple[int, int]]) -> None:
    assert verdict_on_repeats(counts) is None
