"""What is in the folders of the library, remembered by time and size of each file."""

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
from workbench.prompts.file_io import can_write, read_file
from workbench.prompts.library.metadata import Head, head_of, unusable
from workbench.prompts.library.names import is_prompt_name

MOST_FILES = 20_000
MOST_FOLDERS = 5_000
KEPT_CHARACTERS = 32 * 1024 * 1024
"""Texts that are kept for the next search, each also casefolded."""


_USER = os.geteuid() if hasattr(os, "geteuid") else -1


class Found(NamedTuple):
    """A prompt file on disk and what tells one state of it from another.

    Texts, not a ``Path``: there may be thousands. ``folder`` is relative to the root, divided by
    "/"; ``own`` says that the person who runs the program owns it and may write it.
    """

    path: str
    folder: str
    name: str
    mtime_ns: int
    size: int
    own: bool = False


class Walk(NamedTuple):
    """What is below a folder: prompt files, folders (relative, "/"), and what was in the way.

    ``times`` are those of the last change of each folder: of what is in it, not of its files.
    """

    files: list[Found]
    folders: list[str]
    problem: str
    times: dict[str, int]


class Details(msgspec.Struct, frozen=True, gc=False):
    """What a prompt file says of itself; ``problem`` is a sentence where it cannot be used."""

    mtime_ns: int
    size: int
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    problem: str = ""


class _Kept(msgspec.Struct, frozen=True):
    """The index on disk; another program version reads the files again."""

    version: str
    files: dict[str, Details]


def walk(root: Path) -> Walk:
    """Prompt files and folders below ``root``.

    Hidden ones are left out and links to folders are not followed, so that a walk ends and stays
    inside. Never raises: what cannot be looked at is said in ``problem``.
    """
    files: list[Found] = []
    folders: list[str] = []
    problem = ""
    times: dict[str, int] = {}
    waiting = [""]
    while waiting:
        inside_root = waiting.pop()
        folder = os.path.join(root, inside_root)  # noqa: PTH118 - many, and texts already
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
                files.append(found_of(entry, inside_root))
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


def found_of(file: Path | os.DirEntry[str], folder: str = "") -> Found:
    """A file as it is now; one that cannot be looked at, a link to nothing, has no time."""
    try:
        status = file.stat()
    except OSError:
        return Found(os.fspath(file), folder, file.name, 0, 0)
    own = status.st_uid == _USER and bool(status.st_mode & stat.S_IWUSR)
    return Found(os.fspath(file), folder, file.name, status.st_mtime_ns, status.st_size, own)


def can_write_found(file: Found) -> bool:
    """Whether a file in a folder that can be written can be, too; a person's own needs no call."""
    return file.own or can_write(Path(file.path))


def _folder_problem(place: str, error: OSError) -> str:
    if place:
        return f"{place} cannot be looked at ({error.strerror}): check the rights of the folder."
    if isinstance(error, FileNotFoundError):
        return "This folder is not there: connect its disk, or remove it from the library."
    if isinstance(error, NotADirectoryError):
        return "This is no folder any more: remove it from the library."
    return f"This folder cannot be looked at ({error.strerror}): check its rights."


class LibraryIndex:
    """Details and texts of prompt files; a file is read again only when time or size changed.

    Safe for several threads: two that ask at once do not read the same files twice.

    Args:
        kept: the file that remembers the details between two starts; None keeps nothing.
    """

    def __init__(self, kept: Path | None = None) -> None:
        self._kept = kept
        self._lock = threading.RLock()
        self._details: dict[str, Details] | None = None
        self._texts: dict[str, tuple[int, int, str, str]] = {}
        self._characters = 0
        self._changed = False
        self.version = 0
        """Another number whenever something was learnt of a file."""

    def newest(self, found: Found) -> tuple[Details | None, bool]:
        """What a file said of itself when it was read last, and whether it has not changed since.

        None, and no, where it never was.
        """
        details = (self._details or self._all()).get(found.path)
        return details, details is not None and _is_of(details, found)

    def details(self, found: Found) -> Details:
        """The details of a file, which is read here where they are not known."""
        with self._lock:
            details, current = self.newest(found)
            if details is None or not current:
                path = found.path
                try:
                    head = head_of(path, read_file(Path(path)).text)
                except LibraryError as error:
                    head = _unreadable(path, error)
                details = self.learn(found, head)
            return details

    def learn(self, found: Found, head: Head) -> Details:
        """Keep what was read of a file when it was as ``found``."""
        details = Details(
            mtime_ns=found.mtime_ns,
            size=found.size,
            title=head.title,
            description=head.description,
            tags=head.tags,
            problem=head.problem,
        )
        with self._lock:
            self._all()[found.path] = details
            self._changed = True
            self.version += 1
        return details

    def read(self, found: Found) -> str | None:
        """The text of a file whose head is to be read; None, and learnt, where it has none."""
        try:
            text = read_file(Path(found.path)).text
        except LibraryError as error:
            self.learn(found, _unreadable(found.path, error))
            return None
        self._keep_text(found, text)
        return text

    def text(self, found: Found) -> tuple[str, str]:
        """The text of a file for a search, as it is and casefolded; "" where it cannot be read."""
        kept = self._texts.get(found.path)
        if kept is not None and kept[:2] == (found.mtime_ns, found.size):
            return kept[2], kept[3]
        try:
            text = read_file(Path(found.path)).text
        except LibraryError:
            text = ""
        return self._keep_text(found, text)

    def _keep_text(self, found: Found, text: str) -> tuple[str, str]:
        folded = text.casefold()
        with self._lock:
            kept = self._texts.get(found.path)
            self._characters += len(text) - (len(kept[2]) if kept else 0)
            if self._characters > KEPT_CHARACTERS:
                self._texts.clear()
                self._characters = len(text)
            self._texts[found.path] = (found.mtime_ns, found.size, text, folded)
        return text, folded

    def keep(self, present: set[str]) -> None:
        """Forget files that are not ``present``, and write down what is new since the last time.

        A disk that cannot be written costs the next start a little time, and nothing else.
        """
        with self._lock:
            details = self._all()
            for gone in details.keys() - present:
                del details[gone]
                self._changed = True
            if self._changed and self._kept is not None:
                self._changed = False
                content = msgspec.msgpack.encode(_Kept(__version__, details))
                with contextlib.suppress(OSError):
                    files.write_file(self._kept, content)

    def _all(self) -> dict[str, Details]:
        with self._lock:
            if self._details is None:
                self._details = self._read_kept()
            return self._details

    def _read_kept(self) -> dict[str, Details]:
        if self._kept is None:
            return {}
        try:
            kept = msgspec.msgpack.decode(self._kept.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return {}
        return dict(kept.files) if kept.version == __version__ else {}


def _is_of(details: Details, found: Found) -> bool:
    return details.mtime_ns == found.mtime_ns and details.size == found.size


def _unreadable(path: str, error: LibraryError) -> Head:
    return unusable(path, error.reason[:1].upper() + error.reason[1:])
