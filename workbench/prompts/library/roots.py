"""The folders of the library: what they are, what may be changed, what templates may include."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from workbench.domain.errors import LibraryError, ReadOnlyError
from workbench.domain.prompts.library import FolderKind
from workbench.domain.prompts.prompt import PromptFile
from workbench.prompts.file_io import can_write, move_path, read_file, write_file
from workbench.prompts.library.index import walk


class LibraryRoots:
    """The user's folder, those that were added or given, and the one that ships.

    Whatever the library writes, moves or removes goes through :meth:`write`, :meth:`move`,
    :meth:`make_folder` and :meth:`remove`, so that one check (:meth:`refuse_locked`) sees it all.

    Args:
        shipped: the folder of the program's own prompts; nothing in it is ever changed.
        user: the user's folder.
        extra: further folders, given from outside.
        locked: other folders of the program in which nothing is ever changed.
    """

    def __init__(
        self,
        *,
        shipped: Path,
        user: Path,
        extra: Iterable[Path] = (),
        locked: Iterable[Path] = (),
    ) -> None:
        self.shipped = shipped
        self._locked = (shipped, *locked)
        self.user = user
        self.extra = tuple(extra)
        self.added: tuple[Path, ...] = ()

    def kinds(self) -> Iterator[tuple[Path, FolderKind]]:
        """Every folder and what it is, in the order in which they are shown and searched."""
        yield self.user, "user"
        for folder in self.added:
            yield folder, "added"
        for folder in self.extra:
            yield folder, "given"
        yield self.shipped, "shipped"

    def all(self) -> tuple[Path, ...]:
        """Every folder, in the same order."""
        return (self.user, *self.added, *self.extra, self.shipped)

    def root_of(self, path: Path) -> Path | None:
        """The folder of the library in which a file lies; the innermost of several."""
        roots = [root for root in self.all() if path.is_relative_to(root)]
        return max(roots, key=lambda root: len(root.parts), default=None)

    def refuse_locked(self, path: Path, *, link: bool = False) -> None:
        """ReadOnlyError where a file or folder, there or not yet, must stay as it is.

        Args:
            path: the file or folder; of a link, what it points to counts.
            link: the link itself is what is to be moved or removed.
        """
        real = _real(path.parent) / path.name if link else _real(path)
        roots = [(_real(root), root in self._locked) for root in (*self._locked, *self.all())]
        around = [(root, locked) for root, locked in roots if real.is_relative_to(root)]
        _, locked = max(around, key=lambda each: len(each[0].parts), default=(real, False))
        if locked:
            reason = "it came with the program and stays as it is: duplicate it first."
            raise ReadOnlyError(str(path), reason)
        places = [real, *(root for root, _ in around), next(p for p in real.parents if p.exists())]
        if any(place.exists() and not can_write(place) for place in places):
            reason = "the file cannot be changed here: save a copy in your own folder."
            raise ReadOnlyError(str(path), reason)

    def write(self, path: Path, text: str, expected_sha256: str) -> PromptFile:
        """:func:`write_file`, where that is allowed (ReadOnlyError where it is not)."""
        self.refuse_locked(path)
        return write_file(path, text, expected_sha256)

    def move(self, source: Path, target: Path) -> None:
        """:func:`move_path`, where both places may be changed (ReadOnlyError otherwise)."""
        self.refuse_locked(source, link=source.is_symlink())
        self.refuse_locked(target, link=True)
        move_path(source, target)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those around it; one that is there stays.

        Raises:
            ReadOnlyError: nothing may be put there.
            LibraryError: it cannot be made.
        """
        self.refuse_locked(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(str(path), f"it cannot be made ({error.strerror}).") from error

    def remove(self, path: Path) -> None:
        """Delete a file that the library wrote; one that is gone already is no error.

        Raises:
            ReadOnlyError: it must stay.
            LibraryError: it cannot be deleted.
        """
        self.refuse_locked(path, link=True)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise LibraryError(str(path), f"it cannot be deleted ({error.strerror}).") from error

    def is_locked(self, path: Path) -> bool:
        """Whether a file or folder must stay as it is."""
        try:
            self.refuse_locked(path)
        except ReadOnlyError:
            return True
        return False

    def writable(self, folder: str) -> Path:
        """A folder of the library in which something may be put.

        Raises:
            LibraryError: it is outside, a link leads out of it, or it is hidden.
            ReadOnlyError: it came with the program, or cannot be written.
        """
        path = Path(folder)
        root = self.root_of(path)
        if root is None or ".." in path.parts:
            raise LibraryError(folder, "this folder is not in the library: add it first.")
        self.refuse_locked(path)
        inside = path.relative_to(root).parts
        leads_out = not path.resolve().is_relative_to(root.resolve())
        if leads_out or any(part.startswith(".") for part in inside):
            raise LibraryError(folder, "this folder is not part of the library: choose another.")
        if root != self.user and not path.is_dir():
            raise LibraryError(folder, "this folder does not exist (any more).")
        return path

    def own(self, path: str) -> Path:
        """A folder inside one of the library's that can be changed (LibraryError otherwise)."""
        source = self.writable(path)
        if source in self.all():
            raise LibraryError(path, "the library's own folder stays: remove it from the library.")
        if not source.is_dir():
            raise LibraryError(path, "this folder does not exist (any more).")
        return source

    def ensure_not_added(self, folder: str) -> None:
        """LibraryError where a folder is in the library already, or holds one that is."""
        path = Path(folder).resolve()
        for root in self.all():
            shown = root.resolve()
            if path.is_relative_to(shown):
                raise LibraryError(folder, f"it is in the library already, as part of {root}.")
            if shown.is_relative_to(path):
                raise LibraryError(folder, f"it holds {root}, which is shown already.")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


class LibrarySources(Mapping[str, str]):
    """The files below some folders, read one by one when a template names them.

    A name with ".." or a link that leads out of its folder is not found.

    Args:
        roots: the folders.
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        self._roots = tuple(roots)

    def __getitem__(self, name: str) -> str:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
            raise KeyError(name)
        for root in self._roots:
            path = root / parts
            if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
                continue
            try:
                return read_file(path).text
            except LibraryError as error:
                raise KeyError(name) from error
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        names = (
            f"{found.folder}/{found.name}" if found.folder else found.name
            for root in self._roots
            for found in walk(root).files
        )
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)
