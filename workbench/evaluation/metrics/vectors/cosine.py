"""Embedding similarity: the cosine of the vectors of output and expected text, -1 to 1.

Which model, pooling and prefix made the vectors belongs to the score; unrelated texts of one model
often lie at .3 to .7, so a threshold means little without the mean of shuffled pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import Embeddings, MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.models import ModelParams


def cosine(one: Sequence[float], other: Sequence[float]) -> float | None:
    """The cosine of the angle between vectors; None where one of them is zero.

    Raises:
        UsageError: they are of different lengths.
    """
    if len(one) != len(other):
        raise UsageError(
            f"The vectors have {len(one):,} and {len(other):,} numbers: they are of two models."
        )
    length = math.sqrt(math.fsum(x * x for x in one)) * math.sqrt(math.fsum(y * y for y in other))
    return math.fsum(x * y for x, y in zip(one, other, strict=True)) / length if length else None


def score(given: MetricInput, _params: ModelParams) -> MetricResult:
    """The highest cosine with any expected text."""
    vectors = given.embeddings
    assert vectors is not None
    if not given.output.strip():
        return Undefined(reason="The output is empty, so it has no direction.")
    return best_of(_score(vectors, each) for each in vectors.expected)


def _score(vectors: Embeddings, expected: Sequence[float]) -> MetricResult:
    value = cosine(vectors.output, expected)
    if value is None:
        return Undefined(reason="A vector is zero, so it has no direction.")
    reason = f"The cosine is {value:.3f}."
    if vectors.unrelated is None:
        return Score(value=value, reason=reason, detail={"made_by": vectors.made_by})
    reason = f"{reason[:-1]}; that of unrelated texts of this set is {vectors.unrelated:.3f}."
    detail = {"made_by": vectors.made_by, "unrelated": vectors.unrelated}
    return Score(value=value, reason=reason, detail=detail)


register(
    Metric(
        id="embedding_similarity",
        title="Embedding similarity",
        description="How near the output and an expected text are in meaning, by their vectors.",
        params=ModelParams,
        score=score,
        scale="signed",
        needs=("embeddings",),
        facts={"by": "cosine"},
    )
)
