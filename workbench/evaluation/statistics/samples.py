"""Chances of success when a row is sampled several times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Estimate
from workbench.evaluation.statistics.intervals import LEVEL, mean_interval


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """The chance that at least one of ``k`` samples is right: 1 - C(n - c, k) / C(n, k).

    Unbiased, unlike 1 - (1 - c/n)^k. Source: Chen, M. et al. (2021), Evaluating large language
    models trained on code, arXiv 2107.03374.

    Args:
        samples: n, how many were drawn.
        correct: c, how many of them are right.
        k: at most n.

    Raises:
        UsageError: k or c is out of range.
    """
    _ensure_counts(samples, correct, k)
    return 1 - math.comb(samples - correct, k) / math.comb(samples, k)


def pass_hat_k(samples: int, correct: int, k: int) -> float:
    """pass^k, the chance that all of ``k`` samples are right: C(c, k) / C(n, k).

    Source: Yao, S. et al. (2024), τ-bench, arXiv 2406.12045. Arguments and errors as
    :func:`pass_at_k`.
    """
    _ensure_counts(samples, correct, k)
    return math.comb(correct, k) / math.comb(samples, k)


def mean_over_rows(
    chance: Callable[[int, int, int], float],
    counts: Sequence[tuple[int, int]],
    k: int,
    level: float = LEVEL,
) -> Estimate:
    """pass@k or pass^k of a set: the mean over its rows, which are what the interval is of.

    Args:
        chance: :func:`pass_at_k` or :func:`pass_hat_k`.
        counts: (samples, correct) of each row.
        k: the same for all.
        level: the confidence.

    Raises:
        UsageError: there are no rows, or one has fewer than k samples.
    """
    return mean_interval([chance(each, correct, k) for each, correct in counts], level=level)


def _ensure_counts(samples: int, correct: int, k: int) -> None:
    if not 0 <= correct <= samples:
        raise UsageError(f"{correct} right of {samples} samples is no share: count again.")
    if not 1 <= k <= samples:
        raise UsageError(
            f"k = {k} cannot be computed from {samples} samples: draw at least k samples of each "
            "row, or choose a smaller k."
        )
