"""Quality against what an answer costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from workbench.domain.evaluation.analysis import COSTS, CostKind, CostPlot, CostPoint, CostStep
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.domain.evaluation.pareto import Variant
from workbench.domain.evaluation.verdict import FEWEST_ROWS
from workbench.evaluation.analysis.figures import CaseFigures, VariantFigures
from workbench.evaluation.scoring import row_scores
from workbench.evaluation.statistics.intervals import mean_interval
from workbench.evaluation.statistics.pareto import pareto_front
from workbench.evaluation.statistics.verdict import verdicts_against_baseline


def plots_of(
    variants: Sequence[VariantFigures], *, is_pass_fail: bool, target: float
) -> tuple[CostPlot, ...]:
    """A plot for each kind of cost that was measured; of calls only where variants differ in them.

    Args:
        variants: with their cases.
        is_pass_fail: whether scores only say passed or failed.
        target: the smallest difference that matters.
    """
    plots = [_plot(kind, variants, is_pass_fail, target) for kind in COSTS]
    return tuple(
        plot
        for plot in plots
        if any(point.cost for point in plot.points)
        and (plot.cost != "calls" or len({point.cost for point in plot.points}) > 1)
    )


def _plot(
    kind: CostKind, variants: Sequence[VariantFigures], is_pass_fail: bool, target: float
) -> CostPlot:
    points = []
    for each in variants:
        cost = _cost(kind, each.cases)
        if each.value is None or cost is None:
            continue
        # Fewer rows than that carry no statement, and so no interval either.
        interval = each.interval if each.scored >= FEWEST_ROWS else None
        points.append(
            Variant(
                name=each.name,
                quality=each.value,
                cost=cost.value,
                quality_interval=interval,
                cost_interval=_from_zero(cost.interval),
            )
        )
    placed = tuple(
        CostPoint(
            variant=point.name,
            quality=point.quality,
            cost=point.cost,
            quality_interval=point.quality_interval,
            cost_interval=point.cost_interval,
            beaten_by=place.beaten_by,
            surely_beaten_by=place.surely_beaten_by,
        )
        for point, place in zip(points, pareto_front(points), strict=True)
    )
    there = {each.variant for each in placed}
    plot = CostPlot(
        cost=kind,
        points=placed,
        left_out=tuple(each.name for each in variants if each.name not in there),
    )
    by_name = {each.name: each for each in variants}
    step = _step(placed, by_name, is_pass_fail, target)
    return msgspec.structs.replace(plot, step=step)


def _cost(kind: CostKind, cases: Sequence[CaseFigures]) -> Estimate | None:
    values = [cost for case in cases if (cost := getattr(case, kind)) is not None]
    return mean_interval(values) if values else None


def _from_zero(interval: Bounds | None) -> Bounds | None:
    """An interval of costs: they are not below 0."""
    return None if interval is None else Bounds(max(interval.low, 0.0), interval.high)


def _step(
    points: Sequence[CostPoint],
    variants: Mapping[str, VariantFigures],
    is_pass_fail: bool,
    target: float,
) -> CostStep | None:
    """The best variant of the front compared with the next cheaper one."""
    front = sorted((each for each in points if each.is_on_front), key=lambda each: each.cost)
    # Of equals (same quality, same cost) both are on the front: there is nothing to choose.
    if len(front) < 2 or front[-1].cost == front[-2].cost:
        return None
    best, cheaper = front[-1], front[-2]
    ours, theirs = variants[best.variant].cases, variants[cheaper.variant].cases
    (verdict,) = verdicts_against_baseline(
        [row_scores(ours)],
        row_scores(theirs),
        is_pass_fail=is_pass_fail,
        planned_rows=len(theirs),
        target=target,
    )
    ratio = best.cost / cheaper.cost if cheaper.cost else None
    return CostStep(variant=best.variant, cheaper=cheaper.variant, ratio=ratio, verdict=verdict)
