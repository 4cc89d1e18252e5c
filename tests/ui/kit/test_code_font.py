"""The font of editors: lines as high as the design has them, letters as wide as ever."""

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.theme import font
from workbench.ui.theme.tokens import TOKENS


@pytest.mark.parametrize("name", ["code", "code-small", "code-micro"])
def test_lines_of_code_are_as_high_as_the_design_has_them(qtbot, name):
    editor = QPlainTextEdit("a\nb\nc")
    qtbot.addWidget(editor)
    editor.setFont(font(name))
    editor.show()
    block = editor.document().findBlockByNumber(1)
    height = editor.blockBoundingGeometry(block).height()
    assert abs(height - TOKENS.type[name].line) <= 1


def test_the_taller_font_has_the_same_letters():
    tall = font("code")
    plain = font("code-small")
    plain.setPixelSize(tall.pixelSize())
    assert QFontInfo(tall).family() == "Workbench Mono"
    assert QFontInfo(plain).family() == "JetBrains Mono"
    text = "{{ question | trim }} – ß"
    assert QFontMetricsF(tall).horizontalAdvance(text) == QFontMetricsF(plain).horizontalAdvance(
        text
    )
