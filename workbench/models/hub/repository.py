"""Parses names of model repositories and files, also from a pasted link."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.views import HubFile
from workbench.files import name_fault

_LINK = re.compile(
    r"^(?:[a-z]+://)?(?:[^/\s]+\.[^/\s]+/|[^/\s]+:\d+/)(?=[^/\s]+/[^/\s]+)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}")
_FILE_PLACES = ("blob", "resolve", "raw")
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)


class Wanted(msgspec.Struct, frozen=True):
    """A repository ("owner/name") and the file in it that was named, "" for none."""

    repository: str
    file: str = ""


def parse_wanted(text: str) -> Wanted:
    """What a repository id or a link to a repository or one of its files means.

    Raises:
        UsageError: it is neither.
    """
    plain = text.strip().split("?")[0].split("#")[0]
    parts = [part for part in _LINK.sub("", plain).split("/") if part]
    if len(parts) < 2 or not all(_NAME.fullmatch(part) for part in parts[:2]):
        raise UsageError(
            f"{text!r} is no repository: give owner/name, or paste the link of its page."
        )
    repository = "/".join(parts[:2])
    if len(parts) > 4 and parts[2] in _FILE_PLACES:
        return Wanted(repository, "/".join(parts[4:]))
    return Wanted(repository)


def grouped(files: list[HubFile]) -> tuple[HubFile, ...]:
    """The model files of a repository in order of size, the parts of a split one together."""
    found = [file for file in files if file.name.casefold().endswith(".gguf")]
    whole = []
    for file in found:
        part = _PART.search(file.name)
        if part is None:
            whole.append(file)
        elif int(part[1]) == 1:
            size = sum(each.bytes for each in parts_of(file, found))
            whole.append(msgspec.structs.replace(file, bytes=size, parts=int(part[2])))
    return tuple(sorted(whole, key=lambda file: (file.bytes, file.name)))


def choose(files: tuple[HubFile, ...], wanted: str, repository: str) -> HubFile:
    """The file that a name, or a part of one, means; "" where there is only one.

    Raises:
        UsageError: none or several; the sentence names them.
    """
    names = ", ".join(file.name for file in files)
    if not files:
        raise UsageError(f"{repository} has no .gguf files; look for one whose name ends in GGUF.")
    exact = [file for file in files if file.name == wanted]
    partial = [file for file in files if wanted.casefold() in file.name.casefold()]
    for found in (exact, partial):
        if len(found) == 1:
            return found[0]
    what = "several files" if partial else f"no file like {wanted!r}"
    raise UsageError(f"{repository} has {what}: name one of {names}.")


def parts_of(file: HubFile, files: list[HubFile]) -> list[HubFile]:
    """The files of a repository that make up ``file``: one, or all parts of a split model."""
    part = _PART.search(file.name)
    stem = file.name[: part.start()] if part else file.name
    found = [
        other for other in files if other.name == file.name or (part and _stem(other.name) == stem)
    ]
    return sorted(found, key=lambda other: other.name)


def _stem(name: str) -> str:
    """The name of a split model without the number of its part; "" for other files."""
    part = _PART.search(name)
    return name[: part.start()] if part else ""


def local_name(name: str) -> str:
    """The name under which a file is kept: the last part alone, so that none leads elsewhere.

    Raises:
        UsageError: nothing is left of it that can be a file's name.
    """
    last = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    if last.startswith(".") or name_fault(last):
        raise UsageError(f"{name!r} cannot be the name of a file here; choose another file.")
    return last
