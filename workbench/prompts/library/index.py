"""What is known of the prompt files in the library's folders, by time and size of each file."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from pathlib import Path
from typing import NamedTuple

import msgspec

from workbench import __version__, files
from workbench.domain.errors import LibraryError
from workbench.domain.prompts.library import PromptRecord
from workbench.prompts.file_io import can_write, read_file
from workbench.prompts.library.metadata import head_of, unusable
from workbench.prompts.library.names import is_prompt_name

MOST_FILES = 20_000
MOST_FOLDERS = 5_000
KEPT_CHARACTERS = 32 * 1024 * 1024
"""Texts that are kept for the next search, each also casefolded."""


_USER = os.geteuid() if hasattr(os, "geteuid") else -1


class Walk(NamedTuple):
    """What is below a folder: prompt files, folders (relative, "/"), and what was in the way.

    ``times`` are those of the last change of each folder: of what is in it, not of its files.
    """

    files: list[PromptRecord]
    folders: list[str]
    problem: str
    times: dict[str, int]


def walk(root: Path, *, writable: bool = False, shipped: bool = False) -> Walk:
    """Prompt files and folders below ``root``; none of the files is read.

    Hidden ones are left out and links to folders are not followed, so that a walk ends and stays
    inside. Never raises: what cannot be looked at is said in ``problem``.

    Args:
        root: the folder.
        writable: whether it can be written; its files are asked only then.
        shipped: whether it came with the program.
    """
    top = os.fspath(root)
    files: list[PromptRecord] = []
    folders: list[str] = []
    problem = ""
    times: dict[str, int] = {}
    waiting = [""]
    while waiting:
        inside_root = waiting.pop()
        folder = os.path.join(top, inside_root)  # noqa: PTH118 - many, and texts already
        times[folder] = changed_at(folder)
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            problem = problem or _folder_problem(inside_root, error)
            continue
        for entry in inside:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                name = f"{inside_root}/{entry.name}" if inside_root else entry.name
                waiting.append(name)
                folders.append(name)
            elif is_prompt_name(entry.name) and not entry.is_dir():
                files.append(
                    record_of(entry, inside_root, root=top, writable=writable, shipped=shipped)
                )
        if len(files) > MOST_FILES or len(folders) > MOST_FOLDERS:
            limit = f"{MOST_FILES:,} prompts in {MOST_FOLDERS:,} folders"
            problem = f"This folder holds more than {limit}: only some are shown."
            break
    return Walk(files[:MOST_FILES], sorted(folders[:MOST_FOLDERS]), problem, times)


def changed_at(folder: str) -> int:
    """When something came into a folder or went out of it last (ns), 0 where it is not there."""
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116 - a text
    except OSError:
        return 0


def record_of(
    file: Path | os.DirEntry[str],
    folder: str = "",
    *,
    root: str = "",
    writable: bool = False,
    shipped: bool = False,
) -> PromptRecord:
    """A file as it is now, unread; one that cannot be looked at, a link to nothing, has no time.

    ``writable`` says whether its folder is.
    """
    path, mtime_ns, size, is_own = os.fspath(file), 0, 0, False
    with contextlib.suppress(OSError):
        status = file.stat()
        mtime_ns, size = status.st_mtime_ns, status.st_size
        is_own = status.st_uid == _USER and bool(status.st_mode & stat.S_IWUSR)
    return PromptRecord(
        path=path,
        name=file.name,
        folder=folder,
        root=root,
        writable=writable and (is_own or can_write(Path(path))),  # an own file needs no call
        shipped=shipped,
        mtime_ns=mtime_ns,
        size=size,
        title=file.name.rpartition(".")[0] or file.name,
    )


def _folder_problem(place: str, error: OSError) -> str:
    if place:
        return f"{place} cannot be looked at ({error.strerror}): check the rights of the folder."
    if isinstance(error, FileNotFoundError):
        return "This folder is not there: connect its disk, or remove it from the library."
    if isinstance(error, NotADirectoryError):
        return "This is no folder any more: remove it from the library."
    return f"This folder cannot be looked at ({error.strerror}): check its rights."


class LibraryIndex:
    """Records and texts of prompt files; a file is read again only when time or size changed.

    Safe for several threads: two that ask at once do not read the same files twice.

    Args:
        kept: the file that remembers the records between two starts; None keeps nothing. Another
            version of the program reads the prompts again.
    """

    def __init__(self, kept: Path | None = None) -> None:
        self._kept = kept
        self._lock = threading.RLock()
        self._records: dict[str, PromptRecord] | None = None
        self._texts: dict[str, tuple[PromptRecord, str, str]] = {}
        self._characters = 0
        self._changed = False
        self.version = 0
        """Another number whenever something was learnt of a file."""

    def newest(self, file: PromptRecord) -> PromptRecord:
        """A file with what it said of itself when it was read last, if it ever was."""
        known = (self._records or self._all()).get(file.path)
        return file if known is None else file.with_head(known, is_read=known.is_same_state(file))

    def is_read(self, file: PromptRecord) -> bool:
        """Whether a file has not changed since it was read."""
        known = (self._records or self._all()).get(file.path)
        return known is not None and known.is_same_state(file)

    def read_head(self, file: PromptRecord) -> PromptRecord:
        """A file with what it says of itself; it is read here where that is not known."""
        with self._lock:
            if not self.is_read(file):
                try:
                    head = head_of(file.path, read_file(Path(file.path)).text)
                except LibraryError as error:
                    head = _unreadable(file.path, error)
                self.learn(file, head)
            return self.newest(file)

    def learn(self, file: PromptRecord, head: PromptRecord) -> None:
        """Keep what was read of a file when it was as ``file``."""
        with self._lock:
            self._all()[file.path] = file.with_head(head)
            self._changed = True
            self.version += 1

    def read(self, file: PromptRecord) -> str | None:
        """The text of a file whose head is to be read; None, and learnt, where it has none."""
        try:
            text = read_file(Path(file.path)).text
        except LibraryError as error:
            self.learn(file, _unreadable(file.path, error))
            return None
        self._keep_text(file, text)
        return text

    def text(self, file: PromptRecord) -> tuple[str, str]:
        """The text of a file for a search, as it is and casefolded; "" where it cannot be read."""
        kept = self._texts.get(file.path)
        if kept is not None and kept[0].is_same_state(file):
            return kept[1], kept[2]
        try:
            text = read_file(Path(file.path)).text
        except LibraryError:
            text = ""
        return self._keep_text(file, text)

    def _keep_text(self, file: PromptRecord, text: str) -> tuple[str, str]:
        folded = text.casefold()
        with self._lock:
            kept = self._texts.get(file.path)
            self._characters += len(text) - (len(kept[1]) if kept else 0)
            if self._characters > KEPT_CHARACTERS:
                self._texts.clear()
                self._characters = len(text)
            self._texts[file.path] = (file, text, folded)
        return text, folded

    def keep(self, present: set[str]) -> None:
        """Forget files that are not ``present``, and write down what is new since the last time.

        A disk that cannot be written costs the next start a little time, and nothing else.
        """
        with self._lock:
            records = self._all()
            for gone in records.keys() - present:
                del records[gone]
                self._changed = True
            if self._changed and self._kept is not None:
                self._changed = False
                content = msgspec.msgpack.encode((__version__, [*records.values()]))
                with contextlib.suppress(OSError):
                    files.write_file(self._kept, content)

    def _all(self) -> dict[str, PromptRecord]:
        with self._lock:
            if self._records is None:
                self._records = {record.path: record for record in self._read_kept()}
            return self._records

    def _read_kept(self) -> list[PromptRecord]:
        if self._kept is None:
            return []
        try:
            content = self._kept.read_bytes()
            version, records = msgspec.msgpack.decode(content, type=tuple[str, list[PromptRecord]])
        except (OSError, msgspec.MsgspecError):
            return []
        return records if version == __version__ else []


def _unreadable(path: str, error: LibraryError) -> PromptRecord:
    return unusable(path, error.reason[:1].upper() + error.reason[1:])
