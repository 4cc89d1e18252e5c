"""What a column gives back, whatever its bytes are.

SQLite keeps the type of a value with the value, so a damaged byte can make a number of a text, and
any float of a time. SQLite's own check sees little of this. Each type here gives a value of its
kind for everything that a row can hold: one row with damage in it must never keep others from
being read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import Float, Integer, LargeBinary, Text

DAMAGED = " [damaged in the history file]"
"""Appended to a text with bytes that could not be read."""
_LATEST = 32_503_680_000.0
"""The year 3000: no later time is shown by every system's calendar."""
_LARGEST = 1e12

_Reader = Callable[[Any], Any]


def read_text(raw: bytes) -> str:
    """The text of stored bytes. Where some are not UTF-8, :data:`DAMAGED` is put behind it."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") + DAMAGED


def as_text(value: Any) -> str | None:
    """A text; None stays None."""
    if value is None or isinstance(value, str):
        return value
    return read_text(value) if isinstance(value, bytes) else str(value)


def as_number(value: Any) -> float | None:
    """A finite number of a size that can be shown; 0 in place of others, None stays None."""
    if value is None:
        return None
    usable = isinstance(value, float | int) and math.isfinite(value) and abs(value) <= _LARGEST
    return float(value) if usable else 0.0


def as_time(value: Any) -> float | None:
    """Unix seconds that a calendar knows; 0 in place of others, None stays None."""
    number = as_number(value)
    return number if number is None or 0 <= number <= _LATEST else 0.0


def as_integer(value: Any) -> int | None:
    """A whole number; 0 in place of other values, None stays None."""
    return value if value is None or isinstance(value, int) else 0


def as_bytes(value: Any) -> bytes | None:
    """Bytes; what is none is nothing, None stays None."""
    return value if value is None or isinstance(value, bytes) else b""


def _by(read: _Reader) -> Any:
    """The method that SQLAlchemy asks for what reads each value of a column."""
    return lambda *_self_dialect_type: read


class StoredText(Text):
    """A text column."""

    result_processor = _by(as_text)


class StoredNumber(Float[float]):
    """A column of seconds, speeds and the like."""

    result_processor = _by(as_number)


class StoredTime(Float[float]):
    """A column of Unix seconds, UTC."""

    result_processor = _by(as_time)


class StoredInteger(Integer):
    """A column of counts. Ids are rowids, which SQLite keeps as numbers by themselves."""

    result_processor = _by(as_integer)


class StoredBytes(LargeBinary):
    """A column of packed values."""

    result_processor = _by(as_bytes)
