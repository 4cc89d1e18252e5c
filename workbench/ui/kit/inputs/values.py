"""Converts values of inputs to texts of fields and back, and describes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from workbench.domain.prompts.prompt import InputField, InputType
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text

ROLES = ("system", "user", "assistant")
_STRUCTURED = frozenset({"array", "object", "file", "image", "thread"})
_NOUNS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a JSON list",
    "object": "a JSON object",
    "file": "a file's text",
    "image": "an image",
    "thread": "a list of messages with role and content",
}
_TITLES = ("title", "name", "id", "question", "problem", "text", "content", "label")
"""Keys that distinguish items, best first; a label is often the answer of an example."""
_SUMMARY_CHARACTERS = 120
_WORD_CHARACTERS = 24


def text_of(each: InputField, value: Json) -> str:
    """A value as text of its field; lists and objects are JSON."""
    if value is None:
        return ""
    if isinstance(value, str) and each.type not in _STRUCTURED:
        return value
    return json.dumps(value, ensure_ascii=False)


def value_of(each: InputField, raw: str | bool) -> Json:
    """The value of a field's content; None where an empty field means "not given".

    Raises:
        ValueError: it cannot be read as the input's type; a short reason, as "not a number".
    """
    if isinstance(raw, bool):
        return raw
    if each.type == "string":
        return raw if raw or (each.required and each.default is None) else None
    if not raw.strip():
        return None
    if each.type in {"integer", "number"}:
        return _number(each, raw)
    try:
        value = json.loads(raw)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno})") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON that can be used") from None
    if not fits(each.type, value):
        raise ValueError(f"not {_NOUNS[each.type]}")
    return value


def _number(each: InputField, raw: str) -> int | float:
    try:
        value: int | float = int(raw) if each.type == "integer" else float(raw)
    except ValueError:
        raise ValueError(f"not {_NOUNS[each.type]}") from None
    if not math.isfinite(value) or abs(value) >= 2**63:
        raise ValueError(f"not {_NOUNS[each.type]}")
    if each.minimum is not None and value < each.minimum:
        raise ValueError(f"at least {each.minimum:g}")
    if each.maximum is not None and value > each.maximum:
        raise ValueError(f"at most {each.maximum:g}")
    return value


def fits(kind: InputType, value: Json) -> bool:
    """Whether a JSON value is one of that kind."""
    if kind == "thread":
        return isinstance(value, list) and all(
            isinstance(each, dict)
            and each.get("role") in ROLES
            and isinstance(each.get("content", ""), str)
            for each in value
        )
    if kind in {"file", "image"}:
        return isinstance(value, str | dict)
    wanted: dict[str, type] = {"array": list, "object": dict, "boolean": bool, "string": str}
    return isinstance(value, wanted.get(kind, int | float))


def count_of(value: Json, noun: str = "item") -> str:
    """How many parts a value has: "3 items"."""
    count = len(value) if isinstance(value, list | dict) else 0
    return count_text(count, noun)


def summary_of(value: Json) -> str:
    """A short summary that distinguishes the items of a list, or the names of an object."""
    if isinstance(value, dict):
        return ", ".join(str(name) for name in value)[:_SUMMARY_CHARACTERS]
    if not isinstance(value, list):
        return ""
    words: list[str] = []
    length = 0
    for item in value:
        word = _word(item)
        if not word:
            continue
        words.append(word)
        length += len(word)
        if length > _SUMMARY_CHARACTERS:
            break
    return ", ".join(words)


def _word(item: Json) -> str:
    if isinstance(item, dict):
        name = next((name for name in _TITLES if item.get(name)), next(iter(item), ""))
        item = item.get(name, "")
    text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
    text = " ".join(text[:200].split())
    return text if len(text) <= _WORD_CHARACTERS else text[: _WORD_CHARACTERS - 1].rstrip() + "…"


def text_of_cell(value: Json) -> str:
    """A value in a cell of a table."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def same_values(
    inputs: Sequence[InputField], one: Mapping[str, Json], other: Mapping[str, Json]
) -> bool:
    """Whether a form shows the same for both; a default counts as given, empty as not given."""
    return all(_shown(each, one) == _shown(each, other) for each in inputs)


def _shown(each: InputField, values: Mapping[str, Json]) -> Json:
    value = values.get(each.name)
    value = each.default if value is None else value
    if each.type == "boolean":
        return bool(value)
    if each.type in _STRUCTURED:
        return value or None
    try:
        return value_of(each, text_of(each, value)) or None
    except ValueError:
        return value
