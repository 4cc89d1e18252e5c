"""The folders of the library: what they are, what may be changed, what templates may include."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.domain.errors import LibraryError, UnopenedError
from workbench.domain.library import FolderKind
from workbench.templates.files import read_file
from workbench.templates.library_index import walk


class LibraryRoots:
    """The user's folder, those that were added or given, and the one that ships.

    Args:
        shipped: the folder of the program's own prompts; nothing in it is ever changed.
        user: the user's folder.
        extra: further folders, given from outside.
    """

    def __init__(self, *, shipped: Path, user: Path, extra: Iterable[Path] = ()) -> None:
        self.shipped = shipped
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

    def refuse_shipped(self, path: Path) -> None:
        """LibraryError where a file or folder came with the program."""
        if self.root_of(path) == self.shipped:
            raise LibraryError(
                str(path), "it came with the program and stays as it is: duplicate it first."
            )

    def writable(self, folder: str) -> Path:
        """A folder of the library in which something may be put.

        Raises:
            LibraryError: it is outside, it ships, a link leads out of it, or it is hidden.
        """
        path = Path(folder)
        root = self.root_of(path)
        if root is None or ".." in path.parts:
            raise LibraryError(folder, "this folder is not in the library: add it first.")
        self.refuse_shipped(path)
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

    def refuse_shown(self, folder: str) -> None:
        """LibraryError where a folder is in the library already, or holds one that is."""
        path = Path(folder).resolve()
        for root in self.all():
            shown = root.resolve()
            if path.is_relative_to(shown):
                raise LibraryError(folder, f"it is in the library already, as part of {root}.")
            if shown.is_relative_to(path):
                raise LibraryError(folder, f"it holds {root}, which is shown already.")


class LibrarySources(Mapping[str, str]):
    """The files below some folders, read one by one when a template names them.

    A name with ".." or a link that leads out of its folder is not found. A file whose text nobody
    has opened since it was imported is there, but taking it is an UnopenedError.

    Args:
        roots: the folders.
        unopened: digests of such texts.
    """

    def __init__(self, roots: Iterable[Path], unopened: Collection[str] = ()) -> None:
        self._roots = tuple(roots)
        self._unopened = unopened

    def __getitem__(self, name: str) -> str:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
            raise KeyError(name)
        for root in self._roots:
            path = root / parts
            if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
                continue
            try:
                file = read_file(path)
            except LibraryError as error:
                raise KeyError(name) from error
            if file.sha256 in self._unopened:
                raise UnopenedError(file.path)
            return file.text
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        try:
            return super().__contains__(name)
        except UnopenedError:
            return True

    def get(self, name: str, default: Any = None) -> Any:
        """The text; ``default`` where there is none that can be taken."""
        try:
            return self[name]
        except (KeyError, UnopenedError):
            return default

    def __iter__(self) -> Iterator[str]:
        names = (
            f"{found.folder}/{found.name}" if found.folder else found.name
            for root in self._roots
            for found in walk(root).files
        )
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)
