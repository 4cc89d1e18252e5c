"""JSON fields: how many expected fields have their values, or pass their checks."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.metric_input import MetricInput, Need, text_of
from workbench.domain.evaluation.scores import (
    Errored,
    FormatFailure,
    MetricResult,
    Score,
    Undefined,
)
from workbench.domain.parameters import about
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.evaluation.metrics.checking import judge_one
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.structured.equal import JsonParams, expected_json
from workbench.evaluation.metrics.structured.equality import value_at

CHECK = "$check"
"""A field that is checked and not compared: {"$check": "contains", "expected": ["red"]}."""
MOST_LISTED = 20


class JsonFieldsParams(JsonParams, frozen=True, kw_only=True):
    """Parameters of JSON fields."""

    fields: Annotated[
        str,
        about(
            title="Fields",
            description="A JSON object of paths (a.b[0]) and the values expected there; empty "
            "takes the row's expected value.",
        ),
    ] = ""
    strict: Annotated[
        bool,
        about(
            title="Nothing else",
            description="Count fields at the top that nothing is expected of as wrong.",
        ),
    ] = False


def score(given: MetricInput, params: JsonFieldsParams) -> MetricResult:
    """The share of the expected fields that are right.

    Raises:
        UsageError: what is expected is no object, or a path or a check cannot be used.
    """
    wanted = [_wanted(each) for each in ((params.fields,) if params.fields else given.expected)]
    found = params.read(given.output)
    if isinstance(found, FormatFailure):
        return found
    return best_of(_score(found, each, params) for each in wanted)


def _wanted(value: Json) -> dict[str, Json]:
    wanted = expected_json(value)
    if not isinstance(wanted, dict):
        raise UsageError("Expect an object of fields and their values.")
    return wanted


def _score(found: Json, wanted: dict[str, Json], params: JsonFieldsParams) -> MetricResult:
    if not wanted:
        return Undefined(reason="No field is expected.")
    wrong: list[str] = []
    missing: list[str] = []
    for path, value in wanted.items():
        is_there, actual = value_at(found, path)
        if not is_there:
            missing.append(path)
        elif not _is_right(actual, value, params):
            wrong.append(path)
    extra = _extra(found, wanted)
    counted = len(wanted) + (len(extra) if params.strict else 0)
    matched = len(wanted) - len(wrong) - len(missing)
    reason = f"{matched} of {count_text(len(wanted), 'field')} right"
    for words, paths in (("missing", missing), ("wrong", wrong), ("extra", extra)):
        if paths:
            reason += f", {words}: {', '.join(paths[:5])}{', …' if len(paths) > 5 else ''}"
    return Score(
        value=matched / counted,
        passed=matched == counted,
        reason=f"{reason}.",
        detail={
            "missing": missing[:MOST_LISTED],
            "wrong": wrong[:MOST_LISTED],
            "extra": extra[:MOST_LISTED],
        },
    )


def _is_right(actual: Json, wanted: Json, params: JsonFieldsParams) -> bool:
    if not (isinstance(wanted, dict) and CHECK in wanted):
        return params.are_same(actual, wanted)
    try:
        options = {key: value for key, value in wanted.items() if key != CHECK}
        expected = options.pop("expected", [])
        options["expected"] = expected if isinstance(expected, list) else [expected]
        check = msgspec.convert({"type": "check", "metric": wanted[CHECK], **options}, Check)
    except (msgspec.ValidationError, TypeError) as error:
        raise UsageError(f"A check of a field cannot be used: {error}.") from None
    result = judge_one(check, MetricInput(output=text_of(actual)))
    if isinstance(result.result, Errored | Undefined):
        raise UsageError(result.result.reason)
    return result.passed is True


def _extra(found: Json, wanted: dict[str, Json]) -> list[str]:
    """Keys at the top of a value that no expected path begins with."""
    if not isinstance(found, dict):
        return []
    begun = {path.split(".")[0].split("[")[0] for path in wanted} | wanted.keys()
    return [key for key in found if key not in begun]


def _needs(params: JsonFieldsParams) -> tuple[Need, ...]:
    return () if params.fields else ("expected",)


def ensure_usable(params: JsonFieldsParams) -> None:
    """Refuse fields that are no object.

    Raises:
        UsageError: they are not JSON, or no object.
    """
    if params.fields:
        _wanted(params.fields)


register(
    Metric(
        id="json_fields",
        title="JSON fields",
        description="How many of the expected fields have their values.",
        params=JsonFieldsParams,
        score=score,
        needs_of=_needs,
        ensure_usable=ensure_usable,
    )
)
