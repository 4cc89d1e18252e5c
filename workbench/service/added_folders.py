"""Folders of prompts or models that the user added."""

from __future__ import annotations

import asyncio
from pathlib import Path

from workbench.domain.errors import UsageError
from workbench.domain.text import has_surrogates, replace_surrogates
from workbench.history import session
from workbench.history.store import HistoryStore


class AddedFolders:
    """Absolute paths, kept in the history.

    Args:
        store: where they are kept.
        key: under which name.
    """

    def __init__(self, store: HistoryStore, key: str) -> None:
        self._store = store
        self._key = key

    async def all(self) -> tuple[str, ...]:
        """In the order in which they were added."""
        return tuple(await self._store.state_as(self._key, list[str], []))

    async def add(self, path: str) -> None:
        """Keep one more; one that is there already stays in its place."""
        added = await self.all()
        if path not in added:
            await self._store.write(session.set_state, self._key, [*added, path])

    async def remove(self, folder: str) -> None:
        """Forget one; its files stay as they are.

        Raises:
            UsageError: it was not added.
        """
        path = await asyncio.to_thread(_absolute, folder)
        added = await self.all()
        if path not in added:
            known = ", ".join(added) or "none"
            raise UsageError(f"{path} was not added. Folders that were: {known}.")
        await self._store.write(
            session.set_state, self._key, [other for other in added if other != path]
        )


def existing_folder(folder: str) -> str:
    """The absolute path of a folder that the user named (UsageError where there is none)."""
    path = _absolute(folder)
    if not folder.strip() or not Path(path).is_dir():
        raise UsageError(f"{path} is no folder: name one that is there.")
    if has_surrogates(path):
        raise UsageError(
            f"{replace_surrogates(path)}: the name of a folder is no text in UTF-8: rename it."
        )
    return path


def _absolute(folder: str) -> str:
    return str(Path(folder).expanduser().absolute())
