"""Names that files and folders of the library may have, on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from workbench.domain.errors import LibraryError, NameTakenError
from workbench.files import name_fault
from workbench.prompts.document import PLAIN_SUFFIXES

SUFFIXES = frozenset({".prompty", *PLAIN_SUFFIXES} - {".txt"})
_ENDINGS = tuple(SUFFIXES)


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
    if name and Path(name).suffix.lower() not in SUFFIXES:
        name += suffix
    return _checked(name)


def folder_name(name: str) -> str:
    """A usable name of one folder.

    Raises:
        LibraryError: the name cannot be one on every system.
    """
    return _checked(name.strip())


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
    """NameTakenError where there is something of that name."""
    if target.exists() or target.is_symlink():
        raise NameTakenError(str(target), f"{what} of this name exists already: choose another.")


def yaml_title(stem: str) -> str:
    """The name of a new prompt as a YAML text in quotes."""
    title = stem.replace("-", " ").replace("_", " ").strip().capitalize()
    return "'" + title.replace("'", "''") + "'"


def _checked(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    fault = "is hidden" if name.startswith(".") else name_fault(name) if name else "is empty"
    if fault:
        raise LibraryError(name[:40], f"this name {fault}: use letters, digits, - and _.")
    return name
