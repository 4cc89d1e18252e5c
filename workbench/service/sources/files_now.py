"""Which files a collection has now, and which of them changed. Blocks on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from workbench.domain.sources.collection import SourceFile
from workbench.domain.text import replace_surrogates
from workbench.retrieval.loaders import walk

_HASH_BYTES = 1024 * 1024


class FileNow(msgspec.Struct, frozen=True):
    """A file as it is on the disk. ``real`` opens it: its name need not be a text."""

    real: Path
    size: int
    changed_at: float
    problem: str = ""


class FilesNow(msgspec.Struct, frozen=True):
    """Files by the path that is shown, and sentences about what could not be looked at.

    ``lost`` are paths that could not be looked at: what is below them is not forgotten.
    """

    files: dict[str, FileNow]
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Changes(msgspec.Struct, frozen=True):
    """What has to be done: paths that are new, files to be read, files that are gone."""

    added: tuple[str, ...]
    changed: tuple[SourceFile, ...]
    gone: tuple[SourceFile, ...]


def look(paths: Sequence[str], stopped: Callable[[], bool]) -> FilesNow:
    """All files of the paths of a collection."""
    files: dict[str, FileNow] = {}
    notes: list[str] = []
    lost: list[str] = []
    for each in paths:
        path = Path(each)
        try:
            if path.is_file():
                status = path.stat()
                files[replace_surrogates(str(path))] = FileNow(
                    path, status.st_size, status.st_mtime
                )
                continue
            is_there = path.is_dir()
        except OSError as error:
            notes.append(f"{each} cannot be read ({error.strerror or error}).")
            lost.append(each)
            continue
        if not is_there:
            notes.append(f"{each} is not there any more.")
            continue
        found = walk(path, stopped)
        for file in found.files:
            files.setdefault(
                file.shown, FileNow(file.path, file.size, file.modified_ns / 1e9, file.problem)
            )
        notes.extend(found.notes)
        if found.notes:
            lost.append(each)
    return FilesNow(files, tuple(notes), tuple(lost))


def compare(now: FilesNow, known: Sequence[SourceFile]) -> Changes:
    """What changed since the files were read, by their times and sizes."""
    by_path = {each.path: each for each in known}
    changed = tuple(
        each
        for path, each in by_path.items()
        if path in now.files and (each.state == "waiting" or _differs(each, now.files[path]))
    )
    gone = tuple(
        each
        for path, each in by_path.items()
        if path not in now.files and not any(_is_below(path, lost) for lost in now.lost)
    )
    added = tuple(path for path in now.files if path not in by_path)
    return Changes(added, changed, gone)


def digest_of(path: Path, limit: int) -> str:
    """The digest of a file, "" of one larger than ``limit`` (OSError where it cannot be read)."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_HASH_BYTES):
            size += len(block)
            if size > limit:
                return ""
            digest.update(block)
    return digest.hexdigest()


def _differs(known: SourceFile, now: FileNow) -> bool:
    return known.size != now.size or abs(known.changed_at - now.changed_at) > 1e-6


def _is_below(path: str, folder: str) -> bool:
    return path == folder or Path(folder) in Path(path).parents
