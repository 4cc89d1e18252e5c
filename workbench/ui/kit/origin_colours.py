"""The colours of origin: one a variable, the same in editor, form, preview and meter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.theme import color, theme

_TONES = ("p1", "p2", "p3", "p4", "p5", "p6")


def tones_of(names: Sequence[str]) -> dict[str, str]:
    """A colour token for each variable, by its place; the seventh has the first's again."""
    return {name: _TONES[index % len(_TONES)] for index, name in enumerate(names)}


class OriginSquare(QWidget):
    """The small square before a variable's name."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        self.setFixedSize(10, 10)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color(self._tone))
        painter.setBrush(color(self._tone))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 2, 2)
