"""The board that votes on pairs make."""

from __future__ import annotations

import math

import msgspec

from workbench.domain.evaluation.estimates import Bounds


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate on the board. ``interval`` is of ``rating``."""

    name: str
    strength: float
    """In logits; all strengths add up to 0."""
    standard_error: float
    rating: float
    """The same on the Elo scale: 1000 is the mean, 400 points are odds of 10 to 1."""
    interval: Bounds
    best_rank: int
    """1 and one more for each other whose whole interval lies above."""
    worst_rank: int
    won: int
    tied: int
    """With the votes that found both bad."""
    lost: int


class VoteBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates from the strongest on, by the Davidson model (Bradley-Terry where none tied)."""

    standings: tuple[Standing, ...]
    votes: int
    rows: int
    both_bad: int
    """Votes that found both bad: ties here, and a sign that the set is beyond all candidates."""
    tie_parameter: float
    """Davidson's v: how often equals tie, as v to 2; 0 where none tied."""
    log_likelihood: float
    is_separated: bool
    """Whether the votes fit no finite strengths (one always won, or groups never met).

    Strengths are then drawn together by a ridge, and say the order at most.
    """
    resamples: int
    seed: int

    def chance(self, one: str, other: str) -> float:
        """The chance that ``one`` is preferred to ``other`` where the vote is no tie."""
        strength = {each.name: each.strength for each in self.standings}
        return 1 / (1 + math.exp(strength[other] - strength[one]))
