"""What is kept in the data folder: its parts, backups of the history, and what was deleted."""

from __future__ import annotations

from typing import Annotated

import msgspec


class StoragePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the data folder, as files; ``bytes`` is what they take on the disk."""

    name: str
    title: str
    path: str
    bytes: int
    files: int
    note: str = ""


class HistoryPart(msgspec.Struct, frozen=True, kw_only=True):
    """How many of one kind the history file holds, and how many of them are deleted ones."""

    name: str
    title: str
    rows: int
    deleted: int = 0


class StorageReport(msgspec.Struct, frozen=True, kw_only=True):
    """The data folder, and what the history in it holds."""

    folder: str
    parts: tuple[StoragePart, ...]
    history: tuple[HistoryPart, ...] = ()

    @property
    def bytes(self) -> int:
        """What all of it takes."""
        return sum(part.bytes for part in self.parts)


_Count = Annotated[int, msgspec.Meta(ge=0, le=400)]


class BackupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the history is copied daily, and how many of the copies are kept as they age.

    All of today and yesterday stay; before that the newest of each day, week and month that has
    one, up to these numbers of them.
    """

    daily: bool = True
    days: _Count = 12
    weeks: _Count = 10
    months: _Count = 9


class BackupFile(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of the history. ``made_at`` is Unix seconds; ``kind`` says why it was made."""

    path: str
    made_at: float
    bytes: int
    kind: str = "daily"
    """"daily" (and before a migration; thinned out with age), or "before restore" (kept)."""


class BackupProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a backup or a restore is; ``step`` is "copy" or "check"."""

    step: str
    share: float


class BackupContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup file holds, after it was checked."""

    path: str
    schema: int
    runs: int
    conversations: int
    messages: int
    newest_at: float | None = None
    """When the newest run or message in it was made."""
