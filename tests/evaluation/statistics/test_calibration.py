"""Confidence against outcome."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.calibration import auroc, calibration

CONFIDENCES = [0.95, 0.9, 0.8, 0.7, 0.6, 0.55]
RIGHT = [True, True, False, True, False, True]


def test_measures_of_six_answers() -> None:
    found = calibration(CONFIDENCES, RIGHT)
    assert found.ece == pytest.approx(0.233333, abs=1e-6)  # closed on the left it is .383333
    assert found.brier == pytest.approx(0.2175, abs=1e-6)
    assert found.log_loss == pytest.approx(0.606149, abs=1e-6)
    assert found.auroc == pytest.approx(0.625, abs=1e-6)
    assert (found.rows, found.is_grey) == (6, True)
    assert calibration(CONFIDENCES, RIGHT, bins=5).ece == pytest.approx(0.133333, abs=1e-6)


def test_bins_are_closed_on_the_right() -> None:
    found = calibration([0, 0.1, 0.2, 0.3, 0.6, 0.7, 1], [True] * 7)
    assert [each.rows for each in found.bins] == [2, 1, 1, 0, 0, 1, 1, 0, 0, 1]
    assert (found.bins[3].accuracy, found.bins[3].confidence) == (None, None)
    assert (found.bins[0].low, found.bins[0].high) == (0, 0.1)


@pytest.mark.parametrize("bins", [3, 7, 10, 15, 49])
def test_each_edge_belongs_to_the_bin_it_ends(bins: int) -> None:
    for number in range(1, bins + 1):
        found = calibration([number / bins], [True], bins)
        assert [each.rows for each in found.bins].index(1) == number - 1


def test_certainty_that_is_wrong_costs_much_but_not_everything() -> None:
    found = calibration([1.0, 0.0], [False, True])
    assert found.log_loss == pytest.approx(36.04, abs=0.01)
    assert found.ece == 1


def test_one_kind_of_outcome_has_no_ranking() -> None:
    assert calibration([0.2, 0.9], [True, True]).auroc is None
    assert auroc([0.5, 0.5, 0.5], [True, False, True]) == 0.5


def test_enough_answers_are_not_grey() -> None:
    assert not calibration([0.5] * 100, [True, False] * 50).is_grey


@pytest.mark.parametrize(
    ("confidences", "outcomes"), [([], []), ([0.5], []), ([1.2], [True]), ([float("nan")], [True])]
)
def test_what_is_no_probability_is_refused(confidences: list[float], outcomes: list[bool]) -> None:
    with pytest.raises(UsageError):
        calibration(confidences, outcomes)
