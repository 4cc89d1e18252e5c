"""Whether a judge agrees with the user's votes, and so may rank; what place and length do to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workbench.domain.evaluation.checks import CheckResult
from workbench.domain.evaluation.estimates import Estimate
from workbench.domain.evaluation.judge_agreement import (
    GATE_CONSISTENCY,
    GATE_KAPPA,
    GATE_VOTES,
    JudgeGate,
)
from workbench.domain.evaluation.judging import JudgeReport, JudgeSkill
from workbench.domain.evaluation.scores import FormatFailure, Score
from workbench.domain.evaluation.votes import COUNTED, Vote
from workbench.domain.text import count_text
from workbench.evaluation.metrics.judges.pairwise import pair_of
from workbench.evaluation.metrics.judges.reading import FIRST
from workbench.evaluation.statistics.agreement import (
    cohen_kappa,
    krippendorff_alpha,
    label_agreement,
)
from workbench.evaluation.statistics.judging import (
    PairJudgement,
    first_slot_share,
    length_coefficient,
    position_consistency,
)

LABELS = ("a", "tie", "b")
TIE_MARGIN = 0.05
"""Scores of two answers that are nearer to each other are a tie."""
_PLACE = {"a": -1.0, "tie": 0.0, "b": 1.0}
_SKILLS: dict[str, JudgeSkill] = {
    "judge-claim": "claim",
    "judge-consistency": "claim",
    "judge-toxicity": "claim",
    "judge-sampled-consistency": "claim",
    "judge-pairwise": "pairwise",
}
PREFIX = "judge-"

Identity = tuple[str, str]
"""The key of a run and the digest of its text, as votes name an answer."""


def is_judge(metric: str) -> bool:
    """Whether a metric is a judge, which may not rank until it agrees with the user."""
    return metric.startswith(PREFIX)


def skill_of(metric: str) -> JudgeSkill:
    """What a judge must be able to do for a metric."""
    return _SKILLS.get(metric, "rubric")


class JudgedAnswer(NamedTuple):
    """An answer with what a judge found: ``place`` is where it belongs, variant apart."""

    identity: Identity
    variant: str
    place: tuple[str, int]
    length: int
    result: CheckResult


def report_on(
    title: str,
    metric: str,
    answers: Sequence[JudgedAnswer],
    votes: Iterable[Vote],
    *,
    baseline: str = "",
    untested: bool = True,
    judges_itself: tuple[str, ...] = (),
) -> JudgeReport:
    """All that is known of a judge from the answers it judged.

    Args:
        title: of its column.
        metric: its kind.
        answers: with its results.
        votes: of the user on pairs of answers.
        baseline: the variant with which length is compared, "" for none.
        untested: whether no self-test says that its model can do this.
        judges_itself: variants whose model it is.
    """
    by_identity = {each.identity: each.result for each in answers}
    labels = [
        (_voted(vote), label)
        for vote in votes
        if vote.choice in COUNTED
        and (
            label := label_of(
                by_identity.get(vote.pair.a.identity), by_identity.get(vote.pair.b.identity)
            )
        )
    ]
    users, judges = [user for user, _ in labels], [judge for _, judge in labels]
    agreement = label_agreement(users, judges, LABELS) if labels else None
    pairs = [pair for each in answers if (pair := _pair(each.result)) is not None]
    # A judge of one answer at a time has no order that could decide.
    consistency = position_consistency(pairs) if skill_of(metric) == "pairwise" else 1.0
    kappa = agreement.kappa if agreement else None
    low = kappa.interval.low if kappa is not None and kappa.interval is not None else None
    gate = JudgeGate(votes=len(labels), kappa_low=low, consistency=consistency)
    readings = [mass for each in answers if (mass := _mass(each.result)) is not None]
    numbers = [[_PLACE[each] for each in side] for side in (users, judges)]
    return JudgeReport(
        check=title,
        metric=metric,
        models=tuple(dict.fromkeys(_kept(answers, "judge"))),
        prompt=next(iter(_kept(answers, "prompt")), ""),
        gate=gate,
        may_rank=gate.may_rank,
        sentence=gate_sentence(gate),
        agreement=agreement,
        weighted_kappa=cohen_kappa(users, judges, LABELS, "linear") if labels else None,
        alpha=krippendorff_alpha(numbers, "ordinal") if labels else None,
        consistency=consistency if pairs else None,
        first_slot=first_slot_share(pairs),
        position_bias=math.fsum(each.position_bias for each in pairs) / len(pairs)
        if pairs
        else None,
        length=_length(answers, baseline),
        mass=math.fsum(readings) / len(readings) if readings else None,
        judges_itself=judges_itself,
        untested=untested,
    )


def gate_sentence(gate: JudgeGate) -> str:
    """What is missing until a judge may rank, or that it may."""
    if gate.may_rank:
        return f"It agrees with {count_text(gate.votes, 'vote')} of yours, so it ranks."
    if not gate.has_votes:
        return f"{gate.votes} of {GATE_VOTES} votes: this judge does not rank yet."
    if not gate.agrees:
        low = "not known" if gate.kappa_low is None else f"{gate.kappa_low:.2f}"
        return (
            f"It does not rank: the lower end of kappa with your votes is {low}, "
            f"{GATE_KAPPA:.2f} is needed."
        )
    share = "not known" if gate.consistency is None else f"{gate.consistency:.2f}"
    return (
        f"It does not rank: the share of pairs with the same pick in both orders is {share}, "
        f"{GATE_CONSISTENCY:.2f} is needed."
    )


def label_of(a: CheckResult | None, b: CheckResult | None) -> str:
    """Which of two answers a judge prefers: "a", "b", "tie", or "" where it did not say."""
    if a is None or b is None:
        return ""
    if not isinstance(a.result, Score) or not isinstance(b.result, Score):
        return ""
    if "pick" in a.result.detail or "pick" in b.result.detail:
        return _label_of_pair(a.result, b.result)
    if a.score is None or b.score is None:
        return ""
    apart = a.score - b.score
    if abs(apart) < TIE_MARGIN:
        return "tie"
    return "a" if apart > 0 else "b"


def _label_of_pair(a: Score, b: Score) -> str:
    """One of them is the baseline, with which the other was compared."""
    if "pick" in a.detail and "pick" in b.detail:  # both were compared with a third
        return ""
    if "pick" in a.detail:
        return str(a.detail["pick"])
    return {"a": "b", "b": "a"}.get(str(b.detail["pick"]), "tie")


def _voted(vote: Vote) -> str:
    return vote.choice if vote.choice in ("a", "b") else "tie"


def _readings(result: CheckResult) -> list[Mapping]:  # type: ignore[type-arg]
    found = result.result
    if not isinstance(found, Score | FormatFailure):
        return []
    readings = found.detail.get("readings")
    return readings if isinstance(readings, list) else []


def _pair(result: CheckResult) -> PairJudgement | None:
    """Both orders of a pair, as far as they could be read."""
    readings = _readings(result)
    if (
        not isinstance(result.result, Score)
        or len(readings) != 2
        or "pick" not in result.result.detail
    ):
        return None
    first, second = (
        dict(zip(each["labels"], each["probabilities"], strict=True))[FIRST] for each in readings
    )
    return pair_of(first, second)


def _mass(result: CheckResult) -> float | None:
    readings = _readings(result)
    return math.fsum(each["mass"] for each in readings) / len(readings) if readings else None


def _kept(answers: Sequence[JudgedAnswer], name: str) -> Iterable[str]:
    for each in answers:
        found = each.result.result
        if isinstance(found, Score | FormatFailure) and found.detail.get(name):
            yield str(found.detail[name])


def _length(answers: Sequence[JudgedAnswer], baseline: str) -> Estimate | None:
    """How much the longer answer wins against the baseline's."""
    of_baseline = {each.place: each for each in answers if each.variant == baseline}
    outcomes, ratios = [], []
    for each in answers:
        other = of_baseline.get(each.place)
        if each.variant == baseline or other is None or not each.length or not other.length:
            continue
        label = label_of(each.result, other.result)
        if label:
            outcomes.append({"a": 1.0, "b": 0.0}.get(label, 0.5))
            ratios.append(each.length / other.length)
    return length_coefficient(outcomes, ratios) if outcomes else None
