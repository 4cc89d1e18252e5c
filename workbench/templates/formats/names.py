"""Names of files from outside: usable on every system, and inside of the folder they are for."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from workbench.domain.errors import FormatError

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.I)
PART_BYTES = 200
PARTS = 12


def safe_parts(name: str, path: str) -> tuple[str, ...]:
    """The parts of a relative name, divided by "/".

    Args:
        name: what the archive, or a person, calls the file or folder.
        path: stands in errors.

    Raises:
        FormatError: it is not relative, leads outside, or is no name on some system.
    """
    shown = repr(name[:80])
    if unicodedata.normalize("NFC", name) != name:
        raise FormatError(path, f"the name {shown} is not in the usual Unicode form (NFC).")
    if name.startswith("/") or "\\" in name or re.match(r"[A-Za-z]:", name):
        raise FormatError(path, f"the name {shown} is not relative: it could lead outside.")
    parts = tuple(name.rstrip("/").split("/"))
    if len(parts) > PARTS:
        raise FormatError(path, f"the name {shown} has more than {PARTS} folders.")
    for part in parts:
        if part in {"", ".", ".."}:
            raise FormatError(path, f"the name {shown} leads outside of its folder.")
        if _FORBIDDEN.search(part):
            raise FormatError(path, f"the name {shown} has characters that hide what it is.")
        if _DEVICES.fullmatch(part) or part.endswith((".", " ")) or part.startswith(" "):
            raise FormatError(path, f"the name {shown} cannot be a file on every system.")
        if len(part.encode("utf-8", "replace")) > PART_BYTES:
            raise FormatError(path, f"the name {shown} is too long.")
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
