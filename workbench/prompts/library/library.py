"""The prompt files that a person has: those that ship, their own, and further folders."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.domain.prompts.library import (
    LibraryListing,
    LibraryResult,
    Moved,
    PromptRecord,
    Trashed,
)
from workbench.domain.prompts.prompt import PromptFile
from workbench.prompts.file_io import read_file
from workbench.prompts.jinja.renaming import SharedFile
from workbench.prompts.library import moves
from workbench.prompts.library.index import LibraryIndex, record_of
from workbench.prompts.library.names import (
    file_name,
    folder_name,
    folder_parts,
    free_path,
    refuse_taken,
    yaml_title,
)
from workbench.prompts.library.roots import LibraryRoots, LibrarySources
from workbench.prompts.library.search import read_query, search
from workbench.prompts.library.snapshot import LibrarySnapshot
from workbench.prompts.library.tags import tag_of, with_tags

STRATEGIES = "strategies"
JUDGES = "judges"
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
        user: the user's folder; new files and the trash are there.
        extra: further folders to show, given from outside.
        locked: other folders of the program in which nothing is ever changed.
        index: a file that remembers what is in the prompts, so that the next list is fast.
    """

    def __init__(
        self,
        *,
        shipped: Path,
        user: Path,
        extra: Iterable[Path] = (),
        locked: Iterable[Path] = (),
        index: Path | None = None,
    ) -> None:
        self.roots = LibraryRoots(shipped=shipped, user=user, extra=extra, locked=locked)
        self._user = user
        self._index = LibraryIndex(index)
        self._last: LibrarySnapshot | None = None
        self._kept: LibraryListing | None = None

    def show(self, added: Iterable[Path]) -> None:
        """Show these folders too, those that the user added in the program."""
        self.roots.added = tuple(added)

    def ensure_not_added(self, folder: str) -> None:
        """LibraryError where a folder is in the library already, or holds one that is."""
        self.roots.ensure_not_added(folder)

    def listing(self, *, most: int | None = None) -> LibraryListing:
        """All prompt files by root (the user's first), folder and name, and the folders.

        A file that cannot be read is listed too, with the reason as its problem.

        Args:
            most: read so many files at most that are new or have changed, None reads all. The
                others have what they had before, or their names alone, and ``pending`` says that
                there are some.
        """
        look = self._last = LibrarySnapshot(self.roots, self._index)
        if most != 0:
            for file in look.unread()[:most]:
                self._index.read_head(file)
        self._index.keep(look.paths())
        return look.listing()

    def listing_so_far(self) -> LibraryListing:
        """The listing of the last time, with what was learnt since; again where files came or went.

        A file that was changed in its place is not noticed, only those of :meth:`listing` are.
        """
        look = self._look()
        listing = look.listing()
        if listing is not self._kept:
            self._index.keep(look.paths())
            self._kept = listing
        return listing

    def unread(self, most: int | None = None) -> list[tuple[PromptRecord, str]]:
        """Files of the last listing that are to be read, with their texts.

        At most ``most``, and not more than can be held at a time. Those that cannot be read are
        left out, as this is learnt at once.
        """
        files: list[tuple[PromptRecord, str]] = []
        characters = 0
        for file in self._look().unread()[:most]:
            text = self._index.read(file)
            if text is not None:
                files.append((file, text))
                characters += len(text)
            if characters > _MOST_CHARACTERS:
                break
        return files

    def learn(self, file: PromptRecord, head: PromptRecord) -> None:
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
        for file, _ in self._look().searchable():
            self._index.text(file)

    def _look(self) -> LibrarySnapshot:
        look = self._last
        if look is None or not look.holds(self.roots):
            look = self._last = LibrarySnapshot(self.roots, self._index)
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
            FileChangedError: the file has changed.
            ReadOnlyError: it must stay as it is; :meth:`own_copy` writes the text elsewhere.
            LibraryError: it cannot be written (full disk); the old one is untouched.
        """
        return self.roots.write(Path(path), text, expected_sha256)

    def own_copy(self, path: str, text: str) -> PromptFile:
        """Write a text of a prompt that must stay as it is into the user's folder.

        It goes into the same subfolder there, under the same name, or a free one made from it.

        Args:
            path: the prompt that stays as it is.
            text: the content of the copy.

        Raises:
            LibraryError: it cannot be written.
        """
        return self.roots.write(free_path(self._own_folder(path), Path(path).name), text, "")

    def _own_folder(self, path: str) -> Path:
        source = Path(path)
        root = self.roots.root_of(source)
        return self._user / source.parent.relative_to(root) if root else self._user

    def missing_folders(self, path: str) -> tuple[str, ...]:
        """The folders that :meth:`own_copy` of a prompt would make, the outermost first."""
        folder = self._own_folder(path)
        below = [folder, *folder.parents]
        missing = [each for each in below if self._user in each.parents and not each.exists()]
        return tuple(map(str, reversed(missing)))

    def remove_empty(self, folders: Sequence[str]) -> None:
        """Remove folders of the user's that were made for a prompt that is gone, where empty."""
        for folder in (each for each in reversed(folders) if Path(each).is_dir()):
            with contextlib.suppress(OSError):  # something else is in it by now
                self.roots.own(folder).rmdir()

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
        target = self.roots.writable(folder) / file_name(name)
        refuse_taken(target)
        text = text or NEW_PROMPT.format(title=yaml_title(target.stem))
        return self.roots.write(target, text, "")

    def duplicate(self, path: str) -> PromptFile:
        """A copy next to the original where that can be written, else in the user's folder.

        In the user's folder it goes into the same subfolder. It has a free name.
        """
        source = Path(path)
        original = read_file(source)
        is_added = self.roots.root_of(source) in self.roots.added
        if is_added and not self.roots.is_locked(source.parent):
            target = free_path(self.roots.writable(str(source.parent)), source.name)
            return self.roots.write(target, original.text, "")
        return self.own_copy(path, original.text)

    def rename(self, path: str, name: str) -> PromptFile:
        """Give a file another name in its folder; without an ending it keeps its own.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        source = Path(path)
        self.roots.refuse_locked(source, link=source.is_symlink())
        content = read_file(source)
        target = source.with_name(file_name(name, source.suffix))
        if target.name != source.name:
            # On a disk that ignores case, another case of the own name is not taken.
            if not (target.exists() and target.samefile(source)):
                refuse_taken(target)
            self.roots.move(source, target)
        return PromptFile(path=str(target), text=content.text, sha256=content.sha256)

    def move(self, path: str, folder: str) -> Moved:
        """Put a prompt file into another folder of the library; from one that ships it copies.

        Args:
            path: the file; one from outside the library is copied.
            folder: the absolute path of a folder of the library that can be written.

        Raises:
            LibraryError: the name is taken there, or one of the folders cannot be changed.
        """
        source, place = Path(path), self.roots.writable(folder)
        root = self.roots.root_of(source)
        if root is None or root == self.roots.shipped:
            return Moved(old=path, new=str(moves.copy_into(self.roots, source, place)), copied=True)
        return Moved(old=path, new=str(moves.move_into(self.roots, source, place)))

    def import_file(self, path: str, folder: str) -> Moved:
        """Copy a prompt file from anywhere into a folder of the library, under a free name.

        Raises:
            LibraryError: it is no prompt file, cannot be read, or the folder cannot be changed.
        """
        target = moves.copy_into(self.roots, Path(path), self.roots.writable(folder))
        return Moved(old=path, new=str(target), copied=True)

    def trash(self, path: str) -> str:
        """Move a file into ".trash" of the user's folder and return where it went."""
        source = Path(path)
        if source.is_dir():
            raise LibraryError(path, "this is not a file.")
        return str(moves.put_aside(self.roots, source, self._user / moves.TRASH))

    def restore(self, trashed: Trashed) -> str:
        """Put back what was moved to the trash, under a free name where its own is taken by now.

        Raises:
            LibraryError: it is not in the trash any more, or its place cannot be written.
        """
        trash = self._user / moves.TRASH
        return str(moves.bring_back(self.roots, Path(trashed.where), Path(trashed.path), trash))

    def tag(self, path: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> PromptFile:
        """Write tags into a file's head, or take them out; the rest of it stays as it is.

        Raises:
            FrontMatterError: its head cannot be read.
            LibraryError: a tag cannot be one, or the file cannot be changed.
        """
        source = Path(path)
        self.roots.refuse_locked(source)
        file = read_file(source)
        record = self._index.read_head(record_of(source))
        gone = {tag_of(tag).casefold() for tag in remove}
        tags = [tag for tag in record.tags if tag.casefold() not in gone]
        known = {tag.casefold() for tag in tags}
        tags += [tag for tag in map(tag_of, add) if tag.casefold() not in known]
        return self.roots.write(source, with_tags(file.text, path, tuple(tags)), file.sha256)

    # --- folders --------------------------------------------------------------------------------

    def create_folder(self, parent: str, name: str) -> str:
        """A new folder in a folder of the library; its absolute path.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        target = self.roots.writable(parent) / folder_name(name)
        refuse_taken(target, "something")
        self.roots.make_folder(target)
        return str(target)

    def rename_folder(self, path: str, name: str) -> Moved:
        """Give a folder another name where it is.

        Raises:
            LibraryError: the name cannot be used or is taken, or it cannot be changed.
        """
        source = self.roots.own(path)
        target = source.with_name(folder_name(name))
        if target.name != source.name:
            if not (target.exists() and target.samefile(source)):
                refuse_taken(target, "something")
            self.roots.move(source, target)
        return Moved(old=str(source), new=str(target))

    def move_folder(self, path: str, folder: str) -> Moved:
        """Put a folder with all it holds into another.

        Raises:
            LibraryError: the name is taken there, or it would be inside itself.
        """
        source = self.roots.own(path)
        target = moves.move_into(self.roots, source, self.roots.writable(folder))
        return Moved(old=str(source), new=str(target))

    def trash_folder(self, path: str) -> Trashed:
        """Put a folder with all it holds aside.

        Raises:
            LibraryError: it cannot be changed.
        """
        source = self.roots.own(path)
        where = moves.put_aside(self.roots, source, self._user / moves.TRASH)
        return Trashed(path=str(source), where=str(where))

    def strategy_prompt(self, name: str) -> PromptFile:
        """A prompt that strategies use; the user's "strategies" folder wins over the shipped one.

        Raises:
            LibraryError: there is none of this name.
        """
        return self._own_prompt(STRATEGIES, name, "this prompt of a strategy is missing")

    def judge_prompt(self, name: str) -> PromptFile:
        """A prompt that judges are asked; the user's "judges" folder wins over the shipped one.

        Raises:
            LibraryError: there is none of this name.
        """
        return self._own_prompt(JUDGES, name, "this prompt of a judge is missing")

    def _own_prompt(self, folder: str, name: str, missing: str) -> PromptFile:
        for root in self.roots.all():
            path = root / folder / f"{name}.prompty"
            if path.is_file():
                return read_file(path)
        path = self.roots.shipped / folder / f"{name}.prompty"
        raise LibraryError(str(path), f"{missing}: restore the file.")

    def shared_files(self) -> list[SharedFile]:
        """All files with the names by which others include them, in the order of the folders."""
        return [
            SharedFile(file.path, f"{file.folder}/{file.name}".lstrip("/"), text)
            for file, _ in self._look().searchable()
            if (text := self._index.text(file)[0])
        ]

    def sources(self) -> Mapping[str, str]:
        """What templates can include, by path relative to a root; read when asked for."""
        return LibrarySources(self.roots.all())
