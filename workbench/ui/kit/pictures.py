"""Drawings as files: PNG and SVG, written on another thread."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from workbench.domain.errors import UsageError

_INSTEAD = (
    (b"Inter", b"Inter, sans-serif"),
    (b"JetBrains Mono", b"JetBrains Mono, monospace"),
    (b"Workbench Mono", b"JetBrains Mono, monospace"),
)
"""Fonts of the program, which a reader of the picture may not have, with what comes near."""
_TEXT = re.compile(rb"<text (?P<attributes>[^>]*)>(?P<text>[^<]+)</text>")
_FONT = re.compile(rb'font-(family|size|weight)="([^"]*)"')


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
    """A drawing as an SVG; texts keep their lengths in the fonts that a reader has."""
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
    content = _TEXT.sub(_with_length, bytes(data.data()))
    for family, instead in _INSTEAD:
        content = content.replace(b'font-family="%b"' % family, b'font-family="%b"' % instead)
    return content


def _with_length(found: re.Match[bytes]) -> bytes:
    """A text of an SVG with its length here, or one after it in the line would be covered."""
    given = {key: value.decode() for key, value in _FONT.findall(found["attributes"])}
    try:
        size, weight = float(given[b"size"]), QFont.Weight(int(given[b"weight"]))
    except (KeyError, ValueError):
        return found[0]
    font = QFont(given.get(b"family", ""))
    font.setPixelSize(max(round(size), 1))
    font.setWeight(weight)
    length = QFontMetricsF(font).horizontalAdvance(html.unescape(found["text"].decode()))
    attributes = b'%b textLength="%.1f" lengthAdjust="spacingAndGlyphs"'
    return b"<text %b>%b</text>" % (attributes % (found["attributes"], length), found["text"])


async def write_export(path: Path, job: Callable[[], bytes]) -> None:
    """Do a job and write what it makes, on another thread.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        await asyncio.to_thread(lambda: path.write_bytes(job()))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
