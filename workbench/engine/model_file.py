"""Looking at a model file before the worker is asked to load it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.domain.errors import ModelFileError, ModelNotFoundError

_MAGIC = b"GGUF"
_MIN_HEADER_BYTES = 24


class FileStamp(msgspec.Struct, frozen=True):
    """What tells one state of a file from another."""

    size_bytes: int
    modified_ns: int


def stamp(path: str) -> FileStamp | None:
    """The file's present state; None if it cannot be seen."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return FileStamp(status.st_size, status.st_mtime_ns)


def check_model_file(path: str) -> FileStamp:
    """Refuse what cannot be a model, with the reason. Reads the disk: call it in a thread.

    Raises:
        ModelNotFoundError: there is no such file.
        ModelFileError: it cannot be read, or is no complete GGUF file.
    """
    file = Path(path)
    if not file.exists():
        raise ModelNotFoundError(path, "there is no such file; choose another under Models.")
    if not file.is_file():
        raise ModelFileError(path, "this is a folder, not a model file; choose a .gguf file.")
    try:
        with file.open("rb") as stream:
            head = stream.read(_MIN_HEADER_BYTES)
    except OSError as error:
        raise ModelFileError(
            path, f"it cannot be read ({error.strerror}); check its permissions."
        ) from error
    if len(head) < _MIN_HEADER_BYTES:
        raise ModelFileError(
            path, f"it is only {len(head)} bytes long; the download did not finish. Get it again."
        )
    if head[:4] != _MAGIC:
        raise ModelFileError(
            path, "it does not begin with GGUF and is no model llama.cpp can read; get it again."
        )
    seen = stamp(path)
    if seen is None:
        raise ModelNotFoundError(path, "the file went away; choose another under Models.")
    return seen
