"""Tables of an evaluation as rows of text, the same in HTML and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from workbench.domain.evaluation.analysis import (
    COST_TITLES,
    Analysis,
    CostPlot,
    TagCell,
    TagTable,
    bounds_text,
    cost_text,
    percent_text,
)
from workbench.domain.evaluation.results import EvaluationResult, VariantResult
from workbench.domain.evaluation.verdict import FEWEST_ROWS, points_text
from workbench.domain.text import count_text

NONE = "–"
_COUNTS = ("passed", "scored", "rows", "format failures", "errors", "excluded", "unfinished")


class ReportTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of texts; the first ``words`` columns are words, the others figures."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    words: int = 1


def counts_table(result: EvaluationResult) -> ReportTable:
    """What is of what: a row for each variant."""
    return ReportTable(
        title="Variants",
        headings=("variant", "value", "95 % interval", *_COUNTS),
        rows=tuple((each.name, *_figures(each)) for each in result.variants),
    )


def _figures(variant: VariantResult) -> tuple[str, ...]:
    bounds = variant.interval
    return (
        NONE if variant.value is None else f"{variant.value:.3f}",
        NONE if bounds is None else f"{bounds.low:.3f} to {bounds.high:.3f}",
        NONE if variant.passed is None else f"{variant.passed:,}",
        f"{variant.scored:,}",
        f"{variant.rows:,}",
        f"{variant.format_failures:,}",
        f"{variant.errors:,}",
        f"{variant.excluded:,}",
        f"{variant.unfinished:,}",
    )


def analysis_tables(analysis: Analysis) -> Iterator[ReportTable]:
    """Quality against each cost, differences to the baseline, tags, calibration."""
    for plot in analysis.plots:
        yield _cost_table(plot)
    if analysis.differences:
        yield _difference_table(analysis)
    names = tuple(each.name for each in analysis.variants)
    for table in analysis.tables:
        yield _tag_table(table, names)
    if analysis.calibrations:
        yield _calibration_table(analysis)


def _cost_table(plot: CostPlot) -> ReportTable:
    title = COST_TITLES[plot.cost]
    return ReportTable(
        title=f"Quality against {title}",
        headings=("variant", "value", "95 % interval", title, "95 % interval", "beaten by"),
        rows=tuple(
            (
                each.variant,
                percent_text(each.quality),
                bounds_text(each.quality_interval) or NONE,
                cost_text(plot.cost, each.cost),
                NONE
                if each.cost_interval is None
                else f"{cost_text(plot.cost, each.cost_interval.low)} to "
                f"{cost_text(plot.cost, each.cost_interval.high)}",
                ", ".join(each.beaten_by) or "on the front",
            )
            for each in plot.points
        ),
        note=plot.sentence,
    )


def _difference_table(analysis: Analysis) -> ReportTable:
    rows = []
    for each in analysis.differences:
        verdict = each.verdict
        shown = verdict.difference is not None and verdict.rows >= FEWEST_ROWS
        rows.append(
            (
                each.variant,
                verdict.sentence,
                points_text(verdict.difference or 0.0) if shown else NONE,
                bounds_text(verdict.interval) or NONE,
                f"{verdict.gained:,}",
                f"{verdict.lost:,}",
            )
        )
    return ReportTable(
        title=f"Difference to {analysis.baseline}",
        headings=("variant", "verdict", "points", "interval", "gained", "lost"),
        rows=tuple(rows),
        words=2,
    )


def _tag_table(table: TagTable, names: tuple[str, ...]) -> ReportTable:
    note = f"Under {FEWEST_ROWS} rows counts only."
    if table.tests:
        cells = count_text(table.tests, "cell")
        note = f"* differs from the baseline, Benjamini-Hochberg over {cells}. {note}"
    return ReportTable(
        title=f"By {table.name}",
        headings=(table.name, "rows", *names),
        rows=tuple(
            (row.value, f"{len(row.cases):,}", *map(tag_cell_text, row.cells)) for row in table.rows
        ),
        note=note,
    )


def tag_cell_text(cell: TagCell) -> str:
    """A cell in words: "82 % [66, 92] 28/34 *", "15 of 16" under 20 rows."""
    if not cell.scored or cell.value is None:
        return NONE
    if cell.counts_only:
        if cell.passed is None:
            return f"{count_text(cell.scored, 'row')}"
        return f"{cell.passed:,} of {cell.scored:,}"
    counts = f"{cell.scored:,}" if cell.passed is None else f"{cell.passed:,}/{cell.scored:,}"
    parts = (percent_text(cell.value), bounds_text(cell.interval), counts)
    return " ".join(filter(None, (*parts, "*" if cell.differs else "")))


def _calibration_table(analysis: Analysis) -> ReportTable:
    rows = []
    for each in analysis.calibrations:
        found = each.calibration
        auroc = NONE if found.auroc is None else f"{found.auroc:.3f}"
        figures = (f"{found.rows:,}", f"{found.ece:.3f}", f"{found.brier:.3f}", auroc)
        rows.append((each.variant, each.check, *figures))
    return ReportTable(
        title="Calibration",
        headings=("variant", "check", "answers", "ECE", "Brier", "AUROC"),
        rows=tuple(rows),
        words=2,
    )
