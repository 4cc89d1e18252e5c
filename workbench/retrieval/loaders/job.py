"""What is done in a sandbox process: it reads the file itself and gives back what it holds."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path

import msgspec

from workbench import files
from workbench.domain.errors import FormatError, WorkbenchError
from workbench.domain.text import size_text
from workbench.retrieval.loaders.kinds import loader_for
from workbench.retrieval.loaders.loader import FILE_BYTES, TEXT_CHARACTERS, Source
from workbench.retrieval.loaders.text_builder import too_much_text

_QUICK = 1


def shown_path(path: Path) -> str:
    """A path as it can be shown, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "replace")


def read_job(path: bytes, most_characters: int) -> bytes:
    """What is read of a file, as compressed msgpack of :class:`Extracted`.

    Args:
        path: the file, in the system's bytes: names need not be UTF-8.
        most_characters: the most text that is wanted.

    Raises:
        FormatError: nothing is read of it; says why.
    """
    place = Path(os.fsdecode(path))
    shown = shown_path(place)
    try:
        _check_size(place)
        data = files.read_bytes(place, FILE_BYTES, _error)
        source = Source(shown_path(Path(place.name)), data)
        loader = loader_for(source)
        try:
            extracted = loader.read(source)
        except (WorkbenchError, MemoryError):
            raise
        except RecursionError:
            raise FormatError("", "it is nested too deeply.") from None
        except Exception as error:  # whatever it is, it is not the format's
            words = (str(error).splitlines() or [""])[0][:120].rstrip(".") or type(error).__name__
            raise FormatError("", f"the {loader.title} is damaged ({words}).") from None
        if len(extracted.text) > min(most_characters, TEXT_CHARACTERS):
            raise too_much_text(most_characters)
    except FormatError as error:
        raise FormatError(shown, error.reason) from None
    extracted = msgspec.structs.replace(extracted, bytes=len(data))
    return zlib.compress(msgspec.msgpack.encode(extracted), _QUICK)


def _error(_path: str, reason: str) -> FormatError:
    return FormatError("", reason)


def _check_size(path: Path) -> None:
    """Refuse a file that is too large before a byte of it is read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return  # reading it says what is wrong
    if stat.S_ISDIR(found.st_mode):
        raise FormatError("", "this is a folder: take the files in it.")
    if found.st_size > FILE_BYTES:
        reason = f"the file is larger than {size_text(FILE_BYTES)}, the most that is read here."
        raise FormatError("", reason)
