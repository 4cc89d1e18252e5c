"""Intervals of measured shares."""

from __future__ import annotations

import math

from workbench.domain.errors import UsageError
from workbench.domain.runs.comparison import Interval

_Z = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: two sides of 95 %."""


def wilson(successes: int, trials: int) -> Interval:
    """The Wilson score interval of a share, with 95 % confidence.

    It keeps within 0 to 1 and holds for few trials and for shares near the ends, where the usual
    p ± z·s/√n does not. Source: Wilson, E. B. (1927), Probable inference, the law of succession,
    and statistical inference, Journal of the American Statistical Association 22, 209-212;
    recommended by Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133.

    Args:
        successes: how many trials succeeded.
        trials: how many there were; of none nothing is known (0 to 1).

    Raises:
        UsageError: more successes than trials, or less than none.
    """
    if not 0 <= successes <= trials:
        raise UsageError(f"{successes} of {trials} is no share: count again.")
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    share, square = successes / trials, _Z * _Z
    scale = 1 + square / trials
    centre = (share + square / (2 * trials)) / scale
    half = _Z / scale * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(share, low, high)
