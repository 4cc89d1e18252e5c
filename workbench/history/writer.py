"""The one thread that has the database, and the queue of what it has yet to write.

Everything here runs on the event loop's thread, except the jobs, which run one after another on
the writer's thread, writes first. So the queue needs no lock, and the connection has one user.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection

from workbench.domain.errors import (
    DatabaseDamagedError,
    DatabaseLockedError,
    StoreError,
    UsageError,
)
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.tokens import StoredSample
from workbench.domain.storage import (
    BackupContent,
    ConversionReport,
    EraseReport,
    Erasure,
    QueryResult,
)
from workbench.domain.views import StoreStatus
from workbench.history import codec, session
from workbench.history.file.copying import Report, silent
from workbench.history.file.database import Database
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption.keys import Key, needs_key, new_key, unlock
from workbench.history.file.holders import holders
from workbench.history.job_thread import JobThread
from workbench.history.runs import runs
from workbench.history.runs.owner import is_alive
from workbench.history.runs.run_end import RunEnd, interrupt
from workbench.history.search import indexing
from workbench.history.search.indexing import Indexer
from workbench.history.tokens import token_data

P = ParamSpec("P")
T = TypeVar("T")

FLUSH_SECONDS = 0.2
"""Queued events are on disk this long after the first of them, plus the commit itself."""
RETRY_SECONDS = 2.0
UPKEEP_SECONDS = 5.0
"""How long after opening the daily backup is made, when the window has long been up; and how long
until the next attempt where it gave way to other work."""
AGAIN_SECONDS = 3600.0
UPKEEP_ATTEMPTS = 60
"""The last of them does not give way any more."""

INDEX_SECONDS = 0.4
"""How long after a write what it changed is indexed; a search does that at once."""

STATE = "state "
"""What keys of :meth:`HistoryWriter.keep` begin with for what is found again at the next start."""

log = logging.getLogger(__name__)


class HistoryWriter:
    """Opening and closing, jobs on the writer's thread, and the queue of events.

    Args:
        path: the database file; it and its folder are created when missing.
        shown_only: why it is only read, as a sentence: another window has it.
        in_memory: nothing is ever written to a file.
    """

    def __init__(self, path: Path | str, *, shown_only: str = "", in_memory: bool = False) -> None:
        self._shown_only = shown_only
        self._in_memory = in_memory
        self._path = Path(path).absolute()
        self._status = StoreStatus(path=str(self._path))
        self._listeners: list[Callable[[StoreStatus], None]] = []
        self._thread = JobThread()
        self._database: Database | None = None
        self._events: list[LoggedEvent] = []
        self._ends: dict[int, RunEnd] = {}
        self._samples: list[StoredSample] = []
        self._kept: dict[str, Callable[[Connection], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[StoreError | None] | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._next_upkeep: asyncio.TimerHandle | None = None
        self._indexing: asyncio.Task[None] | None = None
        self._indexer = Indexer()
        self._own_runs: set[int] = set()
        self._closing = False
        self._key: Key | None = None
        self._beside = 0
        self._is_converting = False
        self._jobs = 0
        self._commits = 0

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
        for task in (self._upkeep, self._indexing):
            if task is not None:
                task.cancel()
        self._closing = True
        if self._next_upkeep is not None:
            self._next_upkeep.cancel()
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

    @property
    def status(self) -> StoreStatus:
        """Where the file is, when it was last written, and what is wrong with it."""
        return self._status

    def on_status(self, listener: Callable[[StoreStatus], None]) -> None:
        """Call ``listener`` on the loop's thread whenever the status changes."""
        self._listeners.append(listener)

    async def _interrupt_dead(self) -> None:
        """End the runs that programs left behind when they were killed."""
        if self._opened().refusal is not None:
            return
        running = await self.read(runs.running)
        dead = tuple(run_id for run_id, pid, created in running if not is_alive(pid, created))
        try:
            if dead:
                await self.write(_interrupt, dead)
        except DatabaseDamagedError:
            raise
        except StoreError as error:  # the status has it; reading what there is still works
            log.warning("Runs that were cut off could not be closed: %s", error)

    # --- the queue ----------------------------------------------------------------------------

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Queue events of a run; they are on disk at most 250 ms later.

        To be called on the loop's thread. What cannot be written stays queued and is tried again;
        :attr:`status` then has the problem.
        """
        assert all(logged.run_id == run_id for logged in events)
        self._events.extend(events)
        self._flush_in(FLUSH_SECONDS)

    def keep_tokens(self, sample: StoredSample) -> None:
        """Queue the tokens of a sample that has ended; they are written with its events."""
        self._samples.append(sample)
        self._flush_in(FLUSH_SECONDS)

    async def append_now(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        """Queue events and return when they, and all before them, are on disk.

        Raises:
            StoreError: they could not be written; they stay queued.
        """
        self.append(run_id, events)
        unsaved = await self._flush()
        if unsaved is not None:
            raise unsaved

    async def keep(
        self,
        key: str,
        statement: Callable[Concatenate[Connection, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Queue a value that replaces its older ones, such as a draft.

        Where it cannot be written it stays queued under ``key`` until it can, or until a newer one
        takes its place; :attr:`status` then has the problem.
        """

        def write(connection: Connection) -> None:
            statement(connection, *args, **kwargs)

        self._kept[key] = write
        await self._flush()

    async def flush(self) -> None:
        """Try to write everything queued; a failure is in :attr:`status`, and nothing is lost."""
        await self._flush()

    async def retry(self) -> None:
        """Try again what could not be saved; afterwards :attr:`status` says whether it worked."""
        if await self._flush() is None and self._status.problem:
            await self.write(_probe)

    def _queue_end(self, end: RunEnd) -> None:
        self._ends[end.run_id] = end

    def _queued(self, run_id: int) -> list[LoggedEvent]:
        """Events of a run that are not on disk yet, because they could not be written."""
        return [logged for logged in self._events if logged.run_id == run_id]

    def _flush_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._start_flush)

    def _start_flush(self) -> None:
        self._timer = None
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._write_queue())
        else:
            self._flush_in(FLUSH_SECONDS)

    async def _flush(self) -> StoreError | None:
        """Write what is queued now; the task is its own, so that no caller can cancel it."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait({self._flushing})
        self._flushing = asyncio.create_task(self._write_queue())
        return await asyncio.shield(self._flushing)

    async def _write_queue(self) -> StoreError | None:
        if not self._has_queued():
            return None
        events, self._events = codec.merged(self._events), []
        ends, self._ends = self._ends, {}
        kept, self._kept = self._kept, {}
        samples, self._samples = self._samples, []
        try:
            await self.write(
                _write_all, events, samples, tuple(ends.values()), tuple(kept.values())
            )
        except StoreError as error:
            self._events[:0] = events
            self._samples[:0] = samples
            self._ends = {**ends, **self._ends}
            self._kept = {**kept, **self._kept}
            refused = self._opened().refusal is not None
            # A read-only history is not expected to keep the session.
            lost = [key for key in self._kept if not (refused and key.startswith(STATE))]
            self._set_status(unsaved=bool(lost or self._events or self._ends))
            if not refused:
                self._flush_in(RETRY_SECONDS)
            return error
        self._own_runs.difference_update(ends)
        if not self._has_queued():
            self._set_status(problem="", unsaved=False)
        return None

    def _has_queued(self) -> bool:
        return bool(self._events or self._samples or self._ends or self._kept)

    async def save_elsewhere(self, path: Path) -> None:
        """Write a copy of the whole history to another file, with all that is not saved here.

        After that nothing is unsaved. The copy is a history file like any other: it can be opened
        as ``history.db`` of a data folder.

        Raises:
            StoreError: the copy cannot be written.
        """
        database = self._opened()
        events, ends = codec.merged(self._events), tuple(self._ends.values())
        work = functools.partial(
            _write_all,
            events=events,
            samples=tuple(self._samples),
            ends=ends,
            kept=(*self._kept.values(),),
        )
        await self._job(database.copy_with, path, work)
        self._events, self._samples, self._ends, self._kept = [], [], {}, {}
        self._own_runs.clear()
        self._set_status(unsaved=False)

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
            PassphraseError: it is another one.
            StoreError: this SQLite does not know encryption.
        """
        self._key = await asyncio.to_thread(unlock, self._path, passphrase, load_driver())

    async def convert(self, passphrase: str | None, report: Report = silent) -> ConversionReport:
        """Encrypt the history and its backups with a passphrase; None makes them plain.

        Everything else that wants the history waits meanwhile.

        Raises:
            StoreError: nothing was changed.
        """
        database = self._opened()
        if self._beside or self._is_converting:
            raise StoreError("The history is being copied or asked: try again when that is done.")
        self._is_converting = True
        try:
            unsaved = await self._flush()
            if unsaved is not None:
                raise unsaved
            key = None if passphrase is None else await asyncio.to_thread(new_key, passphrase)
            report = self._on_loop(report)
            job = functools.partial(database.convert, key, report)
            done = await asyncio.shield(self._guarded(job, writes=True))
        finally:
            self._is_converting = False
        self._key = key
        self._set_status(is_encrypted=key is not None)
        return done

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

    # --- jobs ---------------------------------------------------------------------------------

    async def read(
        self,
        query: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a query in a read transaction; cancelling drops it, or interrupts its statement."""
        database = self._opened()

        def job() -> T:
            with database.read() as connection:
                return query(connection, *args, **kwargs)

        return await self._guarded(job, interruptible=True)

    async def search(
        self,
        query: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As :meth:`read`, with what was written last in the index, as far as that is quick.

        ``IndexState`` has what waits longer: a search that finds nothing meanwhile does not show
        that there is nothing.
        """
        database = self._opened()
        if database.may_index:
            state = await self.read(indexing.state)
            if not state.is_whole:
                await self._guarded(self._index_step)
                self._index_soon()
        return await self.read(query, *args, **kwargs)

    async def write(
        self,
        statement: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run statements in a write transaction; committed when this returns.

        Raises:
            StoreError: nothing of it was written.
        """
        database = self._opened()

        def job() -> T:
            with database.write() as connection:
                return statement(connection, *args, **kwargs)

        result = await asyncio.shield(self._guarded(job, writes=True))
        self._commits += 1
        self._index_soon()
        solved = not self._has_queued()
        self._set_status(saved_at=time.time(), problem="" if solved else None)
        return result

    async def _guarded(
        self, job: Callable[[], T], *, writes: bool = False, interruptible: bool = False
    ) -> T:
        try:
            return await self._do(job, writes=writes, interruptible=interruptible)
        except DatabaseDamagedError as error:
            await self._job(self._opened().mark_damaged)
            self._set_status(problem=str(error))
            raise
        except StoreError as error:
            self._set_status(problem=str(error))
            raise

    async def _job(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._do(functools.partial(job, *args, **kwargs))

    async def _do(
        self, work: Callable[[], T], *, writes: bool = False, interruptible: bool = False
    ) -> T:
        self._jobs += 1
        future = self._thread.put(work, writes=writes)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            database = self._database
            if interruptible and database is not None:
                self._thread.while_running(future, database.interrupt)
            raise
        finally:
            self._jobs -= 1

    def _opened(self) -> Database:
        if self._database is None:
            raise StoreError(f"{self._path} is not open: start the program again.")
        return self._database

    def _start_upkeep(self) -> None:
        """Look for what is due, now and in an hour again: the program may be open for weeks."""
        if not self._closing:
            if self._upkeep is None or self._upkeep.done():
                self._upkeep = asyncio.create_task(self._keep_up())
            loop = asyncio.get_running_loop()
            self._next_upkeep = loop.call_later(AGAIN_SECONDS, self._start_upkeep)

    async def _keep_up(self) -> None:
        """Make the backup that is due, at a moment when nothing else waits."""
        database = self._opened()
        try:
            for patience in range(UPKEEP_ATTEMPTS, 0, -1):
                await asyncio.sleep(UPKEEP_SECONDS)
                gives_way = self._has_other_work if patience > 1 else self._is_closing
                plan = await self.read(session.backup_plan)
                if await self._job(database.back_up_if_due, time.time(), gives_way, plan):
                    return
        except DatabaseDamagedError as error:
            self._set_status(problem=str(error))
        except StoreError as error:
            log.warning("No backup of the history could be made: %s", error)

    def _index_soon(self) -> None:
        """Have what changed indexed when nothing else is done, if that is not going on already."""
        if not self._closing and (self._indexing is None or self._indexing.done()):
            self._indexing = asyncio.create_task(self._keep_indexed())

    async def _keep_indexed(self) -> None:
        """Index in short steps until the index is whole, with time for others between them."""
        if not self._opened().may_index:
            return
        await asyncio.sleep(INDEX_SECONDS)
        try:
            while True:
                if self._jobs:
                    await asyncio.sleep(INDEX_SECONDS / 4)
                else:
                    goes_on = await self._job(self._index_step)
                    self._set_status(indexed=self._indexer.share)
                    if not goes_on:
                        return
                await asyncio.sleep(indexing.STEP_SECONDS / 4)
        except DatabaseDamagedError as error:
            await self._job(self._opened().mark_damaged)
            self._set_status(problem=str(error))
        except StoreError as error:  # it goes on with the next write
            log.info("the index could not be brought up to date: %s", error)

    def _index_step(self) -> bool:
        """One transaction of indexing, on the writer's thread; True where more is to be done."""
        database = self._database
        if database is None or not database.may_index:
            return False
        with database.write_index() as connection:
            return self._indexer.step(connection)

    def _is_closing(self) -> bool:
        return self._closing

    def _has_other_work(self) -> bool:
        """Called on the writer's thread by a long job that can make room for others."""
        return self._closing or self._jobs > 1

    def _set_status(
        self,
        *,
        saved_at: float | None = None,
        problem: str | None = None,
        recovered: str | None = None,
        read_only: bool | None = None,
        is_held: bool | None = None,
        unsaved: bool | None = None,
        indexed: float | None = None,
        is_encrypted: bool | None = None,
    ) -> None:
        status = msgspec.structs.replace(
            self._status,
            saved_at=self._status.saved_at if saved_at is None else saved_at,
            problem=self._status.problem if problem is None else problem,
            recovered=self._status.recovered if recovered is None else recovered,
            read_only=self._status.read_only if read_only is None else read_only,
            is_held=self._status.is_held if is_held is None else is_held,
            unsaved=self._status.unsaved if unsaved is None else unsaved,
            indexed=self._status.indexed if indexed is None else indexed,
            is_encrypted=self._status.is_encrypted if is_encrypted is None else is_encrypted,
        )
        if status != self._status:
            self._status = status
            for listener in tuple(self._listeners):
                listener(status)


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


def _write_all(
    connection: Connection,
    events: Sequence[LoggedEvent],
    samples: Iterable[StoredSample],
    ends: Iterable[RunEnd],
    kept: Iterable[Callable[[Connection], None]],
) -> None:
    """All that is queued, in one transaction."""
    runs.write_batch(connection, events, ends)
    token_data.keep(connection, samples)
    for write in kept:
        write(connection)


def _probe(connection: Connection) -> None:
    """Write a row, to see whether that works again."""
    session.set_state(connection, "history.probe", time.time())
