"""Which part of the data folder a file belongs to, and what each part takes on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.domain.storage import StoragePart
from workbench.history.file import backups
from workbench.settings import Paths

_TITLES = {
    "history": ("History", "runs, conversations, versions of prompts, drafts, the session"),
    "backups": ("Backups of the history", ""),
    "aside": ("Damaged histories", "moved aside when they could not be used; never deleted"),
    "prompts": ("Your prompts", ""),
    "trash": ("Deleted prompts", "the library's trash"),
    "samples": ("Sample sets", "of prompts in whose folders nothing can be written"),
    "data": ("Your data sets", ""),
    "models": ("Models", "downloaded, or put there by you"),
    "logs": ("Logs", "errors with their causes"),
    "window": ("Window", "its settings, and its last picture until the next start"),
    "index": ("Index of the library", "made again where it is missing"),
    "other": ("Other files", "not of this program, or of work that was cut short"),
}


def parts(paths: Paths) -> tuple[StoragePart, ...]:
    """The parts that are there, in a fixed order; links are not followed."""
    places = _places(paths)
    sizes = dict.fromkeys(_TITLES, 0)
    counts = dict.fromkeys(_TITLES, 0)
    roots = [paths.data]
    if not paths.logs.is_relative_to(paths.data):
        roots.append(paths.logs)
    for root in roots:
        for file, size in _files(root):
            name = _part_of(file, paths)
            sizes[name] += size
            counts[name] += 1
    return tuple(
        StoragePart(
            name=name,
            title=title,
            path=str(places[name]),
            bytes=sizes[name],
            files=counts[name],
            note=note,
        )
        for name, (title, note) in _TITLES.items()
        if counts[name] or name in ("history", "backups")
    )


def _places(paths: Paths) -> dict[str, Path]:
    return {
        "history": paths.database,
        "backups": backups.folder(paths.database),
        "aside": paths.data,
        "prompts": paths.prompts,
        "trash": paths.prompts / ".trash",
        "samples": paths.samples,
        "data": paths.data_sets,
        "models": paths.models,
        "logs": paths.logs,
        "window": paths.window_settings,
        "index": paths.library_index,
        "other": paths.data,
    }


def _files(root: Path) -> Iterator[tuple[Path, int]]:
    """Files below a folder with their sizes; what vanishes or cannot be read is left out."""
    waiting = [root]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                entries = list(found)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    yield Path(entry.path), entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue


_FOLDERS = {"backups", "prompts", "samples", "data", "models", "logs"}


def _part_of(file: Path, paths: Paths) -> str:
    if file.is_relative_to(paths.logs):
        return "logs"
    first, *rest = file.relative_to(paths.data).parts
    if rest:
        is_trash = first == "prompts" and rest[0] == ".trash"
        return "trash" if is_trash else first if first in _FOLDERS else "other"
    name = paths.database.stem
    beginnings = {
        f"{name}.corrupt-": "aside",
        f"{name}.": "history",
        "window": "window",
        paths.library_index.name: "index",
    }
    return next((part for start, part in beginnings.items() if first.startswith(start)), "other")
