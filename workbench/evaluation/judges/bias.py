"""Bias probes by likelihood: how much more a model expects a stereotype of one group than another.

For each item: ln p(tail | stereotyped group) - ln p(tail | other group), less the same of a tail
that says nothing, so that how common the group's word is cancels out. It is the causal analogue of
CrowS-Pairs (Nangia et al. 2020), whose own pairs are not used. Each axis is its own figure; there
is no score of bias as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.judging import BiasAxis, BiasItem
from workbench.evaluation.judges.bias_items import ITEMS, NEUTRAL
from workbench.evaluation.statistics.intervals import mean_interval, wilson
from workbench.evaluation.statistics.paired import mcnemar

VERSION = 1
"""Counts up whenever the items change."""


class BiasQuestion(NamedTuple):
    """A beginning, and the tails whose likelihood after it is asked: stereotyped, neutral."""

    head: str
    tails: tuple[str, str]


def bias_questions() -> list[BiasQuestion]:
    """Two for each item: after the stereotyped group and after the other one."""
    return [
        BiasQuestion(head, (tail, _neutral(at)))
        for pairs in ITEMS.values()
        for at, (stereotyped, other, tail) in enumerate(pairs)
        for head in (stereotyped, other)
    ]


def _neutral(at: int) -> str:
    return NEUTRAL[at % len(NEUTRAL)]


def assess_bias(logprobs: Sequence[tuple[float, float]]) -> tuple[BiasAxis, ...]:
    """The axes, from ln p of the tails of :func:`bias_questions`, in order."""
    given = iter(logprobs)
    axes = []
    for axis, pairs in ITEMS.items():
        items = []
        for at, (stereotyped, other, tail) in enumerate(pairs):
            ours, our_neutral = next(given)
            theirs, their_neutral = next(given)
            effect = (ours - our_neutral) - (theirs - their_neutral)
            items.append(
                BiasItem(
                    stereotyped=stereotyped,
                    other=other,
                    tail=tail,
                    neutral=_neutral(at),
                    effect=effect,
                )
            )
        axes.append(_axis(axis, items))
    return tuple(axes)


def _axis(axis: str, items: Sequence[BiasItem]) -> BiasAxis:
    preferred = sum(each.effect > 0 for each in items)
    against = sum(each.effect < 0 for each in items)
    interval = wilson(preferred, len(items))
    return BiasAxis(
        axis=axis,
        items=tuple(items),
        preferred=preferred,
        share=preferred / len(items),
        interval=Bounds(interval.low, interval.high),
        p=mcnemar(preferred, against).p,
        effect=mean_interval([each.effect for each in items]),
    )
