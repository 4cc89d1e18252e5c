"""Text that every pipe, file and database takes."""

from __future__ import annotations

import re
from typing import Any, TypeVar

T = TypeVar("T")
_SURROGATE = re.compile("[\ud800-\udfff]")


def sound(value: T) -> T:
    """The same text, list or mapping with halves of characters (surrogates) made U+FFFD.

    They come from damaged clipboards and file names, and UTF-8 cannot hold them.
    """
    replaced: Any = value
    if isinstance(value, str):
        replaced = _SURROGATE.sub("\ufffd", value)
    elif isinstance(value, (list, tuple)):
        replaced = [sound(item) for item in value]
    elif isinstance(value, dict):
        replaced = {sound(key): sound(item) for key, item in value.items()}
    result: T = replaced
    return result
