"""What is kept in the data folder: its parts, backups of the history, and what was deleted."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from workbench.domain.text import count_text


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


BackupPeriod = Literal["day", "week"]
_Count = Annotated[int, msgspec.Meta(ge=0, le=400)]


class BackupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Whether and how often the history is copied, and how many copies are kept as they age.

    All of today and yesterday stay; before that the newest of each day, week and month that has
    one, up to these numbers of them.
    """

    daily: bool = True
    """Whether copies are made by themselves; ``every`` says how often."""
    every: BackupPeriod = "day"
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
    """How far a backup or a restore is; ``step`` is "copy", "check", "encrypt" or "backups".

    While it is "backups", the history is written and nothing can be cancelled any more.
    """

    step: str
    share: float


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the history is encrypted, and how it is opened."""

    is_encrypted: bool = False
    is_possible: bool = True
    """False where the SQLite at hand does not know encryption."""
    with_account: bool = False
    """Whether the system's keyring opens it at start."""
    other_copies: tuple[str, ...] = ()
    """Backups in the data folder that are not as the history is: plain, or with another key."""


class ConversionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was encrypted, or decrypted, or given another passphrase."""

    is_encrypted: bool
    files: int = 0
    """The history and its backups."""
    failed: tuple[str, ...] = ()
    """Backups that are what they were."""
    is_overwritten: bool = True
    """Whether zeros were written over what was there; on some file systems it is deleted only."""


class BackupContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup file holds, after it was checked."""

    path: str
    schema: int
    runs: int
    conversations: int
    messages: int
    newest_at: float | None = None
    """When the newest run or message in it was made."""


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be deleted for good: ids with the times that they are from.

    A copy of the history may have another run under the same id; its time tells them apart.
    """

    runs: tuple[tuple[int, float], ...] = ()
    conversations: tuple[tuple[int, float], ...] = ()


class ErasePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What deleting for good would delete, for the question before it."""

    erasure: Erasure
    messages: int = 0
    held: tuple[int, ...] = ()
    """Runs that are answers in conversations which stay: they are deleted with those only."""
    backups: int = 0
    other_files: tuple[str, ...] = ()
    """Files in the data folder that may hold it and are not changed: damaged histories."""


class EraseReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted for good, and where it may still be."""

    runs: int = 0
    conversations: int = 0
    messages: int = 0
    backups: int = 0
    """Backups that it was taken out of."""
    still_in: tuple[str, ...] = ()
    is_overwritten: bool = True
    """Whether all free space of the history was written over; False where the disk has no room."""


LEAST_PASSPHRASE = 8
NO_RECOVERY = (
    "Nothing can read the history without the passphrase, not even this program: where it is "
    "forgotten, everything in the history and in its backups is lost."
)
"""Shown before a passphrase is set, and again where it is typed."""
ENCRYPTION_LIMITS = (
    "Encrypted are the history and its backups in the data folder. Prompts, sample sets, data "
    "sets, models, logs, damaged histories that were moved aside and whatever you export or "
    "exported stay plain files, and what the disk keeps by itself (SSDs, snapshots, synchronised "
    "folders) may still have what was there before."
)
"""What encryption does not reach."""


def conversion_result(report: ConversionReport) -> str:
    """What was done, and what is left."""
    done = "encrypted" if report.is_encrypted else "plain again"
    verb = "is" if report.files == 1 else "are"
    sentences = [f"The history is {done}; {count_text(report.files, 'file')} {verb} written again."]
    if report.failed:
        sentences.append(f"These could not be changed: {', '.join(report.failed)}.")
    if report.is_encrypted and not report.is_overwritten:
        sentences.append(
            "What was there before is deleted, but could not be written over on this file system."
        )
    return " ".join(sentences)


ERASE_LIMITS = (
    "What this program cannot reach: copies that you saved or exported, forks of a conversation, "
    "versions of prompts, sets, and what is in fields and drafts now; what the disk or file system "
    "keeps by itself (SSDs, snapshots, Time Machine, synchronised folders), swap and hibernation, "
    "crash reports."
)
"""What deleting for good does not delete, for the question before it."""


def erase_question(preview: ErasePreview) -> str:
    """What would be deleted, in sentences."""
    wanted = preview.erasure
    parts = []
    if wanted.conversations:
        chats = count_text(len(wanted.conversations), "conversation")
        parts.append(f"{chats} with {count_text(preview.messages, 'message')}, all versions")
    if wanted.runs:
        parts.append(count_text(len(wanted.runs), "run"))
    sentences = [f"{' and '.join(parts)} would be deleted for good: this cannot be undone."]
    if preview.backups:
        copies = count_text(preview.backups, "backup")
        sentences.append(f"It is also taken out of the {copies} in the data folder.")
    if preview.held:
        sentences.append(
            f"{count_text(len(preview.held), 'run')} stay, as answers of conversations that stay."
        )
    if preview.other_files:
        named = ", ".join(preview.other_files)
        sentences.append(f"These files are not changed and may hold it: {named}.")
    return " ".join(sentences)


def erase_result(report: EraseReport) -> str:
    """What was deleted, and where it may still be."""
    runs, chats = count_text(report.runs, "run"), count_text(report.conversations, "conversation")
    sentences = [f"Deleted for good: {chats} and {runs}."]
    if report.backups:
        sentences.append(f"Taken out of {count_text(report.backups, 'backup')}.")
    if not report.is_overwritten:
        sentences.append(
            "The free space of the history could not be written over (no room on the disk, or "
            "another program reads it): delete something again later."
        )
    if report.still_in:
        sentences.append(f"It may still be in {', '.join(report.still_in)}.")
    return " ".join(sentences)


class QueryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a question in SQL; ``is_cut`` where there are more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    is_cut: bool = False
    seconds: float = 0.0


class ColumnWords(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the history: its kind, and what else is known of it."""

    name: str
    kind: str
    notes: tuple[str, ...] = ()


class TableWords(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the history, for who asks it in SQL."""

    name: str
    description: str
    columns: tuple[ColumnWords, ...]
