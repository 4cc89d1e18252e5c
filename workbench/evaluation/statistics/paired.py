"""Two columns compared on the rows that both have."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.evaluation.statistics.distributions import binomial_half_tail, two_sided_z
from workbench.evaluation.statistics.intervals import LEVEL, clopper_pearson, mean_interval
from workbench.evaluation.statistics.row_scores import Row, clusters_of

RESAMPLES = 10_000
_ROUNDING = 1e-9
_BINARY = frozenset({0.0, 1.0})
_CHUNK = 4_000_000
"""Draws that are held at once: 32 MB."""


class Pairs(NamedTuple):
    """The differences, candidate - baseline, of the rows in which both have a score."""

    rows: tuple[str, ...]
    differences: tuple[float, ...]
    clusters: list[str] | None
    is_binary: bool
    """Whether every score is 0 or 1."""
    ended: int
    """Rows that ended in both columns, with a score or without."""
    dropped: int
    """Rows of either column that are not in this comparison."""

    @property
    def gained(self) -> int:
        """Rows in which the candidate is better."""
        return sum(each > _ROUNDING for each in self.differences)

    @property
    def lost(self) -> int:
        """Rows in which the candidate is worse."""
        return sum(each < -_ROUNDING for each in self.differences)


class McNemar(NamedTuple):
    """Two-sided p-values of McNemar's test: exact, and mid-p, which is less strict."""

    p: float
    mid_p: float


class Bootstrap(NamedTuple):
    """A mean with its percentile interval from resampled rows or clusters."""

    mean: float
    interval: Bounds
    p: float
    resamples: int
    seed: int


def pair_rows(ours: Mapping[str, Row], theirs: Mapping[str, Row]) -> Pairs:
    """Match the rows of a candidate and a baseline, each as :func:`fold_repeats` gives them."""
    both = [row for row in ours if row in theirs]
    scored = [
        (row, one, other)
        for row in both
        if (one := ours[row].score) is not None and (other := theirs[row].score) is not None
    ]
    return Pairs(
        rows=tuple(row for row, _, _ in scored),
        differences=tuple(one - other for _, one, other in scored),
        clusters=clusters_of([ours[row] for row, _, _ in scored]),
        is_binary=all(one in _BINARY and other in _BINARY for _, one, other in scored),
        ended=len(both),
        dropped=len(ours.keys() | theirs.keys()) - len(scored),
    )


def paired_difference(pairs: Pairs, level: float = LEVEL) -> Estimate:
    """The mean difference with its t interval, clustered where rows have clusters.

    Source: Miller (2024), arXiv 2411.00640: the error of the differences, which is smaller than
    that of two independent means as far as the two columns succeed on the same rows.

    Raises:
        UsageError: there is no common row.
    """
    return mean_interval(pairs.differences, pairs.clusters, level)


def mcnemar(gained: int, lost: int) -> McNemar:
    """McNemar's test of whether as many rows were gained as lost, given those that changed.

    Source: McNemar, Q. (1947), Psychometrika 12, 153-157, with the exact binomial tail; mid-p of
    Lancaster (1961) as recommended by Fagerland, Lydersen, Laake (2013), BMC Medical Research
    Methodology 13, 91. Five rows all one way give .0625, six .03125: nothing is decided by less.

    Raises:
        UsageError: a count is below 0.
    """
    if min(gained, lost) < 0:
        raise UsageError(f"{gained} gained and {lost} lost are no counts: count again.")
    fewer, changed = min(gained, lost), gained + lost
    tail, inner = binomial_half_tail(fewer, changed), binomial_half_tail(fewer - 1, changed)
    if gained == lost:
        return McNemar(1.0, 1 - (tail - inner) / 2 if changed else 1.0)
    return McNemar(min(1.0, 2 * tail), tail + inner)


