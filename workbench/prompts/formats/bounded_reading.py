"""Reading files of others: text, JSON and YAML within limits, each fault one plain sentence."""

from __future__ import annotations

import json
from typing import NoReturn

from workbench.domain.errors import FormatError
from workbench.domain.runs.spec import Json
from workbench.domain.text import size_text
from workbench.prompts.front_matter import reading as front_matter

FILE_BYTES = 8 * 1024 * 1024
YAML_CHARACTERS = 512_000
DEPTH = 60
VALUES = 200_000


def decoded(data: bytes, path: str) -> str:
    """The text of a file: UTF-8, with or without a mark, or UTF-16 with one.

    Raises:
        FormatError: it is too large, or no text.
    """
    if len(data) > FILE_BYTES:
        raise FormatError(path, f"the file is larger than {size_text(FILE_BYTES)}: too large.")
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise FormatError(path, "the file is not UTF-8 text: save it as UTF-8.") from None
    if "\0" in text:
        raise FormatError(path, "the file is not a text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(text: str, path: str) -> Json:
    """The value of a JSON text.

    Raises:
        FormatError: it is no JSON, or too deep, or holds too much or numbers that are none.
    """

    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number of JSON")

    try:
        value: Json = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise FormatError(
            path, f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})."
        ) from None
    except RecursionError:
        raise FormatError(path, "its JSON is nested too deeply.") from None
    except ValueError:
        raise FormatError(path, "its JSON holds a number that is too large or none.") from None
    _check(value, path)
    return value


def read_yaml(text: str, path: str) -> Json:
    """The value of a YAML text, read as 1.2, without constructors and with few aliases.

    Raises:
        FormatError: it is no YAML, or too deep, or holds too much.
    """
    if len(text) > YAML_CHARACTERS:
        raise FormatError(path, f"its YAML is larger than {size_text(YAML_CHARACTERS)}: too large.")
    try:
        return front_matter.read_yaml(text, VALUES, core=True)
    except ValueError as error:
        raise FormatError(path, f"its YAML cannot be used: {error}.") from None


def _check(value: Json, path: str) -> None:
    waiting: list[tuple[Json, int]] = [(value, 0)]
    count = 0
    while waiting:
        each, depth = waiting.pop()
        count += 1
        if depth > DEPTH or count > VALUES:
            raise FormatError(
                path, f"it holds more than {VALUES:,} values or more than {DEPTH} levels."
            )
        if isinstance(each, dict):
            waiting += [(item, depth + 1) for item in each.values()]
        elif isinstance(each, list):
            waiting += [(item, depth + 1) for item in each]
        elif (isinstance(each, float) and each in {float("inf"), float("-inf")}) or (
            isinstance(each, int) and each.bit_length() > 63
        ):
            raise FormatError(path, "its JSON holds a number that is too large or none.")
