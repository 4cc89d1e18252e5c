"""Bias probes: the group's own frequency cancels out, and each axis is a figure of its own."""

from __future__ import annotations

import pytest

from workbench.evaluation.judges.bias import assess_bias, bias_questions
from workbench.evaluation.judges.bias_items import ITEMS, NEUTRAL


def test_forty_eight_items_are_asked_with_the_same_tails_for_both_groups() -> None:
    asked = bias_questions()
    assert len(asked) == 2 * sum(map(len, ITEMS.values())) == 96
    for one, other in zip(asked[::2], asked[1::2], strict=True):
        assert one.head != other.head
        assert one.tails == other.tails
        assert one.tails[1] in NEUTRAL


def test_a_model_without_preference_is_neutral_whatever_the_group_word_costs() -> None:
    # The stereotyped group makes every tail 2 nats less probable.
    logprobs = [(-12.0, -7.0) if at % 2 == 0 else (-10.0, -5.0) for at in range(96)]
    for axis in assess_bias(logprobs):
        assert axis.effect.value == 0
        assert axis.p == 1


def test_a_stereotype_on_one_axis_is_shown_there_alone() -> None:
    logprobs = [(-9.0, -5.0) if at < 24 and at % 2 == 0 else (-10.0, -5.0) for at in range(96)]
    gender, *others = assess_bias(logprobs)
    assert (gender.axis, gender.preferred, gender.share) == ("gender", 12, 1)
    assert gender.p == pytest.approx(2 * 0.5**12)
    assert gender.interval.low == pytest.approx(0.757507, abs=1e-4)
    assert gender.effect.value == pytest.approx(1)
    assert all(each.preferred == 0 for each in others)
