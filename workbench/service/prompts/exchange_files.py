"""Files that are imported and exported: read within limits, written whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from workbench import files
from workbench.domain.errors import LibraryError, NameTakenError, WorkbenchError
from workbench.prompts.formats import bundle
from workbench.prompts.formats.file_names import below, safe_parts
from workbench.prompts.formats.promptfoo.promptfoo import wanted_files

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


def referred(path: Path, data: bytes) -> dict[str, bytes]:
    """Files that a configuration may refer to, as far as they lie in its folder."""
    found: dict[str, bytes] = {}
    left = _REFERRED_BYTES
    if path.suffix.lower() not in _REFERRING or b"prompts" not in data:
        return found
    for name in wanted_files(data.decode("utf-8", "ignore")):
        try:
            place = below(path.parent, safe_parts(name, name), name)
            content = files.read_bytes(place, left, LibraryError)
        except WorkbenchError:
            continue  # reading the configuration says what it misses
        left -= len(content)
        found[name] = content
    return found


def write_bytes(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file, whole or not at all (LibraryError; also where it exists, unless replaced)."""
    if path.exists() and not replace:
        raise NameTakenError(str(path), "a file of this name exists already.")
    try:
        files.write_file(path, content)
    except OSError as error:
        raise LibraryError(str(path), f"it cannot be written ({error.strerror}).") from error
