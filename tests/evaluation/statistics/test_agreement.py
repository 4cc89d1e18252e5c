"""Agreement of raters, against published and independently computed values."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.judge_agreement import JudgeGate
from workbench.evaluation.statistics.agreement import (
    Scale,
    Weights,
    cohen_kappa,
    corrected_pass_rate,
    gwet_ac1,
    krippendorff_alpha,
    label_agreement,
    votes_needed,
)

FIVE = (1, 2, 3, 4, 5)


def kappa_of(first: str, second: str, labels: str) -> float:
    found = cohen_kappa(first, second, labels)
    assert found is not None
    return found.value


def test_kappa_of_two_raters() -> None:
    assert kappa_of("1110001011", "1100011011", "01") == pytest.approx(0.583333, abs=1e-6)
    assert kappa_of("AABBTTAABB", "AABATTABBB", "ABT") == pytest.approx(0.6875, abs=1e-6)
    assert kappa_of("1111111110", "1111111111", "01") == 0
    assert cohen_kappa("1111", "1111", "01") is None


def test_the_kappa_paradox_is_shown_with_ac1() -> None:
    first = "1" * 18 + "0" * 2
    second = "1" * 17 + "0" + "1" + "0"
    found = label_agreement(list(first), list(second), ("1", "0"))
    assert found.observed == 0.9
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.444444, abs=1e-6)
    assert found.ac1 == pytest.approx(0.878049, abs=1e-6)
    assert found.table == ((17, 1), (1, 1))
    assert gwet_ac1("11", "11", "1") is None


@pytest.mark.parametrize(
    ("weights", "value"), [("none", 0.5), ("linear", 0.691358), ("quadratic", 0.829268)]
)
def test_weighted_kappa(weights: Weights, value: float) -> None:
    found = cohen_kappa(
        (1, 2, 3, 4, 5, 3, 2, 1, 4, 5), (1, 2, 4, 4, 5, 2, 2, 1, 5, 3), FIVE, weights
    )
    assert found is not None
    assert found.value == pytest.approx(value, abs=1e-6)
    assert found.interval is not None
    assert found.interval.low < value < found.interval.high


def test_weights_need_all_labels_not_those_that_were_seen() -> None:
    full = cohen_kappa((1, 1, 5, 5), (1, 1, 5, 4), FIVE, "quadratic")
    seen = cohen_kappa((1, 1, 5, 5), (1, 1, 5, 4), (1, 4, 5), "quadratic")
    assert full is not None
    assert seen is not None
    assert full.value == pytest.approx(0.965517, abs=1e-6)
    assert seen.value == pytest.approx(0.857143, abs=1e-6)


def test_thirty_votes_leave_kappa_wide() -> None:
    first = "1" * 15 + "0" * 15
    second = "1" * 12 + "0" * 3 + "1" * 3 + "0" * 12
    found = cohen_kappa(first, second, "01")
    assert found is not None
    assert found.value == pytest.approx(0.6)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.31, abs=0.005)
    assert found.interval.high == pytest.approx(0.89, abs=0.005)


def test_full_agreement_is_not_certain() -> None:
    found = cohen_kappa("1010101010", "1010101010", "01")
    assert found is not None
    assert (found.value, found.standard_error) == (1, None)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(2 * 0.722467 - 1, abs=1e-6)


@pytest.mark.parametrize(("kappa", "votes"), [(0.6, 62), (0.7, 22), (0.5, 289)])
def test_votes_until_the_lower_end_of_kappa_reaches_the_gate(kappa: float, votes: int) -> None:
    assert votes_needed(kappa, 0.4) == votes
    with pytest.raises(UsageError):
        votes_needed(0.4, 0.4)


RATERS = ("*****34121133*3", "1*213343*******", "**21344*21133*4")


@pytest.mark.parametrize(
    ("scale", "value"),
    [("nominal", 0.691358), ("ordinal", 0.806721), ("interval", 0.810845), ("ratio", 0.808944)],
)
def test_krippendorffs_alpha(scale: Scale, value: float) -> None:
    ratings = [[None if each == "*" else float(each) for each in rater] for rater in RATERS]
    assert krippendorff_alpha(ratings, scale) == pytest.approx(value, abs=1e-6)


def test_alpha_of_two_raters_without_gaps() -> None:
    ratings = [[float(each) for each in rater] for rater in ("1110001011", "1100011011")]
    assert krippendorff_alpha(ratings) == pytest.approx(0.604167, abs=1e-6)


def test_alpha_is_undefined_of_one_value_or_of_single_ratings() -> None:
    assert krippendorff_alpha([[1, 1, 1], [1, 1, 1]]) is None
    assert krippendorff_alpha([[1, None], [None, 2]]) is None
    assert krippendorff_alpha([]) is None
    with pytest.raises(UsageError, match="different numbers"):
        krippendorff_alpha([[1, 2], [1]])
    with pytest.raises(UsageError, match="ratio"):
        krippendorff_alpha([[-1, 2], [-1, 1]], "ratio")


def test_labels_that_are_not_listed_are_refused() -> None:
    with pytest.raises(UsageError, match="'C' is not among"):
        cohen_kappa("ABC", "ABA", "AB")
    for first, second in (("AB", "A"), ("", "")):
        with pytest.raises(UsageError, match="both labels"):
            gwet_ac1(first, second, "AB")


def test_a_judge_may_rank_when_all_three_gates_are_met() -> None:
    met = JudgeGate(votes=65, kappa_low=0.49, consistency=0.89)
    assert met.may_rank
    for gate in (
        JudgeGate(votes=49, kappa_low=0.49, consistency=0.89),
        JudgeGate(votes=65, kappa_low=0.39, consistency=0.89),
        JudgeGate(votes=65, kappa_low=None, consistency=0.89),
        JudgeGate(votes=65, kappa_low=0.49, consistency=0.79),
        JudgeGate(votes=65, kappa_low=0.49, consistency=None),
    ):
        assert not gate.may_rank
    assert JudgeGate(votes=50, kappa_low=0.4, consistency=0.8).may_rank


def test_a_pass_rate_is_corrected_for_the_judges_errors() -> None:
    assert corrected_pass_rate(0.9 * 0.6 + 0.2 * 0.4, 0.9, 0.8) == pytest.approx(0.6)
    assert corrected_pass_rate(0.1, 0.9, 0.8) == 0
    assert corrected_pass_rate(0.5, 0.5, 0.5) is None
