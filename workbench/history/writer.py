"""The history file from opening to closing, and what is done with the whole of it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from workbench.domain.errors import (
    ConversionCancelledError,
    DatabaseDamagedError,
    DatabaseLockedError,
    StoreError,
    UsageError,
)
from workbench.domain.storage import (
    BackupContent,
    ConversionReport,
    EraseReport,
    Erasure,
    QueryResult,
)
from workbench.domain.views import StoreStatus
from workbench.history.chats.branches import showing
from workbench.history.file.copying import Report, silent
from workbench.history.file.database import Database
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption.keys import Key, needs_key, new_key, unlock
from workbench.history.file.holders import holders
from workbench.history.runs import runs
from workbench.history.runs.owner import is_alive
from workbench.history.runs.run_end import RunEnd, interrupt
from workbench.history.writing.upkeep import Upkeep

log = logging.getLogger(__name__)


class HistoryWriter(Upkeep):
    """Opens and closes the file, copies it, restores it, asks it in SQL, deletes for good.

    Everything here runs on the event loop's thread, except the jobs, which run one after another
    on the writer's thread, writes first. So the queue needs no lock, and the connection has one
    user.

    Args:
        path: the database file; it and its folder are created when missing.
        shown_only: why it is only read, as a sentence: another window has it.
        in_memory: nothing is ever written to a file.
    """

    def __init__(self, path: Path | str, *, shown_only: str = "", in_memory: bool = False) -> None:
        super().__init__(path)
        self._shown_only = shown_only
        self._in_memory = in_memory
        self._key: Key | None = None
        self._beside = 0
        self._is_converting = False
        self._stop_converting = threading.Event()

    # --- opening and closing ------------------------------------------------------------------

    async def open(self, *, whatever_happens: bool = False) -> StoreStatus:
        """Open the file, repairing it where that is needed, and end runs of killed programs.

        Args:
            whatever_happens: where the file cannot be opened, begin with an empty history that
                refuses every write with that error.

        Raises:
            StoreError: it cannot be opened, or another program holds it.
        """
        try:
            await self._open_file()
        except StoreError as error:
            if not whatever_happens:
                raise
            if self._database is not None:
                await self._job(self._database.close)
            self._database = await self._open_anyhow(error)
        database = self._opened()
        self._set_status(
            recovered=database.recovered,
            problem=str(database.refusal or ""),
            read_only=database.refusal is not None,
            is_held=isinstance(database.refusal, DatabaseLockedError),
            is_encrypted=database.key is not None,
        )
        if database.refusal is None and not self._in_memory:
            self._start_upkeep()
        self._index_soon()
        return self._status

    async def _open_anyhow(self, error: StoreError) -> Database:
        """What another program holds is read; for what cannot be read there is an empty history."""
        if isinstance(error, DatabaseLockedError):
            holder = await self._job(holders, self._path)
            reason = DatabaseLockedError(
                f"{self._path} is in use by {holder}, so it is only shown and nothing is saved."
            )
            with contextlib.suppress(StoreError):
                opened = functools.partial(Database, reading=reason, key=self._key)
                return await self._job(opened, self._path)
        return await self._job(functools.partial(Database, stand_in=error), self._path)

    async def held_by(self) -> str:
        """Which program keeps this one from writing the file, "" where none does."""
        return await asyncio.to_thread(Database.held_by, self._path, self._key)

    async def _open_file(self) -> None:
        """Open the file; what its check did not find is found by reading, and repaired likewise."""
        if self._in_memory:
            memory = functools.partial(Database, in_memory=True)
            self._database = await self._job(memory, self._path)
            return
        if self._shown_only:
            reading = DatabaseLockedError(self._shown_only)
            opened = functools.partial(Database, reading=reading, key=self._key)
            self._database = await self._job(opened, self._path)
            return
        self._database = await self._job(Database, self._path, key=self._key)
        try:
            await self._interrupt_dead()
        except DatabaseDamagedError:
            await self._job(self._opened().close)
            self._database = await self._job(Database, self._path, key=self._key)
            with contextlib.suppress(DatabaseDamagedError):  # the status has it
                await self._interrupt_dead()

    async def close(self) -> None:
        """Write what is queued, end this program's unfinished runs, and close the file.

        Raises:
            StoreError: something could not be written and is lost when the program ends.
        """
        if self._database is None:
            self._thread.shutdown()
            return
        self._stop_upkeep()
        try:
            unsaved = await self._flush()
            if unsaved is not None:
                raise unsaved
            if self._own_runs:
                await self.write(_interrupt, tuple(self._own_runs))
        finally:
            if self._timer is not None:
                self._timer.cancel()
            database, self._database = self._database, None
            await self._job(database.close)
            self._thread.shutdown()

    async def _interrupt_dead(self) -> None:
        """End the runs that programs left behind when they were killed; show what has no branch."""
        if self._opened().refusal is not None:
            return
        running = await self.read(runs.running)
        dead = tuple(run_id for run_id, pid, created in running if not is_alive(pid, created))
        lost = await self.read(showing.lost_ends)
        try:
            if dead:
                await self.write(_interrupt, dead)
            if lost:
                await self.write(showing.show_newest, lost)
                numbers = ", ".join(map(str, lost))
                log.info("The newest branch is shown of conversations that named none: %s", numbers)
        except DatabaseDamagedError:
            raise
        except StoreError as error:  # the status has it; reading what there is still works
            log.warning("Runs that were cut off could not be closed: %s", error)

    # --- the whole file -----------------------------------------------------------------------

    async def back_up(self, target: Path, report: Report = silent) -> None:
        """Copy the history to one file and check the copy; other work goes on meanwhile.

        Args:
            target: replaced where it is there, once the copy is known to be sound.
            report: called on the loop's thread with the step and how far it is.

        Raises:
            StoreError: the copy cannot be written, or the history is damaged.
        """
        database = self._opened()
        unsaved = await self._flush()
        if unsaved is not None:
            raise unsaved
        report = self._on_loop(report)
        copy = functools.partial(database.back_up_to, target, report)
        if database.second_reader:
            with self._reading_beside():
                await asyncio.to_thread(copy)
        else:
            await self._job(copy)

    async def stage_restore(
        self, source: Path, report: Report = silent, passphrase: str | None = None
    ) -> BackupContent:
        """Check a backup and put it where the next start takes it from; nothing changes until then.

        Raises:
            PassphraseError: it is encrypted, and with another passphrase than the history.
            StoreError: it is damaged, of a newer version, or no history.
        """
        database = self._opened()
        if database.refusal is not None:
            raise database.refusal
        report = self._on_loop(report)
        with self._reading_beside():
            return await asyncio.to_thread(database.stage_restore, source, report, passphrase)

    @property
    def is_locked(self) -> bool:
        """Whether the history is encrypted and :meth:`unlock` was not called yet."""
        return self._key is None and needs_key(self._path)

    @property
    def key(self) -> Key | None:
        """The key of an encrypted history."""
        return self._key

    async def unlock(self, passphrase: str | Key) -> None:
        """Take the passphrase of an encrypted history, or its key; before :meth:`open`.

        Raises:
            PassphraseError: it is wrong.
            StoreError: this SQLite does not know encryption.
        """
        self._key = await asyncio.to_thread(unlock, self._path, passphrase, load_driver())

    async def convert(self, passphrase: str | None, report: Report = silent) -> ConversionReport:
        """Encrypt the history and its backups with a passphrase; None makes them plain.

        Everything else that wants the history waits meanwhile. :meth:`stop_converting`, or
        cancelling this, ends it while that is possible; too late, it is done whole.

        Raises:
            StoreError: nothing was changed.
            ConversionCancelledError: nothing was changed.
        """
        database = self._opened()
        if self._beside or self._is_converting:
            raise StoreError("The history is being copied or asked: try again when that is done.")
        self._is_converting = True
        self._stop_converting.clear()
        try:
            unsaved = await self._flush()
            if unsaved is not None:
                raise unsaved
            key = None if passphrase is None else await asyncio.to_thread(new_key, passphrase)
            report = self._on_loop(report)
            job = functools.partial(database.convert, key, report, self._stop_converting.is_set)
            done = await self._to_its_end(asyncio.ensure_future(self._guarded(job, writes=True)))
        finally:
            self._is_converting = False
        self._key = key
        self._set_status(is_encrypted=key is not None)
        return done

    async def _to_its_end(self, converting: asyncio.Future[ConversionReport]) -> ConversionReport:
        """What a conversion did, also where this is cancelled too late to stop it."""
        try:
            return await asyncio.shield(converting)
        except asyncio.CancelledError:
            self._stop_converting.set()
            try:
                done = await converting
            except ConversionCancelledError:
                raise asyncio.CancelledError from None
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            return done

    def stop_converting(self) -> None:
        """Have :meth:`convert` end without a change, if that is still possible."""
        self._stop_converting.set()

    @contextlib.contextmanager
    def _reading_beside(self) -> Iterator[None]:
        """While another thread than the writer's has the file open."""
        if self._is_converting:
            raise StoreError("The history is being written again: try again when that is done.")
        self._beside += 1
        try:
            yield
        finally:
            self._beside -= 1

    async def query(self, statement: str, most_rows: int, seconds: float) -> QueryResult:
        """The rows of one SELECT, within limits; other work goes on, and cancelling stops it.

        Raises:
            UsageError: it is no SELECT, is wrong, or took too long.
        """
        database = self._opened()
        if not database.shared:
            raise UsageError(
                "With this SQLite library the history is opened once: install sqlcipher3 to ask it "
                "in SQL."
            )
        await self._flush()
        stopped = threading.Event()
        try:
            with self._reading_beside():
                return await asyncio.to_thread(
                    database.query, statement, most_rows, seconds, stopped.is_set
                )
        finally:
            stopped.set()

    async def erase(self, wanted: Erasure) -> EraseReport:
        """Delete runs and conversations for good; the backups are :meth:`erase_in_copy`'s.

        Raises:
            StoreError: nothing was deleted.
        """
        database = self._opened()
        await self._flush()
        report = await asyncio.shield(
            self._guarded(functools.partial(database.erase, wanted), writes=True)
        )
        self._commits += 1
        return report

    async def erase_in_copy(self, copy: Path, wanted: Erasure) -> bool:
        """Take what is deleted for good out of a backup; whether anything of it was there.

        Raises:
            StoreError: the copy cannot be read or written; it is what it was.
        """
        with self._reading_beside():
            return await asyncio.to_thread(self._opened().erase_in_copy, copy, wanted)

    def _on_loop(self, report: Report) -> Report:
        loop = asyncio.get_running_loop()

        def call(step: str, share: float) -> None:
            loop.call_soon_threadsafe(report, step, share)

        return call


def _interrupt(connection: Connection, run_ids: Iterable[int]) -> None:
    """End runs, as far as they have not ended, with the text they have."""
    running = {run_id for run_id, _, _ in runs.running(connection)}
    for run_id in running.intersection(run_ids):
        try:
            end, last = interrupt(run_id, runs.load_events(connection, run_id))
        except Exception:  # whatever is wrong with one run, the history opens
            log.exception("run %d cannot be read", run_id)
            end, last = RunEnd.unreadable(run_id), None
        runs.write_batch(connection, [last] if last else [], [end])
