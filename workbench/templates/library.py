"""The prompt files that a person has: those that ship, their own, and further folders."""

from __future__ import annotations

import builtins
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from workbench.domain.errors import LibraryError, UnopenedError
from workbench.domain.library import LibraryListing, LibraryResult, Moved, Trashed
from workbench.domain.prompts import LibraryEntry, PromptFile
from workbench.templates import library_moves as moves
from workbench.templates.files import read_file, write_file
from workbench.templates.library_heads import Head
from workbench.templates.library_index import Found, LibraryIndex, found_of
from workbench.templates.library_look import LibraryLook
from workbench.templates.library_names import (
    file_name,
    folder_name,
    folder_parts,
    free_path,
    refuse_taken,
    yaml_title,
)
from workbench.templates.library_roots import LibraryRoots, LibrarySources
from workbench.templates.library_search import read_query, search
from workbench.templates.library_tags import tag_of, with_tags

STRATEGIES = "strategies"
_MOST_CHARACTERS = 8 * 1024 * 1024
NEW_PROMPT = """\
---
name: {title}
description: ""
inputs:
  question:
    type: string
    multiline: true
---
system:
You are a helpful assistant.

user:
{{{{ question }}}}
"""


class PromptLibrary:
    """Prompt files in folders. All methods block on the disk: call them in a thread.

    Args:
        shipped: the folder of the program's own prompts; nothing in it is ever changed.
        user: the user's folder; new files go there, and what is put aside.
        extra: further folders to show, given from outside.
        index: a file that remembers what is in the prompts, so that the next list is fast.

    ``unopened`` are digests of imported texts that nobody has looked at: no template and no
    strategy may take one.
    """

    def __init__(
        self, *, shipped: Path, user: Path, extra: Iterable[Path] = (), index: Path | None = None
    ) -> None:
        self._roots = LibraryRoots(shipped=shipped, user=user, extra=extra)
        self._user = user
        self._index = LibraryIndex(index)
        self._last: LibraryLook | None = None
        self.unopened: frozenset[str] = frozenset()

    def show(self, added: Iterable[Path]) -> None:
        """Show these folders too, those that the user added in the program."""
        self._roots.added = tuple(added)

    def refuse_shown(self, folder: str) -> None:
        """LibraryError where a folder is in the library already, or holds one that is."""
        self._roots.refuse_shown(folder)

    def list(self) -> tuple[LibraryEntry, ...]:
        """All prompt files, by root (the user's first), folder and name.

        A file that cannot be read is listed too, without title: opening it says why.
        """
        return self.listing().entries

    def listing(self, *, most: int | None = None) -> LibraryListing:
        """All prompt files, as :meth:`list`, and the folders they are in, as they are now.

        Args:
            most: read so many files at most that are new or have changed, None reads all. The
                others have what they had before, or their names alone, and ``pending`` says that
                there are some.
        """
        look = self._last = LibraryLook(self._roots, self._index)
        if most != 0:
            for file in look.unread()[:most]:
                self._index.details(file)
        self._index.keep(look.paths())
        return look.listing()

    def listing_so_far(self) -> LibraryListing:
        """The listing of the last time, with what was learnt since; anew where files came or went.

        A file that was changed in its place is not noticed, only those of :meth:`listing` are.
        """
        look = self._look()
        self._index.keep(look.paths())
        return look.listing()

    def unread(self, most: int | None = None) -> builtins.list[tuple[Found, str]]:
        """Files of the last listing that are to be read, with their texts.

        At most ``most``, and not more than can be held at a time. Those that cannot be read are
        left out, as this is learnt at once.
        """
        files: builtins.list[tuple[Found, str]] = []
        characters = 0
        for file in self._look().unread()[:most]:
            text = self._index.read(file)
            if text is not None:
                files.append((file, text))
                characters += len(text)
            if characters > _MOST_CHARACTERS:
                break
        return files

    def learn(self, file: Found, head: Head) -> None:
        """Keep what was read of one of :meth:`unread`."""
        self._index.learn(file, head)

    def search(self, text: str, favourites: Collection[str] = ()) -> LibraryResult:
        """Prompts that fit what was typed: words, ``tag:``, ``folder:``, ``is:favourite``.

        Names come first, then descriptions and tags, then texts; "" finds all. Files whose heads
        were not read yet are found by name and text. Made for every key: it looks for files again
        only where some came or went.
        """
        return search(read_query(text), self._look().searchable(), favourites, self._index.text)

    def prepare_search(self) -> None:
        """Read the texts that the next searches will look at."""
        for _, file in self._look().searchable():
            self._index.text(file)

    def _look(self) -> LibraryLook:
        look = self._last
        if look is None or not look.holds(self._roots):
            look = self._last = LibraryLook(self._roots, self._index)
        return look

    def read(self, path: str) -> PromptFile:
        """A prompt file; any path may be given, in the library or not.

        Raises:
            LibraryError: it is missing, too large or not UTF-8.
        """
        return read_file(Path(path))

    def save(self, path: str, text: str, expected_sha256: str) -> PromptFile:
        """Write a file, old or new but never half of it.

        Args:
            path: the file.
            text: its new content.
            expected_sha256: the digest it had when read; "" only for a file that is new.

        Raises:
            FileChangedError: the file is another one by now.
            LibraryError: it cannot be written (full disk, no right); the old one is untouched.
        """
        return write_file(Path(path), text, expected_sha256)

    # --- prompts --------------------------------------------------------------------------------

    def create(self, name: str, folder: str = "", text: str = "") -> PromptFile:
        """A new file in the user's folder, or in another that can be written.

        Args:
            name: its name; ".prompty" is added where it has no ending of a prompt file.
            folder: below the user's folder, parts divided by "/"; or the absolute path of a folder
                of the library.
            text: its content; "" takes a small example.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        if not Path(folder).is_absolute():
            folder = str(self._user.joinpath(*folder_parts(folder)))
        target = self._roots.writable(folder) / file_name(name)
        refuse_taken(target)
        return write_file(target, text or NEW_PROMPT.format(title=yaml_title(target.stem)), "")

    def duplicate(self, path: str) -> PromptFile:
        """A copy beside the original where that can be written, else in the user's folder.

        In the user's folder it goes into the same subfolder. It has a free name.
        """
        source = Path(path)
        original = read_file(source)
        root = self._roots.root_of(source)
        folder = self._user / source.parent.relative_to(root) if root else self._user
        if root in self._roots.added and os.access(source.parent, os.W_OK):
            folder = source.parent
        target = free_path(self._roots.writable(str(folder)), source.name)
        return write_file(target, original.text, "")

    def rename(self, path: str, name: str) -> PromptFile:
        """Give a file another name in its folder; without an ending it keeps its own.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        source = Path(path)
        self._roots.refuse_shipped(source)
        content = read_file(source)
        target = source.with_name(file_name(name, source.suffix))
        if target.name != source.name:
            # On a disk that ignores case, another case of the own name is not taken.
            if not (target.exists() and target.samefile(source)):
                refuse_taken(target)
            moves.move(source, target)
        return PromptFile(path=str(target), text=content.text, sha256=content.sha256)

    def move(self, path: str, folder: str) -> Moved:
        """Put a prompt file into another folder of the library; from one that ships it copies.

        Args:
            path: the file; one from outside the library is copied.
            folder: the absolute path of a folder of the library that can be written.

        Raises:
            LibraryError: the name is taken there, or one of the folders cannot be changed.
        """
        source, place = Path(path), self._roots.writable(folder)
        root = self._roots.root_of(source)
        if root is None or root == self._roots.shipped:
            return Moved(old=path, new=str(moves.copy_into(source, place)), copied=True)
        return Moved(old=path, new=str(moves.move_into(source, place)))

    def bring_in(self, path: str, folder: str) -> Moved:
        """Copy a prompt file from anywhere into a folder of the library, under a free name.

        Raises:
            LibraryError: it is no prompt file, cannot be read, or the folder cannot be changed.
        """
        target = moves.copy_into(Path(path), self._roots.writable(folder))
        return Moved(old=path, new=str(target), copied=True)

    def trash(self, path: str) -> str:
        """Move a file into ".trash" of the user's folder and return where it went."""
        source = Path(path)
        self._roots.refuse_shipped(source)
        if source.is_dir():
            raise LibraryError(path, "this is not a file.")
        return str(moves.put_aside(source, self._user / moves.TRASH))

    def restore(self, trashed: Trashed) -> str:
        """Put back what was put aside, under a free name where its own is taken by now.

        Raises:
            LibraryError: it is not in the trash any more, or its place cannot be written.
        """
        trash = self._user / moves.TRASH
        return str(moves.bring_back(Path(trashed.where), Path(trashed.path), trash))

    def tag(self, path: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> PromptFile:
        """Write tags into a file's head, or take them out; the rest of it stays as it is.

        Raises:
            FrontMatterError: its head cannot be read.
            LibraryError: a tag cannot be one, or the file cannot be changed.
        """
        source = Path(path)
        self._roots.refuse_shipped(source)
        file = read_file(source)
        details = self._index.details(found_of(source))
        gone = {tag_of(tag).casefold() for tag in remove}
        tags = [tag for tag in details.tags if tag.casefold() not in gone]
        known = {tag.casefold() for tag in tags}
        tags += [tag for tag in map(tag_of, add) if tag.casefold() not in known]
        return write_file(source, with_tags(file.text, path, tuple(tags)), file.sha256)

    # --- folders --------------------------------------------------------------------------------

    def create_folder(self, parent: str, name: str) -> str:
        """A new folder in a folder of the library; its absolute path.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        target = self._roots.writable(parent) / folder_name(name)
        refuse_taken(target, "something")
        try:
            target.mkdir(parents=True)
        except OSError as error:
            raise LibraryError(str(target), f"it cannot be made ({error.strerror}).") from error
        return str(target)

    def rename_folder(self, path: str, name: str) -> Moved:
        """Give a folder another name where it is.

        Raises:
            LibraryError: the name cannot be used or is taken, or it cannot be changed.
        """
        source = self._roots.own(path)
        target = source.with_name(folder_name(name))
        if target.name != source.name:
            if not (target.exists() and target.samefile(source)):
                refuse_taken(target, "something")
            moves.move(source, target)
        return Moved(old=str(source), new=str(target))

    def move_folder(self, path: str, folder: str) -> Moved:
        """Put a folder with all it holds into another.

        Raises:
            LibraryError: the name is taken there, or it would be inside itself.
        """
        source = self._roots.own(path)
        target = moves.move_into(source, self._roots.writable(folder))
        return Moved(old=str(source), new=str(target))

    def trash_folder(self, path: str) -> Trashed:
        """Put a folder with all it holds aside.

        Raises:
            LibraryError: it cannot be changed.
        """
        source = self._roots.own(path)
        where = moves.put_aside(source, self._user / moves.TRASH)
        return Trashed(path=str(source), where=str(where))

    def strategy_prompt(self, name: str) -> PromptFile:
        """A prompt that strategies use; the user's "strategies" folder wins over the shipped one.

        Raises:
            LibraryError: there is none of this name.
            UnopenedError: it was imported and nobody has opened it.
        """
        for root in self._roots.all():
            path = root / STRATEGIES / f"{name}.prompty"
            if path.is_file():
                file = read_file(path)
                if file.sha256 in self.unopened:
                    raise UnopenedError(file.path)
                return file
        missing = self._roots.shipped / STRATEGIES / f"{name}.prompty"
        raise LibraryError(str(missing), "this prompt of a strategy is missing: restore the file.")

    def sources(self) -> Mapping[str, str]:
        """What templates can include, by path relative to a root; read when asked for."""
        return LibrarySources(self._roots.all(), self.unopened)
