"""The scores of a column, row by row, and what they add up to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, ScoreSummary
from workbench.evaluation.statistics.intervals import mean_interval, wilson

Outcome = Literal["scored", "format", "error", "excluded"]
RepeatRule = Literal["mean", "most"]
"""What repeats of a row are as one: their mean, or whether more than half of them passed."""
_ROUNDING = 1e-9
_UNSCORED = frozenset({"error", "excluded"})


class RowScore(NamedTuple):
    """What one answer to one row scored; repeats of a row are several with the same ``row``.

    ``score`` is 0 to 1, 0 for a format failure, None for an error and for what is excluded
    (undefined, or left out by the user). ``cluster`` names the template or passage that rows share;
    None makes each row independent.
    """

    row: str
    score: float | None
    outcome: Outcome = "scored"
    cluster: str | None = None


class Row(NamedTuple):
    """A row with its repeats folded into one score."""

    score: float | None
    outcome: Outcome
    cluster: str | None


def fold_repeats(scores: Sequence[RowScore], rule: RepeatRule = "mean") -> dict[str, Row]:
    """One score for each row, in the order in which rows come first.

    A row with an error in any repeat is an error until that is run again, so that no row is scored
    by the repeats that happened to work; a format failure in any repeat is kept as such.

    Raises:
        UsageError: a score is no number from 0 to 1, or one row is in two clusters.
    """
    parts: dict[str, list[RowScore]] = {}
    for each in scores:
        if each.score is None or not 0 <= each.score <= 1 or each.outcome in _UNSCORED:
            _ensure_score(each)
        parts.setdefault(each.row, []).append(each)
    return {row: _folded(row, repeats, rule) for row, repeats in parts.items()}


def summarise(
    scores: Sequence[RowScore], *, is_pass_fail: bool, rule: RepeatRule = "mean"
) -> ScoreSummary:
    """What a column adds up to: value, interval, and each row that is not in them.

    The interval is Wilson's where each row passed or failed and is independent; else t, with
    clustered errors where rows have clusters.

    Args:
        scores: every row that ended, whatever its outcome.
        is_pass_fail: whether scores are 1 (passed) and 0; else they measure.
        rule: how repeats are folded.

    Raises:
        UsageError: see :func:`fold_repeats`.
    """
    rows = fold_repeats(scores, rule)
    scored = [row for row in rows.values() if row.score is not None]
    values = [row.score for row in scored if row.score is not None]
    counts = dict.fromkeys(("scored", "format", "error", "excluded"), 0)
    for row in rows.values():
        counts[row.outcome] += 1
    value, interval = None, None
    if values:
        is_binary = is_pass_fail and set(values) <= {0.0, 1.0}
        clusters = clusters_of(scored)
        if is_binary and clusters is None:
            share = wilson(round(sum(values)), len(values))
            value, interval = share.share, Bounds(share.low, share.high)
        else:
            estimate = mean_interval(values, clusters)
            value, interval = estimate.value, estimate.interval
    return ScoreSummary(
        rows=len(rows),
        scored=len(scored),
        passed=sum(each >= 1 - _ROUNDING for each in values) if is_pass_fail else None,
        format_failures=counts["format"],
        errors=counts["error"],
        excluded=counts["excluded"],
        value=value,
        interval=interval,
    )


def clusters_of(rows: Sequence[Row]) -> list[str] | None:
    """The cluster of each row, a row without one being its own; None where no row has any."""
    if all(row.cluster is None for row in rows):
        return None
    return [
        f"row {place}" if row.cluster is None else f"in {row.cluster}"
        for place, row in enumerate(rows)
    ]


def _folded(row: str, repeats: list[RowScore], rule: RepeatRule) -> Row:
    cluster = repeats[0].cluster
    if len(repeats) == 1:
        score = repeats[0].score
        if score is not None and rule == "most":
            score = float(score > 0.5 + _ROUNDING)
        return Row(score, repeats[0].outcome, cluster)
    if any(each.cluster != cluster for each in repeats):
        raise UsageError(f"Row {row} is in two clusters: give all its repeats the same.")
    values = [each.score for each in repeats if each.score is not None]
    if any(each.outcome == "error" for each in repeats):
        return Row(None, "error", cluster)
    if not values:
        return Row(None, "excluded", cluster)
    score = math.fsum(values) / len(values)
    if rule == "most":
        score = float(score > 0.5 + _ROUNDING)
    is_broken = any(each.outcome == "format" for each in repeats)
    return Row(score, "format" if is_broken else "scored", cluster)


def _ensure_score(each: RowScore) -> None:
    if (each.score is None) != (each.outcome in _UNSCORED):
        raise UsageError(f"Row {each.row}: {each.outcome} does not go with score {each.score}.")
    if each.score is not None and not 0 <= each.score <= 1:
        raise UsageError(
            f"Row {each.row} has the score {each.score:g}, which is not from 0 to 1: "
            "correct the metric that gave it."
        )
