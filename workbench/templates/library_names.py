"""Names that files and folders of the library may have, on every system."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.templates.document import PLAIN_SUFFIXES

SUFFIXES = frozenset({".prompty", *PLAIN_SUFFIXES} - {".txt"})
_ENDINGS = tuple(SUFFIXES)
MOST_BYTES = 200
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def is_prompt_name(name: str) -> bool:
    """Whether a file of this name is shown in the library."""
    return not name.startswith(".") and name.lower().endswith(_ENDINGS)


def file_name(name: str, suffix: str = ".prompty") -> str:
    """A usable file name with an ending of a prompt file.

    Args:
        name: what a person typed.
        suffix: the ending of names without one.

    Raises:
        LibraryError: the name cannot be one on every system.
    """
    name = name.strip()
    if _unusable(name):
        raise LibraryError(
            name or "(no name)", "this cannot be a file name: use letters, digits, - and _."
        )
    if Path(name).suffix.lower() not in SUFFIXES:
        name += suffix
    _check_length(name)
    return name


def folder_name(name: str) -> str:
    """A usable name of one folder.

    Raises:
        LibraryError: the name cannot be one on every system.
    """
    name = name.strip()
    if _unusable(name) or name.endswith("."):
        raise LibraryError(
            name or "(no name)", "this cannot be a folder name: use letters, digits, - and _."
        )
    _check_length(name)
    return name


def folder_parts(folder: str) -> list[str]:
    """The names of nested folders, which are divided by "/".

    Raises:
        LibraryError: one of them cannot be a folder name.
    """
    return [folder_name(part) for part in folder.split("/") if part.strip()]


def free_path(folder: Path, name: str) -> Path:
    """A path in ``folder`` that nothing has: ``name``, or the name with "-copy" and a number."""
    number, target, plain = 1, folder / name, Path(name)
    while target.exists() or target.is_symlink():
        end = "-copy" if number == 1 else f"-copy-{number}"
        target = folder / f"{plain.stem}{end}{plain.suffix}"
        number += 1
    return target


def refuse_taken(target: Path, what: str = "a file") -> None:
    """LibraryError where there is something of that name."""
    if target.exists() or target.is_symlink():
        raise LibraryError(str(target), f"{what} of this name exists already: choose another.")


def yaml_title(stem: str) -> str:
    """The name of a new prompt as a YAML text in quotes."""
    title = stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return "'" + title.replace("'", "''") + "'"


def _unusable(name: str) -> bool:
    return bool(
        not name or name.startswith(".") or _FORBIDDEN.search(name) or _DEVICES.fullmatch(name)
    )


def _check_length(name: str) -> None:
    if len(name.encode(errors="replace")) > MOST_BYTES:
        raise LibraryError(name[:40] + "…", "this name is too long.")
