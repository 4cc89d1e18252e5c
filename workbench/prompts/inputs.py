"""Values for a template's inputs: types, defaults, and what is missing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from workbench.domain.errors import TemplateError, UndefinedVariableError
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.prompts.document import PromptDocument
from workbench.prompts.jinja.value_origins import undefined_reason
from workbench.prompts.source_map.token_places import composed

_EMPTY: dict[str, Json] = {
    "string": "",
    "file": "",
    "image": "",
    "array": [],
    "object": {},
    "thread": [],
    "boolean": False,
}
_ROLES = ("system", "user", "assistant")
_NAME_CHARACTERS = 120
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0", ""})
_KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of names to values",
    "file": "the text of a file",
    "image": "the name of an image, with its width and height",
    "thread": "a list of messages, each with a role (system, user, assistant) and its content",
}


def complete(
    document: PromptDocument,
    variables: Mapping[str, Json],
    stand_ins: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """All values the body gets: those given, in their declared types, and the defaults.

    An optional input without a value and default is empty text, an empty list, or None.

    Args:
        document: declares the inputs.
        variables: what the user filled in; more than the declared ones is allowed.
        stand_ins: taken as they are for inputs that would be missing.

    Raises:
        UndefinedVariableError: required inputs without a value; names all of them.
        TemplateError: a value that does not fit its type.
    """
    stand_ins = stand_ins or {}
    variables = {composed(name): value for name, value in variables.items()}
    values = dict(stand_ins) | dict(variables)
    missing: list[str] = []
    for field in document.inputs:
        given = variables.get(field.name)
        if is_given(field, given):
            values[field.name] = _coerced(field, given, document)
        elif field.default is not None:
            values[field.name] = _coerced(field, field.default, document)
        elif field.name in stand_ins:
            values[field.name] = stand_ins[field.name]
        elif field.required:
            missing.append(field.name)
        else:
            values[field.name] = empty_of(field.type)
    if missing:
        line = document.input_lines.get(missing[0], 0)
        reason = undefined_reason(missing, "")
        raise UndefinedVariableError(reason, document.path, line, names=tuple(missing))
    return values


def empty_of(kind: str) -> Json:
    """What an optional input of a type is without a value."""
    return _EMPTY.get(kind)


def is_given(field: InputField, given: Json) -> bool:
    """Whether a value was given: blank text is one only for an optional text."""
    if isinstance(given, str) and not given.strip():
        return field.type in {"string", "file"} and not field.required
    return given is not None


def _coerced(field: InputField, value: Json, document: PromptDocument) -> Json:
    try:
        found = as_type(field.type, value)
    except ValueError:
        wanted = _KINDS[field.type]
        if field.type == "integer" and str(value).lstrip("+-").isdigit():
            wanted += " of at most 18 digits"
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        raise TemplateError(
            f"the input {field.name} must be {wanted}, not “{str(shown)[:60]}”.",
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
    limit = _passed_limit(field, found)
    if limit:
        reason = f"the input {field.name} must be {limit}, not {found}."
        raise TemplateError(reason, document.path, document.input_lines.get(field.name, 0))
    return found


def _passed_limit(field: InputField, value: Json) -> str:
    """What a number would have to be, "" where it is within its limits."""
    if not isinstance(value, int | float):
        return ""
    if field.minimum is not None and value < field.minimum:
        return f"at least {field.minimum:g}"
    if field.maximum is not None and value > field.maximum:
        return f"at most {field.maximum:g}"
    return ""


def as_type(kind: str, value: Json) -> Json:
    """``value`` as the type that a template sees; ValueError where it does not fit."""
    if kind == "string":
        return value if isinstance(value, str) else _written(value)
    if kind == "file":
        return _file_text(value)
    if kind == "image":
        return _image_text(value)
    if kind == "boolean":
        return _boolean(value)
    if kind in {"number", "integer"}:
        return _number(kind, value)
    if isinstance(value, str):
        try:
            value = json.loads(value)  # its error is a ValueError
        except RecursionError:
            raise ValueError from None
    if not isinstance(value, dict if kind == "object" else list):
        raise ValueError
    return _messages(value) if kind == "thread" and isinstance(value, list) else value


def _file_text(value: Json) -> str:
    """The text of a file: a template sees no path."""
    text = value.get("text", "") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise ValueError
    return text


def _image_text(value: Json) -> str:
    """The text in place of an image: the models of this machine read text only."""
    if value == "":
        return ""
    named = value if isinstance(value, dict) else {"name": value}
    name, width, height = (named.get(key) for key in ("name", "width", "height"))
    if not isinstance(name, str):
        raise ValueError
    if name.startswith("data:"):
        name = "pasted"
    name = " ".join(name.split())[:_NAME_CHARACTERS]
    has_size = isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0
    return f"[image: {name}, {width} x {height}]" if has_size else f"[image: {name}]"


def _messages(value: list[Json]) -> list[Json]:
    """The messages of a thread with nothing but role and content."""
    found: list[Json] = []
    for each in value:
        if not isinstance(each, dict) or each.get("role") not in _ROLES:
            raise ValueError
        content = each.get("content", "")
        if not isinstance(content, str):
            raise ValueError
        found.append({"role": each["role"], "content": content})
    return found


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
    try:
        exact = int(value) if not isinstance(value, float) else None
    except ValueError:
        exact = None  # a fraction, or written with an exponent
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    written_whole = exact is not None or (isinstance(value, str) and "." not in value)
    if number.is_integer() and (kind == "integer" or written_whole):
        whole = int(number) if exact is None else exact
        if whole.bit_length() < 64:  # what goes into the sandbox has no larger ones
            return whole
    if kind == "integer":
        raise ValueError
    return number
