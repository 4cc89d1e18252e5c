"""The state of a model file on disk, to notice that it was changed or taken away."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.domain.errors import ModelFileError, ModelNotFoundError


class FileStamp(msgspec.Struct, frozen=True):
    """What tells one state of a file from another."""

    size_bytes: int
    modified_ns: int


def read_stamp(path: str) -> FileStamp:
    """The file's present state. Reads the disk: call it in a thread.

    Raises:
        ModelError: it is gone or cannot be seen.
    """
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        raise ModelNotFoundError(
            path, "there is no such file; choose another under Models."
        ) from None
    except OSError as error:
        raise ModelFileError(
            path, f"it cannot be seen ({error.strerror}); check its drive and permissions."
        ) from error
    return FileStamp(status.st_size, status.st_mtime_ns)
