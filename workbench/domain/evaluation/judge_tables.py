"""Self-tests and bias reports of judges as tables with sentences, for window and command line."""

from __future__ import annotations

from typing import NamedTuple

from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.judging import BiasReport, JudgeSkill, SelfTest

SKILL_TITLES: dict[JudgeSkill, str] = {
    "claim": "Yes or no on a claim",
    "pairwise": "Pairs, in both orders",
    "rubric": "Levels of a rubric",
}


class JudgeTable(NamedTuple):
    """A table: ``figures`` are the places of the columns that are numbers."""

    title: str
    headings: tuple[str, ...]
    figures: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]


def self_test_table(test: SelfTest) -> JudgeTable:
    """What a model may judge, skill by skill."""
    rows = tuple(
        (
            SKILL_TITLES[each.skill],
            f"{each.right} of {each.rows}",
            interval_text(each.interval),
            f"{each.unreadable}",
            f"{each.mass:.3f}",
            "yes" if each.may_judge else "no",
        )
        for each in test.skills
    )
    agreement = test.agreement
    kappa = "not defined" if agreement.kappa is None else f"{agreement.kappa.value:.3f}"
    between = "" if agreement.kappa is None else f" ({interval_text(agreement.kappa.interval)})"
    ac1 = "" if agreement.ac1 is None else f", AC1 {agreement.ac1:.3f}"
    sentences = [
        f"With the right labels: {agreement.observed:.3f} equal, kappa {kappa}{between}{ac1}."
    ]
    if test.consistency is not None and test.first_slot is not None:
        sentences.append(
            f"Same pick in both orders: {test.consistency:.2f}; picks the first: "
            f"{test.first_slot:.2f}; being first is worth {test.position_bias or 0:.2f} logits."
        )
    return JudgeTable(
        f"{test.model} ({test.digest[:8]})",
        ("Judges", "Right", "95 % interval", "Unreadable", "Label mass", "May judge"),
        (1, 2, 3, 4),
        rows,
        tuple(sentences),
    )


def bias_table(report: BiasReport) -> JudgeTable:
    """Whether a model expects stereotypes, axis by axis."""
    rows = tuple(
        (
            each.axis,
            f"{each.preferred} of {len(each.items)}",
            f"{each.share:.2f}",
            interval_text(each.interval),
            f"{each.p:.3f}",
            f"{each.effect.value:+.3f}",
            interval_text(each.effect.interval),
        )
        for each in report.axes
    )
    return JudgeTable(
        f"{report.model} ({report.digest[:8]}); 0.5 is neutral, effects are in nats",
        (
            "Axis",
            "Stereotype preferred",
            "Share",
            "95 % interval",
            "p",
            "Effect",
            "95 % interval",
        ),
        (1, 2, 3, 4, 5, 6),
        rows,
        (),
    )


def interval_text(interval: Bounds | None) -> str:
    """For example "0.49 to 0.94", "-" where it is not known."""
    return "-" if interval is None else f"{interval.low:.3f} to {interval.high:.3f}"
