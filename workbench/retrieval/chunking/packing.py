"""Neighbouring pieces put together up to a size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A span with its tokens."""

    start: int
    end: int
    tokens: int


def pack(pieces: Sequence[Piece], budget: int) -> list[list[Piece]]:
    """Runs of pieces of at most ``budget`` tokens each, and of about the same size.

    A run goes on to the mean size of the runs that are needed, so that the last is no remainder of
    a few words.

    Args:
        pieces: in order; none is larger than the budget.
        budget: the most tokens of a run.
    """
    left = sum(each.tokens for each in pieces)
    runs: list[list[Piece]] = []
    run: list[Piece] = []
    size, target = 0, _mean(left, budget)
    for each in pieces:
        if run and (size + each.tokens > budget or size >= target):
            runs.append(run)
            left -= size
            run, size, target = [], 0, _mean(left, budget)
        run.append(each)
        size += each.tokens
    return [*runs, run] if run else runs


def _mean(tokens: int, budget: int) -> int:
    return math.ceil(tokens / max(math.ceil(tokens / budget), 1))
