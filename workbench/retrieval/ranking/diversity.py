"""Passages that are near to the question and not all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


def diverse_order(
    relevance: npt.NDArray[Any], vectors: Vectors, count: int, nearness: float
) -> list[int]:
    """Maximal marginal relevance: the places of ``count`` candidates, best first.

    Each next one has the largest ``nearness`` · relevance − (1 − ``nearness``) · its greatest
    cosine with one that was taken. Of equal ones the first wins.

    Args:
        relevance: how near each candidate is to the question, by cosine or another score to 1.
        vectors: theirs, a row each; they need not be of unit length.
        count: how many to take.
        nearness: 1 is the order by relevance alone.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(lengths > 0, lengths, 1)
    left = list(range(len(units)))
    taken: list[int] = []
    closest = np.full(len(units), -np.inf)
    while left and len(taken) < count:
        likeness = closest[left] if taken else np.zeros(len(left))
        scores = nearness * np.asarray(relevance, dtype=float)[left] - (1 - nearness) * likeness
        chosen = left.pop(int(np.argmax(scores)))
        taken.append(chosen)
        closest = np.maximum(closest, units @ units[chosen])
    return taken
