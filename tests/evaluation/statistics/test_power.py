"""How many rows a difference needs: against the tables that the reference gives."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.power import (
    rows_needed_for_means,
    rows_needed_for_shares,
    smallest_visible_difference,
    variance_of_mean,
)

DISCORDANCES = (0.05, 0.10, 0.15, 0.20, 0.30)


@pytest.mark.parametrize(
    ("difference", "rows"),
    [
        (0.02, (979, 1960, 2941, 3923, 5885)),
        (0.05, (155, 312, 469, 626, 940)),
        (0.10, (None, 77, 116, 155, 234)),
    ],
)
def test_rows_for_a_difference_by_discordance(
    difference: float, rows: tuple[int | None, ...]
) -> None:
    for discordance, expected in zip(DISCORDANCES, rows, strict=True):
        if expected is not None:
            found = rows_needed_for_shares(discordance, difference, allowance=1)
            assert abs(found - expected) <= 1  # the table rounds, the function rounds up
            assert rows_needed_for_shares(discordance, -difference, allowance=1) == found


def test_rows_by_what_changed() -> None:
    assert rows_needed_for_shares(0.15, 0.05, allowance=1) == 469  # 10 % up, 5 % down
    assert rows_needed_for_shares(0.35, 0.05, allowance=1) == 1097  # 20 % up, 15 % down


def test_a_difference_is_never_larger_than_the_discordance() -> None:
    assert rows_needed_for_shares(0.03, 0.1) == rows_needed_for_shares(0.1, 0.1)


@pytest.mark.parametrize(
    ("discordance", "smallest"),
    list(zip(DISCORDANCES, (0.050, 0.074, 0.091, 0.105, 0.129), strict=True)),
)
def test_the_smallest_difference_of_140_rows(discordance: float, smallest: float) -> None:
    found = smallest_visible_difference(140, discordance, allowance=1)
    if found is None:  # 5 points of 5 % discordance need 155 rows: all that changes must change
        assert discordance == smallest
        found = discordance
    assert found == pytest.approx(smallest, abs=6e-4)


@pytest.mark.parametrize("discordance", [0.1, 0.2, 0.5])
def test_the_smallest_difference_needs_just_those_rows(discordance: float) -> None:
    for rows in (120, 500, 4000):
        found = smallest_visible_difference(rows, discordance)
        assert found is not None
        assert abs(rows_needed_for_shares(discordance, found) - rows) <= 1


def test_no_difference_is_visible_in_a_handful_of_rows() -> None:
    assert smallest_visible_difference(10, 0.1) is None
    assert smallest_visible_difference(0, 0.5) is None


def _critical(changed: int, level: float) -> int:
    total, most = 0, -1
    for count in range(changed + 1):
        total += math.comb(changed, count)
        if 2 * total > level * 2**changed:
            break
        most = count
    return most


def _exact_power(rows: int, discordance: float, difference: float, level: float) -> float:
    def chance(trials: int, count: int, share: float) -> float:
        logs = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
        return math.exp(logs + count * math.log(share) + (trials - count) * math.log(1 - share))

    up = (discordance + difference) / 2 / discordance
    power = 0.0
    for changed in range(rows + 1):
        weight = chance(rows, changed, discordance)
        most = _critical(changed, level) if weight > 1e-9 else -1
        for count in range(most + 1):
            power += weight * (chance(changed, count, up) + chance(changed, changed - count, up))
    return power


@pytest.mark.parametrize(
    ("discordance", "difference", "level"),
    [(0.1, 0.05, 0.05), (0.15, 0.05, 0.05), (0.2, 0.1, 0.05), (0.3, 0.1, 0.05), (0.2, 0.1, 0.0125)],
)
def test_the_exact_test_has_that_power(discordance: float, difference: float, level: float) -> None:
    rows = rows_needed_for_shares(discordance, difference, level=level)
    assert 0.795 < _exact_power(rows, discordance, difference, level) < 0.83


def test_the_formula_alone_promises_too_much() -> None:
    assert _exact_power(467, 0.15, 0.05, 0.05) == pytest.approx(0.77, abs=0.01)


def test_rows_for_mean_scores() -> None:
    assert rows_needed_for_means(0.03, 1 / 9) == 969
    thrice = rows_needed_for_means(
        0.03, 1 / 9, within_candidate=0.1, within_baseline=0.2, repeats=3
    )
    assert thrice == math.ceil(7.848879734 * (1 / 9 + 0.1) / 0.0009)


@pytest.mark.parametrize(
    ("repeats", "variance"), [(1, 0.058594), (2, 0.045156), (5, 0.037094), (None, 0.031719)]
)
def test_repeats_cut_only_the_variance_within_rows(repeats: int | None, variance: float) -> None:
    found = variance_of_mean((0.9, 0.5, 0.1, 1), repeats)
    assert found == pytest.approx(variance, abs=1e-6)


def test_what_cannot_be_planned_is_refused() -> None:
    for difference in (0.0, 1.5):
        with pytest.raises(UsageError, match="cannot be planned"):
            rows_needed_for_shares(0.1, difference)
    with pytest.raises(UsageError, match="no rows"):
        variance_of_mean([], 2)
