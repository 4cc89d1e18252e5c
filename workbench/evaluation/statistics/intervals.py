"""Intervals of measured shares and means."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.domain.runs.comparison import Interval
from workbench.evaluation.statistics.distributions import (
    beta_quantile,
    t_two_sided_p,
    two_sided_t,
    two_sided_z,
)

LEVEL = 0.95
"""The confidence of every interval where no other is asked for."""
_NO_SPREAD = 1e-12
"""Standard errors below this, for values around 1, are what rounding leaves of none."""


def wilson(successes: int, trials: int, level: float = LEVEL) -> Interval:
    """The Wilson score interval of a share.

    It keeps within 0 to 1 and holds for few trials and for shares near the ends, where the usual
    p ± z·s/√n does not. Source: Wilson, E. B. (1927), Probable inference, the law of succession,
    and statistical inference, Journal of the American Statistical Association 22, 209-212;
    recommended by Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133. Only for
    independent trials: with repeats or groups use :func:`mean_interval` with clusters.

    Args:
        successes: how many trials succeeded.
        trials: how many there were; of none nothing is known (0 to 1).
        level: the confidence, 0 to 1.

    Raises:
        UsageError: more successes than trials, or less than none.
    """
    _ensure_share(successes, trials)
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    z = two_sided_z(level)
    share, square = successes / trials, z * z
    scale = 1 + square / trials
    centre = (share + square / (2 * trials)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(share, low, high)


def clopper_pearson(successes: int, trials: int, level: float = LEVEL) -> Bounds:
    """The exact interval of a share: the shares that the two-sided binomial test does not reject.

    Source: Clopper, C. J., Pearson, E. S. (1934), Biometrika 26, 404-413, by beta quantiles.

    Raises:
        UsageError: more successes than trials, or less than none.
    """
    _ensure_share(successes, trials)
    if trials == 0:
        return Bounds(0.0, 1.0)
    tail, failures = (1 - level) / 2, trials - successes
    low = 0.0 if not successes else beta_quantile(tail, successes, failures + 1)
    high = 1.0 if not failures else 1 - beta_quantile(tail, failures, successes + 1)
    return Bounds(low, high)


def mean_interval(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """A mean with its standard error and t interval.

    Without clusters the error is s/√n (n - 1 degrees of freedom). With clusters (rows made from one
    template or passage, repeats of a row) it is √(Σ_c (Σ_i∈c (x_i - mean))²)/n · √(C/(C - 1)) with
    C - 1 degrees, so that repeats never narrow the error between rows. Source: Miller, E. (2024),
    Adding error bars to evals, arXiv 2411.00640; the correction as in Inspect AI's ``stderr``.

    Args:
        values: one a row, or several where clusters say which belong together.
        clusters: the cluster of each value.
        level: the confidence, 0 to 1.

    Raises:
        UsageError: there are no values, or one is not a finite number, or clusters are missing.
    """
    if not values:
        raise UsageError("There are no scores to take the mean of: run or score some rows first.")
    if not all(math.isfinite(each) for each in values):
        raise UsageError("A score is not a finite number: leave that row out and count it.")
    mean = math.fsum(values) / len(values)
    deviations = [each - mean for each in values]
    groups = None
    if clusters is None:
        sums, size = deviations, len(values)
    else:
        if len(clusters) != len(values):
            raise UsageError(f"{len(values)} scores have {len(clusters)} clusters: give one each.")
        parts: dict[Hashable, list[float]] = {}
        for cluster, deviation in zip(clusters, deviations, strict=True):
            parts.setdefault(cluster, []).append(deviation)
        sums = [math.fsum(part) for part in parts.values()]
        size = groups = len(sums)
    error = None
    if size > 1:
        squares = math.fsum(each * each for each in sums)
        error = math.sqrt(squares * size / (size - 1)) / len(values)
    bounds = None
    if error is not None and error > _NO_SPREAD * max(map(abs, values)):
        half = two_sided_t(level, size - 1) * error
        bounds = Bounds(mean - half, mean + half)
    return Estimate(
        value=mean,
        standard_error=error if bounds else None,
        interval=bounds,
        rows=len(values),
        groups=groups,
    )


def mean_p(estimate: Estimate) -> float | None:
    """The two-sided p-value of a mean that :func:`mean_interval` gave, against 0, by t.

    None where its error is not known.
    """
    if estimate.standard_error is None:
        return None
    size = estimate.rows if estimate.groups is None else estimate.groups
    return t_two_sided_p(estimate.value / estimate.standard_error, size - 1)


def _ensure_share(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        raise UsageError(f"{successes} of {trials} is no share: count again.")
