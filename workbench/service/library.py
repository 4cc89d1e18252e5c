"""The library of prompts: its folders, search, favourites, tags, and moving things about.

What belongs to a prompt by its path (versions, drafts, favourites) goes with it when it is moved,
into the trash and back too, so that a new file of the same name begins without them.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import SandboxError, StoreError, UnopenedError
from workbench.domain.library import LibraryFolder, LibraryListing, LibraryResult, Moved, Trashed
from workbench.domain.prompts import PromptFile
from workbench.domain.views import StoreStatus
from workbench.service.added_folders import AddedFolders, existing_folder
from workbench.service.models import ModelService
from workbench.service.unopened import Unopened
from workbench.templates.library_heads import heads_job, read_heads
from workbench.templates.sound import sound

_FOLDERS = "library_folders"
_FAVOURITES = "library_favourites"
_HEADS_AT_ONCE = 1_000
log = logging.getLogger(__name__)


class LibraryService(ModelService):
    """The part of the service that knows the library as a whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_heads = asyncio.Lock()
        self._unopened = Unopened(self._store)

    async def open(self) -> StoreStatus:
        """Open the history, and show the folders that were added to the library."""
        status = await super().open()
        await self._show_folders()
        await self._read_unopened()
        return status

    async def library_listing(self, *, most: int | None = None) -> LibraryListing:
        """Folders, prompts and favourites; ``most`` files that are new are read, None reads all.

        With 0 the folders are looked at; a number goes on with what was seen then. Heads are read
        in the sandbox.
        """
        await self._show_folders()
        if most:
            await self._read_heads(most)
            listing = await self._in_thread(self._library.listing_so_far)
        else:
            listing = await self._in_thread(self._library.listing, most=0)
        while most is None and listing.pending:
            await self._read_heads(_HEADS_AT_ONCE)
            listing = await self._in_thread(self._library.listing_so_far)
        await self._read_unopened()
        return msgspec.structs.replace(
            listing,
            favourites=await self.favourites(),
            unopened=await self._unopened.paths(entry.path for entry in listing.entries),
        )

    async def _read_heads(self, most: int) -> None:
        """Read the heads of files that are new."""
        async with self._reading_heads:
            files = await self._in_thread(self._library.unread, most)
            texts = [(found.path, text) for found, text in files]
            try:
                heads = await read_heads(self._pool, texts)
            except SandboxError as error:
                log.warning("The heads of prompts are read without the sandbox: %s", error)
                heads = await self._in_thread(heads_job, texts)
            for (found, _), head in zip(files, heads, strict=True):
                self._library.learn(found, head)

    async def search_library(self, text: str) -> LibraryResult:
        """Prompts that fit words, ``tag:``, ``folder:`` and ``is:favourite``, the best first.

        As one types, so it waits for no head: ``tag:`` finds what a listing has read.
        """
        favourites = await self.favourites()
        return await self._in_thread(self._library.search, text, favourites)

    async def prepare_search(self) -> None:
        """A person is about to search: read what will be looked at, so that no key waits for it."""
        await self._in_thread(self._library.prepare_search)

    # --- folders of the library -----------------------------------------------------------------

    async def library_folders(self) -> tuple[LibraryFolder, ...]:
        """The folders whose prompts are shown, the user's first."""
        return (await self.library_listing(most=0)).folders

    async def add_library_folder(self, folder: str) -> str:
        """Show the prompts of a further folder from now on; returns its absolute path.

        Raises:
            UsageError: it is no folder.
            LibraryError: it is shown already, or holds a folder that is.
        """
        path = await self._in_thread(existing_folder, folder)
        await self._show_folders()
        await self._in_thread(self._library.refuse_shown, path)
        await self._added_library_folders.add(path)
        await self._show_folders()
        return path

    async def remove_library_folder(self, folder: str) -> None:
        """Show it no more; its files stay as they are.

        Raises:
            UsageError: it was not added.
        """
        await self._added_library_folders.remove(folder)
        await self._show_folders()

    # --- favourites and tags --------------------------------------------------------------------

    async def favourites(self) -> frozenset[str]:
        """Paths of the prompts that are favourites."""
        return frozenset(await self._store.get_state(_FAVOURITES, []))

    async def set_favourites(self, paths: Iterable[str], favourite: bool) -> frozenset[str]:
        """Make prompts favourites, or make them none any more; returns all favourites."""
        found = await self.favourites()
        found = found | set(paths) if favourite else found - set(paths)
        await self._store.set_state(_FAVOURITES, sorted(found))
        return found

    async def tag_prompt(
        self, path: str, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> PromptFile:
        """Write tags into the head of a prompt, or take them out.

        Raises:
            FrontMatterError: its head cannot be read.
            LibraryError: a tag cannot be one, or the file cannot be changed.
        """
        before = await self._in_thread(self._library.read, path)
        file = await self._in_thread(self._library.tag, path, tuple(add), tuple(remove))
        await self._keep_unopened(before, file)
        return file

    # --- what came from outside -----------------------------------------------------------------

    async def open_prompt(self, path: str) -> PromptFile:
        """A prompt file for a person to look at: from then on it can be run and included.

        Raises:
            LibraryError: it cannot be read.
        """
        file = await self._in_thread(self._library.read, path)
        if await self._unopened.open(file.sha256):
            await self._read_unopened()
        return file

    async def refuse_unopened(self, text: str, path: str) -> None:
        """Refuse a text that was imported and that nobody has looked at.

        Raises:
            UnopenedError: it is such a text.
        """
        await self._read_unopened()
        if hashlib.sha256(sound(text).encode()).hexdigest() in self._library.unopened:
            raise UnopenedError(path)

    async def _add_unopened(self, files: Iterable[PromptFile]) -> None:
        """Mark files that came from outside; texts that ship with the program need no look."""
        shipped = await self._in_thread(_digests_below, self.paths.shipped_prompts)
        await self._unopened.add(file for file in files if file.sha256 not in shipped)
        await self._read_unopened()

    async def _keep_unopened(self, before: PromptFile, after: PromptFile) -> None:
        """What was made of a text that nobody has opened is one too."""
        if before.sha256 in self._library.unopened:
            await self._add_unopened((after,))

    async def _read_unopened(self) -> None:
        self._library.unopened = await self._unopened.digests()

    # --- moving ---------------------------------------------------------------------------------

    async def move_prompt(self, path: str, folder: str) -> Moved:
        """Put a prompt into another folder of the library; from the shipped one it is copied.

        Raises:
            LibraryError: the name is taken there, or one of the folders cannot be changed.
        """
        return await self._follow(await self._in_thread(self._library.move, path, folder))

    async def import_prompt(self, path: str, folder: str) -> Moved:
        """Copy a prompt file from anywhere into a folder of the library.

        Raises:
            LibraryError: it is no prompt file, cannot be read, or the folder cannot be changed.
        """
        moved = await self._in_thread(self._library.bring_in, path, folder)
        await self._add_unopened((await self._in_thread(self._library.read, moved.new),))
        return moved

    async def create_folder(self, parent: str, name: str) -> str:
        """A new folder in a folder of the library (LibraryError where that cannot be)."""
        return await self._in_thread(self._library.create_folder, parent, name)

    async def rename_folder(self, path: str, name: str) -> Moved:
        """Give a folder another name (LibraryError where that cannot be)."""
        return await self._follow(await self._in_thread(self._library.rename_folder, path, name))

    async def move_folder(self, path: str, folder: str) -> Moved:
        """Put a folder with all it holds into another (LibraryError where that cannot be)."""
        return await self._follow(await self._in_thread(self._library.move_folder, path, folder))

    async def trash_folder(self, path: str) -> Trashed:
        """Put a folder with all it holds aside; nothing is deleted."""
        trashed = await self._in_thread(self._library.trash_folder, path)
        await self._follow(Moved(old=trashed.path, new=trashed.where))
        return trashed

    async def restore_trashed(self, trashed: Trashed) -> str:
        """Put back what was put aside and return where it is now.

        Raises:
            LibraryError: it is not in the trash any more, or its place cannot be written.
        """
        new = await self._in_thread(self._library.restore, trashed)
        await self._follow(Moved(old=trashed.where, new=new))
        return new

    async def _follow(self, moved: Moved) -> Moved:
        """Have all that is kept by path go with a file or folder that was moved."""
        if moved.copied or moved.old == moved.new:
            return moved
        try:
            await self._store.move_prompt(moved.old, moved.new)
        except StoreError as error:
            log.warning("The versions of %s stay under that name: %s", moved.old, error)
        for draft in await self._store.drafts():
            place = moved.place_of(draft.path)
            if place != draft.path:
                await self._store.save_draft(msgspec.structs.replace(draft, path=place))
                await self._store.discard_draft(draft.path)
        await self._unopened.follow(moved)
        favourites = await self.favourites()
        followed = {moved.place_of(path) for path in favourites}
        if followed != favourites:
            await self._store.set_state(_FAVOURITES, sorted(followed))
        return moved

    @property
    def _added_library_folders(self) -> AddedFolders:
        return AddedFolders(self._store, _FOLDERS)

    async def _show_folders(self) -> None:
        self._library.show(map(Path, await self._added_library_folders.all()))


def _digests_below(folder: Path) -> frozenset[str]:
    """The digests of all files in a folder of the program."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
