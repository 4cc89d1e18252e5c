"""Text in one of the type styles and tones."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.ui.theme import font


def set_tone(widget: QWidget, tone: str) -> None:
    """Give a widget another tone of the style sheet (text, text-2, text-3, ok, warn, bad, link)."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def plain_tip(text: str) -> str:
    """``text`` as a tooltip that shows it letter by letter and wraps it.

    Qt reads a tooltip that looks like HTML as HTML, and would load what it names.
    """
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if text else ""


class Label(QLabel):
    """A label that shows plain text only, so that no text can load anything.

    Args:
        text: what it says.
        style: a type token (micro, small, body, body-strong, reading, heading, title, code, ...).
        tone: a tone of the style sheet.
        elide: shorten with an ellipsis where there is no room, and show the whole in the tooltip.
        wrap: break lines.
    """

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        tone: str = "text",
        *,
        elide: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__()
        self._elide = elide
        self._tip = ""
        self._shorter: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(style))
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        if self._elide and not self._tip:
            super().setToolTip("")

    def set_shorter(self, texts: Sequence[str]) -> None:
        """What it says where its text has no room, the longest first; for one that is shortened."""
        self._shorter = tuple(texts)
        self.update()

    def _fitting(self, width: int) -> str:
        metrics, texts = self.fontMetrics(), (self.text(), *self._shorter)
        for text in texts:
            if metrics.horizontalAdvance(text) <= width:
                return text
        return metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, width)

    def setToolTip(self, tip: str) -> None:
        """A tooltip of its own, also where the text has no room."""
        self._tip = tip
        super().setToolTip(tip)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        shown = self._fitting(self.contentsRect().width())
        if not self._tip:
            super().setToolTip(plain_tip(self.text()) if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
