"""Whether repeats of one question tell strategies apart, and how many could."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from workbench.domain.runs.comparison import Verdict
from workbench.evaluation.statistics.corrections import holm
from workbench.evaluation.statistics.distributions import normal_quantile

LEVEL = 0.05
_POWER = 0.8
_NOTABLE = 0.3
"""The difference of two shares that runs are planned for where none was seen."""
_FEW = 2
_MOST_NEEDED = 1000


def fisher(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The two-sided p-value of Fisher's exact test of two shares.

    The runs of two strategies are independent, and few, so that no approximation holds. Two-sided
    is the sum of all tables with these margins that are at most as probable as the one seen.
    Source: Fisher, R. A. (1935), The logic of inductive inference, Journal of the Royal
    Statistical Society 98, 39-82; Agresti, A. (1992), Statistical Science 7, 131-153.

    Args:
        one: how often the first was right, of how many runs.
        other: the same of the second.
    """
    (right_1, runs_1), (right_2, runs_2) = one, other
    right = right_1 + right_2
    ways = [
        math.comb(runs_1, each) * math.comb(runs_2, right - each)
        for each in range(max(0, right - runs_2), min(runs_1, right) + 1)
    ]
    seen = math.comb(runs_1, right_1) * math.comb(runs_2, right_2)
    return sum(each for each in ways if each <= seen) / math.comb(runs_1 + runs_2, right)


def runs_needed(one: float, other: float, tests: int = 1) -> int:
    """How many runs each tell two shares apart with 80 % power by Fisher's exact test.

    The two-sided level is 5 %, divided by the number of tests (Bonferroni, which Holm is no worse
    than). Source: Fleiss, J. L., Tytun, A., Ury, H. K. (1980), A simple approximation for
    calculating sample sizes for comparing independent proportions, Biometrics 36, 343-346: the
    normal approximation with a continuity correction, which follows the exact test closely.

    Args:
        one: a share, 0 to 1.
        other: another, not equal to it.
        tests: how many comparisons are made together.
    """
    plain, gap = _uncorrected_runs(one, other, tests), abs(one - other)
    return math.ceil(plain / 4 * (1 + math.sqrt(1 + 4 / (plain * gap))) ** 2)


def _uncorrected_runs(one: float, other: float, tests: int = 1) -> float:
    """The same by the normal approximation alone, as textbooks give it."""
    level, power = normal_quantile(1 - LEVEL / tests / 2), normal_quantile(_POWER)
    middle, gap = (one + other) / 2, abs(one - other)
    spread = level * math.sqrt(2 * middle * (1 - middle))
    spread += power * math.sqrt(one * (1 - one) + other * (1 - other))
    return (spread / gap) ** 2


def verdict_on_repeats(counts: Sequence[tuple[int, int]]) -> Verdict | None:
    """What the repeats of several strategies on one question tell, by one rule.

    All pairs are tested (Fisher) and adjusted together (Holm). The strategy that was right most
    often is better than those from which it differs at 5 %. How many runs could tell the others
    from it is planned from the shares seen so far, each drawn to the middle by one right and one
    wrong answer (Laplace's rule of succession), as few runs make extreme shares.

    Args:
        counts: (how often right, of how many runs) for each strategy.

    Returns:
        None where fewer than two strategies have runs.
    """
    places = [place for place, (_, runs) in enumerate(counts) if runs]
    if len(places) < _FEW:
        return None
    pairs = list(combinations(places, 2))
    adjusted = holm([fisher(counts[one], counts[other]) for one, other in pairs])
    p_of = dict(zip(pairs, adjusted, strict=True))
    best = max(places, key=lambda place: (counts[place][0] / counts[place][1], -place))
    others = [place for place in places if place != best]
    apart = {place: p_of[min(best, place), max(best, place)] for place in others}
    worse = tuple(place for place in others if apart[place] < LEVEL)
    open_ = [place for place in others if place not in worse]
    gap = _widest_gap(counts, best, open_)
    needed = None
    if open_:
        shares = gap or _notable(_drawn(*counts[best]))
        needed = min(runs_needed(*shares, tests=len(pairs)), _MOST_NEEDED)
    return Verdict(
        fewest=min(counts[place][1] for place in places),
        most=max(counts[place][1] for place in places),
        best=best,
        worse=worse,
        open=tuple(open_),
        p=max((apart[place] for place in worse), default=None),
        is_gap_seen=gap is not None,
        needed=needed,
    )


def _drawn(right: int, runs: int) -> float:
    return (right + 1) / (runs + 2)


def _widest_gap(
    counts: Sequence[tuple[int, int]], best: int, others: Sequence[int]
) -> tuple[float, float] | None:
    """The shares of the best and the least of the others, None where no difference was seen."""
    shares = [(counts[place][0] / counts[place][1], place) for place in others]
    if not shares or min(shares)[0] >= counts[best][0] / counts[best][1]:
        return None
    one, other = _drawn(*counts[best]), _drawn(*counts[min(shares)[1]])
    return (one, other) if one > other else None


def _notable(share: float) -> tuple[float, float]:
    """A share and one that differs notably from it."""
    return (share, share - _NOTABLE) if share >= _NOTABLE else (share, share + _NOTABLE)
