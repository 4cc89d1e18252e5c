"""The distributions that intervals and tests are read from, by math alone.

Importing scipy.stats takes 1.8 s; these few functions take none. The beta distribution is evaluated
by its continued fraction, and t and binomial are written in terms of it; all agree with scipy to
1e-9 (tests/evaluation/oracles).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_EPSILON = 1e-16
_MOST_TERMS = 10_000


def normal_quantile(chance: float) -> float:
    """The value below which a standard normal variable lies with this chance (0 to 1, open)."""
    return _NORMAL.inv_cdf(chance)


def two_sided_z(level: float) -> float:
    """The half-width, in standard errors, of a normal interval of this confidence (0.95: 1.96)."""
    return -_NORMAL.inv_cdf((1 - level) / 2)


def beta_cdf(x: float, a: float, b: float, rest: float | None = None) -> float:
    """The regularised incomplete beta function I_x(a, b): the chance of a value up to ``x``.

    Source: the continued fraction DLMF 8.17.22, evaluated by Lentz's method as modified by
    Thompson and Barnett (1986), J. Comput. Phys. 64, 490-509; on the side of x where it converges
    fast, by I_x(a, b) = 1 - I_1-x(b, a).

    Args:
        x: 0 to 1.
        a: first shape, above 0.
        b: second shape, above 0.
        rest: 1 - x where it is known more exactly than by that subtraction.
    """
    rest = 1 - x if rest is None else rest
    if x <= 0:
        return 0.0
    if rest <= 0:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(rest, b, a, x)
    log_front = (
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * (math.log(rest) if rest < 0.5 else math.log1p(-x))
    )
    return math.exp(log_front) / (a * _beta_fraction(x, a, b))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1 + d1 / (1 + d2 / (1 + ...)) of DLMF 8.17.22."""
    value, above, below = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):
        half = term // 2
        if term % 2:
            step = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            step = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        below = 1 + step * below
        below = 1 / (below if abs(below) > _TINY else _TINY)
        above = 1 + step / above
        above = above if abs(above) > _TINY else _TINY
        value *= above * below
        if abs(above * below - 1) < _EPSILON:
            break
    return value


def beta_quantile(chance: float, a: float, b: float) -> float:
    """The value up to which a beta variable lies with this chance, by bisection."""
    return _bisect(lambda x: beta_cdf(x, a, b) < chance, 0.0, 1.0)


def t_two_sided_p(t: float, degrees: int) -> float:
    """The chance of a t statistic at least as far from 0. Source: DLMF 8.17, Abramowitz 26.7.1."""
    square = t * t
    return beta_cdf(degrees / (degrees + square), degrees / 2, 0.5, square / (degrees + square))


def t_quantile(chance: float, degrees: int) -> float:
    """The value below which Student's t lies with this chance.

    Closed forms for one and two degrees of freedom (Hill 1970, Algorithm 396, CACM 13, 619-620);
    else the inverse of the exact tail by bisection, from the normal quantile, below which it never
    lies. Right to 1e-9 relative.

    Args:
        chance: 0 to 1, open.
        degrees: of freedom, at least 1.
    """
    if chance == 0.5:
        return 0.0
    if chance < 0.5:
        return -t_quantile_of_tail(chance, degrees)
    return t_quantile_of_tail(1 - chance, degrees)


def two_sided_t(level: float, degrees: int) -> float:
    """The half-width, in standard errors, of a t interval of this confidence."""
    return t_quantile_of_tail((1 - level) / 2, degrees)


def t_quantile_of_tail(tail: float, degrees: int) -> float:
    """The value above which Student's t lies with this chance, below one half."""
    if degrees == 1:
        return 1 / math.tan(math.pi * tail)
    if degrees == 2:
        both = 2 * tail
        return math.sqrt(2 / (both * (2 - both)) - 2)
    low = -normal_quantile(tail)
    high = 2 * low + 1
    while t_two_sided_p(high, degrees) > 2 * tail:
        high *= 2
    return _bisect(lambda t: t_two_sided_p(t, degrees) > 2 * tail, low, high)


def binomial_half_tail(successes: int, trials: int) -> float:
    """The chance of at most so many successes of fair trials, exact in whole numbers."""
    term = total = 1 if successes >= 0 else 0
    for count in range(1, successes + 1):
        term = term * (trials - count + 1) // count
        total += term
    return total / (1 << trials)


def _bisect(is_too_low: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition ends to hold, to the last bit that a float has."""
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if is_too_low(middle):
            low = middle
        else:
            high = middle
