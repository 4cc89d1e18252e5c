"""Puts formulas into a document: drawn where they are known, otherwise as their source."""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QByteArray, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)
from PySide6.QtSvg import QSvgRenderer

from workbench.domain.formula_rules import key_of
from workbench.domain.formulas import FORMULA_LARGER, FORMULA_SIZE, DrawnFormula, FormulaKey
from workbench.ui.kit.text.copied import SOURCE, sources_of
from workbench.ui.markdown.formulas import formulas
from workbench.ui.markdown.parts import shown_text
from workbench.ui.theme import color, font

BLANK_LINE = "\u2028"
_DRAWINGS = 300


class FormulaPlaces:
    """The formulas of a document.

    Args:
        document: where they are put.
        width: the most that one may have, in pixels; wider ones are drawn smaller. 0 is no limit.
    """

    def __init__(self, document: QTextDocument, width: int = 0) -> None:
        self._document = document
        self._width = width
        self.waiting: set[FormulaKey] = set()
        """Those that are shown as their source until they are drawn."""
        self.sizes: list[tuple[float, float]] = []
        """Of those that are drawn, in pixels."""

    @property
    def any(self) -> bool:
        """Whether one is drawn."""
        return bool(self.sizes)

    def have_come(self) -> bool:
        """Whether one that was waited for is known now."""
        return any(formulas().is_known(each) for each in self.waiting)

    def insert(self, cursor: QTextCursor, chars: QTextCharFormat, source: str) -> None:
        """Put a formula, with its delimiters, at a cursor."""
        key = key_of(source)
        found = formulas().get(key)
        if isinstance(found, DrawnFormula):
            self._insert_drawing(cursor, chars, source, found)
            return
        if found is None:
            self.waiting.add(key)
        made = QTextCharFormat(chars)
        made.setFont(font("code"))
        if found is not None:
            made.setForeground(color("text-2"))
            made.setToolTip(found)
        cursor.insertText(shown_text(source).replace("\n", BLANK_LINE), made)

    def _insert_drawing(
        self, cursor: QTextCursor, chars: QTextCharFormat, source: str, formula: DrawnFormula
    ) -> None:
        text = chars.font() if chars.hasProperty(QTextCharFormat.Property.FontPixelSize) else None
        shown = text or font("reading")
        scale = shown.pixelSize() / FORMULA_SIZE * FORMULA_LARGER
        if self._width:
            scale = min(scale, self._width / formula.width)
        metrics = QFontMetricsF(shown)
        above, below = formula.ascent * scale, formula.descent * scale
        is_flat = below <= metrics.descent()
        if is_flat:
            below = metrics.descent()
        else:
            above, below = _room(above, below, metrics)
        has_color = chars.foreground().style() != Qt.BrushStyle.NoBrush
        ink = chars.foreground().color() if has_color else color("text")
        image = drawing(formula, scale, above, below, ink.rgba(), _pixel_ratio())
        name = f"formula:{hash((source, scale, ink.rgba(), above)):x}"
        self._document.addResource(
            QTextDocument.ResourceType.ImageResource.value, QUrl(name), image
        )
        made = QTextImageFormat()
        made.setFont(shown)
        made.setName(name)
        made.setWidth(formula.width * scale)
        made.setHeight(above + below)
        sides = QTextCharFormat.VerticalAlignment
        made.setVerticalAlignment(sides.AlignBaseline if is_flat else sides.AlignMiddle)
        made.setProperty(SOURCE, source)
        made.setToolTip(source)
        cursor.insertImage(made)
        self.sizes.append((formula.width * scale, above + below))


def _room(ascent: float, descent: float, metrics: QFontMetricsF) -> tuple[float, float]:
    """How far a picture must go above and below the line of text, so that Qt puts it there.

    One that goes no further down than letters do is put on their lower edge; otherwise Qt
    has the middle of a picture half of half an x above the line.
    """
    middle = metrics.xHeight() / 4
    half = max(ascent - middle, descent + middle)
    return half + middle, half - middle


def _pixel_ratio() -> float:
    return max((each.devicePixelRatio() for each in QGuiApplication.screens()), default=1.0)


@functools.lru_cache(maxsize=_DRAWINGS)
def drawing(
    formula: DrawnFormula, scale: float, above: float, below: float, ink: int, ratio: float
) -> QImage:
    """A formula in a colour, as high as that, with its line ``above`` beneath the top."""
    width, height = formula.width * scale, above + below
    image = QImage(
        max(1, round(width * ratio)),
        max(1, round(height * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(image.width() / width, image.height() / height)
    place = QRectF(
        0, above - formula.ascent * scale, width, (formula.ascent + formula.descent) * scale
    )
    QSvgRenderer(QByteArray(formula.svg.encode())).render(painter, place)
    painter.resetTransform()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor.fromRgba(ink))
    painter.end()
    return image


def places_in(document: QTextDocument, words: str) -> list[QTextCursor]:
    """Where words occur in a document with formulas, whose sources are searched too.

    A place within a formula is the whole formula.
    """
    found: list[QTextCursor] = []
    block = document.begin()
    while block.isValid() and words:
        found += _places_of(block, document, words)
        block = block.next()
    return found


def _places_of(block: QTextBlock, document: QTextDocument, words: str) -> list[QTextCursor]:
    sources = {place - block.position(): source for place, source in sources_of(block)}
    text, at = "", []
    for place, each in enumerate(block.text()):
        shown = sources.get(place, each).replace("\n", BLANK_LINE)
        text += shown
        at += [place] * len(shown)
    found = []
    for match in re.finditer(re.escape(words), text, re.IGNORECASE):
        cursor = QTextCursor(document)
        cursor.setPosition(block.position() + at[match.start()])
        cursor.setPosition(
            block.position() + at[match.end() - 1] + 1, QTextCursor.MoveMode.KeepAnchor
        )
        found.append(cursor)
    return found
