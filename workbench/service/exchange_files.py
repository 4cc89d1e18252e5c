"""Files that are imported and exported: read within limits, written whole."""

from __future__ import annotations

import contextlib
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from workbench.domain.errors import FormatError, LibraryError, WorkbenchError
from workbench.templates.formats import bundle
from workbench.templates.formats.names import below, safe_parts
from workbench.templates.formats.promptfoo import wanted_files

_DATA = ("data", ".jsonl")
_REFERRING = frozenset({".yaml", ".yml", ".json"})
_REFERRED_BYTES = 4 * 1024 * 1024


def is_data(name: str) -> bool:
    """Whether a name in a bundle is that of a data set."""
    folder, suffix = _DATA
    return name.endswith(suffix) and folder in PurePosixPath(name).parts[:-1]


def folder_in_library(name: str) -> str:
    """The folder of a prompt of a bundle, as the library counts it."""
    parts = PurePosixPath(name).parts[:-1]
    return "/".join(parts[1:] if parts[:1] == (bundle.PROMPTS,) else parts)


def free_name(name: str, taken: Mapping[str, Path]) -> str:
    """A name that no other file of the bundle has, in any case of letters."""
    known = {each.casefold() for each in taken}
    path, number = PurePosixPath(name), 2
    while str(path).casefold() in known:
        path = PurePosixPath(name).with_stem(f"{PurePosixPath(name).stem}-{number}")
        number += 1
    return str(path)


def read_bytes(path: Path, limit: int) -> bytes:
    """A file's content (LibraryError where it cannot be read, FormatError where too large)."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise LibraryError(str(path), "this is not a file.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise LibraryError(str(path), "this file does not exist (any more).") from None
    except OSError as error:
        raise LibraryError(str(path), f"the file cannot be read ({error.strerror}).") from error
    if len(content) > limit:
        raise FormatError(str(path), f"the file is larger than {limit // 2**20} MB: too large.")
    return content


def referred(path: Path, data: bytes) -> dict[str, bytes]:
    """Files that a configuration may refer to, as far as they lie in its folder."""
    found: dict[str, bytes] = {}
    left = _REFERRED_BYTES
    if path.suffix.lower() not in _REFERRING or b"prompts" not in data:
        return found
    for name in wanted_files(data.decode("utf-8", "ignore")):
        try:
            place = below(path.parent, safe_parts(name, name), name)
            content = read_bytes(place, left)
        except WorkbenchError:
            continue  # reading the configuration says what it misses
        left -= len(content)
        found[name] = content
    return found


def write_bytes(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file, whole or not at all (LibraryError; also where it exists, unless replaced)."""
    if path.exists() and not replace:
        raise LibraryError(str(path), "a file of this name exists already.")
    temporary = path.with_name(f".exporting-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise LibraryError(str(path), f"it cannot be written ({error.strerror}).") from error
