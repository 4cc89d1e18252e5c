"""Zip archives: only members with a safe name are opened, and only as far as they are honest.

Blocks on the disk: use it in a thread.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from workbench.domain.errors import FormatError

MAGIC = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"
SUFFIXES = (".json", ".jsonl", ".chat")
MEMBERS = 50_000
DIRECTORY_BYTES = 16 * 1024 * 1024
MEMBER_BYTES = 4 * 1024**3
TOTAL_BYTES = 8 * 1024**3
RATIO = 200
"""A member that grows more than this while it is unpacked is a bomb."""
_FREE_BYTES = 32 * 1024 * 1024
"""Up to here anything may grow as it likes."""
_END = struct.Struct("<4s4H2LH")
_CHUNK = 1024 * 1024
_BROKEN = (
    zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, struct.error,
    zlib.error, RuntimeError,
)  # fmt: skip


class Member(msgspec.Struct, frozen=True):
    """A file of an archive that may hold conversations; ``fault`` is why it is not opened."""

    name: str
    fault: str = ""


def is_archive(head: bytes) -> bool:
    """Whether a file is a zip archive."""
    return head.startswith((MAGIC, EMPTY))


def members(path: Path) -> tuple[Member, ...]:
    """The members that may hold conversations, in order of their names.

    Raises:
        FormatError: it is damaged, or has too many members.
    """
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _BROKEN as error:
        raise FormatError(path.name, f"the archive is damaged ({_words(error)}).") from None
    if len(entries) > MEMBERS:
        raise FormatError(path.name, f"the archive holds more than {MEMBERS:,} files.")
    wanted = [each for each in entries if each.filename.lower().endswith(SUFFIXES)]
    found = {each.orig_filename: Member(each.orig_filename, _fault(each)) for each in wanted}
    return tuple(found[name] for name in sorted(found))


def _check_directory(path: Path) -> None:
    """Refuse a directory that would fill the memory, before it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    place = tail.rfind(EMPTY)
    if place < 0 or len(tail) - place < _END.size:
        raise FormatError(path.name, "the archive is cut off.")
    if _END.unpack_from(tail, place)[5] > DIRECTORY_BYTES:
        raise FormatError(path.name, f"the archive holds more than {MEMBERS:,} files.")


def _fault(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0] == "/" or ":" in parts[0] or "\0" in name:
        return "its name leads outside of the archive"
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "it is a link or no plain file"
    if entry.flag_bits & 0x1:
        return "it is encrypted: unpack it and import the files"
    return ""


def unpack(
    path: Path, name: str, target: Path, left: int, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Unpack one member into a file of ours, and say how many bytes it has.

    Args:
        path: the archive.
        name: the member's.
        target: the file; its name is ours, never the archive's.
        left: how many bytes may still be unpacked.
        stopped: whether to leave off.

    Raises:
        FormatError: it is damaged, a bomb, or too large.
    """
    written = 0
    try:
        with zipfile.ZipFile(path) as archive, target.open("wb") as file:
            entry = archive.getinfo(name)
            most = max(_FREE_BYTES, entry.compress_size * RATIO)
            with archive.open(entry) as member:
                while (chunk := member.read(_CHUNK)) and not stopped():
                    written += len(chunk)  # what the directory says of sizes may be wrong
                    if written > most:
                        raise FormatError(name, f"it grows more than {RATIO} times: it is a bomb.")
                    if written > min(left, MEMBER_BYTES):
                        raise FormatError(name, "it is larger than what is unpacked here.")
                    file.write(chunk)
    except (*_BROKEN, KeyError) as error:
        raise FormatError(name, f"it is damaged ({_words(error)}).") from None
    return written


def _words(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")
