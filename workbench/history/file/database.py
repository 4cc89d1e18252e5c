"""The open database: one engine with one connection, used on one thread."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from workbench.domain.errors import (
    DatabaseDamagedError,
    DatabaseLockedError,
    DatabaseNewerError,
    PassphraseError,
    StoreError,
)
from workbench.domain.off_record import FIRST_ID
from workbench.domain.storage import (
    BackupContent,
    BackupPlan,
    ConversionReport,
    EraseReport,
    Erasure,
    QueryResult,
)
from workbench.history import console, erasing, schema
from workbench.history.file import backups, recovery, restoring
from workbench.history.file.copying import Report, copy_checked, second_connection
from workbench.history.file.driver import (
    create_sqlite_engine,
    driver_connection,
    load_driver,
    may_share,
    plain_errors,
    write_transaction,
)
from workbench.history.file.encryption.converting import alone, convert_all, forget_leftovers
from workbench.history.file.encryption.keyed_driver import key_of, with_key
from workbench.history.file.encryption.keys import Key, needs_key
from workbench.history.file.file_lock import FileLock
from workbench.history.file.holders import holders
from workbench.history.file.recovery import Condition
from workbench.history.search import table as search_table
from workbench.history.tables import SCHEMA_VERSION


class Database:
    """The history file of one program. Every method runs on the writer thread.

    ``recovered`` is a sentence where an unusable file was moved aside, ``refusal`` the error that
    every write raises where the file may only be read. In a folder in which nothing can be written
    the file is read as it is.

    Args:
        path: the file; it and its folder are created when missing.
        driver: the SQLite module, None for the newest at hand.
        stand_in: why the file cannot be opened: an empty history in memory takes its place, so
            that the rest of the program works, and ``refusal`` is this error.
        reading: why the file is only read: another program writes it, and ``refusal`` is this.
        in_memory: there is no file, whatever ``path`` says, and there never is one.
        key: of an encrypted file.

    Raises:
        PassphraseError: the file is encrypted, and there is no key.
        StoreError: the file cannot be opened, or another program holds it.
    """

    def __init__(
        self,
        path: Path,
        driver: ModuleType | None = None,
        *,
        stand_in: StoreError | None = None,
        reading: StoreError | None = None,
        in_memory: bool = False,
        key: Key | None = None,
    ) -> None:
        self.path = path
        self.recovered = ""
        self.refusal: StoreError | None = stand_in or reading
        self._driver = with_key(driver or load_driver(), key)
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._interruptible: Any = None
        self.in_memory = in_memory
        if stand_in is not None or in_memory:
            self._engine = self._open_memory()
            if in_memory:
                self._number_from(FIRST_ID)
            return
        if key is None and needs_key(path):  # before anything takes it for a damaged one
            raise PassphraseError(f"{path} is encrypted: its passphrase is needed to open it.")
        with plain_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                if os.access(path.parent, os.W_OK):
                    self._lock.share()
                    self._engine = self._open() if reading is None else self._open_reading()
                else:
                    self._engine = self._open_unchanging()
            except BaseException:
                self._lock.release()
                raise
        self._interruptible = self._raw()

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

    @property
    def may_index(self) -> bool:
        """Whether the full-text index can be filled: also in the copy of what may only be read."""
        return self.refusal is None or self._copy is not None

    @contextmanager
    def write_index(self) -> Iterator[Connection]:
        """As :meth:`write`, for the index, which is nothing of the user's."""
        with plain_errors(self.path), write_transaction(self._engine) as connection:
            yield connection

    def back_up_if_due(
        self,
        now: float,
        should_stop: Callable[[], bool],
        plan: BackupPlan = BackupPlan(),  # noqa: B008 - frozen
    ) -> bool:
        """Make a backup where the newest is older than the plan says.

        Backups are checked to the end, so this also finds damage in a file too large to be checked
        at start; the next start then repairs it.

        Args:
            now: Unix seconds.
            should_stop: asked every few milliseconds whether other work waits.
            plan: whether backups are made at all, and how many older ones stay.

        Returns:
            False where it gave way to other work and is still to be made.

        Raises:
            DatabaseDamagedError: the file is damaged, so there is no backup of it.
            StoreError: the backup could not be written.
        """
        is_due = plan.daily and backups.is_due(self.path, now, plan.every)
        if self.refusal is not None or self.in_memory or not is_due:
            return True
        try:
            with plain_errors(self.path):
                backups.make(self._raw(), self.path, self._driver, now, should_stop, plan)
        except backups.GaveWay:
            return False
        except DatabaseDamagedError:
            self.mark_damaged()
            raise
        return True

    @property
    def second_reader(self) -> bool:
        """Whether a second connection, on another thread, sees what this one does."""
        return self.shared and self.refusal is None and not self.in_memory

    def back_up_to(self, target: Path, report: Report) -> None:
        """Copy the database to one file and check the copy.

        With a :attr:`second_reader` this may run on any thread, and disturbs nothing.

        Raises:
            StoreError: the copy cannot be written, or it is not sound.
        """
        if isinstance(self.refusal, StoreError) and self._copy is None and not self.path.is_file():
            raise self.refusal
        if target.absolute() == self.path:
            raise StoreError(f"{target} is the history itself: choose another file.")
        with plain_errors(target):
            if not self.second_reader:
                copy_checked(self._raw(), target, self._driver, report)
                return
            with closing(second_connection(self.path, self._driver)) as source:
                copy_checked(source, target, self._driver, report)

    def stage_restore(
        self, source: Path, report: Report, passphrase: str | None = None
    ) -> BackupContent:
        """Check a backup and leave it for the next start; on any thread.

        Raises:
            PassphraseError: it is encrypted, and with another passphrase.
            StoreError: it cannot be restored; the sentence says why.
        """
        if source.absolute() == self.path:
            raise StoreError(f"{source} is the history itself: choose a backup.")
        return restoring.stage(source, self.path, self._driver, report, passphrase)

    @property
    def key(self) -> Key | None:
        """The key of an encrypted file."""
        return key_of(self._driver)

    def convert(
        self, key: Key | None, report: Report, stop: Callable[[], bool]
    ) -> ConversionReport:
        """Give the history and its backups another key, or none.

        Raises:
            StoreError: nothing was changed.
            ConversionCancelledError: it was stopped before anything was changed.
        """
        if self.refusal is not None:
            raise self.refusal
        with plain_errors(self.path), alone(self._lock):
            self._interruptible = None
            self._engine.dispose()
            try:
                done = convert_all(self.path, self._driver, key, report, stop)
                self._driver = with_key(self._driver, key)
            finally:
                self._engine = self._connect()
                self._interruptible = self._raw()
        return done

    def interrupt(self) -> None:
        """Have the statement that is running end with an error; may be called on any thread."""
        if self._interruptible is not None:
            self._interruptible.interrupt()

    def query(
        self, statement: str, most_rows: int, seconds: float, stop: Callable[[], bool]
    ) -> QueryResult:
        """The rows of one SELECT on a connection of its own; on any thread with a second reader.

        Raises:
            UsageError: it cannot be answered; the sentence says why.
        """
        return console.query(
            self.path, self._driver, statement, most_rows=most_rows, seconds=seconds, stop=stop
        )

    def erase(self, wanted: Erasure) -> EraseReport:
        """Delete for good: rows, words of the indexes, free space and the -wal file.

        Raises:
            StoreError: nothing was deleted.
        """
        with self.write() as connection:
            report = erasing.erase(connection, wanted)
            erasing.finish_indexes(connection)
        return msgspec.structs.replace(report, is_overwritten=self._overwrite())

    def _overwrite(self) -> bool:
        """Write the file again without what was deleted; False where that was not possible."""
        raw = self._raw()
        try:
            raw.execute("VACUUM").fetchall()
            for _ in range(2):
                busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except self._driver.DatabaseError:
            return False
        return not busy

    def erase_in_copy(self, copy: Path, wanted: Erasure) -> bool:
        """Take what is deleted for good out of a backup; on any thread.

        The copy is brought to the newest schema by that. Another run under the same id stays.

        Returns:
            Whether anything of it was there.

        Raises:
            StoreError: the copy cannot be read or written; it is what it was.
        """
        with (
            plain_errors(copy),
            tempfile.TemporaryDirectory(prefix=".erasing-", dir=self.path.parent) as scratch,
        ):
            made = Path(scratch) / copy.name
            shutil.copyfile(copy, made)
            engine = create_sqlite_engine(made, self._driver, wal=False)
            try:
                with schema.rebuilding(engine) as connection:
                    schema.migrate(connection)
                with write_transaction(engine) as connection:
                    report = erasing.erase(connection, wanted)
                    erasing.finish_indexes(connection)
                found = bool(report.runs or report.conversations)
                if found:
                    driver_connection(engine).execute("VACUUM").fetchall()
            finally:
                engine.dispose()
            if found:
                made.replace(copy)
        return found

    def copy_with(self, path: Path, work: Callable[[Connection], None]) -> None:
        """Copy the whole database to another file and change the copy.

        Raises:
            StoreError: the copy cannot be written, or this file not be read.
        """
        partial = path.with_name(path.name + ".partial")
        with plain_errors(path):
            partial.unlink(missing_ok=True)
            try:
                with closing(self._driver.connect(str(partial))) as copy:
                    self._raw().backup(copy)
                    copy.execute("PRAGMA journal_mode=DELETE").fetchall()
                engine = create_sqlite_engine(partial, self._driver, wal=False)
                try:
                    with write_transaction(engine) as connection:
                        work(connection)
                finally:
                    engine.dispose()
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)

    @staticmethod
    def held_by(path: Path, key: Key | None = None) -> str:
        """Who keeps this program from writing the file, "" where none does; on any thread."""
        found = with_key(load_driver(), key)
        try:
            with plain_errors(path), closing(found.connect(str(path), timeout=_LOOK)) as connection:
                connection.isolation_level = None
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except DatabaseLockedError:
            return holders(path)
        return ""

    def mark_damaged(self) -> None:
        """Have the next start check the whole file, however long it takes."""
        if self.in_memory:
            return
        with plain_errors(self.path):
            recovery.check_marker(self.path).touch()

    def close(self) -> None:
        """Let the file go; SQLite then writes the -wal into it."""
        self._interruptible = None
        self._engine.dispose()
        self._lock.release()
        if self._copy is not None:
            self._copy.cleanup()

    def _open(self) -> Engine:
        forget_leftovers(self.path)
        restored = restoring.apply(self.path, self._lock, self._driver)
        engine = self._open_file()
        self.recovered = " ".join(filter(None, (restored, self.recovered)))
        return engine

    def _open_file(self) -> Engine:
        condition = recovery.examine(self.path, self._driver)
        if condition in _UNUSABLE:
            self.recovered = recovery.replace(self.path, condition, self._lock, self._driver)
        doubted = condition is Condition.SOUND and recovery.check_marker(self.path).exists()
        try:
            engine = self._connect()
            if doubted:  # reading failed and the tables are sound: an index is not
                with plain_errors(self.path):
                    schema.rebuild_indexes(engine)
                recovery.check_marker(self.path).unlink(missing_ok=True)
            return engine
        except DatabaseDamagedError:  # where the look at it did not reach
            self.recovered = recovery.replace(
                self.path, Condition.DAMAGED, self._lock, self._driver
            )
            return self._connect()

    def _connect(self) -> Engine:
        engine = create_sqlite_engine(self.path, self._driver)
        try:
            with plain_errors(self.path):
                self._prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _open_memory(self) -> Engine:
        """An empty history that is nowhere on disk."""
        engine = create_sqlite_engine(None, self._driver, wal=False)
        with schema.rebuilding(engine) as connection:
            schema.migrate(connection)
        return engine

    def _number_from(self, first: int) -> None:
        """Give conversations, messages and runs numbers from there on."""
        with write_transaction(self._engine) as connection:
            for name in ("conversation", "message", "run"):
                connection.exec_driver_sql(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, first - 1)
                )

    def _open_unchanging(self) -> Engine:
        """The file of a folder in which nothing can be written, not even what SQLite keeps there.

        A copy elsewhere is read where the file alone is not the whole, or of an older version.
        """
        self.refusal = StoreError(
            f"{self.path.parent} is read-only, so nothing is saved: allow writing to it, or choose "
            "another folder."
        )
        if not self.path.is_file() or self.path.stat().st_size == 0:
            return self._open_memory()
        engine = create_sqlite_engine(self.path, self._driver, wal=False, unchanging=True)
        wal = self.path.with_name(self.path.name + "-wal")
        with engine.connect() as connection:
            whole = schema.version(connection) >= SCHEMA_VERSION
        if whole and not (wal.exists() and wal.stat().st_size):
            return engine
        engine.dispose()
        return self._open_copy()

    def _open_reading(self) -> Engine:
        """What another program writes, as it is now; a copy where it lets no other in."""
        if not self.path.is_file() or self.path.stat().st_size == 0:
            return self._open_memory()
        if self.shared:
            engine = create_sqlite_engine(self.path, self._driver, reading=True)
            try:
                with plain_errors(self.path), engine.connect() as connection:
                    if schema.version(connection) >= SCHEMA_VERSION:
                        return engine
            except DatabaseLockedError:
                pass
            engine.dispose()
        return self._open_copy()

    def _open_copy(self) -> Engine:
        """A copy elsewhere, brought to the newest schema; made again where it changed meanwhile."""
        self._copy = tempfile.TemporaryDirectory(prefix="workbench-history-")
        copied = Path(self._copy.name) / self.path.name
        wal = self.path.with_name(self.path.name + "-wal")
        for _ in range(_COPY_ATTEMPTS):
            before = self.path.stat()
            for file in (self.path, wal):
                if file.exists():
                    shutil.copyfile(file, copied.with_name(file.name))
            after = self.path.stat()
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                break
        engine = create_sqlite_engine(copied, self._driver)
        with schema.rebuilding(engine) as connection:
            schema.migrate(connection)
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
            # From now on the file is a whole database without its -wal file.
            driver_connection(engine).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        elif not search_table.is_usable(driver_connection(engine)):  # a newer library made it
            with write_transaction(engine) as connection:
                search_table.make_again(connection.connection.driver_connection)

    def _raw(self) -> Any:
        return driver_connection(self._engine)


_COPY_ATTEMPTS = 3
_LOOK = 0.2
"""Seconds for which :meth:`Database.held_by` waits for a lock."""
_UNUSABLE = {Condition.EMPTY, Condition.DIRECTORY, Condition.FOREIGN, Condition.DAMAGED}
