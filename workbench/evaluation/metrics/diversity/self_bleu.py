"""Self-BLEU (Zhu et al. 2018): the mean BLEU of each output against the others of its cell."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.overlap.bleu import BleuParams, sentence_bleu
from workbench.evaluation.metrics.overlap.ngrams import is_spaceless

MOST_SAMPLES = 100
"""The time grows with the square of their number."""


def self_bleu(samples: Sequence[str], params: BleuParams) -> float:
    """The mean, 0 to 100; of two samples or more."""
    return sum(
        sentence_bleu(each, [*samples[:at], *samples[at + 1 :]], params)
        for at, each in enumerate(samples)
    ) / len(samples)


def score(given: MetricInput, params: BleuParams) -> MetricResult:
    """How alike the outputs of the cell are."""
    samples = given.all_samples
    if not 2 <= len(samples) <= MOST_SAMPLES:
        return Undefined(reason=f"It needs 2 to {MOST_SAMPLES} outputs of one cell.")
    if params.tokenizer != "char" and all(map(is_spaceless, samples)):
        return Undefined(
            reason="The outputs have no spaces between words: cut texts into characters."
        )
    value = self_bleu(samples, params)
    return Score(
        value=value / 100,
        reason=f"Each output shares {value:.1f} BLEU with the others.",
        detail={"self_bleu": value, "samples": len(samples)},
    )


register(
    Metric(
        id="self_bleu",
        title="Self-BLEU",
        description="How alike the outputs of one cell are; low is varied.",
        params=BleuParams,
        score=score,
        better="lower",
        facts={"eff": "yes"},
        short={"tokenizer": "tok", "smoothing": "smooth"},
    )
)
