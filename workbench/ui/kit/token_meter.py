"""The prompt against the context: a bar in the colours of origin, with its numbers beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from workbench.domain.text import count_text
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.origin_colours import OriginSquare
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.theme import color, theme

_HEIGHT = 6
_LEGEND_COLUMNS = 3


class Part(NamedTuple):
    """A piece of the bar: its name, tokens and colour token."""

    name: str
    tokens: int
    tone: str


class _Bar(QWidget):
    """Parts from the left, the reserve hatched, the rest empty.

    Where they need more than the context, the bar is as long as they are: a line marks the end of
    the context, and what lies behind it is hatched in the tone of what is wrong.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.parts: Sequence[Part] = ()
        self.reserve = 0
        self.context = 1
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), color("selected"))
        needed = sum(part.tokens for part in self.parts) + self.reserve
        scale = self.width() / max(self.context, needed, 1)
        left = 0.0
        for part in self.parts:
            width = part.tokens * scale
            painter.fillRect(QRectF(left, 0, max(width - 0.5, 0.5), _HEIGHT), color(part.tone))
            left += width
        area = QRectF(left, 0, self.reserve * scale, _HEIGHT)
        painter.fillRect(area, QBrush(color("line-access"), Qt.BrushStyle.BDiagPattern))
        if needed > self.context > 0:
            end = self.context * scale
            behind = QRectF(end, 0, self.width() - end, _HEIGHT)
            painter.fillRect(behind, color("panel", 0.55))
            painter.fillRect(behind, QBrush(color("bad"), Qt.BrushStyle.Dense4Pattern))
            painter.fillRect(QRectF(end - 1, 0, 2, _HEIGHT), color("text"))


class TokenMeter(QFrame):
    """Says how full the context is: "412 / 8,192 tokens"."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("rule", "top")
        self.used = Label("", "heading")
        self.context = Label("", "body", "text-2")
        self.reserve = Label("", "small", "text-3")
        self._bar = _Bar()
        self._legend = QWidget()
        self._outer = column(
            row(self.used, self.context, None, self.reserve, gap=4),
            self._bar,
            self._legend,
            margins=(16, 12, 16, 12),
            gap=8,
        )
        self.setLayout(self._outer)

    def show_tokens(self, parts: Sequence[Part], reserve: int, context: int) -> None:
        """Show what the prompt is made of.

        Args:
            parts: in the order of the bar; those without tokens are left out.
            reserve: tokens kept for the answer.
            context: tokens that the model can hold; 0 where no model is loaded.
        """
        shown = [part for part in parts if part.tokens]
        total = sum(part.tokens for part in shown)
        self.used.setText(f"{total:,}" if context else "")
        self.context.setText(f"/ {context:,} tokens" if context else "No model loaded")
        words = _room_for_answer(total, reserve, context) if context else ""
        self.reserve.setText(words)
        set_tone(self.reserve, "bad" if context and total + reserve > context else "text-3")
        self._bar.parts, self._bar.reserve, self._bar.context = shown, reserve, context
        self._bar.update()
        self.setAccessibleName(f"{total:,} of {context:,} tokens, {words}")
        self._show_legend(shown)

    def show_uncounted(self, why: str) -> None:
        """Say why nothing is known of the prompt's tokens."""
        self.show_tokens((), 0, 0)
        self.context.setText(why)
        self.setAccessibleName(why)

    def _show_legend(self, parts: Sequence[Part]) -> None:
        self._outer.removeWidget(self._legend)
        self._legend.deleteLater()
        self._legend = QWidget()
        grid = QGridLayout(self._legend)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for index, part in enumerate(parts):
            words = Label(f"{part.name} {part.tokens:,}", "small", "text-2", elide=True)
            cell = row(OriginSquare(part.tone), words, gap=6)
            cell.setStretch(1, 1)
            grid.addLayout(cell, index // _LEGEND_COLUMNS, index % _LEGEND_COLUMNS)
        for index in range(_LEGEND_COLUMNS):
            grid.setColumnStretch(index, 1)
        self._outer.addWidget(self._legend)


def _room_for_answer(total: int, reserve: int, context: int) -> str:
    """What the context leaves for the answer, or what does not go into it."""
    if total > context:
        over = total - context
        return f"{count_text(over, 'token')} {'does' if over == 1 else 'do'} not fit"
    if total + reserve > context:
        return f"only {context - total:,} of {reserve:,} left for the answer"
    return f"{reserve:,} kept for the answer"
