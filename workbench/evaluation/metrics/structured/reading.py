"""JSON in an output, stricter than Python reads it: no NaN, no key twice, nothing infinite."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal, NamedTuple, NoReturn

from workbench.domain.runs.spec import Json

Where = Literal["whole", "anywhere"]
Place = Literal["whole", "block", "text"]
WHERE_TITLES = {"whole": "The whole output", "anywhere": "Also a code block, or inside of text"}
MOST_CHARACTERS = 2_000_000
DEPTH = 100
TRIES = 200
"""Brackets of a text that are tried as the beginning of a value."""
_BLOCK = re.compile(r"```[ \t]*\w*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_START = re.compile(r"[{\[]")


class Found(NamedTuple):
    """A JSON value and where in the output it was."""

    value: Json
    place: Place


class NotJsonError(ValueError):
    """A text is not JSON; says why in a few words."""


def find_json(text: str, where: Where) -> Found:
    """The JSON of an output.

    Args:
        text: the output.
        where: "anywhere" takes the first fenced block that is JSON, else the first object or list
            in the text, where not all of it is JSON.

    Raises:
        NotJsonError: there is none.
    """
    try:
        return Found(read(text), "whole")
    except NotJsonError as error:
        if where == "whole" or len(text) > MOST_CHARACTERS:
            raise
        whole = error
    for block in _BLOCK.finditer(text):
        try:
            return Found(read(block[1]), "block")
        except NotJsonError:
            continue
    for tries, start in enumerate(_START.finditer(text)):
        if tries == TRIES:
            break
        try:
            return Found(_first_value(text, start.start()), "text")
        except NotJsonError:
            continue
    raise whole


def read(text: str) -> Json:
    """The value of a JSON text.

    Raises:
        NotJsonError: it is none, or too long or too deep.
    """
    text = text.strip()
    value, end = _decoded(text, 0)
    if text[end:].strip():
        raise NotJsonError(f"more text follows the value at character {end + 1}")
    return value


def _first_value(text: str, start: int) -> Json:
    return _decoded(text, start)[0]


def _decoded(text: str, start: int) -> tuple[Json, int]:
    if len(text) > MOST_CHARACTERS:
        raise NotJsonError(f"it is longer than {MOST_CHARACTERS:,} characters")
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise NotJsonError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJsonError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise NotJsonError(str(error)) from None
    if _is_deep(value):
        raise NotJsonError("it is nested too deeply")
    return value, end


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a key twice")
    return found


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refused, parse_float=_number)


def _is_deep(value: Json) -> bool:
    level = [value]
    for _ in range(DEPTH):
        level = [
            item
            for each in level
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
