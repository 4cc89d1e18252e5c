"""What a metric says of one output: a score, or why there is none.

The four are never merged: a score counts, a format failure counts as 0 and is shown apart, what is
undefined or failed with an error is left out and shown.
"""

from __future__ import annotations

import msgspec

from workbench.domain.runs.spec import Json


class Score(msgspec.Struct, frozen=True, kw_only=True, tag="score"):
    """A number, never NaN.

    ``passed`` is None where the metric only measures and no threshold was given. ``reason`` is a
    fact in one sentence; ``detail`` holds what else is worth keeping, such as the extracted text.
    """

    value: float
    passed: bool | None = None
    reason: str = ""
    detail: dict[str, Json] = {}


class Undefined(msgspec.Struct, frozen=True, kw_only=True, tag="undefined"):
    """The question has no answer here: nothing was expected, or there is nothing to compare."""

    reason: str


class FormatFailure(msgspec.Struct, frozen=True, kw_only=True, tag="format"):
    """The output does not have the form that the metric reads: no number, no answer line."""

    reason: str
    detail: dict[str, Json] = {}


class Errored(msgspec.Struct, frozen=True, kw_only=True, tag="error"):
    """The metric itself failed, or was given parameters that cannot be used."""

    reason: str


MetricResult = Score | Undefined | FormatFailure | Errored
