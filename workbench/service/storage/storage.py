"""The data folder as a whole: its parts and sizes, backups of the history, restoring one."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select

from workbench import files
from workbench.domain.errors import FormatError
from workbench.domain.storage import (
    BackupContent,
    BackupFile,
    BackupPlan,
    BackupProgress,
    HistoryPart,
    QueryResult,
    StorageReport,
    TableWords,
)
from workbench.history import session
from workbench.history.file import backups, restoring
from workbench.history.table_words import table_words
from workbench.history.tables import chat_draft, conversation, draft, message, run, template_version
from workbench.service.core import Core
from workbench.service.storage.folder import parts

OnProgress = Callable[[BackupProgress], None]


class Storage:
    """What is kept where, and how much of it."""

    def __init__(self, core: Core) -> None:
        self._paths = core.paths
        self._store = core.store

    async def report(self) -> StorageReport:
        """The parts of the data folder with their sizes, and what the history holds."""
        found = await asyncio.to_thread(parts, self._paths)
        history = await self._store.read(_history_parts)
        return StorageReport(folder=str(self._paths.data), parts=found, history=history)

    async def query(
        self, statement: str, most_rows: int = 1000, seconds: float = 10.0
    ) -> QueryResult:
        """The rows of a SELECT on the history; docs/schema.md describes the tables.

        Raises:
            UsageError: it is no SELECT, is wrong, or took too long.
        """
        return await self._store.query(statement, most_rows, seconds)

    @staticmethod
    async def tables() -> tuple[TableWords, ...]:
        """The tables of the history with their columns."""
        return await asyncio.to_thread(table_words)

    @staticmethod
    async def save_csv(path: str, found: QueryResult) -> int:
        """Write rows as a CSV file with a line of names; no text in it is a formula.

        Returns:
            The size of the file, which is replaced where it is there.

        Raises:
            FormatError: it cannot be written.
        """

        def work() -> int:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            for row in (found.columns, *found.rows):
                writer.writerow([_harmless(cell) for cell in row])
            data = text.getvalue().encode("utf-8", "replace")
            try:
                files.write_file(_absolute(path), data)
            except OSError as error:
                reason = f"the file cannot be written ({error.strerror or error})."
                raise FormatError(path, reason) from error
            return len(data)

        return await asyncio.to_thread(work)

    async def backups(self) -> tuple[BackupFile, ...]:
        """The copies of the history in the data folder, newest first."""

        def read() -> tuple[BackupFile, ...]:
            path = self._paths.database
            found = [(made, copy, "daily") for made, copy in backups.listed(path)]
            kept = backups.kept_before_restores(path)
            found += [(made, copy, "before restore") for made, copy in kept]
            return tuple(
                BackupFile(
                    path=str(copy),
                    made_at=made.timestamp(),
                    bytes=copy.stat().st_size,
                    kind=kind,
                )
                for made, copy, kind in sorted(found, reverse=True)
            )

        return await asyncio.to_thread(read)

    async def plan(self) -> BackupPlan:
        """Whether the history is copied daily, and how many copies are kept."""
        return await self._store.read(session.backup_plan)

    async def keep_plan(self, plan: BackupPlan) -> None:
        """Back up like this from now on; what is too much is removed with the next backup."""
        await self._store.write(session.set_state, session.BACKUP_PLAN, msgspec.to_builtins(plan))

    async def back_up(self, path: str, on_progress: OnProgress | None = None) -> int:
        """Copy the whole history to one file, and check the copy; other work goes on meanwhile.

        Args:
            path: replaced where it is there, once the copy is known to be sound.
            on_progress: called on the loop's thread.

        Returns:
            The size of the file.

        Raises:
            StoreError: it cannot be written, or the history is damaged.
        """
        target = _absolute(path)
        await self._store.back_up(target, _reporting(on_progress))
        return await asyncio.to_thread(lambda: target.stat().st_size)

    async def restore(
        self, path: str, on_progress: OnProgress | None = None, passphrase: str | None = None
    ) -> BackupContent:
        """Check a backup, of this or an earlier version; it is in place after the next start.

        What is in the history until then is kept as a backup of its own. The backup is encrypted
        with that where the history is, and made plain where that is not.

        Args:
            path: the backup.
            on_progress: called on the loop's thread.
            passphrase: of a backup that is encrypted otherwise than the history.

        Raises:
            PassphraseError: it is encrypted, and this is not its passphrase.
            StoreError: it cannot be restored, so nothing will change; the sentence says why.
        """
        report = _reporting(on_progress)
        return await self._store.stage_restore(_absolute(path), report, passphrase)

    async def forget_restore(self) -> None:
        """Leave the history as it is at the next start after all."""
        await asyncio.to_thread(restoring.staged(self._paths.database).unlink, missing_ok=True)


def _harmless(cell: str | float | None) -> str | float | None:
    is_formula = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if is_formula else cell


def _absolute(path: str) -> Path:
    return Path(path).absolute()


def _reporting(on_progress: OnProgress | None) -> Callable[[str, float], None]:
    def report(step: str, share: float) -> None:
        if on_progress is not None:
            on_progress(BackupProgress(step=step, share=share))

    return report


def _history_parts(connection: Connection) -> tuple[HistoryPart, ...]:
    kinds = (
        ("runs", "Runs", run, run.c.deleted_at),
        ("conversations", "Conversations", conversation, conversation.c.deleted_at),
        ("messages", "Messages", message, message.c.deleted_at),
        ("versions", "Versions of prompts", template_version, None),
        ("drafts", "Drafts of prompts", draft, None),
        ("chat drafts", "Drafts of messages", chat_draft, None),
    )
    found = []
    for name, title, table, deleted in kinds:
        counted = connection.execute(select(func.count()).select_from(table)).scalar_one()
        hidden = 0
        if deleted is not None:
            hidden = connection.execute(select(func.count(deleted))).scalar_one()
        found.append(HistoryPart(name=name, title=title, rows=counted - hidden, deleted=hidden))
    return tuple(found)
