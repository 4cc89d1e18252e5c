"""Files: read within a limit, written whole or not at all, and names that every system takes."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.domain.text import size_text

NAME_BYTES = 200
_RENAME_TRIES = 5
_RENAME_SECONDS = 0.1
_UNSEEN = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
_NON_JOINER, _VIRAMA = "\u200c", 9
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\..*)?", re.I)

PathError = Callable[[str, str], WorkbenchError]
"""Makes an error of a path and a reason: LibraryError, DataSetError, FormatError."""


# --- reading --------------------------------------------------------------------------------


def read_beginning(path: Path, most: int, error: PathError, *, pipes: bool = False) -> bytes:
    """Up to ``most`` bytes of a file; raises ``error`` where it cannot be read or is no file.

    With ``pipes`` whatever can be read is a file: a command line may name what waits for input.
    """
    try:
        if not (pipes or stat.S_ISREG(path.stat().st_mode)):
            raise error(str(path), "this is not a file.")
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        raise error(str(path), "this file does not exist (any more).") from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise error(str(path), f"the file cannot be read ({reason}).") from fault


def read_bytes(path: Path, most: int, error: PathError, *, pipes: bool = False) -> bytes:
    """The content of a file; raises ``error`` also where it is larger than ``most``."""
    content = read_beginning(path, most + 1, error, pipes=pipes)
    if len(content) > most:
        reason = f"the file is larger than {size_text(most)}, the most that is read here."
        raise error(str(path), reason)
    return content


def read_text(
    path: Path, most: int, error: PathError, encoding: str = "utf-8", *, pipes: bool = False
) -> str:
    """The text of a file; raises ``error`` also where it is not UTF-8."""
    try:
        return read_bytes(path, most, error, pipes=pipes).decode(encoding)
    except UnicodeDecodeError as fault:
        reason = f"the file is not UTF-8 text (byte {fault.start:,}): save it as UTF-8 first."
        raise error(str(path), reason) from None


# --- writing --------------------------------------------------------------------------------


def write_file(path: Path, content: bytes) -> None:
    """Replace or make a file; what is on the disk is the old or the new one at any moment.

    The file keeps its permissions. Raises OSError; the old one is untouched then.
    """
    temporary = path.with_name(f".saving-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        _rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def _rename(temporary: Path, target: Path) -> None:
    """Put the new file in place; Windows refuses for a moment while others have it open."""
    for tries_left in reversed(range(_RENAME_TRIES)):
        try:
            temporary.replace(target)
        except PermissionError:
            if os.name != "nt" or not tries_left:
                raise
            time.sleep(_RENAME_SECONDS)
        else:
            return


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a power cut, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- names ----------------------------------------------------------------------------------


def name_fault(name: str) -> str:
    """Why a text cannot be the name of one file or folder on every system, "" where it can."""
    if name in {"", ".", ".."}:
        return "leads outside of its folder"
    if unicodedata.normalize("NFC", name) != name:
        return "is not in the usual Unicode form (NFC)"
    if _UNSEEN.search(_without_non_joiners(name)):
        return "has characters that are invisible or that some systems refuse"
    if _DEVICES.fullmatch(name) or name.endswith((".", " ")) or name.startswith(" "):
        return "cannot be a file on every system"
    return "is too long" if len(name.encode()) > NAME_BYTES else ""


def _without_non_joiners(name: str) -> str:
    """The name without U+200C where spelling needs it: Persian, and after a virama in India.

    Elsewhere it would only make two names that look alike (the rule of IDNA, RFC 5892 A.1, without
    its joining types).
    """
    kept = [
        letter
        for index, letter in enumerate(name)
        if letter != _NON_JOINER or not _is_spelling(name[:index][-1:], name[index + 1 :][:1])
    ]
    return "".join(kept)


def _is_spelling(before: str, after: str) -> bool:
    """Whether a non-joiner between two characters belongs to the spelling of a word."""
    if not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return after.isalpha()
    return {unicodedata.bidirectional(before), unicodedata.bidirectional(after)} == {"AL"}
