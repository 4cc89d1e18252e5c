"""Numbers that were estimated from rows, with how sure they are and of what they are."""

from __future__ import annotations

import msgspec

FEWEST_GROUPS = 10
"""Fewer groups (clusters) than that do not carry a standard error."""


class Bounds(msgspec.Struct, frozen=True):
    """The two ends of an interval."""

    low: float
    high: float

    def within(self, reach: float) -> bool:
        """Whether all of it lies between -reach and reach."""
        return -reach < self.low and self.high < reach

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A mean over rows, or a coefficient, with its confidence interval.

    ``standard_error`` and ``interval`` are None where they cannot be known: of one row, or where
    all rows have the same value. An error of 0 is never given.
    """

    value: float
    standard_error: float | None
    interval: Bounds | None
    rows: int
    groups: int | None = None
    """How many clusters the rows are from; None where each row is independent of the others."""

    @property
    def has_too_few_groups(self) -> bool:
        """Whether the clusters are too few for the interval to be trusted."""
        return self.groups is not None and self.groups < FEWEST_GROUPS


class ScoreSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the scores of one column add up to, with every row that it is not of.

    ``scored`` are the rows that ``value`` is the mean of, format failures (score 0) among them;
    ``rows`` = ``scored`` + ``errors`` + ``excluded``.
    """

    rows: int
    scored: int
    passed: int | None
    """How many scored rows passed, in every repeat or in most, by the rule that folded them.

    None where scores are not pass or fail.
    """
    format_failures: int
    errors: int
    excluded: int
    """Rows without a score for a reason: undefined, or left out by the user."""
    value: float | None
    """The mean score; None where nothing was scored."""
    interval: Bounds | None

    @property
    def is_complete(self) -> bool:
        """Whether no row failed with an error."""
        return not self.errors
