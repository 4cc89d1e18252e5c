"""Names of files from outside: usable on every system, and inside of the folder they are for."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.domain.errors import FormatError
from workbench.files import name_fault

PARTS = 12


def safe_parts(name: str, path: str) -> tuple[str, ...]:
    """The parts of a relative name, divided by "/".

    Args:
        name: what the archive, or the user, calls the file or folder.
        path: named in errors.

    Raises:
        FormatError: it is not relative, leads outside, or is no name on some system.
    """
    shown = repr(name[:80])
    if name.startswith("/") or "\\" in name or re.match(r"[A-Za-z]:", name):
        raise FormatError(path, f"the name {shown} is not relative: it could lead outside.")
    parts = tuple(name.rstrip("/").split("/"))
    if len(parts) > PARTS:
        raise FormatError(path, f"the name {shown} has more than {PARTS} folders.")
    for fault in filter(None, map(name_fault, parts)):
        raise FormatError(path, f"the name {shown} {fault}.")
    return parts


def below(root: Path, parts: tuple[str, ...], path: str) -> Path:
    """The place of a name below a folder, which no link may lead out of.

    Raises:
        FormatError: a folder on the way is a link to elsewhere.
    """
    target = root.joinpath(*parts)
    if not target.resolve().is_relative_to(root.resolve()):
        raise FormatError(path, f"{target} is a link that leads outside of {root}.")
    return target
