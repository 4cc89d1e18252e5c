"""What the order and length of answers do to a judge of pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.evaluation.statistics.distributions import two_sided_z
from workbench.evaluation.statistics.intervals import LEVEL

_MOST_STEPS = 100
_CONVERGED = 1e-12
_SURE = 1e-12
"""Probabilities are kept this far from 0 and 1, where logits have no end."""


class PairJudgement(NamedTuple):
    """What a judge says of answers A and B, asked in both orders."""

    a_first: float
    """P(A is better) with A shown first."""
    a_second: float
    """P(A is better) with A shown second."""

    @property
    def probability(self) -> float:
        """P(A is better) without the order: the mean of the logits."""
        return _share((_logit(self.a_first) + _logit(self.a_second)) / 2)

    @property
    def position_bias(self) -> float:
        """How much being first is worth, in logits; 0 for a fair judge, below 0 for the second."""
        return (_logit(self.a_first) - _logit(self.a_second)) / 2

    @property
    def is_consistent(self) -> bool:
        """Whether both orders pick the same answer."""
        return self.pick != "tie"

    @property
    def pick(self) -> Literal["a", "b", "tie"]:
        """The winner where both orders agree, else a tie."""
        if self.a_first > 0.5 and self.a_second > 0.5:
            return "a"
        return "b" if self.a_first < 0.5 and self.a_second < 0.5 else "tie"

    @property
    def first_picks(self) -> int:
        """In how many of the two orders the answer shown first was picked."""
        return (self.a_first > 0.5) + (self.a_second < 0.5)


def judge_pair(a_first: float, a_second: float) -> PairJudgement:
    """A pair from the probabilities of A in both orders.

    Combining logits follows Shi, L. et al. (2024), Judging the judges, arXiv 2406.07791, whose
    position consistency and first-slot preference are below.

    Raises:
        UsageError: one is no probability.
    """
    if not (0 <= a_first <= 1 and 0 <= a_second <= 1):
        raise UsageError(f"{a_first:g} and {a_second:g} are no probabilities: give 0 to 1.")
    return PairJudgement(a_first, a_second)


def position_consistency(pairs: Sequence[PairJudgement]) -> float | None:
    """The share of pairs judged the same in both orders; None of no pairs."""
    return sum(each.is_consistent for each in pairs) / len(pairs) if pairs else None


def first_slot_share(pairs: Sequence[PairJudgement]) -> float | None:
    """The share of all judgements, two a pair, that picked the answer shown first; .5 is fair."""
    return sum(each.first_picks for each in pairs) / (2 * len(pairs)) if pairs else None


def length_coefficient(
    outcomes: Sequence[float],
    length_ratios: Sequence[float],
    level: float = LEVEL,
) -> Estimate | None:
    """How much the longer answer wins: the slope of logit P(A wins) on ln(length A / length B).

    Logistic regression with intercept by Newton's method (iteratively reweighted least squares:
    McCullagh, Nelder (1989), Generalized linear models, ch. 4); the error from the inverse
    information. An interval above 0 says that length is rewarded.

    Args:
        outcomes: 1 where A won, 0 where B did, .5 for a tie.
        length_ratios: length of A divided by length of B, above 0.
        level: the confidence.

    Returns:
        None where it has no finite value: all pairs equally long, or length decides every pair.

    Raises:
        UsageError: the two differ in number, or one is out of range.
    """
    if len(outcomes) != len(length_ratios):
        raise UsageError(
            f"{len(outcomes)} outcomes have {len(length_ratios)} ratios: give one each."
        )
    if any(not 0 <= y <= 1 for y in outcomes) or any(
        not 0 < ratio < math.inf for ratio in length_ratios
    ):
        raise UsageError("A pair has an empty answer or an outcome that is no share: leave it out.")
    x = [math.log(ratio) for ratio in length_ratios]
    if _is_separated(outcomes, x):
        return None
    middle, slope = 0.0, 0.0
    loss = _loss(outcomes, x, middle, slope)
    error = math.inf
    for _ in range(_MOST_STEPS):
        p = [_share(middle + slope * each) for each in x]
        w = [each * (1 - each) for each in p]
        g0 = math.fsum(y - each for y, each in zip(outcomes, p, strict=True))
        g1 = math.fsum((y - each) * at for y, each, at in zip(outcomes, p, x, strict=True))
        h00, h01 = math.fsum(w), math.fsum(each * at for each, at in zip(w, x, strict=True))
        h11 = math.fsum(each * at * at for each, at in zip(w, x, strict=True))
        determinant = h00 * h11 - h01 * h01
        error = math.sqrt(h00 / determinant)
        step_0 = (h11 * g0 - h01 * g1) / determinant
        step_1 = (h00 * g1 - h01 * g0) / determinant
        size = 1.0
        while size > _CONVERGED:
            tried = _loss(outcomes, x, middle + size * step_0, slope + size * step_1)
            if tried <= loss:
                break
            size /= 2
        middle, slope, loss = middle + size * step_0, slope + size * step_1, min(loss, tried)
        if abs(step_0) + abs(step_1) < 1e-10 * (1 + abs(slope)):
            break
    half = two_sided_z(level) * error
    return Estimate(
        value=slope,
        standard_error=error,
        interval=Bounds(slope - half, slope + half),
        rows=len(x),
    )


def _is_separated(outcomes: Sequence[float], x: Sequence[float]) -> bool:
    """Whether some cut of x has all wins on one side and all losses on the other, ends shared."""
    if not x or max(x) - min(x) < _SURE:
        return True
    wins = [at for y, at in zip(outcomes, x, strict=True) if y > 0]
    losses = [at for y, at in zip(outcomes, x, strict=True) if y < 1]
    if not wins or not losses:
        return True
    return min(wins) >= max(losses) or min(losses) >= max(wins)


def _loss(outcomes: Sequence[float], x: Sequence[float], middle: float, slope: float) -> float:
    """The negative log likelihood."""
    total = 0.0
    for y, at in zip(outcomes, x, strict=True):
        logit = middle + slope * at
        # ln(1 + e^logit) - y·logit without overflow
        total += max(logit, 0.0) + math.log1p(math.exp(-abs(logit))) - y * logit
    return total


def _logit(share: float) -> float:
    return math.log(max(_SURE, share) / max(_SURE, 1 - share))


def _share(logit: float) -> float:
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1 + grown)
