"""Levenshtein distance: how many characters to insert, delete or replace (rapidfuzz)."""

from __future__ import annotations

from typing import Annotated

from rapidfuzz.distance import Levenshtein

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.domain.text import count_text
from workbench.evaluation.metrics.extraction.rules import Extracted, ensure_extractable
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.text.contains import folded

LONGEST = 100_000
"""Code points; the time grows with the product of both lengths."""


class EditDistanceParams(Extracted, frozen=True, kw_only=True):
    """Parameters of edit distance."""

    most_edits: Annotated[
        int,
        about(
            title="At most",
            unit="edits",
            lowest="Any number",
            ge=-1,
            description="The distance that passes; 0 is equality. Without one, and without a "
            "threshold of the similarity, it only measures.",
        ),
    ] = -1
    ignore_case: Annotated[
        bool, about(title="Ignore case", description="Take capital and small letters as equal.")
    ] = False


def similarity(output: str, reference: str) -> tuple[int, float]:
    """Distance in code points after NFC, and 1 - distance / the longer length (1 of two empty)."""
    one, other = folded(output, ignore_case=False), folded(reference, ignore_case=False)
    distance = Levenshtein.distance(one, other)
    longest = max(len(one), len(other))
    return distance, 1 - distance / longest if longest else 1.0


def score(given: MetricInput, params: EditDistanceParams) -> MetricResult:
    """The highest similarity to any expected value."""
    answer = params.read(given)
    if isinstance(answer, FormatFailure):
        return answer
    return best_of(_score(answer, each, params) for each in given.references)


def _score(answer: str, reference: str, params: EditDistanceParams) -> MetricResult:
    if max(len(answer), len(reference)) > LONGEST:
        return Undefined(reason=f"A text is longer than {LONGEST:,} characters.")
    if params.ignore_case:
        answer, reference = (folded(each, ignore_case=True) for each in (answer, reference))
    distance, value = similarity(answer, reference)
    return Score(
        value=value,
        passed=distance <= params.most_edits if params.most_edits >= 0 else None,
        reason=f"It is {count_text(distance, 'edit')} from the expected value.",
        detail={"distance": distance, "extracted": answer[:1000]},
    )


register(
    Metric(
        id="edit_distance",
        title="Edit distance",
        description="How similar the output is to an expected value, by characters to change.",
        params=EditDistanceParams,
        score=score,
        needs=("expected",),
        ensure_usable=ensure_extractable,
        facts={"norm": "nfc", "like": "levenshtein"},
        short={"extraction": "extract", "extraction_pattern": "pattern"},
    )
)
