"""The library of prompts: its folders, search, favourites, tags, and moving files and folders.

What belongs to a prompt by its path (versions, drafts, favourites, sample sets) goes with it when
it is moved, into the trash and back too, so that a new file of the same name begins without them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from workbench.domain.errors import SandboxError, StoreError
from workbench.domain.prompts.library import (
    STATES_BY_PATH,
    LibraryFolder,
    LibraryListing,
    LibraryResult,
    Moved,
    PromptRecord,
    Trashed,
)
from workbench.history import session, versions
from workbench.prompts.library.metadata import heads_job, read_heads
from workbench.service.added_folders import AddedFolders, existing_folder
from workbench.service.core import Core

_FOLDERS = "library_folders"
_FAVOURITES = "library_favourites"
_HEADS_AT_ONCE = 1_000
log = logging.getLogger(__name__)


class Library:
    """The library of prompts as a whole."""

    def __init__(self, core: Core) -> None:
        self._prompt_library = core.prompt_library
        self._pool = core.pool
        self._sample_sets = core.sample_sets
        self._store = core.store
        self._reading_heads = asyncio.Lock()

    async def listing(self, *, most: int | None = None) -> LibraryListing:
        """Folders, prompts and favourites; ``most`` files that are new are read, None reads all.

        With 0 the folders are looked at; a number goes on with what was seen then. Heads are read
        in the sandbox.
        """
        await self.show_folders()
        if most:
            await self._read_heads(most)
            listing = await asyncio.to_thread(self._prompt_library.listing_so_far)
        else:
            listing = await asyncio.to_thread(self._prompt_library.listing, most=0)
        while most is None and listing.pending:
            await self._read_heads(_HEADS_AT_ONCE)
            listing = await asyncio.to_thread(self._prompt_library.listing_so_far)
        return msgspec.structs.replace(listing, favourites=await self.favourites())

    async def _read_heads(self, most: int) -> None:
        """Read the heads of files that are new."""
        async with self._reading_heads:
            files = await asyncio.to_thread(self._prompt_library.unread, most)
            texts = [(found.path, text) for found, text in files]
            try:
                heads = await read_heads(self._pool, texts)
            except SandboxError as error:
                log.warning("The heads of prompts are read without the sandbox: %s", error)
                heads = await asyncio.to_thread(heads_job, texts)
            for (found, _), head in zip(files, heads, strict=True):
                self._prompt_library.learn(found, head)

    async def search(self, text: str) -> LibraryResult:
        """Prompts that fit words, ``tag:``, ``folder:`` and ``is:favourite``, the best first.

        As one types, so it waits for no head: ``tag:`` finds what a listing has read.
        """
        favourites = await self.favourites()
        return await asyncio.to_thread(self._prompt_library.search, text, favourites)

    async def prepare_search(self) -> None:
        """A person is about to search: read what will be looked at, so that no key waits for it."""
        await asyncio.to_thread(self._prompt_library.prepare_search)

    async def folders(self) -> tuple[LibraryFolder, ...]:
        """The folders whose prompts are shown, the user's first."""
        return (await self.listing(most=0)).folders

    async def add_folder(self, folder: str) -> str:
        """Show the prompts of a further folder from now on; returns its absolute path.

        Raises:
            UsageError: it is no folder.
            LibraryError: it is shown already, or holds a folder that is.
        """
        path = await asyncio.to_thread(existing_folder, folder)
        await self.show_folders()
        await asyncio.to_thread(self._prompt_library.ensure_not_added, path)
        await self._added_folders.add(path)
        await self.show_folders()
        return path

    async def remove_folder(self, folder: str) -> None:
        """Show it no more; its files stay as they are.

        Raises:
            UsageError: it was not added.
        """
        await self._added_folders.remove(folder)
        await self.show_folders()

    async def ensure_writable(self, path: str) -> None:
        """ReadOnlyError where a file must stay as it is: shipped, or in a read-only folder."""
        await asyncio.to_thread(self._prompt_library.roots.refuse_locked, Path(path))

    async def favourites(self) -> frozenset[str]:
        """Paths of the prompts that are favourites."""
        return frozenset(await self._store.state_as(_FAVOURITES, list[str], []))

    async def set_favourites(self, paths: Iterable[str], favourite: bool) -> frozenset[str]:
        """Make prompts favourites, or make them none any more; returns all favourites."""
        found = await self.favourites()
        found = found | set(paths) if favourite else found - set(paths)
        await self._store.write(session.set_state, _FAVOURITES, sorted(found))
        return found

    async def move(self, path: str, folder: str) -> Moved:
        """Put a prompt into another folder of the library; from the shipped one it is copied.

        Raises:
            LibraryError: the name is taken there, or one of the folders cannot be changed.
        """
        return await self.follow(await asyncio.to_thread(self._prompt_library.move, path, folder))

    async def import_file(self, path: str, folder: str) -> Moved:
        """Copy a prompt file from anywhere into a folder of the library.

        Raises:
            LibraryError: it is no prompt file, cannot be read, or the folder cannot be changed.
        """
        return await asyncio.to_thread(self._prompt_library.import_file, path, folder)

    async def create_folder(self, parent: str, name: str) -> str:
        """A new folder in a folder of the library (LibraryError where that cannot be)."""
        return await asyncio.to_thread(self._prompt_library.create_folder, parent, name)

    async def rename_folder(self, path: str, name: str) -> Moved:
        """Give a folder another name (LibraryError where that cannot be)."""
        return await self.follow(
            await asyncio.to_thread(self._prompt_library.rename_folder, path, name)
        )

    async def move_folder(self, path: str, folder: str) -> Moved:
        """Put a folder with all it holds into another (LibraryError where that cannot be)."""
        return await self.follow(
            await asyncio.to_thread(self._prompt_library.move_folder, path, folder)
        )

    async def trash_folder(self, path: str) -> Trashed:
        """Put a folder with all it holds aside; nothing is deleted."""
        trashed = await asyncio.to_thread(self._prompt_library.trash_folder, path)
        await self.follow(Moved(old=trashed.path, new=trashed.where))
        return trashed

    async def restore(self, trashed: Trashed) -> str:
        """Put back what was moved to the trash and return where it is now.

        Raises:
            LibraryError: it is not in the trash any more, or its place cannot be written.
        """
        new = await asyncio.to_thread(self._prompt_library.restore, trashed)
        await self.follow(Moved(old=trashed.where, new=new))
        return new

    async def follow(self, moved: Moved) -> Moved:
        """Have all that is kept by path go with a file or folder that was moved or copied.

        Sample sets in a folder go by themselves.
        """
        if moved.old == moved.new:
            return moved
        await asyncio.to_thread(self._take_samples_along, moved)
        if moved.copied:
            return moved
        try:
            await self._store.write(versions.move, moved.old, moved.new)
        except StoreError as error:
            log.warning("The versions of %s stay under that name: %s", moved.old, error)
        for draft in await self._store.read(session.load_drafts):
            place = moved.place_of(draft.path)
            if place != draft.path:
                await self._store.save_draft(msgspec.structs.replace(draft, path=place))
                await self._store.discard_draft(draft.path)
        await self._store.write(session.move_states, STATES_BY_PATH, moved.old, moved.new)
        favourites = await self.favourites()
        followed = {moved.place_of(path) for path in favourites}
        if followed != favourites:
            await self._store.write(session.set_state, _FAVOURITES, sorted(followed))
        return moved

    @property
    def _added_folders(self) -> AddedFolders:
        return AddedFolders(self._store, _FOLDERS)

    async def show_folders(self) -> None:
        """Have the library show the folders that were added, as the history has them now."""
        self._prompt_library.show(map(Path, await self._added_folders.all()))

    async def entries(self) -> tuple[PromptRecord, ...]:
        """All prompt files of the library's folders."""
        return (await self.listing()).entries

    def _take_samples_along(self, moved: Moved) -> None:
        if Path(moved.new).is_file():
            self._sample_sets.follow(moved.old, moved.new, copy=moved.copied)
