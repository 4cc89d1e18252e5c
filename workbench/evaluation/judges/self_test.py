"""What a model may judge, from how it judged the 30 rows of the self-test."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.judging import (
    SKILLS,
    JudgeSkill,
    LabelReading,
    SelfTest,
    SelfTestRow,
    SkillTest,
)
from workbench.evaluation.judges.self_test_rows import CLAIMS, GRADES, PAIRS
from workbench.evaluation.metrics.judges.pairwise import pair_of
from workbench.evaluation.metrics.judges.reading import FIRST
from workbench.evaluation.statistics.agreement import label_agreement
from workbench.evaluation.statistics.intervals import wilson
from workbench.evaluation.statistics.judging import (
    PairJudgement,
    first_slot_share,
    position_consistency,
)

VERSION = 1
"""Counts up whenever the rows or the rule change."""
LABELS = ("yes", "tie", "no")
_CHANCE = 0.5


class SelfTestQuestion(NamedTuple):
    """One question of the self-test: the check that asks it and its one answer or two."""

    id: str
    skill: JudgeSkill
    check: Check
    task: str
    answer: str
    other: str = ""
    right: str = "yes"


def questions() -> Iterator[SelfTestQuestion]:
    """All questions: of a grade there are two, for the right answer and for the wrong one."""
    for number, claim in enumerate(CLAIMS, 1):
        check = Check(metric="judge-claim", params={"criterion": claim.claim})
        yield SelfTestQuestion(
            f"claim {number}", "claim", check, claim.task, claim.answer, right=claim.right
        )
    for number, pair in enumerate(PAIRS, 1):
        # Which of the two is asked about changes, so that "yes" and "no" are equally often right.
        one, other = (pair.good, pair.bad) if number % 2 else (pair.bad, pair.good)
        check = Check(metric="judge-pairwise", params={"against": "expected"}, expected=(other,))
        right = "yes" if number % 2 else "no"
        yield SelfTestQuestion(f"pair {number}", "pairwise", check, pair.task, one, other, right)
    for number, grade in enumerate(GRADES, 1):
        one, other = (grade.good, grade.bad) if number % 2 else (grade.bad, grade.good)
        check = Check(metric="judge-accuracy")
        right = "yes" if number % 2 else "no"
        for answer in (one, other):
            yield SelfTestQuestion(
                f"grade {number}", "rubric", check, grade.task, answer, right=right
            )


def assess(
    model: str, digest: str, readings: Sequence[Sequence[LabelReading]], seconds: float, at: float
) -> SelfTest:
    """What the judge may do.

    Args:
        model: its name.
        digest: of its file.
        readings: one sequence for each of :func:`questions`, in order.
        seconds: that it took.
        at: when it was made.
    """
    rows: list[SelfTestRow] = []
    pairs: list[PairJudgement] = []
    masses: dict[JudgeSkill, list[float]] = {skill: [] for skill in SKILLS}
    first_grade: LabelReading | None = None
    for question, found in zip(questions(), readings, strict=True):
        masses[question.skill] += [each.mass for each in found]
        is_readable = all(each.is_readable for each in found)
        if question.skill == "claim":
            rows.append(_row(question, found[0].probability("yes"), is_readable=is_readable))
        elif question.skill == "pairwise":
            pair = pair_of(found[0].probability(FIRST), found[1].probability(FIRST))
            pairs.append(pair)
            share = pair.probability if pair.is_consistent else _CHANCE
            rows.append(_row(question, share, is_readable=is_readable))
        elif first_grade is None:
            (first_grade,) = found
        else:
            apart = first_grade.expected - found[0].expected
            is_readable = is_readable and first_grade.is_readable
            share = 1 / (1 + math.exp(-apart))
            rows.append(_row(question, share, is_readable=is_readable))
            first_grade = None
    return SelfTest(
        model=model,
        digest=digest,
        skills=tuple(_skill(skill, rows, masses[skill]) for skill in SKILLS),
        consistency=position_consistency(pairs),
        first_slot=first_slot_share(pairs),
        position_bias=math.fsum(each.position_bias for each in pairs) / len(pairs),
        agreement=label_agreement(
            [each.right for each in rows],
            [each.found if each.found in LABELS else "tie" for each in rows],
            LABELS,
        ),
        rows=tuple(rows),
        seconds=seconds,
        at=at,
    )


def _row(question: SelfTestQuestion, yes: float, *, is_readable: bool) -> SelfTestRow:
    found = "tie" if yes == _CHANCE else ("yes" if yes > _CHANCE else "no")
    if not is_readable:
        found = "unreadable"
    return SelfTestRow(
        id=question.id,
        skill=question.skill,
        right=question.right,
        found=found,
        is_right=found == question.right,
        probability=(yes if question.right == "yes" else 1 - yes) if is_readable else None,
    )


def _skill(skill: JudgeSkill, rows: Sequence[SelfTestRow], masses: Sequence[float]) -> SkillTest:
    own = [each for each in rows if each.skill == skill]
    right = sum(each.is_right for each in own)
    interval = wilson(right, len(own))
    return SkillTest(
        skill=skill,
        rows=len(own),
        right=right,
        unreadable=sum(each.found == "unreadable" for each in own),
        interval=Bounds(interval.low, interval.high),
        mass=math.fsum(masses) / len(masses),
        may_judge=interval.low > _CHANCE,
    )
