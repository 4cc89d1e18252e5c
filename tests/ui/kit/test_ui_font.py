"""The font of the window: as strong on dark as on light."""

import pytest
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTextLayout

from workbench.ui.design.preview.pages import char_format
from workbench.ui.theme import font
from workbench.ui.theme.tokens import TOKENS

_TEXT = "Work step by step. Use only numbers that the problem gives. 1,024"


def covered(name: str, ratio: float, ground: QColor, ink: QColor) -> float:
    """How many pixels of the ground the text covers, parts of pixels counted as parts."""
    picture = QImage(round(520 * ratio), round(28 * ratio), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(ground)
    painter = QPainter(picture)
    painter.setFont(font(name))
    painter.setPen(ink)
    painter.drawText(4, 20, _TEXT)
    painter.end()
    across = ink.lightness() - ground.lightness()
    return sum(
        (picture.pixelColor(x, y).lightness() - ground.lightness()) / across
        for y in range(picture.height())
        for x in range(picture.width())
    )


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("name", ["body", "body-strong", "small", "code"])
def test_text_on_dark_is_not_bolder_than_on_light(qapp, name, ratio):
    dark, light = TOKENS.color["dark"], TOKENS.color["light"]
    on_dark = covered(name, ratio, QColor(dark["canvas"]), QColor(dark["text"]))
    on_light = covered(name, ratio, QColor(light["canvas"]), QColor(light["text"]))
    assert on_light > 300  # there is a text
    assert abs(on_dark / on_light - 1) < 0.05


def glyphs(layout: QTextLayout) -> list[int]:
    return [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]


def drawn(name: str, text: str) -> list[int]:
    """The glyphs of a line of text."""
    layout = QTextLayout(text, font(name))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return glyphs(layout)


@pytest.mark.parametrize("name", sorted(TOKENS.type))
@pytest.mark.parametrize("text", ["->", "=>", "0x7E", "3x4", "<=", "-->"])
def test_each_character_is_drawn_as_itself(qapp, name, text):
    """Fonts draw "->" as an arrow and "0x7E" with a times sign where they are let."""
    assert drawn(name, text) == [glyph for letter in text for glyph in drawn(name, letter)]


@pytest.mark.parametrize("name", ["body", "code-small"])
def test_formatted_text_keeps_it_so(qapp, name):
    kept = char_format("text", name).font()
    assert kept.isFeatureSet(QFont.Tag("calt"))
    assert kept.featureValue(QFont.Tag("calt")) == 0
