"""Members of zip archives, read within limits whatever the archive reports of their sizes."""

from __future__ import annotations

import io
import zipfile

from workbench.domain.errors import FormatError
from workbench.domain.text import size_text

MEMBERS = 10_000
UNPACKED_BYTES = 100_000_000
"""Of all members that are read together."""
_PIECE = 1024 * 1024
_DIRECTORY_ENTRY = b"PK\x01\x02"


class Archive:
    """A zip archive in memory; nothing of it is ever written to a disk.

    Raises:
        FormatError: it is damaged, or has too many members.
    """

    def __init__(self, data: bytes) -> None:
        if data.count(_DIRECTORY_ENTRY) > MEMBERS:
            raise FormatError("", f"it holds more than {MEMBERS:,} files.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
            raise FormatError("", f"it is damaged ({error}).") from None
        if len(self._zip.infolist()) > MEMBERS:
            raise FormatError("", f"it holds more than {MEMBERS:,} files.")
        self._names = {each.filename: each for each in self._zip.infolist()}
        self._read = 0

    @property
    def names(self) -> frozenset[str]:
        """The names of all members; they are names only, wherever they lead."""
        return frozenset(self._names)

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises:
            KeyError: there is none of that name.
            FormatError: it is encrypted, or more is unpacked than may be.
        """
        entry = self._names[name]
        if entry.flag_bits & 0x1:
            raise FormatError("", "it is protected by a password.")
        pieces = []
        with self._zip.open(entry) as member:
            while piece := member.read(_PIECE):
                self._read += len(piece)
                if self._read > UNPACKED_BYTES:
                    reason = f"it unpacks to more than {size_text(UNPACKED_BYTES)}."
                    raise FormatError("", reason)
                pieces.append(piece)
        return b"".join(pieces)
