"""Pairs: which of two answers is better, asked in both orders; a win only where both agree."""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score
from workbench.domain.parameters import about
from workbench.evaluation.metrics.judges.reading import (
    FIRST,
    SECOND,
    JudgeParams,
    detail_of,
    mass_words,
    unreadable,
)
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.statistics.judging import PairJudgement, judge_pair

LABELS = (FIRST, SECOND)
_TIE = 0.5
_WORDS = {"a": "This output is better", "b": "The other answer is better"}


class PairwiseParams(JudgeParams, frozen=True, kw_only=True):
    """Parameters of a comparison of two answers."""

    prompt: Annotated[
        str,
        about(
            title="Prompt",
            description="Which prompt of the library's folder judges is asked; edit it there.",
        ),
    ] = "pairwise"
    against: Annotated[
        Literal["baseline", "expected"],
        about(
            title="Compared with",
            choices={"baseline": "The baseline's output", "expected": "The expected text"},
            description="The other answer.",
        ),
    ] = "baseline"


def pair_of(first: float, second: float) -> PairJudgement:
    """The pair, the output being A, from P(label A) with it shown first and then second."""
    return judge_pair(min(1.0, first), min(1.0, max(0.0, 1 - second)))


def score(given: MetricInput, _params: PairwiseParams) -> MetricResult:
    """1 for a win, 0 for a loss, half for a tie, which an inconsistent judge gives too."""
    judgement = given.judgement
    assert judgement is not None
    if judgement.is_baseline:
        return Score(value=_TIE, reason="This is the baseline, which others are compared with.")
    first, second = judgement.readings
    pair = pair_of(first.probability(FIRST), second.probability(FIRST))
    detail = detail_of(
        judgement.readings,
        judgement.made_by,
        judgement.prompt,
        pick=pair.pick,
        consistent=pair.is_consistent,
        probability=pair.probability,
        position_bias=pair.position_bias,
        first_picks=pair.first_picks,
        lengths=[len(given.output), len(judgement.texts[0])],
    )
    failure = unreadable(judgement.readings, detail)
    if failure is not None:
        return failure
    pick = _WORDS.get(pair.pick, "The two orders disagree, so it is a tie")
    reason = f"{pick}: {pair.a_first:.3f} shown first, {pair.a_second:.3f} shown second."
    value = {"a": 1.0, "b": 0.0}.get(pair.pick, _TIE)
    mass = min((first, second), key=lambda each: each.mass)
    return Score(value=value, reason=f"{reason} {mass_words(mass)}", detail=detail)


register(
    Metric(
        id="judge-pairwise",
        title="Pairwise",
        description="Whether an output is better than the baseline's, asked in both orders.",
        params=PairwiseParams,
        score=score,
        needs=("judgement",),
    )
)
