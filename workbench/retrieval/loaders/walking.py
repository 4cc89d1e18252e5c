"""The files of a folder that can be read. Blocks on the disk: use it in a thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.text import size_text
from workbench.retrieval.loaders.job import shown_path
from workbench.retrieval.loaders.kinds import BY_SUFFIX
from workbench.retrieval.loaders.loader import FILE_BYTES

MOST_FILES = 100_000
DEEPEST = 64


@dataclass(frozen=True)
class WalkedFile:
    """A file of a folder. ``problem`` is why it cannot be read, "" where it may be."""

    path: Path
    shown: str
    """The path as it can be shown: its name need not be UTF-8."""
    size: int
    modified_ns: int
    problem: str = ""


@dataclass(frozen=True)
class Walk:
    """What is in a folder and its folders, in order of the paths."""

    files: tuple[WalkedFile, ...]
    skipped: int = 0
    """Files of other kinds, hidden ones, and links to folders."""
    notes: tuple[str, ...] = ()
    """Folders that cannot be read, and whether there are more files than are taken."""

    @property
    def readable(self) -> tuple[WalkedFile, ...]:
        """The files without a problem."""
        return tuple(each for each in self.files if not each.problem)


def walk(folder: Path, stopped: Callable[[], bool] = lambda: False) -> Walk:
    """The files in a folder and its folders that a loader reads, by their endings.

    Hidden files and folders are left out; links to folders are not followed, so that there are no
    loops; a file with several names is taken once. What vanishes meanwhile is left out.

    Args:
        folder: where to look.
        stopped: whether to leave off.
    """
    walker = _Walker(stopped)
    walker.enter(folder, 0)
    ordered = sorted(walker.files, key=lambda each: os.fsencode(each.path))
    return Walk(tuple(ordered), walker.skipped, tuple(walker.notes))


class _Walker:
    """Collects files on its way."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.files: list[WalkedFile] = []
        self.skipped = 0
        self.notes: list[str] = []
        self._stopped = stopped
        self._seen: set[tuple[int, int]] = set()

    def enter(self, folder: Path, depth: int) -> None:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda each: os.fsencode(each.name))
        except OSError as error:
            if not isinstance(error, FileNotFoundError) or depth == 0:
                reason = error.strerror or error
                self.notes.append(f"{shown_path(folder)}: the folder cannot be read ({reason}).")
            return
        for entry in self._usable(entries):
            try:
                self._take(entry, depth)
            except FileNotFoundError:
                continue  # it vanished
            except OSError as error:
                reason = f"the file cannot be read ({error.strerror or error})."
                self._add(Path(entry.path), 0, 0, reason)

    def _usable(self, entries: list[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
        for entry in entries:
            if self._stopped():
                return
            if len(self.files) >= MOST_FILES:
                note = f"There are more than {MOST_FILES:,} files: the others are left out."
                if note not in self.notes:
                    self.notes.append(note)
                return
            if entry.name.startswith("."):
                self.skipped += 1
            else:
                yield entry

    def _take(self, entry: os.DirEntry[str], depth: int) -> None:
        if entry.is_dir():
            is_junction = getattr(entry, "is_junction", bool)()  # from Python 3.12 on
            if entry.is_symlink() or is_junction or depth >= DEEPEST:
                self.skipped += 1
            else:
                self.enter(Path(entry.path), depth + 1)
            return
        path = Path(entry.path)
        if path.suffix.lower() not in BY_SUFFIX or not entry.is_file():
            self.skipped += 1
            return
        found = path.stat()  # of the file that a link leads to
        identity = (found.st_dev, found.st_ino)
        if identity in self._seen:
            self.skipped += 1
            return
        self._seen.add(identity)
        problem = ""
        if found.st_size > FILE_BYTES:
            problem = (
                f"the file is larger than {size_text(FILE_BYTES)}, the most that is read here."
            )
        self._add(path, found.st_size, found.st_mtime_ns, problem)

    def _add(self, path: Path, size: int, modified_ns: int, problem: str) -> None:
        self.files.append(WalkedFile(path, shown_path(path), size, modified_ns, problem))
