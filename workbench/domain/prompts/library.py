"""Values of the prompt library: its folders, what a search finds, and where files went."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

SAMPLES_STATE = "sample set of "
RESULT_STATE = "result of "
CASES_STATE = "cases of "
"""What is kept between sessions of a prompt, each under this and its path."""
STATES_BY_PATH = (SAMPLES_STATE, RESULT_STATE, CASES_STATE)

FolderKind = Literal["user", "added", "given", "shipped"]
"""The user's own folder, one added in the program, one of WORKBENCH_PROMPTS, the program's own."""


class LibraryFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder whose prompts the library shows."""

    path: str
    kind: FolderKind
    writable: bool = True
    """Whether prompts can be put there; never in the program's own folder."""
    problem: str = ""
    """A sentence where it, or something in it, cannot be looked at."""
    folders: tuple[str, ...] = ()
    """Folders inside, relative and divided by "/"; those without prompts too."""


class PromptRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A prompt file of the library: where it is, its state on disk, its front matter.

    Texts, not a ``Path``: there may be thousands.
    """

    path: str
    """Absolute."""
    name: str
    folder: str = ""
    """Relative to ``root``, divided by "/"; "" at the top."""
    root: str = ""
    """The folder of the library in which it lies."""
    writable: bool = True
    shipped: bool = False
    mtime_ns: int = 0
    """With ``size`` it tells one state of the file from another; 0 where it cannot be looked at."""
    size: int = 0
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    problem: str = ""
    """Why it cannot be used, as one sentence with the line."""
    is_read: bool = False
    """Whether title, tags and so on are those of this state of the file; else they are of an
    earlier one, or the title is the file's name."""

    def is_same_state(self, other: PromptRecord) -> bool:
        """Whether the file has not changed between the two."""
        return self.mtime_ns == other.mtime_ns and self.size == other.size

    def with_head(self, head: PromptRecord, *, is_read: bool = True) -> PromptRecord:
        """This file with what was read of its front matter."""
        return msgspec.structs.replace(
            self,
            title=head.title,
            description=head.description,
            tags=head.tags,
            problem=head.problem,
            is_read=is_read,
        )


class LibraryListing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the library holds."""

    folders: tuple[LibraryFolder, ...] = ()
    entries: tuple[PromptRecord, ...] = ()
    favourites: frozenset[str] = frozenset()
    """Paths; some may be of files that are gone or not in the library."""
    pending: bool = False
    """Some files are known by their names alone so far; the full list says the rest."""

    def is_locked(self, path: str) -> bool:
        """Whether a prompt must stay as it is: saving it makes a copy of the user's own."""
        return any(entry.path == path and not entry.writable for entry in self.entries)


class LibraryHit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A prompt that a search found, and the line of its text where the words stand."""

    path: str
    excerpt: str = ""
    """The line that matched; "" where name, description, tags or folder did."""
    line: int = 0


class LibraryResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found, the best first, and the words to mark in it."""

    hits: tuple[LibraryHit, ...] = ()
    words: tuple[str, ...] = ()


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a folder with all it holds, has another path; ``copied`` keeps the old one too."""

    old: str
    new: str
    copied: bool = False

    def place_of(self, path: str) -> str:
        """Where a file is now that was at ``path``; the same path where this is not about it."""
        if self.copied:
            return path
        if path == self.old:
            return self.new
        inside = path.removeprefix(self.old + os.sep)
        return os.path.join(self.new, inside) if inside != path else path  # noqa: PTH118 - texts


class Trashed(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder in the trash: where it was, and where it is now."""

    path: str
    where: str
