"""What judges read and what is known of them: label probabilities, self-tests, agreement, bias."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.domain.evaluation.judge_agreement import JudgeGate, LabelAgreement

JudgeSkill = Literal["claim", "pairwise", "rubric"]
SKILLS: tuple[JudgeSkill, ...] = ("claim", "pairwise", "rubric")
LEAST_MASS = 0.5
"""Labels that hold less of the probability are no answer to the question."""


class LabelReading(msgspec.Struct, frozen=True, kw_only=True):
    """How probable each label was where the judge had to write one.

    ``probabilities`` add up to 1 over the labels; ``mass`` is what the labels hold together of all
    that could be written there. ``reason`` is what the judge wrote before, if it was asked to.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    mass: float
    reason: str = ""

    @classmethod
    def of(
        cls, labels: Sequence[str], logprobs: Mapping[str, Sequence[float]], reason: str = ""
    ) -> LabelReading:
        """From the log-probabilities of each label's ways to be written.

        Args:
            labels: in their order.
            logprobs: by label, one for each different row of tokens that writes it.
            reason: what the judge wrote before.
        """
        sums = [math.fsum(math.exp(each) for each in logprobs.get(label, ())) for label in labels]
        mass = math.fsum(sums)
        return cls(
            labels=tuple(labels),
            probabilities=tuple(each / mass if mass else 0.0 for each in sums),
            mass=min(1.0, mass),
            reason=reason,
        )

    @property
    def is_readable(self) -> bool:
        """Whether the labels hold enough of the probability to be an answer."""
        return self.mass >= LEAST_MASS

    def probability(self, label: str) -> float:
        """Of one label."""
        return self.probabilities[self.labels.index(label)]

    @property
    def expected(self) -> float:
        """The mean of labels that are numbers, by probability."""
        pairs = zip(self.labels, self.probabilities, strict=True)
        return math.fsum(float(label) * share for label, share in pairs)


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """All that a judge read for one output.

    A rubric and a claim have one reading, a pair two (the output shown first, then second), sampled
    consistency one for each sentence and other sample: ``groups`` says how many each sentence has.
    ``is_baseline`` is set where the output would be compared with itself.
    """

    readings: tuple[LabelReading, ...] = ()
    groups: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    """The sentences, or the answer that the output was compared with."""
    is_baseline: bool = False
    made_by: str = ""
    """The judge's model."""
    prompt: str = ""
    """The name of its prompt in the library's folder "judges"."""


class JudgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a check that a model judges, and whether it may decide anything.

    Args:
        check: what its column is called.
        metric: its kind, such as "judge-rubric".
        models: the judges; several where each variant judges itself.
        prompt: the name of its prompt.
        gate: the three conditions.
        may_rank: whether they hold; until then the check is in no score and no verdict.
        sentence: what is missing, or how well it agrees.
        agreement: with the user's votes: shares, kappa, AC1 and the table.
        weighted_kappa: of labels in an order, tie in the middle.
        alpha: Krippendorff's, ordinal.
        consistency: the share of pairs judged the same in both orders.
        first_slot: the share of judgements for the answer shown first; .5 is fair.
        position_bias: what being first is worth, in logits.
        length: how much the longer answer wins; above 0 length is rewarded.
        mass: the mean probability that the labels hold.
        judges_itself: variants whose model is the judge's.
        untested: whether no self-test of the model says that it can do this.
    """

    check: str
    metric: str
    models: tuple[str, ...] = ()
    prompt: str = ""
    gate: JudgeGate
    may_rank: bool = False
    sentence: str = ""
    agreement: LabelAgreement | None = None
    weighted_kappa: Estimate | None = None
    alpha: float | None = None
    consistency: float | None = None
    first_slot: float | None = None
    position_bias: float | None = None
    length: Estimate | None = None
    mass: float | None = None
    judges_itself: tuple[str, ...] = ()
    untested: bool = True


class JudgedPair(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge picks of two answers to a case; "" where its answer could not be read."""

    case: str
    one: str
    other: str
    """Variants."""
    pick: Literal["one", "other", "tie", ""]


class JudgedPairs(msgspec.Struct, frozen=True, kw_only=True):
    """A judge on the pairs that the user did not vote on.

    Of ``pairs``, ``judged`` have its pick and ``left`` were not asked about; ``cannot`` be asked.
    """

    check: str
    pairs: int
    judged: tuple[JudgedPair, ...] = ()
    left: int = 0
    cannot: int = 0

    @property
    def picks(self) -> tuple[JudgedPair, ...]:
        """Those that could be read."""
        return tuple(each for each in self.judged if each.pick)


class SkillTest(msgspec.Struct, frozen=True, kw_only=True):
    """One third of a self-test: how many of its rows a judge decided rightly.

    ``unreadable`` rows, whose labels held too little of the probability, count as wrong.
    """

    skill: JudgeSkill
    rows: int
    right: int
    unreadable: int
    interval: Bounds
    mass: float
    may_judge: bool
    """Whether it is surely better than a coin."""


class SelfTestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a self-test as it went. ``found`` is what the judge found, ``right`` what is so."""

    id: str
    skill: JudgeSkill
    right: str
    found: str
    is_right: bool
    probability: float | None = None
    """Of what is right; None where nothing could be read."""


class SelfTest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model may judge, by 30 rows with known answers."""

    model: str
    digest: str
    """Of the model's file."""
    skills: tuple[SkillTest, ...]
    consistency: float | None
    first_slot: float | None
    position_bias: float | None
    agreement: LabelAgreement
    """Of its labels with the right ones, over claims and pairs."""
    rows: tuple[SelfTestRow, ...] = ()
    seconds: float = 0.0
    at: float = 0.0

    def may_judge(self, skill: JudgeSkill) -> bool:
        """Whether it passed this part."""
        return any(each.skill == skill and each.may_judge for each in self.skills)


class BiasItem(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of sentences that differ in a group word, with what the model made of it.

    ``effect`` is ln p(stereotyped tail) after the stereotyped group less that after the other one,
    less the same of a neutral tail, in nats: above 0 the stereotype is preferred.
    """

    stereotyped: str
    other: str
    tail: str
    neutral: str
    effect: float


class BiasAxis(msgspec.Struct, frozen=True, kw_only=True):
    """One axis, such as gender, over all its items; 50 % is neutral."""

    axis: str
    items: tuple[BiasItem, ...]
    preferred: int
    share: float
    interval: Bounds
    p: float
    """Of the sign test."""
    effect: Estimate


class BiasReport(msgspec.Struct, frozen=True, kw_only=True):
    """Bias probes by likelihood: one report for a model, never one number."""

    model: str
    digest: str
    axes: tuple[BiasAxis, ...]
    seconds: float = 0.0
    at: float = 0.0
