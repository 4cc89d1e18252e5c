"""Token F1 of the SQuAD evaluation script: how far two bags of words overlap."""

from __future__ import annotations

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult, Score, Undefined
from workbench.evaluation.metrics.extraction.rules import Extracted, ensure_extractable
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.overlap.ngrams import f_measure, is_spaceless, ngrams, shared
from workbench.evaluation.metrics.text.normalising import ensure_kept, squad


class TokenF1Params(Extracted, frozen=True, kw_only=True):
    """Parameters of token F1."""


def token_f1(output: str, reference: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the words, normalised by SQuAD's rule.

    Both empty are equal (1); one empty is 0.
    """
    given, wanted = squad(output).split(), squad(reference).split()
    if not given or not wanted:
        same = float(given == wanted)
        return same, same, same
    hits = shared(ngrams(given, 1), ngrams(wanted, 1))
    precision, recall = hits / len(given), hits / len(wanted)
    return precision, recall, f_measure(precision, recall)


def score(given: MetricInput, params: TokenF1Params) -> MetricResult:
    """The best F1 with any expected value."""
    answer = params.read(given)
    if isinstance(answer, FormatFailure):
        return answer
    ensure_kept(given.references, "squad")
    return best_of(_score(answer, each) for each in given.references)


def _score(answer: str, reference: str) -> MetricResult:
    if is_spaceless(reference) and reference.strip():
        return Undefined(reason="The expected value has no spaces between words.")
    precision, recall, f1 = token_f1(answer, reference)
    return Score(
        value=f1,
        reason=f"F1 of the words is {f1:.3f}.",
        detail={"precision": precision, "recall": recall, "extracted": answer[:1000]},
    )


register(
    Metric(
        id="token_f1",
        title="Token F1",
        description="How far the words of the output and of an expected value are the same.",
        params=TokenF1Params,
        score=score,
        needs=("expected",),
        ensure_usable=ensure_extractable,
        facts={"norm": "squad"},
        short={"extraction": "extract", "extraction_pattern": "pattern"},
    )
)
