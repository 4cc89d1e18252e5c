"""Drawings as files: PNG and SVG, written on another thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from workbench.domain.errors import UsageError

_INSTEAD = (
    (b"Inter", b"Inter, sans-serif"),
    (b"JetBrains Mono", b"JetBrains Mono, monospace"),
    (b"Workbench Mono", b"JetBrains Mono, monospace"),
)
"""Fonts of the program, which a reader of the picture may not have, with what comes near."""


def png_bytes(image: QImage) -> bytes:
    """A picture as a PNG; on any thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def svg_bytes(
    size: QSize, title: str, description: str, paint: Callable[[QPainter], None]
) -> bytes:
    """A drawing as an SVG, in fonts that others have too."""
    data = QByteArray()
    buffer = QBuffer(data)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    generator.setDescription(description)
    painter = QPainter(generator)
    paint(painter)
    painter.end()
    content = bytes(data.data())
    for family, instead in _INSTEAD:
        content = content.replace(b'font-family="%b"' % family, b'font-family="%b"' % instead)
    return content


async def write_export(path: Path, job: Callable[[], bytes]) -> None:
    """Do a job and write what it makes, on another thread.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        await asyncio.to_thread(lambda: path.write_bytes(job()))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
