"""Valid JSON: the output is JSON, or has some in it, and holds to a schema."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register, verdict
from workbench.evaluation.metrics.structured.reading import (
    WHERE_TITLES,
    NotJsonError,
    Where,
    find_json,
)

_PLACES = {"whole": "The output", "block": "A code block", "text": "A part of the output"}


class JsonValidParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of valid JSON."""

    where: Annotated[
        Where,
        about(
            title="Where it is",
            choices=WHERE_TITLES,
            description="Whether text around the JSON is allowed.",
        ),
    ] = "whole"
    schema: Annotated[
        str,
        about(
            title="Schema",
            description="The JSON schema that it must hold to; empty takes any JSON.",
        ),
    ] = ""


def score(given: MetricInput, params: JsonValidParams) -> MetricResult:
    """1 where there is JSON that holds to the schema, else 0."""
    try:
        found = find_json(given.output, params.where)
    except NotJsonError as error:
        return verdict(False, f"It is not JSON: {error}.")
    problem = _problem(params.schema, found.value) if params.schema else None
    if problem is not None:
        return verdict(False, f"It does not hold to the schema: {problem}.", place=found.place)
    held = " and holds to the schema" if params.schema else ""
    return verdict(True, f"{_PLACES[found.place]} is JSON{held}.", place=found.place)


def _problem(schema: str, value: object) -> str | None:
    from workbench.evaluation.metrics.structured.schema import (  # noqa: PLC0415 - slow to import
        problem_of,
    )

    return problem_of(schema, value)


def ensure_usable(params: JsonValidParams) -> None:
    """Refuse a schema that is none.

    Raises:
        UsageError: it is not JSON, or no schema.
    """
    if params.schema:
        _problem(params.schema, None)


register(
    Metric(
        id="json_valid",
        title="Valid JSON",
        description="Whether the output is JSON, and holds to a schema.",
        params=JsonValidParams,
        score=score,
        ensure_usable=ensure_usable,
    )
)
