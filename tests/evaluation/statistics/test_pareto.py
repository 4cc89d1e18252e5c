"""The front of quality against cost."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.pareto import Variant
from workbench.evaluation.statistics.pareto import pareto_front


def variant(name: str, quality: float, cost: float, reach: float | None = None) -> Variant:
    interval = None if reach is None else Bounds(quality - reach, quality + reach)
    return Variant(name=name, quality=quality, cost=cost, quality_interval=interval)


def test_nothing_on_the_front_is_beaten() -> None:
    found = pareto_front(
        [
            variant("v6", 0.74, 30, 0.07),
            variant("v7", 0.84, 34, 0.06),
            variant("chain", 0.79, 121, 0.07),
            variant("vote", 0.86, 605, 0.06),
            variant("small", 0.61, 36, 0.08),
        ]
    )
    assert [each.name for each in found if each.is_on_front] == ["v6", "v7", "vote"]
    places = {each.name: each for each in found}
    assert places["chain"].beaten_by == ("v7",)
    assert places["chain"].surely_beaten_by == ()
    assert places["small"].beaten_by == ("v6", "v7")
    assert places["small"].surely_beaten_by == ("v7",)


def test_equal_points_do_not_beat_each_other_but_one_better_side_does() -> None:
    same = pareto_front([variant("a", 0.5, 10), variant("b", 0.5, 10)])
    assert all(each.is_on_front for each in same)
    found = pareto_front([variant("a", 0.5, 10), variant("b", 0.5, 9), variant("c", 0.6, 10)])
    assert [each.beaten_by for each in found] == [("b", "c"), (), ()]


def test_costs_that_overlap_are_not_surely_beaten() -> None:
    dear = Variant(
        name="dear",
        quality=0.3,
        cost=12,
        quality_interval=Bounds(0.2, 0.4),
        cost_interval=Bounds(8, 16),
    )
    good = Variant(
        name="good",
        quality=0.8,
        cost=10,
        quality_interval=Bounds(0.7, 0.9),
        cost_interval=Bounds(9, 11),
    )
    (place, _) = pareto_front([dear, good])
    assert (place.beaten_by, place.surely_beaten_by) == (("good",), ())


def test_what_has_no_number_has_no_place() -> None:
    with pytest.raises(UsageError, match="no quality or cost yet"):
        pareto_front([variant("a", math.nan, 3)])
    assert pareto_front([]) == ()
