"""Reads thousands of rows in the time that a conversation may take to open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, column, func, select
from sqlalchemy.exc import DBAPIError

from workbench.history import codec
from workbench.history.stored_types import (
    StoredInteger,
    StoredNumber,
    StoredText,
    StoredTime,
    as_number,
    as_time,
)

_KINDS: dict[type, set[type]] = {
    StoredText: {str, type(None)},
    StoredInteger: {int, type(None)},
    StoredNumber: {float, type(None)},
    StoredTime: {float, type(None)},
}
"""What a sound column holds."""


def read_many(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement without lists of parameters, by place.

    The values are those of the columns' types; whether they are sound is asked once a column, and
    only rows with damage in them are read value by value.
    """
    compiled = statement.compile(connection)
    values = compiled.params
    names: list[str] = getattr(compiled, "positiontup", None) or []
    driver: Any = connection.connection.driver_connection
    by_bytes, driver.text_factory = driver.text_factory, str
    try:
        rows = driver.execute(str(compiled), [values[name] for name in names]).fetchall()
    except Exception as error:  # a text that is not UTF-8, or an error that execute() words
        if isinstance(error, DBAPIError):
            raise
        rows = None
    finally:
        driver.text_factory = by_bytes
    if rows is None or not _are_sound(statement, rows):
        return [tuple(row) for row in connection.execute(statement)]
    found: list[tuple[Any, ...]] = rows
    return found


def among(ids: ColumnElement[Any], wanted: list[int]) -> ColumnElement[bool]:
    """Whether an id is one of many: a statement holds them as one value."""
    return ids.in_(select(column("value")).select_from(func.json_each(codec.to_json(wanted))))


def _are_sound(statement: Select[Any], rows: list[tuple[Any, ...]]) -> bool:
    """Whether each value is of its column's kind, and each number one that can be shown."""
    for each, values in zip(statement.selected_columns, zip(*rows, strict=True), strict=False):
        kinds = _KINDS.get(type(each.type))
        if kinds is None:
            continue
        if not set(map(type, values)) <= kinds:
            return False
        if float in kinds:
            read = as_time if isinstance(each.type, StoredTime) else as_number
            numbers = [value for value in values if value is not None]
            ends = (min(numbers), max(numbers)) if numbers else ()
            if any(read(end) != end for end in ends):
                return False
    return True
