"""Ways to harm a file."""

from __future__ import annotations

from pathlib import Path


def overwrite(path: Path, start: int, length: int) -> None:
    """Put noise over a stretch of bytes."""
    content = bytearray(path.read_bytes())
    content[start : start + length] = bytes((7 * each + 165) % 256 for each in range(length))
    path.write_bytes(content)
