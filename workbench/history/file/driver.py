"""Which SQLite, how a connection is set up, and what its errors mean in plain words.

SQLite 3.7.0 to 3.51.2 can damage a WAL database that two programs write at the same time. The
sqlcipher3 wheels carry a newer SQLite, so with them the window and the command line share the file,
and it can be encrypted. Without them, and with an old library, the file is opened for one program
only.
"""

from __future__ import annotations

import errno
import importlib
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from workbench.domain.errors import (
    DatabaseDamagedError,
    DatabaseLockedError,
    DiskFullError,
    StoreError,
)
from workbench.history.file.holders import holders
from workbench.history.stored_types import read_text

APPLICATION_ID = 0x50575742
"""Marks a file as ours ("PWWB")."""
BUSY_MILLISECONDS = 5000
_WAL_LIMIT_BYTES = 64 * 1024 * 1024

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_REFUSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def load_driver() -> ModuleType:
    """The SQLite module: sqlcipher3 where it is installed, else Python's own."""
    try:
        return importlib.import_module("sqlcipher3.dbapi2")
    except ImportError:
        return sqlite3


def may_share(driver: ModuleType) -> bool:
    """Whether two programs may write one WAL database with this SQLite without damaging it."""
    return not (3, 7, 0) <= driver.sqlite_version_info <= (3, 51, 2)


def create_sqlite_engine(
    path: Path | None,
    driver: ModuleType,
    *,
    wal: bool = True,
    unchanging: bool = False,
    reading: bool = False,
) -> Engine:
    """An engine with exactly one connection, for use on the thread that first connects.

    Transactions are deferred; with the execution option ``immediate`` they take the write lock at
    once, because a read that becomes a write fails without waiting when another program wrote.

    Args:
        path: the database file; created when missing. None is a database in memory.
        driver: what :func:`load_driver` returned.
        wal: False for files that are built aside and moved into place, which must be one file.
        unchanging: read it as a file that is never written, without a file next to it.
        reading: read what another program writes; ``wal`` is whatever it is.
    """

    def connect() -> Any:
        if path is None:
            return driver.connect(":memory:")
        if unchanging:
            return driver.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        if reading:
            return driver.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        return driver.connect(str(path))

    engine = create_engine(
        "sqlite+pysqlite://", module=driver, poolclass=StaticPool, creator=connect
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.text_factory = read_text
        if path is None:
            connection.execute("PRAGMA temp_store=MEMORY").fetchall()
        for pragma in _pragmas(driver, wal=wal and not reading):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the write lock; committed at the end, rolled back on an error."""
    with engine.connect() as connection, connection.execution_options(immediate=True).begin():
        yield connection


def driver_connection(engine: Engine) -> Any:
    """The driver's own connection, outside any transaction."""
    pooled = engine.raw_connection()
    try:
        return pooled.driver_connection
    finally:
        pooled.close()  # StaticPool keeps it open


def _pragmas(driver: ModuleType, *, wal: bool) -> Iterator[str]:
    yield f"busy_timeout={BUSY_MILLISECONDS}"
    if wal:
        yield f"locking_mode={'NORMAL' if may_share(driver) else 'EXCLUSIVE'}"
        yield "journal_mode=WAL"
        yield f"journal_size_limit={_WAL_LIMIT_BYTES}"
    yield "synchronous=FULL"
    yield "foreign_keys=ON"
    yield "secure_delete=ON"  # what is deleted is written over; wheels have it off
    if sys.platform == "darwin":  # fsync there returns before the disk has the data
        yield "fullfsync=ON"
        yield "checkpoint_fullfsync=ON"


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what the world does to a database (not our own bugs) into the StoreError that says so.

    Raises:
        StoreError: in place of a driver's error that has its cause outside the program.
    """
    try:
        yield
    except DBAPIError as error:
        plain = describe_error(error.orig, path)
        if plain is None:
            raise
        raise plain from error
    except Exception as error:
        plain = describe_error(error, path)
        if plain is None:
            raise
        raise plain from error


def describe_error(error: BaseException | None, path: Path) -> StoreError | None:
    """The StoreError for a driver's error, or None when the fault is ours."""
    if isinstance(error, OSError):
        return _full(path) if error.errno in _NO_ROOM else _refused(path)
    extended = getattr(error, "sqlite_errorcode", None)
    text = str(error)
    code = extended & 0xFF if isinstance(extended, int) else None
    if code in _LOCKED or text.startswith("database is locked"):
        return DatabaseLockedError(
            f"{path} is in use by {holders(path)}: close the other window or program, or start "
            "with --data-dir and another folder."
        )
    if code in _FULL:
        return _full(path)
    # SQLite's own message may have a damaged name in it.
    garbled = isinstance(error, UnicodeDecodeError)
    if code in _DAMAGED or garbled or text.startswith("file is not a database"):
        return _damaged(path)
    if code in _REFUSED:
        return _refused(path)
    return None


def _damaged(path: Path) -> StoreError:
    return DatabaseDamagedError(
        f"{path} is damaged: start the program again, it then moves the file aside and keeps all "
        "that can be read."
    )


def _full(path: Path) -> StoreError:
    return DiskFullError(
        f"{path} cannot be written because the disk is full or failing: make room on it; what was "
        "not saved is kept in memory and tried again."
    )


def _refused(path: Path) -> StoreError:
    return StoreError(
        f"{path} cannot be opened for writing: check the permissions of the file and its folder, "
        "or start with --data-dir and another folder."
    )
