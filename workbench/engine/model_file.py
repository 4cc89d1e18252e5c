"""The state of a model file on disk, to notice that it was changed or removed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from workbench.domain.errors import ModelFileError, ModelNotFoundError
from workbench.domain.views import LoadSettings


class FileStamp(msgspec.Struct, frozen=True):
    """What identifies one state of a file."""

    size_bytes: int
    modified_ns: int


class Wanted(msgspec.Struct, frozen=True):
    """A model as it is to be loaded, so that a new worker can be given it."""

    path: str
    settings: LoadSettings
    stamp: FileStamp

    @property
    def width_key(self) -> str:
        """What the best width depends on, as one text: the file and how it is loaded."""
        settings = msgspec.structs.replace(self.settings, context_tokens=0, adapters=())
        stamp = self.stamp
        text = f"{self.path}|{stamp.size_bytes}|{stamp.modified_ns}|{settings}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


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
