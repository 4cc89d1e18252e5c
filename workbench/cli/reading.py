"""Reads files named on the command line, with limits of size and JSON depth."""

from __future__ import annotations

import json
from pathlib import Path

from workbench import files
from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import Json

_MOST_BYTES = 16_000_000
_DEPTH = 60
"""Lists and objects in each other; data of prompts and imported files may be as deep."""


def read_text(path: str) -> str:
    """The text of a file, or of a pipe that has a name.

    Raises:
        UsageError: it cannot be read, is no UTF-8, or is larger than 16 MB.
    """
    return files.read_text(Path(path), _MOST_BYTES, _error, pipes=True)


def _error(path: str, reason: str) -> UsageError:
    return UsageError(f"{path}: {reason}")


def parse_json(text: str, what: str) -> Json:
    """The value of a JSON text.

    Args:
        text: JSON.
        what: it is, for the sentence of an error ("vars.json", "--sampling logit_bias").

    Raises:
        UsageError: it is no JSON, or nested too deeply.
    """
    try:
        value: Json = json.loads(text)
    except RecursionError:
        raise _too_deep(what) from None
    except ValueError as error:
        raise UsageError(f"{what} is not JSON: {error}.") from None
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        if depth > _DEPTH:
            raise _too_deep(what)
        waiting += [(part, depth + 1) for part in inner if isinstance(part, dict | list)]
    return value


def _too_deep(what: str) -> UsageError:
    return UsageError(f"{what} is nested more than {_DEPTH} deep: make it flatter.")
