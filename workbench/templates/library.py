"""The prompt files that a person has: those that ship, their own, and further folders."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from workbench.domain.errors import FrontMatterError, LibraryError
from workbench.domain.views import LibraryEntry, PromptFile
from workbench.templates.document import PLAIN_SUFFIXES, parse_document
from workbench.templates.files import read_file, sync_folder, write_file

SUFFIXES = frozenset({".prompty", *PLAIN_SUFFIXES} - {".txt"})
TRASH = ".trash"
STRATEGIES = "strategies"
MOST_FILES = 5_000
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
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class PromptLibrary:
    """Prompt files in folders. All methods block on the disk: call them in a thread.

    Args:
        shipped: the folder of the program's own prompts.
        user: the user's folder; new files go there.
        extra: further folders to show.
    """

    def __init__(self, *, shipped: Path, user: Path, extra: Iterable[Path] = ()) -> None:
        self._shipped = shipped
        self._user = user
        self._extra = tuple(extra)

    def list(self) -> tuple[LibraryEntry, ...]:
        """All prompt files, by root (the user's first), folder and name.

        A file that cannot be read is listed too, without title: opening it says why.
        """
        entries: list[LibraryEntry] = []
        for root in self._roots():
            found = [self._entry(path, root) for path in _prompt_files(root)]
            entries += sorted(found, key=lambda entry: (entry.folder, entry.name.casefold()))
        return tuple(entries)

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

    def create(self, name: str, folder: str = "", text: str = "") -> PromptFile:
        """A new file in the user's folder.

        Args:
            name: its name; ".prompty" is added where it has no ending of a prompt file.
            folder: below the user's folder, parts divided by "/".
            text: its content; "" takes a small example.

        Raises:
            LibraryError: the name cannot be used or is taken.
        """
        target = self._user.joinpath(*_folder_parts(folder)) / _file_name(name)
        self._refuse_taken(target)
        return write_file(target, text or NEW_PROMPT.format(title=_yaml_title(target.stem)), "")

    def duplicate(self, path: str) -> PromptFile:
        """A copy in the user's folder, in the same subfolder, under a free name."""
        original = read_file(Path(path))
        source = Path(path)
        folder = self._folder_of(source)
        number, target = 1, self._user / folder / source.name
        while target.exists():
            suffix = "-copy" if number == 1 else f"-copy-{number}"
            target = self._user / folder / f"{source.stem}{suffix}{source.suffix}"
            number += 1
        return write_file(target, original.text, "")

    def rename(self, path: str, name: str) -> PromptFile:
        """Give a file another name in its folder; without an ending it keeps its own.

        Raises:
            LibraryError: the name cannot be used or is taken, or the folder cannot be changed.
        """
        source = Path(path)
        content = read_file(source)
        target = source.with_name(_file_name(name, source.suffix))
        if target.name != source.name:
            # On a disk that ignores case, another case of the own name is not taken.
            if not (target.exists() and target.samefile(source)):
                self._refuse_taken(target)
            _move(source, target)
        return PromptFile(path=str(target), text=content.text, sha256=content.sha256)

    def trash(self, path: str) -> str:
        """Move a file into ".trash" of the user's folder and return where it went."""
        source = Path(path)
        if not source.is_file():
            raise LibraryError(path, "this file does not exist (any more).")
        folder = self._user / TRASH / time.strftime("%Y-%m-%d-%H%M%S")
        target, number = folder / source.name, 1
        while target.exists():
            number += 1
            target = folder / f"{source.stem}-{number}{source.suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(path, f"it cannot be put aside ({error.strerror}).") from error
        _move(source, target)
        return str(target)

    def strategy_prompt(self, name: str) -> PromptFile:
        """A prompt that strategies use; the user's "strategies" folder wins over the shipped one.

        Raises:
            LibraryError: there is none of this name.
        """
        for root in self._roots():
            path = root / STRATEGIES / f"{name}.prompty"
            if path.is_file():
                return read_file(path)
        missing = self._shipped / STRATEGIES / f"{name}.prompty"
        raise LibraryError(str(missing), "this prompt of a strategy is missing: restore the file.")

    def sources(self) -> Mapping[str, str]:
        """What templates can include, by path relative to a root; read when asked for."""
        return LibrarySources(self._roots())

    def _roots(self) -> tuple[Path, ...]:
        return (self._user, *self._extra, self._shipped)

    def _entry(self, path: Path, root: Path) -> LibraryEntry:
        title = description = ""
        try:
            document = parse_document(read_file(path).text, str(path))
            title, description = document.name, document.description
        except (LibraryError, FrontMatterError):
            title = path.stem
        folder = path.parent.relative_to(root).as_posix()
        return LibraryEntry(
            path=str(path),
            name=path.name,
            folder="" if folder == "." else folder,
            title=title,
            description=description,
            writable=os.access(path, os.W_OK),
            shipped=root == self._shipped,
        )

    def _folder_of(self, path: Path) -> Path:
        """The subfolder in which a file of the library lies; the top for other files."""
        for root in self._roots():
            if path.is_relative_to(root):
                return path.parent.relative_to(root)
        return Path()

    @staticmethod
    def _refuse_taken(target: Path) -> None:
        if target.exists():
            raise LibraryError(str(target), "a file of this name exists already: choose another.")


class LibrarySources(Mapping[str, str]):
    """The files below some folders, read one by one when a template names them.

    A name with ".." or a link that leads out of its folder is not found.
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
            p.relative_to(root).as_posix() for root in self._roots for p in _prompt_files(root)
        )
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _prompt_files(root: Path) -> list[Path]:
    """Prompt files below a folder; hidden ones and links to folders are left out."""
    found: list[Path] = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                found.append(path)
        if len(found) >= MOST_FILES:
            return found[:MOST_FILES]
    return found


def _file_name(name: str, suffix: str = ".prompty") -> str:
    """A usable file name with an ending of a prompt file.

    Raises:
        LibraryError: the name cannot be one on every system.
    """
    name = name.strip()
    if not name or name.startswith(".") or _FORBIDDEN.search(name) or _DEVICES.fullmatch(name):
        raise LibraryError(
            name or "(no name)", "this cannot be a file name: use letters, digits, - and _."
        )
    if Path(name).suffix.lower() not in SUFFIXES:
        name += suffix
    if len(name.encode()) > 200:
        raise LibraryError(name[:40] + "…", "this name is too long.")
    return name


def _folder_parts(folder: str) -> list[str]:
    parts = [part.strip() for part in folder.split("/") if part.strip()]
    for part in parts:
        if part.startswith(".") or _FORBIDDEN.search(part) or _DEVICES.fullmatch(part):
            raise LibraryError(
                folder, "this cannot be a folder name: use letters, digits, - and _."
            )
    return parts


def _yaml_title(stem: str) -> str:
    """The name of a new prompt as a YAML text in quotes."""
    title = stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return "'" + title.replace("'", "''") + "'"


def _move(source: Path, target: Path) -> None:
    """Rename a file, on another disk by copying, so that it is never lost."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # the folders lie on one disk
            raise LibraryError(str(source), f"it cannot be moved ({error.strerror}).") from error
        write_file(target, read_file(source).text, "")
        source.unlink()
    sync_folder(target.parent)
    sync_folder(source.parent)
