"""Which files there are to read in what the user named: files, folders, archives.

Blocks on the disk: use it in a thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from workbench.domain.errors import FormatError
from workbench.transcripts import archives
from workbench.transcripts.registry import COMPANIONS

SUFFIXES = (*archives.SUFFIXES, ".zip", ".png", ".charx")
MOST_FILES = 50_000


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file to read: ``path`` on the disk, and ``member`` where that is an archive."""

    path: str
    name: str
    """What it is called, without a folder."""
    shown: str
    """What it is called in the report."""
    member: str = ""
    companions: tuple[tuple[str, str], ...] = ()
    """Files that belong to it: name, and path or member."""
    sought: bool = True
    """Named by the user: that it holds no conversation is worth a line."""
    fault: str = ""


def sources(paths: list[str]) -> list[Source]:
    """All files to read, in the order in which they were named."""
    found: list[Source] = []
    for each in paths:
        path = Path(each)
        if path.is_dir():
            found += _in_folder(path)
        else:
            found += _of_file(path, sought=True)
    return found


def _in_folder(folder: Path) -> list[Source]:
    found: list[Source] = []
    for path in _walk(folder):
        if path.name not in COMPANIONS:
            found += _of_file(path, sought=False)
        if len(found) > MOST_FILES:
            break
    if not found:
        reason = "no files of conversations were found in it"
        found.append(Source(path=str(folder), name=folder.name, shown=folder.name, fault=reason))
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            if name.lower().endswith(SUFFIXES) and not path.is_symlink():
                yield path


def _of_file(path: Path, *, sought: bool) -> list[Source]:
    one = Source(path=str(path), name=path.name, shown=path.name, sought=sought)
    try:
        with path.open("rb") as file:
            head = file.read(8)
        if archives.is_archive(head):
            return _in_archive(path)
        others = tuple(
            (name, str(path.with_name(name)))
            for name in sorted(COMPANIONS)
            if name != path.name and path.with_name(name).is_file()
        )
        return [msgspec.structs.replace(one, companions=others)]
    except FileNotFoundError:
        return [msgspec.structs.replace(one, fault="this file does not exist")]
    except FormatError as error:
        return [msgspec.structs.replace(one, fault=error.reason.rstrip("."))]
    except OSError as error:
        return [msgspec.structs.replace(one, fault=f"it cannot be read ({error.strerror})")]


def _in_archive(path: Path) -> list[Source]:
    members = archives.members(path)
    known = {each.name for each in members if not each.fault}
    found = []
    for each in members:
        place = PurePosixPath(each.name)
        if place.name in COMPANIONS:
            continue
        others = tuple(
            (name, str(place.with_name(name)))
            for name in sorted(COMPANIONS)
            if str(place.with_name(name)) in known
        )
        name = place.name
        shown = f"{path.name}: {each.name}"
        found.append(
            Source(
                path=str(path), name=name, shown=shown, member=each.name, companions=others,
                sought=False, fault=each.fault,
            )
        )  # fmt: skip
    if not found:
        reason = "no files of conversations were found in it"
        found.append(Source(path=str(path), name=path.name, shown=path.name, fault=reason))
    return found
