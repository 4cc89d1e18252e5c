"""What a comparison with the baseline says, as a value and as the one sentence for it."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.text import count_text

FEWEST_ROWS = 20
"""Common rows under which only counts are given."""
FEWEST_CHANGED = 6
"""Rows that must have changed before pass/fail can be decided: five, all one way, give p = .06."""
DEFAULT_TARGET = 0.05
_MOST_DECIMALS = 3
_FINE_ROWS = 10_000

VerdictKind = Literal["better", "worse", "no_difference", "not_enough_rows", "too_few", "running"]


class ComparisonVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a candidate differs from the baseline on the rows that both have.

    ``too_few``: fewer than 20 common rows, fewer than 6 of pass/fail that changed, fewer than 10
    clusters, or no spread at all: only counts are known. ``not_enough_rows``: there is an interval
    that neither excludes 0 nor lies within ± ``target``. Differences are candidate - baseline, 0 to
    1; the window and the sentence show them in points (hundredths).
    """

    kind: VerdictKind
    rows: int
    """Common rows with a score in both."""
    ended: int
    """Common rows that ended, with a score or without."""
    planned: int
    gained: int
    lost: int
    dropped: int
    """Rows of either column that are not compared: an error, undefined, or in one only."""
    groups: int | None = None
    """Clusters that the rows are from; None where rows are independent."""
    target: float = DEFAULT_TARGET
    """The smallest difference that matters to the user."""
    difference: float | None = None
    interval: Bounds | None = None
    confidence: float | None = None
    """Of the interval: 95 %, or more where several candidates are compared (Holm)."""
    p: float | None = None
    """Adjusted by Holm for ``comparisons``."""
    comparisons: int = 1
    method: Literal["mcnemar", "t", "clustered t"] = "t"
    needed_rows: int | None = None

    @property
    def discordant(self) -> int:
        """Rows that changed."""
        return self.gained + self.lost

    @property
    def rounded_needed(self) -> int:
        """``needed_rows`` rounded up to tens or hundreds, as in sentences; 0 where it is None."""
        return _rounded_up(self.needed_rows or 0)

    @property
    def sentence(self) -> str:
        """The words for it, the same in window, command line and reports."""
        if self.kind == "running":
            return (
                f"running: {self.ended:,} of {count_text(self.planned, 'row')}, verdict at the end"
            )
        if self.kind == "not_enough_rows" and self.needed_rows is not None:
            return f"not enough rows: about {self.rounded_needed:,} needed"
        if self.kind == "no_difference":
            reach = in_points(f"{self.target * 100:g}")
            return f"no difference as large as {reach}, {count_text(self.rows, 'row')}"
        if self.difference is None or self.interval is None or self.kind == "too_few":
            return f"{self.gained:,} gained, {self.lost:,} lost: too few for a verdict"
        ends = sorted((abs(self.interval.low), abs(self.interval.high)))
        span = ", ".join(points_text(end) for end in ends)
        size = in_points(points_text(abs(self.difference)))
        return f"{self.kind} by {size} [{span}], {count_text(self.rows, 'row')}"


def points_text(share: float) -> str:
    """A share or difference in whole points, with the minus U+2212: "9", "−4".

    What is not 0 but would round to it gets decimals ("0.3"), so that an interval that excludes 0
    is seen to.
    """
    size = abs(share) * 100
    decimals = 0
    while 0 < size < 0.5 * 10**-decimals and decimals < _MOST_DECIMALS:
        decimals += 1
    scale = 10**decimals
    number = f"{math.floor(size * scale + 0.5 + 1e-9) / scale:.{decimals}f}"
    return f"\u2212{number}" if share < 0 and float(number) else number


def in_points(number: str) -> str:
    """A number of points with its word: "1 point", "9 points"."""
    return f"{number} point" if number == "1" else f"{number} points"


def _rounded_up(rows: int) -> int:
    step = 10 if rows <= _FINE_ROWS else 100
    return -(-rows // step) * step
