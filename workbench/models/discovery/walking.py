"""Walks folders for files of one kind, with limits of depth and number."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

MOST_ENTRIES = 50_000
MOST_DEPTH = 12
_SHOWN_PROBLEMS = 20


class Walk:
    """Looks through folders; ``problems`` are sentences about what could not be looked at.

    Links to folders are followed, each folder is looked into once, so that loops end.
    """

    def __init__(self, most_entries: int = MOST_ENTRIES) -> None:
        self._most_entries = most_entries
        self._seen: set[tuple[int, int]] = set()
        self.problems: list[str] = []

    def report(self, sentence: str) -> None:
        """Note a problem; a broken disk does not fill the memory with them."""
        if len(self.problems) < _SHOWN_PROBLEMS and sentence not in self.problems:
            self.problems.append(sentence)

    def files(self, root: Path, *suffixes: str) -> Iterator[Path]:
        """Files below ``root`` that end in one of ``suffixes`` (lower case; none is any)."""
        waiting = deque([(root, 0)])
        left = self._most_entries
        while waiting:
            folder, depth = waiting.popleft()
            entries = self._entries(folder)
            left -= len(entries)
            if left < 0:
                self.report(
                    f"{root}: more than {self._most_entries:,} files are in it, so the rest was "
                    "not looked at; name a folder further down."
                )
                return
            for entry in entries:
                if entry.name.casefold().endswith(suffixes or "") and self._is_file(entry):
                    yield Path(entry.path)
                elif self._is_folder(entry):
                    if depth < MOST_DEPTH:
                        waiting.append((Path(entry.path), depth + 1))
                    else:
                        self.report(f"{entry.path}: too deep to look into; name it as a folder.")

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in self._seen:
                return []
            self._seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as scan:
                return sorted(scan, key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.report(
                f"{folder}: cannot be looked into ({error.strerror}); check its permissions."
            )
            return []

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        try:
            if entry.is_file():
                return True
            if entry.is_symlink() and not Path(entry.path).exists():
                self.report(f"{entry.path}: points to a file that is gone.")
        except OSError as error:
            self.report(f"{entry.path}: cannot be seen ({error.strerror}).")
        return False

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir()
        except OSError:
            return False  # a loop of links: nothing is in it
