"""Which variants are worth their cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.pareto import FrontPlace, Variant


def pareto_front(variants: Sequence[Variant]) -> tuple[FrontPlace, ...]:
    """Which variants no other beats.

    One is beaten by another that costs no more, is no worse, and is better in one of the two. It
    is beaten *surely* where the intervals say so too: the other's quality lies wholly above, its
    cost wholly at or below. Source: Kung, H. T., Luccio, F., Preparata, F. P. (1975), On finding
    the maxima of a set of vectors, Journal of the ACM 22, 469-476.

    Args:
        variants: quality, higher is better, and cost (tokens, seconds), lower is better.

    Returns:
        A place for each, in their order.

    Raises:
        UsageError: a quality or cost is not a finite number.
    """
    for each in variants:
        if not math.isfinite(each.quality) or not math.isfinite(each.cost):
            raise UsageError(f"{each.name} has no quality or cost yet: leave it out of the plot.")
    return tuple(
        FrontPlace(
            name=one.name,
            beaten_by=tuple(other.name for other in variants if _beats(other, one)),
            surely_beaten_by=tuple(
                other.name for other in variants if _beats(other, one) and _surely_beats(other, one)
            ),
        )
        for one in variants
    )


def _beats(one: Variant, other: Variant) -> bool:
    is_no_worse = one.quality >= other.quality and one.cost <= other.cost
    return is_no_worse and (one.quality > other.quality or one.cost < other.cost)


def _surely_beats(one: Variant, other: Variant) -> bool:
    if one.quality_interval is None or other.quality_interval is None:
        return False
    most = one.cost if one.cost_interval is None else one.cost_interval.high
    least = other.cost if other.cost_interval is None else other.cost_interval.low
    return one.quality_interval.low > other.quality_interval.high and most <= least
