"""The legend of the tint, and whether alternatives are kept."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from workbench.ui.chat.tokens.token_text import tint_strength
from workbench.ui.kit import IconButton, Label, Switch, row
from workbench.ui.theme import color, font, theme

KEPT = 8
"""Alternatives that are kept with each token where they are wanted."""
_STEPS = (0.9, 0.7, 0.5, 0.3, 0.1, 0.0)
_STEP = 34


class TintScale(QWidget):
    """The tint of six probabilities, each with its number."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Stronger tint: less probable; none from 0.9 on")
        self.setFixedSize(QSize(_STEP * len(_STEPS), 20))
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font("small"))
        for place, probability in enumerate(_STEPS):
            box = QRectF(place * _STEP, 0, _STEP - 2, 20)
            strength = tint_strength(probability)
            if strength:
                painter.fillRect(box, color("warn", strength))
            painter.setPen(color("text"))
            shown = f"{probability:.1f}"
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)


class TokenBar(QFrame):
    """A line over the transcript while it is tinted.

    Signals:
        keep_changed(bool): whether answers of this conversation keep alternatives from now on.
        closed().
    """

    keep_changed = Signal(bool)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.scale = TintScale()
        self.keep = Switch(
            "Keep alternatives",
            tip=f"New answers of this conversation keep the {KEPT} most probable tokens at each "
            "place: about 50 bytes a token",
        )
        self.keep.clicked.connect(self.keep_changed)
        close = IconButton("close", "No tint", size=24, glyph=14)
        close.clicked.connect(self.closed)
        words = Label("Probability", "small", "text-2")
        self.setLayout(
            row(words, self.scale, None, self.keep, close, margins=(16, 4, 8, 4), gap=10)
        )
        self.hide()

    def show_kept(self, count: int) -> None:
        """Say whether alternatives are kept."""
        self.keep.setChecked(count > 0)
