"""The status line at the top of a column."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.theme import color, theme


class TopLine(QWidget):
    """The strategy's colour, two pixels high; four in the colour of focus where that is."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self.tone = tone
        self.focused = False
        self.setFixedHeight(4)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(0, 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        height = 4 if self.focused else 2
        painter.fillRect(0, 0, self.width(), height, color("focus" if self.focused else self.tone))
