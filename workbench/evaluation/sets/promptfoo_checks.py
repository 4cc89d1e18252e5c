"""The checks of promptfoo that mean the same here; every other one is kept as "not imported"."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet, NotImported
from workbench.domain.runs.spec import Json
from workbench.evaluation.sets.javascript_patterns import NotTranslatableError, translated

_NOT = "not-"
_TEXT_CHECKS: dict[str, tuple[str, dict[str, Json]]] = {
    "equals": ("exact", {"alike": "raw"}),
    "contains": ("contains", {}),
    "icontains": ("contains", {"ignore_case": True}),
    "contains-any": ("contains", {}),
    "contains-all": ("contains", {"match": "all"}),
    "icontains-any": ("contains", {"ignore_case": True}),
    "icontains-all": ("contains", {"ignore_case": True, "match": "all"}),
    "starts-with": ("starts_with", {}),
}
_SEVERAL = ("-any", "-all")
_VARIABLE = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_EDITS = 5
_SIMILARITY = 0.75
"""What promptfoo takes where no threshold is given."""
_REASONS = {"stop": ["stop", "answer"], "length": ["length"]}

Row = Mapping[str, Json]


def read_check(given: Json, row: Row, *, is_graded: bool = False) -> AnyCheck:
    """A check of the same meaning, or one that is not imported.

    Args:
        given: as the configuration has it.
        row: values of the variables that it may name.
        is_graded: whether scores count and not only whether it passes: some checks pass alike
            there and here, and have other scores.
    """
    if not isinstance(given, dict):
        return NotImported(kind=str(given)[:80])
    kind = str(given.get("type", "a check without a type"))
    named = given.get("weight")
    weight = float(named) if is_number(named) else 1.0
    lost = NotImported(
        kind=kind[:80], text=json.dumps(given, ensure_ascii=False)[:500], weight=max(weight, 0.0)
    )
    if given.get("transform") or weight < 0:
        return lost
    if kind == "assert-set":
        least = given.get("threshold")
        threshold = float(least) if is_number(least) else None
        graded = is_graded or threshold is not None
        inner = [read_check(each, row, is_graded=graded) for each in listed(given.get("assert"))]
        return CheckSet(checks=tuple(inner), weight=weight, threshold=threshold)
    found = _same(kind.removeprefix(_NOT), kind, given, row, is_graded=is_graded)
    if found is None:
        return lost
    return Check(
        metric=found.metric,
        params=found.params,
        expected=found.expected,
        threshold=found.threshold,
        weight=weight,
        negate=kind.startswith(_NOT),
        name=given["metric"] if isinstance(given.get("metric"), str) else "",
    )


def _same(
    plain: str, kind: str, given: Mapping[str, Any], row: Row, *, is_graded: bool
) -> Check | None:
    """The metric, parameters and expected values of a check, None where it has no equal."""
    if plain in _TEXT_CHECKS:
        expected = _expected(kind, given.get("value"), row)
        metric, params = _TEXT_CHECKS[plain]
        return Check(metric=metric, params=params, expected=expected) if expected else None
    if plain == "levenshtein" and is_graded:
        return None  # its score is 1 or 0 there
    reader = _READERS.get(plain)
    return reader(given, row) if reader is not None else None


def _regex(given: Mapping[str, Any], row: Row) -> Check | None:
    try:
        pattern = translated(_filled(given.get("value"), row))
    except NotTranslatableError:
        return None
    return Check(metric="regex", params={"pattern": pattern}) if given.get("value") else None


def _is_json(given: Mapping[str, Any], _row: Row) -> Check | None:
    schema = given.get("value")
    if schema is not None and not isinstance(schema, dict):
        return None
    params: dict[str, Json] = {"schema": json.dumps(schema)} if schema is not None else {}
    return Check(metric="json_valid", params=params)


def _contains_json(given: Mapping[str, Any], _row: Row) -> Check | None:
    """Without a schema only: there any JSON of the output may hold to it, here the first."""
    return None if given.get("value") else Check(metric="json_valid", params={"where": "anywhere"})


def _levenshtein(given: Mapping[str, Any], row: Row) -> Check | None:
    expected = _filled(given.get("value"), row)
    most = given.get("threshold") or _EDITS  # 0 is not a threshold there
    if not expected or not is_number(most) or most < 0:
        return None
    return Check(metric="edit_distance", params={"most_edits": int(most)}, expected=(expected,))


def _similar(given: Mapping[str, Any], row: Row) -> Check | None:
    expected = tuple(_filled(each, row) for each in listed(given.get("value")))
    least = given.get("threshold", _SIMILARITY)
    if not expected or not all(expected) or not is_number(least):
        return None
    return Check(metric="embedding_similarity", expected=expected, threshold=float(least))


def _latency(given: Mapping[str, Any], _row: Row) -> Check | None:
    most = given.get("threshold")  # milliseconds
    return Check(metric="latency", threshold=most / 1000) if is_number(most) else None


def _word_count(given: Mapping[str, Any], _row: Row) -> Check | None:
    value = given.get("value")
    limits = value if isinstance(value, dict) else {"min": value, "max": value}
    least, most = limits.get("min", 0), limits.get("max", -1)
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in (least, most)):
        return None
    return Check(metric="length", params={"unit": "words", "least": least, "most": most})


def _finish_reason(given: Mapping[str, Any], _row: Row) -> Check | None:
    reasons = _REASONS.get(str(given.get("value")))
    return Check(metric="finish_reason", params={"reasons": reasons}) if reasons else None


_READERS: dict[str, Callable[[Mapping[str, Any], Row], Check | None]] = {
    "regex": _regex,
    "is-json": _is_json,
    "contains-json": _contains_json,
    "levenshtein": _levenshtein,
    "similar": _similar,
    "similar:cosine": _similar,
    "latency": _latency,
    "word-count": _word_count,
    "finish-reason": _finish_reason,
}


def _expected(kind: str, value: Json, row: Mapping[str, Json]) -> tuple[Json, ...]:
    """What a check of texts expects; empty where that cannot be known here."""
    if isinstance(value, list) or not kind.endswith(_SEVERAL):
        values = value if kind.endswith(_SEVERAL) else [value]
    else:
        values = [each.strip() for each in str(value).split(",")]
    found = [_filled(each, row) for each in values]
    return tuple(found) if all(found) else ()


def _filled(value: Json, row: Mapping[str, Json]) -> str:
    """A text with its variables filled in, "" where it needs more than that."""
    if is_number(value):
        return json.dumps(value)
    if not isinstance(value, str) or value.startswith("file://"):
        return ""
    names = set(_VARIABLE.findall(value))
    if not all(isinstance(row.get(name), str | int | float) for name in names):
        return ""
    text = _VARIABLE.sub(lambda match: str(row[match[1]]), value)
    return "" if "{{" in text or "{%" in text else text


def is_number(value: Json) -> TypeGuard[float]:
    """Whether a value is a number and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def listed(value: Json) -> list[Json]:
    """A list as it is, one value as a list of it, nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]
