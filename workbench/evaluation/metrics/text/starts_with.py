"""Starts with: the output begins with an expected text."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Undefined
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, best_of, register, shown, verdict
from workbench.evaluation.metrics.text.contains import folded, is_in


class StartsWithParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of starts with."""

    ignore_case: Annotated[
        bool, about(title="Ignore case", description="Take capital and small letters as equal.")
    ] = False
    trim: Annotated[
        bool,
        about(
            title="Skip white space", description="Skip white space that the output begins with."
        ),
    ] = False
    whole_word: Annotated[
        bool,
        about(
            title="Whole words only",
            description="Do not stop inside of a word: “10” does not begin with “1”.",
        ),
    ] = False


def score(given: MetricInput, params: StartsWithParams) -> MetricResult:
    """1 where the output begins with any expected text, else 0."""
    if not all(given.references):
        return Undefined(reason="Every output begins with an empty text: expect something.")
    output = given.output.lstrip() if params.trim else given.output
    text = folded(output, ignore_case=params.ignore_case)
    return best_of(_verdict(text, each, params) for each in given.references)


def _verdict(text: str, expected: str, params: StartsWithParams) -> MetricResult:
    needle = folded(expected, ignore_case=params.ignore_case)
    # One character behind the beginning is enough to see whether a word goes on.
    passed = text.startswith(needle) and is_in(
        needle, text[: len(needle) + 1], whole_word=params.whole_word
    )
    return verdict(passed, f"It begins {shown(text[:60])}; expected is {shown(expected)}.")


register(
    Metric(
        id="starts_with",
        title="Starts with",
        description="Whether the output begins with an expected text.",
        params=StartsWithParams,
        score=score,
        needs=("expected",),
    )
)
