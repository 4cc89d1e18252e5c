"""The library as it was on disk at one look, and what is known of each file."""

from __future__ import annotations

from workbench.domain.prompts.library import LibraryFolder, LibraryListing, PromptRecord
from workbench.prompts.file_io import can_write
from workbench.prompts.library.index import LibraryIndex, changed_at, walk
from workbench.prompts.library.roots import LibraryRoots
from workbench.prompts.library.search import SearchKey, search_key


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
        self._files: list[PromptRecord] = []
        self._made_of = -1
        self._listing = LibraryListing()
        self._searchable: list[tuple[PromptRecord, SearchKey]] | None = None
        folders = []
        for root, kind in self._shown:
            shipped = kind == "shipped"
            writable = not shipped and can_write(root)
            there = walk(root, writable=writable, shipped=shipped)
            self._times |= there.times
            folders.append(
                LibraryFolder(
                    path=str(root),
                    kind=kind,
                    writable=writable,
                    problem="" if shipped and not root.exists() else there.problem,
                    folders=tuple(there.folders),
                )
            )
            there.files.sort(key=lambda file: (file.folder, file.name.casefold()))
            self._files += there.files
        self._folders = tuple(folders)

    def holds(self, roots: LibraryRoots) -> bool:
        """Whether the same files are still there: no folder has got or lost any."""
        return self._shown == tuple(roots.kinds()) and all(
            changed_at(folder) == time for folder, time in self._times.items()
        )

    def paths(self) -> set[str]:
        """All files."""
        return {file.path for file in self._files}

    def unread(self) -> list[PromptRecord]:
        """The files that were not read since they changed."""
        return [file for file in self._files if not self._index.is_read(file)]

    def listing(self) -> LibraryListing:
        """Folders and prompts, with what is known of them by now."""
        version = self._index.version
        if version != self._made_of:
            entries = tuple(map(self._index.newest, self._files))
            self._listing = LibraryListing(
                folders=self._folders,
                entries=entries,
                pending=not all(entry.is_read for entry in entries),
            )
            self._made_of, self._searchable = version, None
        return self._listing

    def searchable(self) -> list[tuple[PromptRecord, SearchKey]]:
        """The prompts as a search wants them."""
        entries = self.listing().entries
        found = self._searchable
        if found is None:
            found = self._searchable = [(entry, search_key(entry)) for entry in entries]
        return found
