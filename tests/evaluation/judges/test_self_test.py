"""The self-test: what a judge may do that is right, always first, or answers something else."""

from __future__ import annotations

from collections import Counter

import pytest

from workbench.domain.evaluation.checks import CheckSet
from workbench.domain.evaluation.judging import LabelReading, SelfTest
from workbench.evaluation.judges.self_test import SelfTestQuestion, assess, questions
from workbench.evaluation.metrics.checking import ensure_usable


def reading(labels: str, share: float, mass: float = 0.9) -> LabelReading:
    """The first label has ``share``, the last one the rest."""
    names = labels.split()
    rest = [0.0] * (len(names) - 2)
    return LabelReading(labels=tuple(names), probabilities=(share, *rest, 1 - share), mass=mass)


def knowing(question: SelfTestQuestion, second: bool) -> tuple[LabelReading, ...]:
    is_yes = question.right == "yes"
    if question.skill == "claim":
        return (reading("yes no", 0.9 if is_yes else 0.1),)
    if question.skill == "pairwise":
        return reading("A B", 0.8 if is_yes else 0.2), reading("A B", 0.3 if is_yes else 0.7)
    return (reading("1 2 3 4 5", 0.2 if is_yes != second else 0.8),)


def always_first(question: SelfTestQuestion, _second: bool) -> tuple[LabelReading, ...]:
    if question.skill == "pairwise":
        return reading("A B", 0.8), reading("A B", 0.7)
    return (reading("yes no", 0.8),) if question.skill == "claim" else (reading("1 2 3 4 5", 0.5),)


def noise(question: SelfTestQuestion, second: bool) -> tuple[LabelReading, ...]:
    found = knowing(question, second)
    return tuple(
        LabelReading(labels=x.labels, probabilities=x.probabilities, mass=0.2) for x in found
    )


def made_by(judge) -> SelfTest:
    seen: Counter[str] = Counter()
    readings = []
    for question in questions():
        readings.append(judge(question, bool(seen[question.id])))
        seen[question.id] += 1
    return assess("tiny", "d", readings, 1.0, 2.0)


def test_there_are_thirty_rows_whose_right_labels_are_balanced() -> None:
    rows = {each.id: each.right for each in questions()}
    assert Counter(rows.values()) == {"yes": 15, "no": 15}
    for each in questions():
        ensure_usable(CheckSet(checks=(each.check,)))


def test_a_judge_that_is_right_may_judge_everything() -> None:
    test = made_by(knowing)
    assert [each.right for each in test.skills] == [10, 10, 10]
    assert all(test.may_judge(each.skill) for each in test.skills)
    assert test.consistency == 1
    assert test.agreement.observed == 1
    assert test.first_slot == 0.5
    assert all(each.probability and each.probability > 0.5 for each in test.rows)


def test_a_judge_of_places_may_judge_no_pairs() -> None:
    test = made_by(always_first)
    assert [each.right for each in test.skills] == [5, 0, 0]
    assert not any(each.may_judge for each in test.skills)
    assert (test.consistency, test.first_slot) == (0, 1)
    assert test.position_bias == pytest.approx(1.1167, abs=1e-3)


def test_a_judge_that_answers_something_else_is_never_right() -> None:
    test = made_by(noise)
    assert [each.unreadable for each in test.skills] == [10, 10, 10]
    assert not any(each.is_right for each in test.rows)
    assert test.skills[0].mass == pytest.approx(0.2)
