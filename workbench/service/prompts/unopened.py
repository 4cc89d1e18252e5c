"""Imported prompts that nobody has looked at yet.

They are known by the digests of their texts, so that another name or place makes nobody trust
them; paths are kept beside the digests, so that the library need not read every file to mark them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.domain.prompts.library import Moved
from workbench.domain.prompts.prompt import PromptFile
from workbench.history import session
from workbench.history.store import HistoryStore
from workbench.prompts.file_io import read_file

_KEY = "unopened_prompts"


class Unopened:
    """Path and digest of each such prompt, kept in the history.

    Args:
        store: where they are kept.
    """

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._read: dict[str, tuple[int, int, str]] = {}
        self._looked_for: set[str] = set()
        self._moved: set[str] = set()

    async def digests(self) -> frozenset[str]:
        """The digests of all texts that nobody has opened."""
        return frozenset((await self._all()).values())

    async def add(self, files: Iterable[PromptFile]) -> None:
        """Nobody has opened these yet."""
        known = await self._all()
        found = known | {file.path: file.sha256 for file in files}
        if found != known:
            await self._store.write(session.set_state, _KEY, found)

    async def open(self, sha256: str) -> bool:
        """A person has a text before them; whether it was new."""
        known = await self._all()
        left = {path: digest for path, digest in known.items() if digest != sha256}
        if len(left) == len(known):
            return False
        await self._store.write(session.set_state, _KEY, left)
        return True

    async def follow(self, moved: Moved) -> None:
        """Go with a file or folder that was moved."""
        known = await self._all()
        found = {moved.place_of(path): digest for path, digest in known.items()}
        if found != known:
            await self._store.write(session.set_state, _KEY, found)

    async def paths(self, among: Iterable[str]) -> frozenset[str]:
        """Which of these files hold such a text; those that moved outside are found again."""
        known = await self._all()
        if not known:
            return frozenset()
        return await asyncio.to_thread(self._holding, known, tuple(among))

    async def _all(self) -> dict[str, str]:
        return await self._store.state_as(_KEY, dict[str, str], {})

    def _holding(self, known: dict[str, str], among: tuple[str, ...]) -> frozenset[str]:
        digests = set(known.values())
        places = {path for path in among if path in known or path in self._moved}
        found = {path for path in places if self._digest(path) in digests}
        lost = digests - {self._digest(path) for path in found} - self._looked_for
        if lost:  # once for each of them: it means reading the whole library
            self._looked_for |= lost
            self._moved |= {path for path in among if self._digest(path) in lost}
        return frozenset(found | {path for path in self._moved if self._digest(path) in digests})

    def _digest(self, path: str) -> str:
        """The digest of a file, "" where it cannot be read; read again where it has changed."""
        try:
            status = Path(path).stat()
            known = self._read.get(path)
            if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
                known = (status.st_mtime_ns, status.st_size, read_file(Path(path)).sha256)
                self._read[path] = known
        except (OSError, LibraryError):
            return ""
        return known[2]
