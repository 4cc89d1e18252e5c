"""The line under the grid: what glyphs and keys mean."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from workbench.domain.evaluation.grid.cells import KIND_WORDS, CellKind
from workbench.ui.evaluate.results.glyphs import GLYPHS
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.theme import color, font, theme

_HEIGHT = 28
_ICON, _GAP, _NEXT = 12, 6, 14
_KINDS: tuple[CellKind, ...] = ("right", "wrong", "gained", "lost", "format", "error", "running")
KEYS = ("J K row", "H L column", "F failure", "D differences", "Enter case")


class Legend(QFrame):
    """Painted, so that it costs no widgets; a screen reader has each cell in words instead."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.setAccessibleName("Legend")
        self.setAccessibleDescription(" · ".join(KEYS))
        theme().changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        room = QRect(16, 1, self.width() - 32, _HEIGHT - 1)
        for kind in _KINDS:
            glyph = GLYPHS[kind]
            draw_icon(painter, glyph.icon, glyph.tone, _ICON, room.left(), room)
            room.setLeft(room.left() + _ICON + _GAP)
            self._word(painter, room, KIND_WORDS[kind])
        used = draw_text(painter, room, "1/1", "micro", "text-3")
        pen = QPen(color("text-3"), 1)
        pen.setDashPattern([1, 2])
        painter.setPen(pen)
        y = room.center().y() + 8
        painter.drawLine(room.left(), y, room.left() + used, y)
        room.setLeft(room.left() + used + _GAP)
        self._word(painter, room, "from cache")
        self._word(painter, room, "\u2013 waiting")
        self._paint_keys(painter, room)

    def _word(self, painter: QPainter, room: QRect, word: str) -> None:
        used = draw_text(painter, room, word, "micro", "text-2")
        room.setLeft(room.left() + used + _NEXT)

    def _paint_keys(self, painter: QPainter, room: QRect) -> None:
        """As many of the keys as there is room for."""
        metrics = QFontMetrics(font("micro"))
        for count in range(len(KEYS), 0, -1):
            words = " · ".join(KEYS[:count])
            width = metrics.horizontalAdvance(words)
            if width <= room.width():
                place = QRect(room.right() - width - 1, room.top(), width + 2, room.height())
                draw_text(painter, place, words, "micro", "text-3")
                return
