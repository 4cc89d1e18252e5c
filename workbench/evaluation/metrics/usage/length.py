"""Length: words, characters, sentences or lines of the output, within limits."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.domain.text import count_text
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.overlap.ngrams import is_spaceless

Unit = Literal["words", "characters", "sentences", "lines"]
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)|[。！？]+|\n\s*\n")


class LengthParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of length."""

    unit: Annotated[
        Unit, about(title="Counted in", description="What of the output is counted.")
    ] = "words"
    least: Annotated[
        int, about(title="At least", ge=0, description="The shortest length that passes.")
    ] = 0
    most: Annotated[
        int,
        about(
            title="At most",
            lowest="Any number",
            ge=-1,
            description="The longest length that passes.",
        ),
    ] = -1


def length(text: str, unit: Unit) -> int:
    """How long a text is, without white space at its ends."""
    text = text.strip()
    if unit == "characters":
        return len(text)
    if unit == "words":
        return len(text.split())
    if unit == "lines":
        return sum(bool(line.strip()) for line in text.split("\n"))
    return sum(any(map(str.isalnum, part)) for part in _SENTENCE.split(text))


def score(given: MetricInput, params: LengthParams) -> MetricResult:
    """The length; it has a verdict where there are limits."""
    if params.unit == "words" and given.output.strip() and is_spaceless(given.output):
        return Undefined(reason="The output has no spaces between words: count characters.")
    value = length(given.output, params.unit)
    passed = None
    if params.least or params.most >= 0:
        passed = params.least <= value and not 0 <= params.most < value
    reason = f"It has {count_text(value, params.unit.removesuffix('s'))}."
    return Score(value=value, passed=passed, reason=reason)


def ensure_usable(params: LengthParams) -> None:
    """Refuse limits that nothing lies between.

    Raises:
        UsageError: the least is above the most.
    """
    if 0 <= params.most < params.least:
        raise UsageError(
            f"Nothing has at least {params.least:,} and at most {params.most:,} {params.unit}."
        )


register(
    Metric(
        id="length",
        title="Length",
        description="How long the output is, and whether that is within limits.",
        params=LengthParams,
        score=score,
        scale="open",
        better="neither",
        ensure_usable=ensure_usable,
    )
)
