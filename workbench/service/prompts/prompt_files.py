"""Prompt files: read, saved, copied, renamed, moved to the trash, and their drafts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import msgspec

from workbench.domain.errors import (
    LibraryError,
    StoreError,
)
from workbench.domain.prompts.library import STATES_BY_PATH, Moved
from workbench.domain.prompts.prompt import (
    Draft,
    OwnCopy,
    PromptFile,
)
from workbench.domain.prompts.versions import VersionOrigin
from workbench.history import session, versions
from workbench.service.core import Core
from workbench.service.prompts.library import Library

log = logging.getLogger(__name__)


class PromptFiles:
    """Prompt files: read, saved, copied, renamed, and their drafts."""

    def __init__(self, core: Core, library: Library) -> None:
        self._prompt_library = core.prompt_library
        self._sample_sets = core.sample_sets
        self._store = core.store
        self._library = library

    async def read(self, path: str) -> PromptFile:
        """The text of a prompt file (LibraryError where it cannot be read)."""
        return await asyncio.to_thread(self._prompt_library.read, path)

    async def save(self, path: str, text: str, expected_sha256: str) -> PromptFile:
        """Write a prompt file, old or new but never half of it, and drop its draft.

        Its old and new text become versions of it.

        Raises:
            FileChangedError: the file is not the one that ``expected_sha256`` was taken from.
            LibraryError: it cannot be written.
        """
        before = await self._text_before(path, expected_sha256)
        saved = await asyncio.to_thread(self._prompt_library.save, path, text, expected_sha256)
        await self._keep_versions(path, *before, (saved.text, "saved"))
        await self._store.discard_draft(path)
        return saved

    async def _text_before(
        self, path: str, expected_sha256: str
    ) -> tuple[tuple[str, VersionOrigin], ...]:
        """The text that saving is about to replace, as a version to keep; none for a new file."""
        if not expected_sha256:
            return ()
        try:
            return (((await self.read(path)).text, "imported"),)
        except LibraryError:
            return ()  # saving says what is wrong with the file

    async def _keep_versions(self, path: str, *texts: tuple[str, VersionOrigin]) -> None:
        """Keep versions of a file that is written; a failure is in the history's status."""
        try:
            await self._store.write(versions.record_all, path, *texts)
        except StoreError as error:
            log.warning("A version of %s could not be kept: %s", path, error)

    async def create(self, name: str, folder: str = "", text: str = "") -> PromptFile:
        """A new prompt file in the user's folder, or in one that ``folder`` names whole."""
        made = await asyncio.to_thread(self._prompt_library.create, name, folder, text)
        await self._keep_versions(made.path, (made.text, "saved"))
        return made

    async def duplicate(self, path: str) -> PromptFile:
        """A copy with its sample sets, named after the original, in its folder or the user's."""
        made = await asyncio.to_thread(self._prompt_library.duplicate, path)
        await self._keep_versions(made.path, (made.text, "saved"))
        await asyncio.to_thread(self._sample_sets.follow, path, made.path, copy=True)
        return made

    async def save_own_copy(self, draft: Draft) -> OwnCopy:
        """Save a prompt that must stay as it is, shipped or read-only, as the user's own.

        The copy goes into the same subfolder of the user's folder, under a free name. Its versions
        go on from those of the original, its values and sample sets go with it, and the draft of
        the original is dropped, since the text is in the copy now.

        Args:
            draft: the path of the prompt, the text to be saved, and its values; ``base_sha256``
                is the digest of the prompt.

        Raises:
            LibraryError: the copy cannot be written; then nothing has changed.
        """
        before = await self._text_before(draft.path, draft.base_sha256)
        folders = await asyncio.to_thread(self._prompt_library.missing_folders, draft.path)
        made = await asyncio.to_thread(self._prompt_library.own_copy, draft.path, draft.text)
        try:
            await self._store.write(versions.copy, draft.path, made.path)
        except StoreError as error:
            log.warning("The versions of %s could not be copied: %s", draft.path, error)
        await self._keep_versions(made.path, *before, (made.text, "saved"))
        await self._store.save_draft(
            msgspec.structs.replace(draft, path=made.path, base_sha256=made.sha256)
        )
        await self._store.discard_draft(draft.path)
        await asyncio.to_thread(self._sample_sets.follow, draft.path, made.path, copy=True)
        for kind in STATES_BY_PATH:
            kept = await self._store.read(session.get_state, kind + draft.path)
            if kept is not None:
                await self._store.write(session.set_state, kind + made.path, kept)
        return OwnCopy(file=made, original=draft, folders=folders)

    async def undo_own_copy(self, made: OwnCopy) -> None:
        """Take an own copy back: it goes to the trash, its text is the original's draft again.

        Folders that were made for it go too, where nothing else is in them.

        Raises:
            LibraryError: the copy cannot be moved; then nothing has changed.
        """
        await self.trash(made.file.path)
        await asyncio.to_thread(self._prompt_library.remove_empty, made.folders)
        await self._store.save_draft(made.original)

    async def rename(self, path: str, name: str) -> PromptFile:
        """The file under another name in the same folder."""
        file = await asyncio.to_thread(self._prompt_library.rename, path, name)
        await self._library.follow(Moved(old=path, new=file.path))
        return file

    async def trash(self, path: str) -> str:
        """Move a prompt file aside and return where it went; nothing is deleted."""
        where = await asyncio.to_thread(self._prompt_library.trash, path)
        await self._library.follow(Moved(old=path, new=where))
        return where

    async def tag(
        self, path: str, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> PromptFile:
        """Write tags into the front matter of a prompt, or take them out.

        Raises:
            FrontMatterError: its front matter cannot be read.
            LibraryError: a tag cannot be one, or the file cannot be changed.
        """
        return await asyncio.to_thread(self._prompt_library.tag, path, tuple(add), tuple(remove))

    async def save_draft(self, draft: Draft) -> None:
        """Keep unsaved text so that a crash loses none of it."""
        await self._store.save_draft(draft)

    async def drafts(self) -> tuple[Draft, ...]:
        """All unsaved texts."""
        return await self._store.read(session.load_drafts)

    async def discard_draft(self, path: str) -> None:
        """Forget the unsaved text of a file."""
        await self._store.discard_draft(path)
