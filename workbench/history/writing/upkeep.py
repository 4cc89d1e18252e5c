"""What is done when nothing else is: the daily backup, and the index brought up to date."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from workbench.domain.errors import DatabaseDamagedError, StoreError
from workbench.history import session
from workbench.history.search import indexing
from workbench.history.search.indexing import Indexer
from workbench.history.writing.queue import WriteQueue

P = ParamSpec("P")
T = TypeVar("T")

UPKEEP_SECONDS = 5.0
"""How long after opening the daily backup is made, when the window has long been up; and how long
until the next attempt where it gave way to other work."""
AGAIN_SECONDS = 3600.0
UPKEEP_ATTEMPTS = 60
"""The last of them does not give way any more."""

INDEX_SECONDS = 0.4
"""How long after a write what it changed is indexed; a search does that at once."""

log = logging.getLogger(__name__)


class Upkeep(WriteQueue):
    """A database that is backed up and indexed while it is open."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self._upkeep: asyncio.Task[None] | None = None
        self._next_upkeep: asyncio.TimerHandle | None = None
        self._indexing: asyncio.Task[None] | None = None
        self._indexer = Indexer()
        self._closing = False
        self._later = 0

    @contextmanager
    def indexing_later(self) -> Iterator[None]:
        """Put off the index while much is written: it begins when that has ended.

        A search has what was written last indexed all the same, as far as that is quick.
        """
        self._later += 1
        try:
            yield
        finally:
            self._later -= 1
            self._index_soon()

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

    def _start_upkeep(self) -> None:
        """Look for what is due, now and in an hour again: the program may be open for weeks."""
        if not self._closing:
            if self._upkeep is None or self._upkeep.done():
                self._upkeep = asyncio.create_task(self._keep_up())
            loop = asyncio.get_running_loop()
            self._next_upkeep = loop.call_later(AGAIN_SECONDS, self._start_upkeep)

    def _stop_upkeep(self) -> None:
        for task in (self._upkeep, self._indexing):
            if task is not None:
                task.cancel()
        self._closing = True
        if self._next_upkeep is not None:
            self._next_upkeep.cancel()

    def _on_commit(self) -> None:
        self._index_soon()
        super()._on_commit()

    async def _keep_up(self) -> None:
        """Make the backup that is due, at a moment when nothing else waits.

        Once a month the index is merged after it.
        """
        database = self._opened()
        try:
            for patience in range(UPKEEP_ATTEMPTS, 0, -1):
                await asyncio.sleep(UPKEEP_SECONDS)
                gives_way = self._has_other_work if patience > 1 else self._is_closing
                plan = await self.read(session.backup_plan)
                if await self._job(database.back_up_if_due, time.time(), gives_way, plan):
                    break
            if database.may_index and await self._job(self._merge_if_due):
                self._index_soon()
        except DatabaseDamagedError as error:
            self._set_status(problem=str(error))
        except StoreError as error:
            log.warning("No backup of the history could be made: %s", error)

    def _index_soon(self) -> None:
        """Have what changed indexed when nothing else is done, if that is not going on already."""
        waits = self._closing or self._later
        if not waits and (self._indexing is None or self._indexing.done()):
            self._indexing = asyncio.create_task(self._keep_indexed())

    async def _keep_indexed(self) -> None:
        """Index in short steps until the index is whole, with time for others between them."""
        if not self._opened().may_index:
            return
        await asyncio.sleep(INDEX_SECONDS)
        try:
            while True:
                if self._later:
                    return
                if self._jobs:
                    await asyncio.sleep(INDEX_SECONDS / 4)
                else:
                    goes_on = await self._job(self._index_step)
                    self._set_status(indexed=self._indexer.share)
                    if not goes_on:
                        return
                await asyncio.sleep(indexing.STEP_SECONDS / 4)
        except DatabaseDamagedError as error:
            await self._mark_damaged(error)
        except StoreError as error:  # it goes on with the next write
            log.info("the index could not be brought up to date: %s", error)

    def _index_step(self) -> bool:
        """One transaction of indexing, on the writer's thread; True where more is to be done."""
        database = self._database
        if database is None or not database.may_index:
            return False
        with database.write_index() as connection:
            return self._indexer.step(connection)

    def _merge_if_due(self) -> bool:
        with self._opened().write_index() as connection:
            return indexing.merge_if_due(connection, time.time())

    def _is_closing(self) -> bool:
        return self._closing

    def _has_other_work(self) -> bool:
        """Called on the writer's thread by a long job that can make room for others."""
        return self._closing or self._jobs > 1
