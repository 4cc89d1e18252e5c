"""Variants on the cases of each tag, compared with the baseline there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from workbench.domain.evaluation.analysis import TagCell, TagRow, TagTable
from workbench.domain.evaluation.verdict import FEWEST_ROWS
from workbench.evaluation.analysis.figures import CaseFigures, Grouping, VariantFigures
from workbench.evaluation.scoring import mean_by_weight, row_scores
from workbench.evaluation.statistics.corrections import benjamini_hochberg
from workbench.evaluation.statistics.intervals import mean_p
from workbench.evaluation.statistics.paired import (
    Pairs,
    mcnemar,
    pair_rows,
    paired_difference,
)
from workbench.evaluation.statistics.row_scores import fold_repeats, summarise

_CaseById = Mapping[str, CaseFigures]


def table_of(
    grouping: Grouping, variants: Sequence[VariantFigures], baseline: str, *, is_pass_fail: bool
) -> TagTable:
    """The table of a grouping.

    Each cell with 20 common rows or more is compared with the baseline: by the exact McNemar test
    where rows pass or fail, else by paired t. The p-values of the table are adjusted together by
    Benjamini-Hochberg, as tags are screened.

    Args:
        grouping: of the cases.
        variants: in the order of the columns.
        baseline: one of them, or "" for no comparison.
        is_pass_fail: whether scores only say passed or failed.
    """
    by_id = [{case.case: case for case in each.cases} for each in variants]
    base = next(
        (cases for each, cases in zip(variants, by_id, strict=True) if each.name == baseline), None
    )
    rows = []
    tested: list[tuple[int, int]] = []
    values: list[float] = []
    for place, (value, ids) in enumerate(grouping.values.items()):
        cells = []
        for column, cases in enumerate(by_id):
            cell = _cell(cases, ids, is_pass_fail)
            if base is not None and cases is not base:
                pairs = _pairs(cases, base, ids)
                if pairs.rows:
                    difference = sum(pairs.differences) / len(pairs.rows)
                    cell = msgspec.structs.replace(cell, difference=difference)
                p = _p(pairs, is_pass_fail)
                if p is not None:
                    tested.append((place, column))
                    values.append(p)
            cells.append(cell)
        rows.append((value, ids, cells))
    for (place, column), p in zip(tested, benjamini_hochberg(values), strict=True):
        cells = rows[place][2]
        cells[column] = msgspec.structs.replace(cells[column], p=p)
    return TagTable(
        name=grouping.name,
        rows=tuple(TagRow(value=v, cases=ids, cells=tuple(cells)) for v, ids, cells in rows),
        tests=len(values),
    )


def _cell(cases: _CaseById, ids: Sequence[str], is_pass_fail: bool) -> TagCell:
    """A variant's counts on some cases, by weight where these differ."""
    there = [cases[each] for each in ids if each in cases]
    scored = [each for each in there if each.score is not None]
    summary = summarise(row_scores(there), is_pass_fail=is_pass_fail)
    value, interval = summary.value, summary.interval
    weights = [each.weight for each in scored]
    if len(set(weights)) > 1:
        value, interval = mean_by_weight([each.score or 0.0 for each in scored], weights)
    verdicts = [each.passed for each in scored if each.passed is not None]
    return TagCell(
        scored=len(scored),
        passed=sum(verdicts) if verdicts else None,
        value=value,
        interval=interval if len(scored) >= FEWEST_ROWS else None,
    )


def _pairs(cases: _CaseById, base: _CaseById, ids: Sequence[str]) -> Pairs:
    ours = row_scores([cases[each] for each in ids if each in cases])
    theirs = row_scores([base[each] for each in ids if each in base])
    return pair_rows(fold_repeats(ours), fold_repeats(theirs))


def _p(pairs: Pairs, is_pass_fail: bool) -> float | None:
    """The p-value of a comparison, None where it has too few rows or no spread."""
    if len(pairs.rows) < FEWEST_ROWS:
        return None
    if is_pass_fail and pairs.is_binary:
        return mcnemar(pairs.gained, pairs.lost).p
    return mean_p(paired_difference(pairs))
