"""Greedy token match: each token is paired with the nearest one of the other text.

The formula is BERTScore's (Zhang et al. 2020): P is the mean of the best cosine of each token of
the output, R of the expected text, with weights of tokens and a baseline (x - b) / (1 - b). Over
the last layer of a GGUF model its figures are not those of BERTScore, hence the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput, TokenMatch
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.models import ModelParams

Matrix = Sequence[Sequence[float]]
_DIFFERENT = "The vectors of the tokens have different lengths."


class GreedyMatchParams(ModelParams, frozen=True, kw_only=True):
    """Parameters of greedy token match."""

    measure: Annotated[
        Literal["f1", "precision", "recall"],
        about(
            title="As",
            choices={"f1": "F1", "precision": "Of the output", "recall": "Of the expected text"},
            description="Whose tokens must find their like.",
        ),
    ] = "f1"
    baseline: Annotated[
        float,
        about(
            title="Baseline",
            group=ADVANCED,
            lowest="Off",
            ge=0,
            le=0.99,
            description="The value of unrelated texts of this model, which becomes 0.",
        ),
    ] = 0.0


class Match(NamedTuple):
    """How well each side finds its like in the other."""

    precision: float
    recall: float
    f1: float


def match_tokens(
    output: Matrix,
    expected: Matrix,
    *,
    output_weights: Sequence[float] = (),
    expected_weights: Sequence[float] = (),
    made_by: str = "",
) -> TokenMatch:
    """Pair the tokens of two texts by their vectors, which need not be of unit length.

    It is done where the vectors are, since they are large; a metric needs the cosines only.

    Args:
        output: a vector for each token of the output, without marks of beginning and end and
            without a prefix.
        expected: the same of an expected text.
        output_weights: one for each token, for example its idf; none is 1 for all.
        expected_weights: those of the expected text.
        made_by: the model.

    Raises:
        UsageError: vectors of two lengths, or a vector of zeros.
    """
    import numpy as np  # noqa: PLC0415 - costs 0.1 s, which most outputs are judged without

    pairs: list[list[float]] = [[], []]
    if len(output) and len(expected):
        try:
            sides = [np.asarray(each, dtype=np.float64) for each in (output, expected)]
        except ValueError:
            raise UsageError(_DIFFERENT) from None
        if any(each.ndim != 2 for each in sides) or sides[0].shape[1] != sides[1].shape[1]:
            raise UsageError(_DIFFERENT)
        lengths = [np.linalg.norm(each, axis=1, keepdims=True) for each in sides]
        if not all(each.all() for each in lengths):
            raise UsageError("A token has a vector of zeros, so it has no direction.")
        cosines = (sides[0] / lengths[0]) @ (sides[1] / lengths[1]).T
        pairs = [cosines.max(axis=1).tolist(), cosines.max(axis=0).tolist()]
    return TokenMatch(
        output=tuple(pairs[0]),
        expected=tuple(pairs[1]),
        output_weights=tuple(output_weights),
        expected_weights=tuple(expected_weights),
        made_by=made_by,
    )


def greedy_match(found: TokenMatch) -> Match:
    """Precision, recall and F1.

    Raises:
        UsageError: weights that are not as many as the tokens, or all 0.
    """
    precision = _mean(found.output, found.output_weights)
    recall = _mean(found.expected, found.expected_weights)
    total = precision + recall
    return Match(precision, recall, 2 * precision * recall / total if total > 0 else 0.0)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    if not weights:
        return sum(values) / len(values)
    if len(weights) != len(values) or sum(weights) <= 0:
        raise UsageError("Give one weight for each token, and not all of them 0.")
    return sum(a * b for a, b in zip(values, weights, strict=True)) / sum(weights)


def rescaled(value: float, baseline: float) -> float:
    """A value with the baseline as 0; what is far below it is -1."""
    return max(-1.0, (value - baseline) / (1 - baseline)) if baseline else value


def score(given: MetricInput, params: GreedyMatchParams) -> MetricResult:
    """The best match with any expected text."""
    return best_of(_score(each, params) for each in given.token_matches)


def _score(match: TokenMatch, params: GreedyMatchParams) -> MetricResult:
    if not match.output or not match.expected:
        return Undefined(reason="One of the texts has no tokens.")
    found = greedy_match(match)
    shares = {name: rescaled(each, params.baseline) for name, each in found._asdict().items()}
    value = shares[params.measure]
    detail = {**shares, "made_by": match.made_by}
    return Score(value=value, reason=f"The tokens match by {value:.3f}.", detail=detail)


register(
    Metric(
        id="greedy_token_match",
        title="Greedy token match",
        description="How well each token finds its like in the other text, by their vectors.",
        params=GreedyMatchParams,
        score=score,
        scale="signed",
        needs=("token_matches",),
    )
)
