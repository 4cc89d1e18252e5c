"""The one function that decides whether candidates are better than the baseline.

Window, exit status of the command line and reports all take it from here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.domain.evaluation.verdict import (
    DEFAULT_TARGET,
    FEWEST_CHANGED,
    FEWEST_ROWS,
    ComparisonVerdict,
    VerdictKind,
)
from workbench.evaluation.statistics.corrections import holm, holm_levels
from workbench.evaluation.statistics.intervals import mean_p
from workbench.evaluation.statistics.paired import (
    Pairs,
    mcnemar,
    pair_rows,
    paired_difference,
    paired_share_interval,
)
from workbench.evaluation.statistics.power import rows_needed_for_means, rows_needed_for_shares
from workbench.evaluation.statistics.row_scores import RepeatRule, RowScore, fold_repeats

LEVEL = 0.05

Method = Literal["mcnemar", "t", "clustered t"]


class _Test(NamedTuple):
    """A comparison that can be decided: its p-value before any correction."""

    method: Method
    p: float


class Compared(NamedTuple):
    """Two columns to compare: their scores, every row that ended.

    ``is_pass_fail``: scores are pass (1) or fail (0); else they measure from 0 to 1.
    ``planned_rows``: rows that each will have.
    """

    candidate: Sequence[RowScore]
    baseline: Sequence[RowScore]
    is_pass_fail: bool
    planned_rows: int


def verdicts_against_baseline(
    candidates: Sequence[Sequence[RowScore]],
    baseline: Sequence[RowScore],
    *,
    is_pass_fail: bool,
    planned_rows: int,
    target: float = DEFAULT_TARGET,
    rule: RepeatRule = "mean",
) -> tuple[ComparisonVerdict, ...]:
    """What each candidate's scores say against those of one baseline: :func:`verdicts_together`.

    Args:
        candidates: their scores, one sequence each, every row that ended.
        baseline: the same of the pinned column.
        is_pass_fail: whether scores are pass (1) or fail (0); else they measure from 0 to 1.
        planned_rows: rows that each column will have.
        target: the smallest difference that matters, above 0, at most 1.
        rule: how repeats of a row are folded: their mean, or whether most passed.
    """
    pairs = [Compared(each, baseline, is_pass_fail, planned_rows) for each in candidates]
    return verdicts_together(pairs, target=target, rule=rule)


def verdicts_together(
    compared: Sequence[Compared], *, target: float = DEFAULT_TARGET, rule: RepeatRule = "mean"
) -> tuple[ComparisonVerdict, ...]:
    """What each candidate's scores say against its baseline's, on the rows both have.

    1. While fewer than ``planned_rows`` common rows have ended: "running". To look earlier would
       find differences that are not there.
    2. Under 20 common rows, under 6 changed ones of pass/fail, under 10 clusters, or without any
       spread: "too_few", only counts.
    3. The interval excludes 0: "better" or "worse". Pass/fail of independent rows is tested by the
       exact McNemar test, else the mean difference by t (clustered where rows have clusters). Holm
       corrects for all pairs; each interval has the confidence at which Holm tests it.
    4. It lies wholly within ± ``target``: "no_difference".
    5. Else "not_enough_rows", with how many would show the target at the discordance (or spread)
       seen so far; where so many are there already, how many would decide about the difference
       seen.

    Args:
        compared: the pairs that are looked at together.
        target: the smallest difference that matters, above 0, at most 1.
        rule: how repeats of a row are folded: their mean, or whether most passed.

    Returns:
        One verdict for each pair, in their order.

    Raises:
        UsageError: a score is out of range, a row is in two clusters, or the target is no share.
    """
    if not 0 < target <= 1:
        raise UsageError(f"A target of {target * 100:g} points is out of range: give 1 to 100.")
    folded = {id(each.baseline): fold_repeats(each.baseline, rule) for each in compared}
    paired = [
        pair_rows(fold_repeats(each.candidate, rule), folded[id(each.baseline)])
        for each in compared
    ]
    tests = [
        _tested(pairs, each.planned_rows, each.is_pass_fail)
        for pairs, each in zip(paired, compared, strict=True)
    ]
    raw = [1.0 if test is None else test.p for test in tests]
    adjusted, levels = holm(raw), holm_levels(raw, LEVEL)
    verdicts = []
    found = zip(compared, paired, tests, adjusted, levels, strict=True)
    for each, pairs, test, p, level in found:
        counted = ComparisonVerdict(
            kind="running" if pairs.ended < each.planned_rows else "too_few",
            rows=len(pairs.rows),
            ended=pairs.ended,
            planned=each.planned_rows,
            gained=pairs.gained,
            lost=pairs.lost,
            dropped=pairs.dropped,
            groups=None if pairs.clusters is None else len(set(pairs.clusters)),
            target=target,
            difference=math.fsum(pairs.differences) / len(pairs.rows) if pairs.rows else None,
            comparisons=len(paired),
        )
        verdicts.append(counted if test is None else _decided(counted, pairs, test, p, level))
    return tuple(verdicts)


def _tested(pairs: Pairs, planned_rows: int, is_pass_fail: bool) -> _Test | None:
    """The test of one comparison, None where it is not to be made."""
    is_short = pairs.ended < planned_rows or len(pairs.rows) < FEWEST_ROWS
    if is_short or (is_pass_fail and pairs.gained + pairs.lost < FEWEST_CHANGED):
        return None
    estimate = paired_difference(pairs)
    p = mean_p(estimate)
    if p is None or estimate.has_too_few_groups:
        return None
    if is_pass_fail and pairs.is_binary and pairs.clusters is None:
        return _Test("mcnemar", mcnemar(pairs.gained, pairs.lost).p)
    return _Test("t" if pairs.clusters is None else "clustered t", p)


def _decided(
    counted: ComparisonVerdict, pairs: Pairs, test: _Test, p: float, level: float
) -> ComparisonVerdict:
    """The counts with what the interval says of them."""
    estimate = paired_difference(pairs, 1 - level)
    interval = estimate.interval
    if test.method == "mcnemar":
        interval = paired_share_interval(pairs.gained, pairs.lost, len(pairs.rows), 1 - level)
    if interval is None:  # no spread: never tested
        return counted
    kind: VerdictKind = "not_enough_rows"
    needed = None
    if interval.excludes_zero:
        kind = "better" if estimate.value > 0 else "worse"
    elif interval.within(counted.target):
        kind = "no_difference"
    else:
        needed = _rows_needed(counted, estimate, interval, test.method, level)
    return msgspec.structs.replace(
        counted,
        kind=kind,
        interval=interval,
        confidence=1 - level,
        p=p,
        method=test.method,
        needed_rows=needed,
    )


def _rows_needed(
    counted: ComparisonVerdict, estimate: Estimate, interval: Bounds, method: Method, level: float
) -> int:
    """About how many rows a verdict needs; always more than there are."""

    def to_show(difference: float) -> int:
        if method == "mcnemar":
            changed = counted.discordant / counted.rows
            return rows_needed_for_shares(changed, difference, level=level)
        # The error that was seen holds the clusters and the repeats.
        variance = (estimate.standard_error or 0.0) ** 2 * counted.rows
        return rows_needed_for_means(difference, variance, level=level)

    planned = to_show(counted.target)
    if planned > counted.rows:
        return planned
    # The target would have shown by now, so that what there is, is smaller: either it is shown, or
    # it is shown to lie within the target, whichever takes fewer rows.
    size = abs(estimate.value)
    ways = [to_show(size)] if size > 0 else []
    if size < counted.target:
        half = max(interval.high - estimate.value, estimate.value - interval.low)
        ways.append(math.ceil(counted.rows * (half / (counted.target - size)) ** 2))
    return max(counted.rows + 1, min(ways))
