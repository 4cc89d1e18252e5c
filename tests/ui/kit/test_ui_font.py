"""The font of the window: as strong on dark as on light."""

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

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
