"""The checks of promptfoo that have an equal here; every other one is kept as "not imported".

Where an equal is computed by other rules than there, a note of the set says so.
"""

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
_ROUGE, _BLEU, _RUBRIC = 0.75, 0.5, 0.5
_DIFFERS = {
    "rouge-n": "rouge-n is ROUGE-1 recall over words of a-z and 0-9 in small letters; promptfoo "
    "cuts words at other places, so that a score can differ.",
    "bleu": "bleu leaves out the n-grams for which an output is too short; promptfoo counts them "
    "as nearly 0.",
    "llm-rubric": "llm-rubric is the judge rubric: its score is read from the probabilities of "
    "five levels, passes from 0.5 and ranks only where the judge agrees with your votes.",
    "model-graded-closedqa": "model-graded-closedqa is the judge of claims: it ranks only where "
    "the judge agrees with your votes.",
}
"""What is to be known of checks that are computed by other rules."""

Row = Mapping[str, Json]


def read_check(
    given: Json, row: Row, *, is_graded: bool = False, notes: list[str] | None = None
) -> AnyCheck:
    """A check of the same meaning, or one that is not imported.

    Args:
        given: as the configuration has it.
        row: values of the variables that it may name.
        is_graded: whether scores count and not only whether it passes: some checks pass alike
            there and here, and have other scores.
        notes: gets a sentence on a check that is computed by other rules than there.
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
        inner = [
            read_check(each, row, is_graded=graded, notes=notes)
            for each in listed(given.get("assert"))
        ]
        return CheckSet(checks=tuple(inner), weight=weight, threshold=threshold)
    found = _same(kind.removeprefix(_NOT), kind, given, row, is_graded=is_graded)
    if found is None:
        return lost
    differs = _DIFFERS.get(kind.removeprefix(_NOT))
    if notes is not None and differs is not None and differs not in notes:
        notes.append(differs)
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
    if plain == "equals" and isinstance(given.get("value"), dict | list):
        value = given["value"]
        is_filled = "{{" not in json.dumps(value)
        params: dict[str, Json] = {"where": "whole", "relative": 0.0}
        return Check(metric="json_equal", params=params, expected=(value,)) if is_filled else None
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


def _ends_with(given: Mapping[str, Any], row: Row) -> Check | None:
    end = _filled(given.get("value"), row)
    return Check(metric="regex", params={"pattern": re.escape(end) + r"\Z"}) if end else None


def _rouge(given: Mapping[str, Any], row: Row) -> Check | None:
    return _overlap(given, row, "rouge", {"kind": "1", "measure": "recall"}, _ROUGE)


def _bleu(given: Mapping[str, Any], row: Row) -> Check | None:
    params: dict[str, Json] = {"tokenizer": "none", "case": "lc", "smoothing": "none"}
    return _overlap(given, row, "bleu", params, _BLEU)


def _overlap(
    given: Mapping[str, Any], row: Row, metric: str, params: dict[str, Json], usual: float
) -> Check | None:
    """A check of the words that an output shares with texts."""
    expected = tuple(_filled(each, row) for each in listed(given.get("value")))
    least = given.get("threshold", usual)
    if not expected or not all(expected) or not is_number(least):
        return None
    return Check(metric=metric, params=params, expected=expected, threshold=float(least))


def _perplexity(given: Mapping[str, Any], _row: Row) -> Check | None:
    limit = given.get("threshold")
    return Check(metric="perplexity", threshold=float(limit)) if is_number(limit) else None


def _perplexity_score(given: Mapping[str, Any], _row: Row) -> Check | None:
    limit = given.get("threshold")
    return Check(metric="perplexity_score", threshold=float(limit)) if is_number(limit) else None


def _judged(metric: str) -> Callable[[Mapping[str, Any], Row], Check | None]:
    """A reader of a check that asks a judge about a criterion; a prompt of its own is not ours."""

    def read(given: Mapping[str, Any], row: Row) -> Check | None:
        criterion = _filled(given.get("value"), row)
        least = given.get("threshold", _RUBRIC)
        if not criterion or not is_number(least) or given.get("rubricPrompt"):
            return None
        return Check(metric=metric, params={"criterion": criterion}, threshold=float(least))

    return read


def _latency(given: Mapping[str, Any], _row: Row) -> Check | None:
    most = given.get("threshold")  # milliseconds
    return Check(metric="latency", threshold=most / 1000) if is_number(most) else None


def _word_count(given: Mapping[str, Any], _row: Row) -> Check | None:
    return _length(given, "words")


def _character_count(given: Mapping[str, Any], _row: Row) -> Check | None:
    return _length(given, "characters")


def _length(given: Mapping[str, Any], unit: str) -> Check | None:
    value = given.get("value")
    limits = value if isinstance(value, dict) else {"min": value, "max": value}
    least, most = limits.get("min", 0), limits.get("max", -1)
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in (least, most)):
        return None
    return Check(metric="length", params={"unit": unit, "least": least, "most": most})


def _finish_reason(given: Mapping[str, Any], _row: Row) -> Check | None:
    reasons = _REASONS.get(str(given.get("value")))
    return Check(metric="finish_reason", params={"reasons": reasons}) if reasons else None


_READERS: dict[str, Callable[[Mapping[str, Any], Row], Check | None]] = {
    "regex": _regex,
    "ends-with": _ends_with,
    "rouge-n": _rouge,
    "bleu": _bleu,
    "perplexity": _perplexity,
    "perplexity-score": _perplexity_score,
    "llm-rubric": _judged("judge-rubric"),
    "model-graded-closedqa": _judged("judge-claim"),
    "is-json": _is_json,
    "contains-json": _contains_json,
    "levenshtein": _levenshtein,
    "similar": _similar,
    "similar:cosine": _similar,
    "latency": _latency,
    "word-count": _word_count,
    "character-count": _character_count,
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
