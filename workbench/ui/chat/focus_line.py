"""The line at the left of the message that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.theme import color

_GAP, _WIDTH = 12, 2
_END = 20
"""Pixels under a message that belong to no text of it."""


class FocusLine(QWidget):
    """Is next to a message, not over its text, and moves with it.

    Args:
        message: whose focus it shows; both have the same parent.
    """

    def __init__(self, message: QWidget) -> None:
        super().__init__(message.parentWidget())
        self._message = message
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        message.installEventFilter(self)
        message.destroyed.connect(self.deleteLater)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.FocusIn):
            self._place()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        at = self._message.geometry()
        self.setGeometry(at.left() - _GAP, at.top() + 2, _WIDTH, max(at.height() - _END, 0))
        self.setVisible(self._message.hasFocus())

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("focus"))
