"""What is typed or received and not on disk yet: written soon, tried again until it is."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec

from sqlalchemy import Connection

from workbench.domain.errors import StoreError
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.tokens import StoredSample
from workbench.history import codec, session
from workbench.history.runs import runs
from workbench.history.runs.run_end import RunEnd
from workbench.history.tokens import token_data
from workbench.history.writing.jobs import DatabaseJobs

P = ParamSpec("P")

FLUSH_SECONDS = 0.2
"""Queued events are on disk this long after the first of them, plus the commit itself."""
RETRY_SECONDS = 2.0

STATE = "state "
"""What keys of :meth:`WriteQueue.keep` begin with for what is found again at the next start."""


class WriteQueue(DatabaseJobs):
    """Events, ends of runs, tokens and kept values, written together.

    All of it is on the event loop's thread, so it needs no lock.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self._events: list[LoggedEvent] = []
        self._ends: dict[int, RunEnd] = {}
        self._samples: list[StoredSample] = []
        self._kept: dict[str, Callable[[Connection], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[StoreError | None] | None = None
        self._own_runs: set[int] = set()

    # --- into it ------------------------------------------------------------------------------

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

    def _queue_end(self, end: RunEnd) -> None:
        self._ends[end.run_id] = end

    def _queued(self, run_id: int) -> list[LoggedEvent]:
        """Events of a run that are not on disk yet, because they could not be written."""
        return [logged for logged in self._events if logged.run_id == run_id]

    def _has_queued(self) -> bool:
        return bool(self._events or self._samples or self._ends or self._kept)

    # --- onto the disk ------------------------------------------------------------------------

    async def flush(self) -> None:
        """Try to write everything queued; a failure is in :attr:`status`, and nothing is lost."""
        await self._flush()

    async def retry(self) -> None:
        """Try again what could not be saved; afterwards :attr:`status` says whether it worked."""
        if await self._flush() is None and self._status.problem:
            await self.write(_probe)

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

    def _on_commit(self) -> None:
        """What was wrong is over only when nothing waits to be written."""
        solved = not self._has_queued()
        self._set_status(saved_at=time.time(), problem="" if solved else None)

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
