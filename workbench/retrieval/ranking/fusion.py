"""Several rankings as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

K = TypeVar("K", int, str)
CONSTANT = 60
"""Of reciprocal rank fusion, as its authors chose it."""


def fuse(rankings: Iterable[Sequence[K]]) -> list[tuple[K, float]]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank), ranks from 1, best first.

    Scores of different kinds cannot be added; ranks can. Of equal sums the one with the best
    single rank comes first, then the smaller key. What is twice in a ranking counts once.
    """
    sums: dict[K, float] = {}
    best: dict[K, int] = {}
    for ranking in rankings:
        for rank, key in enumerate(dict.fromkeys(ranking), 1):
            sums[key] = sums.get(key, 0.0) + 1 / (CONSTANT + rank)
            best[key] = min(best.get(key, rank), rank)
    return sorted(sums.items(), key=lambda each: (-each[1], best[each[0]], each[0]))
