"""Sampled consistency: whether the other samples of a cell support each sentence of an output.

Source: SelfCheckGPT with a prompt (Manakul, Liusie, Gales 2023), read from label probabilities;
here 1 is supported, so that more is better. It measures doubt and no truth: what a model always
gets wrong is supported by all of its samples.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from workbench.domain.evaluation.judging import LEAST_MASS
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.domain.text import count_text
from workbench.evaluation.metrics.judges.reading import YES, JudgeParams, detail_of
from workbench.evaluation.metrics.metric import Metric, register

MOST_SENTENCES = 20


class SampledParams(JudgeParams, frozen=True, kw_only=True):
    """Parameters of sampled consistency."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = (
        "supported"
    )


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text, at most :data:`MOST_SENTENCES`."""
    found = re.split(r"(?<=[.!?])\s+|\n+|(?<=[。！？])", text.strip())
    return tuple(each.strip() for each in found if each.strip())[:MOST_SENTENCES]


def cluster_entropy(answers: Iterable[str]) -> float:
    """How much samples differ, in nats: 0 where all are the same, ln N where all differ."""
    counts = Counter(" ".join(each.casefold().split()) for each in answers)
    total = counts.total()
    return max(0.0, -math.fsum(n / total * math.log(n / total) for n in counts.values()))


def score(given: MetricInput, _params: SampledParams) -> MetricResult:
    """The mean support of the sentences by the other samples."""
    judgement = given.judgement
    assert judgement is not None
    if not judgement.readings:
        return Undefined(reason="There is no other sample: evaluate with two or more repeats.")
    readings = iter(judgement.readings)
    support = []
    for count in judgement.groups:
        # Where the judge answers something else there is no support: it stays in the mean.
        shares = [
            each.probability(YES) if each.mass >= LEAST_MASS else 0.0
            for each in (next(readings) for _ in range(count))
        ]
        support.append(math.fsum(shares) / count)
    unanswered = sum(each.mass < LEAST_MASS for each in judgement.readings)
    entropy = cluster_entropy(given.all_samples)
    detail = detail_of(
        judgement.readings,
        judgement.made_by,
        judgement.prompt,
        sentences=[
            {"text": text, "support": value}
            for text, value in zip(judgement.texts, support, strict=True)
        ],
        entropy=entropy,
        unanswered=unanswered,
    )
    mass = math.fsum(each.mass for each in judgement.readings) / len(judgement.readings)
    if mass < LEAST_MASS:
        reason = f"The judge answers something else: its labels hold {mass:.3f} on average."
        return FormatFailure(reason=reason, detail=detail)
    value = math.fsum(support) / len(support)
    worst = min(zip(support, judgement.texts, strict=True))
    reason = (
        f"Other samples support it by {value:.3f}, least “{worst[1][:60]}” ({worst[0]:.3f}); "
        f"the samples differ by {entropy:.3f} nats."
    )
    if unanswered:
        reason += f" To {count_text(unanswered, 'question')} the judge answers something else."
    return Score(value=min(1.0, value), reason=reason, detail=detail)


register(
    Metric(
        id="judge-sampled-consistency",
        title="Sampled consistency",
        description="Whether other samples of the same prompt support what an output states.",
        params=SampledParams,
        score=score,
        needs=("judgement",),
        version=2,
    )
)
