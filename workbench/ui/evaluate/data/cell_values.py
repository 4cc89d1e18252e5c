"""Values of cells: what is typed becomes a value of the type that is usual there."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Literal

from workbench.domain.runs.spec import Json

Kind = Literal["text", "number", "boolean", "json", "null"]

KIND_TITLES: dict[Kind, str] = {
    "text": "Text",
    "number": "Number",
    "boolean": "True or false",
    "json": "JSON",
    "null": "Null",
}
_LOOKED_AT = 200


class NotOfKindError(ValueError):
    """A text is no value of a type; the message says which."""


def kind_of(value: Json) -> Kind:
    """The type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "json"


def usual_kind(values: Iterable[Json]) -> Kind:
    """The most frequent type among the first values that there are; text where there are none."""
    counts = Counter(kind_of(v) for v in islice((v for v in values if v is not None), _LOOKED_AT))
    return counts.most_common(1)[0][0] if counts else "text"


def text_of(value: Json) -> str:
    """A value as it is edited; what is no text is JSON, null and nothing are empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_kind(text: str, kind: Kind) -> Json:
    """A text as a value of a type.

    Raises:
        NotOfKindError: it is none.
    """
    if kind == "text":
        return text
    if kind == "null":
        return None
    try:
        value = json.loads(text.strip().lower() if kind == "boolean" else text)
    except (ValueError, RecursionError):
        value = None
    fits = kind_of(value) == kind or (kind == "json" and value is not None)
    if not fits or (isinstance(value, float) and not math.isfinite(value)):
        raise NotOfKindError(f"“{text[:40]}” is not {_NOUNS[kind]}.")
    return value


def typed(text: str, old: Json, usual: Kind) -> Json:
    """What is meant by a text in a cell: of its old type, else of its column's, else a text.

    Args:
        text: as typed or pasted.
        old: what was there, None for nothing.
        usual: the type of most cells of the column.
    """
    kind = usual if old is None else kind_of(old)
    try:
        return as_kind(text, kind)
    except NotOfKindError:
        return text


_NOUNS: dict[Kind, str] = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "json": "JSON",
    "null": "null",
}
