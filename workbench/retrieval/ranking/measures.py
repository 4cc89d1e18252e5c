"""How good a ranking is. What cannot be known, since nothing is relevant, is None, never 0 or NaN.

What is retrieved more than once counts once, at its first rank.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TypeVar

from workbench.retrieval.ranking.overlaps import Span

K = TypeVar("K", bound=Hashable)


def recall_at(retrieved: Sequence[K], relevant: Collection[K], count: int) -> float | None:
    """Which share of what is relevant is among the first ``count``."""
    wanted = set(relevant)
    if not wanted:
        return None
    return len(wanted.intersection(_once(retrieved)[:count])) / len(wanted)


def precision_at(retrieved: Sequence[K], relevant: Collection[K], count: int) -> float | None:
    """Which share of the first ``count`` places has something relevant."""
    wanted = set(relevant)
    if not wanted or count < 1:
        return None
    return len(wanted.intersection(_once(retrieved)[:count])) / count


def hit_at(retrieved: Sequence[K], relevant: Collection[K], count: int) -> bool | None:
    """Whether anything relevant is among the first ``count``."""
    found = recall_at(retrieved, relevant, count)
    return None if found is None else found > 0


def reciprocal_rank(retrieved: Sequence[K], relevant: Collection[K]) -> float | None:
    """1 / the rank of the first that is relevant, 0 where none is retrieved."""
    wanted = set(relevant)
    if not wanted:
        return None
    ranks = (rank for rank, key in enumerate(_once(retrieved), 1) if key in wanted)
    return 1 / next(ranks, math.inf)


def average_precision(retrieved: Sequence[K], relevant: Collection[K]) -> float | None:
    """The mean of the precision at each relevant one; those that are not retrieved count 0."""
    wanted = set(relevant)
    if not wanted:
        return None
    found, total = 0, 0.0
    for rank, key in enumerate(_once(retrieved), 1):
        if key in wanted:
            found += 1
            total += found / rank
    return total / len(wanted)


def ndcg(
    gains: Sequence[float], ideal: Iterable[float], count: int, *, exponential: bool = False
) -> float | None:
    """Normalised discounted cumulative gain of the first ``count``.

    Args:
        gains: of what was retrieved, in order.
        ideal: of all that is relevant, retrieved or not.
        count: how many places count.
        exponential: take 2^gain - 1 in place of the gain.
    """
    best = _dcg(sorted(ideal, reverse=True)[:count], exponential=exponential)
    return _dcg(gains[:count], exponential=exponential) / best if best > 0 else None


def ndcg_at(retrieved: Sequence[K], relevant: Collection[K], count: int) -> float | None:
    """:func:`ndcg` where a passage is relevant or not."""
    wanted = set(relevant)
    gains = [float(key in wanted) for key in _once(retrieved)]
    return ndcg(gains, [1.0] * len(wanted), count)


def span_recall(retrieved: Iterable[Span], gold: Sequence[Span]) -> float | None:
    """Which share of the characters of the gold spans is in what was retrieved.

    It can be compared between ways to cut documents, where ids of passages cannot.
    """
    wanted = _places(gold)
    total = sum(map(len, wanted.values()))
    if not total:
        return None
    found = _places(retrieved)
    return sum(len(each & found.get(name, set())) for name, each in wanted.items()) / total


def _places(spans: Iterable[Span]) -> dict[int, set[int]]:
    places: dict[int, set[int]] = {}
    for span in spans:
        places.setdefault(span.document, set()).update(range(span.start, span.end))
    return places


def _dcg(gains: Sequence[float], *, exponential: bool) -> float:
    return math.fsum(
        (2**gain - 1 if exponential else gain) / math.log2(rank + 1)
        for rank, gain in enumerate(gains, 1)
    )


def _once(retrieved: Sequence[K]) -> list[K]:
    return list(dict.fromkeys(retrieved))
