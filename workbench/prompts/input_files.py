"""Files that fill an input: the text of one, or the name and size of an image."""

from __future__ import annotations

import struct
from pathlib import Path

from workbench import files
from workbench.domain.errors import DataSetError
from workbench.domain.prompts.datasets import ImageSize

TEXT_BYTES = 1024 * 1024
IMAGE_BYTES = 64_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame; the three others in that range are tables."""


def read_text(path: Path) -> str:
    """The text of a file for an input.

    Raises:
        DataSetError: it is missing, larger than 1 MB, not UTF-8, or holds no text.
    """
    text = files.read_text(path, TEXT_BYTES, DataSetError, "utf-8-sig")
    if "\0" in text:
        raise DataSetError(str(path), "this is no text file: it holds zero bytes.")
    return text.replace("\r\n", "\n")


def read_image_size(path: Path) -> ImageSize:
    """Name and size of a PNG, JPEG, GIF or WebP file, from its first bytes; nothing is decoded.

    Raises:
        DataSetError: it cannot be read, or is none of these.
    """
    content = files.read_bytes(path, IMAGE_BYTES, DataSetError)
    try:
        size = _size(content)
    except (struct.error, IndexError):
        size = None
    if size is None or not all(size):
        raise DataSetError(str(path), "this is no PNG, JPEG, GIF or WebP image.")
    return ImageSize(path.name, *size)


def _size(content: bytes) -> tuple[int, int] | None:
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a"):
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp_size(content)
    return _jpeg_size(content) if content.startswith(b"\xff\xd8") else None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        return width, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the first frame; each says its own length."""
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + max(2, int.from_bytes(content[place + 2 : place + 4], "big"))
    return None
