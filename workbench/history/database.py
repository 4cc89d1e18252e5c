"""The open database: one engine with one connection, used on one thread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine

from workbench.domain.errors import DatabaseDamagedError, DatabaseNewerError, StoreError
from workbench.history import backups, recovery, schema
from workbench.history.driver import (
    create_sqlite_engine,
    driver_connection,
    load_driver,
    may_share,
    plain_errors,
    write_transaction,
)
from workbench.history.file_lock import FileLock
from workbench.history.recovery import Condition
from workbench.history.tables import SCHEMA_VERSION


class Database:
    """The history file of one program. Every method runs on the writer thread.

    ``recovered`` is a sentence where an unusable file was moved aside, ``refusal`` the error that
    every write raises where the file may only be read.

    Raises:
        StoreError: the file cannot be opened, or another program holds it.
    """

    def __init__(self, path: Path, driver: ModuleType | None = None) -> None:
        self.path = path
        self.recovered = ""
        self.refusal: StoreError | None = None
        self._driver = driver or load_driver()
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        with plain_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.share()
            try:
                self._engine = self._open()
            except BaseException:
                self._lock.release()
                raise

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, with its single connection."""
        return self._engine

    @property
    def shared(self) -> bool:
        """Whether other programs may use the file at the same time."""
        return may_share(self._driver)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in a read transaction."""
        with plain_errors(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that holds the write lock; committed at the end, undone on an error."""
        if self.refusal is not None:
            raise self.refusal
        with plain_errors(self.path), write_transaction(self._engine) as connection:
            yield connection

    def back_up_if_due(self, now: float, should_stop: Callable[[], bool]) -> bool:
        """Make today's backup where the newest is older than a day.

        Backups are checked to the end, so this also finds damage in a file too large to be checked
        at start; the next start then repairs it.

        Args:
            now: Unix seconds.
            should_stop: asked every few milliseconds whether other work waits.

        Returns:
            False where it gave way to other work and is still to be made.

        Raises:
            DatabaseDamagedError: the file is damaged, so there is no backup of it.
            StoreError: the backup could not be written.
        """
        if self.refusal is not None or not backups.is_due(self.path, now):
            return True
        try:
            with plain_errors(self.path):
                backups.make(self._raw(), self.path, self._driver, now, should_stop)
        except backups.GaveWay:
            return False
        except DatabaseDamagedError:
            self.mark_damaged()
            raise
        return True

    def mark_damaged(self) -> None:
        """Have the next start check the whole file, however long it takes."""
        with plain_errors(self.path):
            recovery.check_marker(self.path).touch()

    def close(self) -> None:
        """Let the file go; SQLite then writes the -wal into it."""
        self._engine.dispose()
        self._lock.release()

    def _open(self) -> Engine:
        condition = recovery.examine(self.path, self._driver)
        if condition in _UNUSABLE:
            self.recovered = recovery.replace(self.path, condition, self._lock, self._driver)
        if condition is Condition.SOUND:
            recovery.check_marker(self.path).unlink(missing_ok=True)
        engine = create_sqlite_engine(self.path, self._driver)
        try:
            self._prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _prepare(self, engine: Engine) -> None:
        """Refuse what may not be written; migrate what is older."""
        with engine.connect() as connection:
            found = schema.version(connection)
        if found > SCHEMA_VERSION:
            self.refusal = DatabaseNewerError(
                f"{self.path} was written by a newer version of this program, so it is only shown "
                "and nothing is saved: update the program, or start with --data-dir and another "
                "folder."
            )
        elif not os.access(self.path, os.W_OK):
            self.refusal = StoreError(
                f"{self.path} is read-only, so nothing is saved: allow writing to it, or start "
                "with --data-dir and another folder."
            )
        elif found < SCHEMA_VERSION:
            if found > 0:
                backups.make(driver_connection(engine), self.path, self._driver, time.time())
            with schema.rebuilding(engine) as connection:
                schema.migrate(connection)
            # From now on the file alone, without what is beside it, is a whole database.
            driver_connection(engine).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _raw(self) -> Any:
        return driver_connection(self._engine)


_UNUSABLE = {Condition.EMPTY, Condition.DIRECTORY, Condition.FOREIGN, Condition.DAMAGED}
