"""Exact match: the output, or the answer in it, is one of the expected values."""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.answers.forms import same_answer
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.metrics.extraction.rules import Extracted, ensure_extractable
from workbench.evaluation.metrics.metric import Metric, best_of, register, shown, verdict
from workbench.evaluation.metrics.text.normalising import TITLES, ensure_kept, normalise


class ExactParams(Extracted, frozen=True, kw_only=True):
    """Parameters of exact match."""

    alike: Annotated[
        Literal["raw", "trim", "nfc", "casefold", "squad", "nfkc", "answer"],
        about(
            title="What does not count",
            choices=TITLES | {"answer": "As answers: 12 is 12.0, (B) is b, **yes** is Yes."},
            description="How both texts are made alike before they are compared.",
        ),
    ] = "nfc"


def score(given: MetricInput, params: ExactParams) -> MetricResult:
    """1 where it is equal to any expected value, else 0."""
    answer = params.read(given)
    if isinstance(answer, FormatFailure):
        return answer
    if params.alike != "answer":
        ensure_kept(given.references, params.alike)
    return best_of(
        verdict(
            _are_equal(answer, expected, params),
            f"It is {shown(answer)}; expected is {shown(expected)}.",
            extracted=answer,
        )
        for expected in given.references
    )


def _are_equal(answer: str, expected: str, params: ExactParams) -> bool:
    if params.alike == "answer":
        return same_answer(answer, expected)
    return normalise(answer, params.alike) == normalise(expected, params.alike)


register(
    Metric(
        id="exact",
        title="Exact match",
        description="Whether the output, or the answer in it, equals an expected value.",
        params=ExactParams,
        score=score,
        needs=("expected",),
        ensure_usable=ensure_extractable,
        short={"alike": "norm", "extraction": "extract", "extraction_pattern": "pattern"},
    )
)
