"""The open database as jobs of its thread; what goes wrong there is in the store's status."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Connection

from workbench.domain.errors import DatabaseDamagedError, StoreError
from workbench.domain.views import StoreStatus
from workbench.history.file.database import Database
from workbench.history.writing.job_thread import JobThread

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseJobs:
    """Reads and writes on the writer's thread, and what the store's status says of them.

    All methods are called on the event loop's thread; only the jobs themselves are not.

    Args:
        path: the database file.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path).absolute()
        self._status = StoreStatus(path=str(self._path))
        self._listeners: list[Callable[[StoreStatus], None]] = []
        self._thread = JobThread()
        self._database: Database | None = None
        self._jobs = 0
        self._commits = 0

    # --- the status ---------------------------------------------------------------------------

    @property
    def status(self) -> StoreStatus:
        """Where the file is, when it was last written, and what is wrong with it."""
        return self._status

    def on_status(self, listener: Callable[[StoreStatus], None]) -> None:
        """Call ``listener`` on the loop's thread whenever the status changes."""
        self._listeners.append(listener)

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

    # --- reads and writes ---------------------------------------------------------------------

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
        self._on_commit()
        return result

    def _on_commit(self) -> None:
        """Something was written, so that what was wrong is over."""
        self._set_status(saved_at=time.time(), problem="")

    # --- jobs ---------------------------------------------------------------------------------

    async def _guarded(
        self, job: Callable[[], T], *, writes: bool = False, interruptible: bool = False
    ) -> T:
        """Do a job whose failure is the history's, and say so in the status."""
        try:
            return await self._do(job, writes=writes, interruptible=interruptible)
        except DatabaseDamagedError as error:
            await self._mark_damaged(error)
            raise
        except StoreError as error:
            self._set_status(problem=str(error))
            raise

    async def _mark_damaged(self, error: DatabaseDamagedError) -> None:
        """Have the file repaired at the next start."""
        await self._job(self._opened().mark_damaged)
        self._set_status(problem=str(error))

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
