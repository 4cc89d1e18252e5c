"""Questions in SQL to the history: read-only, within a time and a number of rows.

They run on a connection of their own next to the writer's, which refuses all but reading: the file
is opened read-only, ``query_only`` is on, and an authorizer allows SELECT alone, so that neither
ATTACH nor a pragma nor a function that loads code is of use.
"""

from __future__ import annotations

import functools
import math
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from workbench.domain.errors import StoreError, UsageError
from workbench.domain.storage import QueryResult
from workbench.history.file.copying import second_connection
from workbench.history.file.driver import plain_errors

MOST_CHARACTERS = 100_000
_CELL_BYTES = 1_000_000
_STEPS = 10_000
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_MATHEMATICS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "log": math.log10, "log2": math.log2,
    "floor": math.floor, "ceil": math.ceil,
}  # fmt: skip
_REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"}


def query(
    path: Path,
    driver: ModuleType,
    statement: str,
    *,
    most_rows: int,
    seconds: float,
    stop: Callable[[], bool],
) -> QueryResult:
    """The rows of one SELECT; on any thread.

    Args:
        path: the history.
        driver: the SQLite module.
        statement: one SELECT, or WITH ... SELECT.
        most_rows: more are left out, and the result says so.
        seconds: how long it may take.
        stop: asked now and then whether to give up.

    Raises:
        UsageError: it is no SELECT, is wrong, or took too long; the sentence says which.
        StoreError: the history cannot be read.
    """
    if len(statement) > MOST_CHARACTERS:
        raise UsageError(f"A question may have {MOST_CHARACTERS:,} characters.")
    if not path.is_file():
        raise StoreError("The history has no file here, so nothing can be asked of it.")
    with plain_errors(path), closing(second_connection(path, driver)) as connection:
        connection.text_factory = _text
        connection.execute("PRAGMA query_only=ON").fetchall()
        connection.execute("PRAGMA trusted_schema=OFF").fetchall()
        if hasattr(connection, "setlimit"):  # not in every driver
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 * _CELL_BYTES)
        for name, function in _MATHEMATICS.items():  # the library is built without them
            connection.create_function(name, 1, functools.partial(_number, function))
        connection.set_authorizer(_authorize)
        deadline = time.monotonic() + seconds
        is_late = False

        def look() -> bool:
            nonlocal is_late
            is_late = time.monotonic() > deadline
            return is_late or stop()

        connection.set_progress_handler(look, _STEPS)
        began = time.monotonic()
        try:
            cursor = connection.execute(statement)
            if cursor.description is None:
                raise UsageError("Only questions can be asked here: begin with SELECT or WITH.")
            names = tuple(str(each[0]) for each in cursor.description)
            rows = cursor.fetchmany(most_rows + 1)
        except (driver.DatabaseError, driver.Warning, driver.ProgrammingError) as error:
            if is_late:
                raise UsageError(
                    f"The question took longer than {seconds:g} s and was stopped: narrow it, or "
                    "allow more time."
                ) from None
            raise _refusal(error) from error
        return QueryResult(
            columns=names,
            rows=tuple(tuple(_cell(value) for value in row) for row in rows[:most_rows]),
            is_cut=len(rows) > most_rows,
            seconds=time.monotonic() - began,
        )


def _number(function: Callable[[float], float], value: object) -> float | None:
    """A function of a number; NULL where it has no value there."""
    try:
        return function(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _refusal(error: Exception) -> UsageError:
    words = str(error)
    if "not authorized" in words or "prohibited" in words or "readonly" in words:
        return UsageError(f"Only reading is possible here: {words}.")
    return UsageError(f"The question cannot be answered: {words}.")


def _authorize(action: int, one: str | None, two: str | None, *_places: str | None) -> int:
    if action not in _ALLOWED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (two or one or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _cell(value: Any) -> str | int | float | None:
    """Bytes that are JSON or msgpack of ours as JSON text, other bytes as hexadecimal digits."""
    if not isinstance(value, bytes):
        return value  # type: ignore[no-any-return]
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(value)).decode()
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        return f"x'{value[:_CELL_BYTES].hex()}'"
