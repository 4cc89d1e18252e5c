"""Values as Qt's QDataStream writes them: big-endian, lengths before texts. No Qt is needed."""

from __future__ import annotations

import struct
from urllib.parse import unquote

_NULL = 0xFFFFFFFF
MOST_TEXT = 64 * 1024 * 1024


class EndOfStreamError(Exception):
    """The bytes end before the value does, or say that it is larger than they are."""


class QtStream:
    """Reads values one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self.position + count
        if count < 0 or end > len(self._data):
            raise EndOfStreamError
        found = self._data[self.position : end]
        self.position = end
        return found

    def skip(self, count: int) -> None:
        """Go past bytes."""
        self.take(count)

    def _number(self, form: str) -> int:
        found: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return found

    def u32(self) -> int:
        """A quint32."""
        return self._number(">I")

    def i32(self) -> int:
        """An int or an enum."""
        return self._number(">i")

    def i64(self) -> int:
        """A qint64 or a qsizetype."""
        return self._number(">q")

    def u64(self) -> int:
        """A quint64."""
        return self._number(">Q")

    def flag(self) -> bool:
        """A bool."""
        return self.take(1) != b"\0"

    def text(self) -> str:
        """A QString; a null one is ""."""
        length = self.u32()
        if length == _NULL:
            return ""
        if length > MOST_TEXT or length % 2:
            raise EndOfStreamError
        return self.take(length).decode("utf-16-be", "surrogatepass")

    def bytes(self) -> bytes:
        """A QByteArray; a null one is empty."""
        length = self.u32()
        return b"" if length == _NULL else self.take(length)

    def url(self) -> str:
        """A QUrl."""
        return unquote(self.bytes().decode("utf-8", "replace"))

    def count(self) -> int:
        """How many items follow, as qsizetype; more than there are bytes is damage."""
        found = self.i64()
        if not 0 <= found <= len(self._data) - self.position:
            raise EndOfStreamError
        return found
