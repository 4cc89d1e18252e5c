"""Numeric: equal as numbers within a tolerance.

Two numbers are equal where |a-b| <= max(absolute, relative * max(|a|, |b|)), as in Python's
``math.isclose``; numpy's rule of the same name is not symmetric. Computed with exact fractions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from workbench.domain.answers.numbers import Number
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.metrics.extraction.rules import (
    EXTRACTION,
    AnswerRule,
    Extracted,
    ensure_extractable,
)
from workbench.evaluation.metrics.metric import Metric, best_of, register, verdict
from workbench.evaluation.metrics.text.number_reading import Decimal, read


class NumericParams(Extracted, frozen=True, kw_only=True):
    """Parameters of the numeric check."""

    extraction: Annotated[AnswerRule, EXTRACTION] = "number"
    absolute: Annotated[
        float,
        about(
            title="Absolute tolerance",
            ge=0,
            description="How far the numbers may be apart; near to 0 only this one works.",
        ),
    ] = 0.0
    relative: Annotated[
        float,
        about(
            title="Relative tolerance",
            ge=0,
            le=1,
            description="How far they may be apart as a share of the larger one: 0.01 is 1 %.",
        ),
    ] = 0.0
    decimal: Annotated[
        Decimal,
        about(
            title="Decimal sign",
            choices={"auto": "Point; refuse “1,23”", "point": "Point", "comma": "Comma"},
            description="Which sign comes before the decimals in outputs and expected values.",
        ),
    ] = "auto"


def are_close(one: Fraction, other: Fraction, absolute: float, relative: float) -> bool:
    """Whether two numbers are equal within tolerances, which are taken as they are written."""
    allowed = max(Fraction(repr(absolute)), Fraction(repr(relative)) * max(abs(one), abs(other)))
    return abs(one - other) <= allowed


def score(given: MetricInput, params: NumericParams) -> MetricResult:
    """1 where the number is equal to any expected one, else 0; a unit counts where both have one.

    Raises:
        UsageError: an expected value is no number.
    """
    expected = [_expected(each, params.decimal) for each in given.references]
    text = params.read(given)
    if isinstance(text, FormatFailure):
        return text
    found = read(text, params.decimal)
    if isinstance(found, str):
        return FormatFailure(reason=found, detail={"extracted": text[:1000]})
    return best_of(_verdict(found, text, each, params) for each in expected)


def _verdict(found: Number, text: str, expected: Number, params: NumericParams) -> MetricResult:
    same_unit = found.unit == expected.unit or not found.unit or not expected.unit
    close = are_close(found.value, expected.value, params.absolute, params.relative)
    return verdict(
        same_unit and close,
        f"It is {_words(found)}; expected is {_words(expected)}.",
        extracted=text[:1000],
    )


def _expected(text: str, decimal: Decimal) -> Number:
    found = read(text, decimal)
    if isinstance(found, str):
        raise UsageError(f"The expected value cannot be compared as a number: {found}")
    return found


def _words(number: Number) -> str:
    value = number.value
    whole = value.denominator == 1 and len(str(value.numerator)) < 20
    shown = str(value.numerator) if whole else f"{_float(value):.10g}"
    return f"{shown} {number.unit}".rstrip()


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


register(
    Metric(
        id="numeric",
        title="Numeric",
        description="Whether the number in the output equals an expected one, within a tolerance.",
        params=NumericParams,
        score=score,
        needs=("expected",),
        ensure_usable=ensure_extractable,
        short={"extraction": "extract", "extraction_pattern": "pattern"},
    )
)