def paired_share_interval(gained: int, lost: int, rows: int, level: float = LEVEL) -> Bounds:
    """The interval of a difference of two shares of the same rows.

    The score interval of Tango (1998), Statistics in Medicine 17, 891-908, which holds for few
    discordant rows, widened where needed to the exact conditional interval (Clopper-Pearson of the
    share gained among those that changed), so that it excludes 0 exactly where the exact McNemar
    test rejects at 1 - ``level``.

    Args:
        gained: rows that only the candidate passed.
        lost: rows that only the baseline passed.
        rows: all common rows.
        level: the confidence.

    Raises:
        UsageError: more rows changed than there are.
    """
    if not 0 <= gained + lost <= rows or not rows:
        raise UsageError(f"{gained} gained and {lost} lost of {rows} rows: count again.")
    score = tango_interval(gained, lost, rows, level)
    share = clopper_pearson(gained, gained + lost, level)
    scale = (gained + lost) / rows
    exact = Bounds((2 * share.low - 1) * scale, (2 * share.high - 1) * scale)
    # Far out the normal tail is heavier than the exact one: there the exact test decides alone.
    low = exact.low if exact.low > 0 >= score.low else min(score.low, exact.low)
    high = exact.high if exact.high < 0 <= score.high else max(score.high, exact.high)
    return Bounds(low, high)


def tango_interval(gained: int, lost: int, rows: int, level: float = LEVEL) -> Bounds:
    """Tango's score interval alone: the differences that the score test does not reject."""
    z = two_sided_z(level)
    value = (gained - lost) / rows

    def statistic(difference: float) -> float:
        return _tango_statistic(gained, lost, rows, difference)

    low = -1.0 if lost == rows else _crossing(statistic, z, -1.0, value)
    high = 1.0 if gained == rows else _crossing(statistic, -z, value, 1.0)
    return Bounds(low, high)


def _tango_statistic(gained: int, lost: int, rows: int, difference: float) -> float:
    """The score statistic at a difference, with the nuisance share at its likeliest there."""
    square = -gained - lost + (2 * rows - gained + lost) * difference
    constant = -lost * difference * (1 - difference)
    root = math.sqrt(max(0.0, square * square - 8 * rows * constant))
    share = (root - square) / (4 * rows)
    variance = rows * (2 * share + difference * (1 - difference))
    above = gained - lost - rows * difference
    if variance <= 0:
        return 0.0 if above == 0 else math.copysign(math.inf, above)
    return above / math.sqrt(variance)


def _crossing(statistic: Callable[[float], float], z: float, low: float, high: float) -> float:
    """Where a falling statistic passes z, by bisection."""
    while True:
        middle = (low + high) / 2
        if middle in {low, high}:
            return middle
        if statistic(middle) > z:
            low = middle
        else:
            high = middle


def paired_bootstrap(
    differences: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Bootstrap:
    """The mean difference by resampling rows with replacement, or clusters where there are any.

    Percentile interval, and p = 2 · min over both sides of (1 + how many resampled means lie there)
    / (B + 1). Source: Efron, B., Tibshirani, R. J. (1993), An introduction to the bootstrap, ch. 13
    and 16. It covers too little under about 50 rows (65 % of the time at 10 rows and p = .9), so it
    is never shown alone. Takes time: not for the thread of the window.

    Args:
        differences: candidate - baseline of each row.
        clusters: the cluster of each.
        seed: kept with the result, so that it can be made again.
        resamples: how many.
        level: the confidence.

    Raises:
        UsageError: there is nothing to resample.
    """
    import numpy as np  # noqa: PLC0415 - costs 0.1 s, which a window that opens can do without

    if not differences:
        raise UsageError("There are no common rows to resample: run some in both columns first.")
    names = list(clusters) if clusters is not None else list(range(len(differences)))
    place_of = {name: place for place, name in enumerate(dict.fromkeys(names))}
    places = [place_of[name] for name in names]
    sums = np.bincount(places, weights=np.asarray(differences, dtype=float))
    sizes = np.bincount(places).astype(float)
    random = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, _CHUNK // len(sums))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = random.integers(0, len(sums), size=(count, len(sums)))
        means[start : start + count] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    below = int((means <= _ROUNDING).sum())
    above = int((means >= -_ROUNDING).sum())
    return Bootstrap(
        mean=math.fsum(differences) / len(differences),
        interval=Bounds(float(low), float(high)),
        p=min(1.0, 2 * (1 + min(below, above)) / (resamples + 1)),
        resamples=resamples,
        seed=seed,
    )
