"""Deleting for good: from the history, its backups, and what else the program keeps of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import StoreError
from workbench.domain.storage import ErasePreview, EraseReport, Erasure
from workbench.history import erasing
from workbench.history.file import backups, restoring
from workbench.service.core import Core

OnProgress = Callable[[str], None]


class Erasing:
    """Deletes runs and conversations so that no file below the data folder has their texts."""

    def __init__(self, core: Core) -> None:
        self._paths = core.paths
        self._store = core.store

    async def prepare(
        self,
        run_ids: Sequence[int] = (),
        conversation_ids: Sequence[int] = (),
        *,
        deleted: bool = False,
    ) -> ErasePreview:
        """What deleting for good comprises, before anything is deleted.

        Args:
            run_ids: runs.
            conversation_ids: conversations, with their runs.
            deleted: also all runs and conversations that were deleted and can be restored.

        Raises:
            UsageError: one of the runs is at work.
        """
        if deleted:
            runs, chats = await self._store.read(erasing.find_deleted)
            run_ids, conversation_ids = [*run_ids, *runs], [*conversation_ids, *chats]
        found = await self._store.read(erasing.prepare, run_ids, conversation_ids)
        copies, others = await asyncio.to_thread(self._files)
        return msgspec.structs.replace(
            found, backups=len(copies), other_files=tuple(str(each) for each in others)
        )

    async def erase(self, wanted: Erasure, on_progress: OnProgress | None = None) -> EraseReport:
        """Delete for good, from the history and from every backup in the data folder.

        A backup that cannot be changed is named in the report.

        Args:
            wanted: what :meth:`prepare` found.
            on_progress: called on the loop's thread with what is being done.

        Raises:
            StoreError: nothing was deleted.
        """
        say = on_progress or _silent
        say("Deleting from the history")
        report = await self._store.erase(wanted)
        copies, others = await asyncio.to_thread(self._files)
        changed, still = 0, [str(each) for each in others]
        for number, copy in enumerate(copies, start=1):
            say(f"Looking through backup {number} of {len(copies)}")
            try:
                changed += await self._store.erase_in_copy(copy, wanted)
            except StoreError:
                still.append(str(copy))
        await asyncio.to_thread(self._forget_picture)
        return msgspec.structs.replace(report, backups=changed, still_in=tuple(still))

    def _files(self) -> tuple[list[Path], list[Path]]:
        """The backups, and files that may hold texts and are not changed."""
        path = self._paths.database
        copies = [copy for _, copy in backups.listed(path)]
        copies += [copy for _, copy in backups.kept_before_restores(path)]
        staged = restoring.staged(path)
        copies += [staged] if staged.exists() else []
        return copies, sorted(path.parent.glob(f"{path.stem}.corrupt-*{path.suffix}"))

    def _forget_picture(self) -> None:
        (self._paths.data / "last-window.png").unlink(missing_ok=True)


def _silent(_words: str) -> None:
    pass
