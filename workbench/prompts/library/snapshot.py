"""The library as it was on disk at one look, and what is known of each file."""

from __future__ import annotations

from typing import NamedTuple

from workbench.domain.prompts.library import LibraryFolder, LibraryListing
from workbench.domain.prompts.prompt import LibraryEntry
from workbench.prompts.file_io import can_write
from workbench.prompts.library.index import Found, LibraryIndex, can_write_found, changed_at, walk
from workbench.prompts.library.roots import LibraryRoots
from workbench.prompts.library.search import Searchable


class _Place(NamedTuple):
    """A file, the folder of the library it is in, and whether it can be written."""

    file: Found
    root: LibraryFolder
    writable: bool


class LibrarySnapshot:
    """All folders and files. Nothing of it changes but what the index learns of the files.

    Args:
        roots: the folders to look into.
        index: knows heads and texts.
    """

    def __init__(self, roots: LibraryRoots, index: LibraryIndex) -> None:
        self._index = index
        self._shown = tuple(roots.kinds())
        self._times: dict[str, int] = {}
        self._places: list[_Place] = []
        self._made_of = -1
        self._listing = LibraryListing()
        self._searchable: list[tuple[Searchable, Found]] | None = None
        folders = []
        for root, kind in self._shown:
            there = walk(root)
            self._times |= there.times
            folder = LibraryFolder(
                path=str(root),
                kind=kind,
                writable=kind != "shipped" and can_write(root),
                problem="" if kind == "shipped" and not root.exists() else there.problem,
                folders=tuple(there.folders),
            )
            folders.append(folder)
            there.files.sort(key=lambda file: (file.folder, file.name.casefold()))
            self._places += [
                _Place(file, folder, folder.writable and can_write_found(file))
                for file in there.files
            ]
        self._folders = tuple(folders)

    def holds(self, roots: LibraryRoots) -> bool:
        """Whether the same files are still there: no folder has got or lost any."""
        return self._shown == tuple(roots.kinds()) and all(
            changed_at(folder) == time for folder, time in self._times.items()
        )

    def paths(self) -> set[str]:
        """All files."""
        return {place.file.path for place in self._places}

    def unread(self) -> list[Found]:
        """The files that were not read since they changed."""
        newest = self._index.newest
        return [place.file for place in self._places if not newest(place.file)[1]]

    def listing(self) -> LibraryListing:
        """Folders and prompts, with what is known of them by now."""
        version = self._index.version
        if version != self._made_of:
            entries, pending = [], False
            for place in self._places:
                entry, current = self._entry(place)
                entries.append(entry)
                pending = pending or not current
            self._listing = LibraryListing(
                folders=self._folders, entries=tuple(entries), pending=pending
            )
            self._made_of, self._searchable = version, None
        return self._listing

    def searchable(self) -> list[tuple[Searchable, Found]]:
        """The prompts as a search wants them."""
        entries = self.listing().entries
        found = self._searchable
        if found is None:
            found = [
                (Searchable.of(entry), place.file)
                for entry, place in zip(entries, self._places, strict=True)
            ]
            self._searchable = found
        return found

    def _entry(self, place: _Place) -> tuple[LibraryEntry, bool]:
        """A prompt of the list, and whether that is what its file says now."""
        file, root, writable = place
        details, current = self._index.newest(file)
        entry = LibraryEntry(
            path=file.path,
            name=file.name,
            folder=file.folder,
            title=details.title if details else file.name.rpartition(".")[0] or file.name,
            description=details.description if details else "",
            writable=writable,
            shipped=root.kind == "shipped",
            root=root.path,
            tags=details.tags if details else (),
            problem=details.problem if details else "",
        )
        return entry, current
