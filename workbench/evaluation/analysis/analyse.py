"""An evaluation analysed: quality against cost, changed rows, tags, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from workbench.domain.evaluation.analysis import (
    AnalysedVariant,
    Analysis,
    Difference,
    VariantCalibration,
)
from workbench.domain.evaluation.results import Comparison
from workbench.evaluation.analysis.costs import plots_of
from workbench.evaluation.analysis.figures import Figures, VariantFigures
from workbench.evaluation.analysis.tags import table_of
from workbench.evaluation.scoring import ScoredCase, is_pass_fail
from workbench.evaluation.statistics.calibration import calibration

_ROUNDING = 1e-9


def analyse(figures: Figures) -> Analysis:
    """The description of an evaluation that everybody shows."""
    binary = all(is_pass_fail(each.cases) for each in figures.variants)
    by_name = {each.name: each for each in figures.variants}
    return Analysis(
        name=figures.name,
        baseline=figures.baseline,
        target=figures.target,
        repeats=figures.repeats,
        rows=max((each.rows for each in figures.variants), default=0),
        is_pass_fail=binary,
        variants=tuple(
            AnalysedVariant(
                name=each.name,
                strategy=each.strategy,
                model=each.model,
                rows=each.rows,
                scored=each.scored,
                passed=each.passed,
                value=each.value,
                interval=each.interval,
                failed=tuple(case.case for case in each.cases if case.passed is False),
            )
            for each in figures.variants
        ),
        plots=plots_of(figures.variants, is_pass_fail=binary, target=figures.target),
        differences=tuple(
            _difference(each, by_name) for each in figures.comparisons if each.variant in by_name
        ),
        tables=tuple(
            table_of(each, figures.variants, figures.baseline, is_pass_fail=binary)
            for each in figures.groupings
        ),
        calibrations=tuple(found for each in figures.variants for found in calibrations_of(each)),
    )


def analyse_job(figures: dict[str, Any]) -> Analysis:
    """Analyse an evaluation; runs in a sandbox process, since 50,000 cells take a while."""
    return analyse(msgspec.convert(figures, Figures))


def _difference(comparison: Comparison, variants: dict[str, VariantFigures]) -> Difference:
    base = {case.case: case.score for case in variants[comparison.baseline].cases}
    return difference_of(comparison, variants[comparison.variant].cases, base)


def difference_of(
    comparison: Comparison,
    cases: Sequence[ScoredCase],
    before: Mapping[str, float | None],
) -> Difference:
    """A comparison with the cases in which the two differ, in their order.

    Args:
        comparison: of a variant.
        cases: of the variant.
        before: the scores of what it is compared with, by case.
    """
    gained, lost = [], []
    for case in cases:
        was = before.get(case.case)
        if case.score is None or was is None:
            continue
        if case.score - was > _ROUNDING:
            gained.append(case.case)
        elif was - case.score > _ROUNDING:
            lost.append(case.case)
    return Difference(
        variant=comparison.variant,
        baseline=comparison.baseline,
        verdict=comparison.verdict,
        gained=tuple(gained),
        lost=tuple(lost),
    )


def calibrations_of(variant: VariantFigures) -> list[VariantCalibration]:
    """The calibration of each check that gives confidences."""
    pairs: dict[str, list[tuple[float, bool]]] = {}
    for case in variant.cases:
        for each in case.confidences:
            pairs.setdefault(each.check, []).append((each.confidence, each.right))
    return [
        VariantCalibration(
            variant=variant.name,
            check=check,
            calibration=calibration([share for share, _ in found], [right for _, right in found]),
        )
        for check, found in pairs.items()
    ]
