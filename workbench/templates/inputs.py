"""Values for a template's inputs: types, defaults, and what is missing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from workbench.domain.errors import TemplateError, UndefinedVariableError
from workbench.domain.spec import Json
from workbench.domain.views import InputField
from workbench.templates.document import PromptDocument
from workbench.templates.names import undefined_reason

_EMPTY: dict[str, Json] = {"string": "", "array": [], "object": {}, "boolean": False}
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0", ""})
_KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of names to values",
}


def complete(document: PromptDocument, variables: Mapping[str, Json]) -> dict[str, Json]:
    """All values the body gets: those given, in their declared types, and the defaults.

    An optional input without a value and default is empty text, an empty list, or None.

    Args:
        document: declares the inputs.
        variables: what the user filled in; more than the declared ones is allowed.

    Raises:
        UndefinedVariableError: required inputs without a value; names all of them.
        TemplateError: a value that does not fit its type.
    """
    values = dict(variables)
    missing: list[str] = []
    for field in document.inputs:
        given = values.get(field.name)
        if _counts(field, given):
            values[field.name] = _coerced(field, given, document)
        elif field.default is not None:
            values[field.name] = _coerced(field, field.default, document)
        elif field.required:
            missing.append(field.name)
        else:
            values[field.name] = _EMPTY.get(field.type)
    if missing:
        line = document.input_lines.get(missing[0], 0)
        reason = undefined_reason(missing, "")
        raise UndefinedVariableError(reason, document.path, line, names=tuple(missing))
    return values


def _counts(field: InputField, given: Json) -> bool:
    """Whether a value was given: blank text is one only for an optional text."""
    if isinstance(given, str) and not given.strip():
        return field.type == "string" and not field.required
    return given is not None


def _coerced(field: InputField, value: Json, document: PromptDocument) -> Json:
    try:
        found = _as_type(field.type, value)
    except ValueError:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        raise TemplateError(
            f"the input {field.name} must be {_KINDS[field.type]}, not “{str(shown)[:60]}”.",
            document.path,
            document.input_lines.get(field.name, 0),
        ) from None
    if field.choices and found != "" and str(found) not in field.choices:
        raise TemplateError(
            f"the input {field.name} must be one of {', '.join(field.choices)}, "
            f"not “{str(found)[:60]}”.",
            document.path,
            document.input_lines.get(field.name, 0),
        )
    return found


def _as_type(kind: str, value: Json) -> Json:
    """``value`` as the declared type; ValueError where it does not fit."""
    if kind == "string":
        return value if isinstance(value, str) else _written(value)
    if kind == "boolean":
        return _boolean(value)
    if kind in {"number", "integer"}:
        return _number(kind, value)
    if isinstance(value, str):
        value = json.loads(value)  # its error is a ValueError
    if not isinstance(value, list if kind == "array" else dict):
        raise ValueError
    return value


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _boolean(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _number(kind: str, value: Json) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError
    number = float(value)
    if not math.isfinite(number) or abs(number) >= 2**63:
        raise ValueError
    written_whole = isinstance(value, int) or (isinstance(value, str) and "." not in value)
    if number.is_integer() and (kind == "integer" or written_whole):
        return int(number) if isinstance(value, float) or abs(number) < 2**53 else int(value)
    if kind == "integer":
        raise ValueError
    return number
