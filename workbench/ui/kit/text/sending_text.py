"""A few lines of text that Ctrl+Enter sends, whatever it does elsewhere in the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit


class SendingText(QPlainTextEdit):
    """A text field in which Tab goes on to the next.

    Args:
        name: for screen readers.
        placeholder: its text while it is empty; the name where it is "".
        lines: how many the style makes room for.
        height: in pixels.

    Signals:
        sent(): Ctrl+Enter was pressed, which elsewhere runs the prompt.
    """

    sent = Signal()

    def __init__(self, name: str, placeholder: str = "", *, lines: int, height: int) -> None:
        super().__init__()
        self.setProperty("input", True)
        self.setProperty("lines", lines)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder or name)
        self.setTabChangesFocus(True)
        self.setFixedHeight(height)

    def text(self) -> str:
        """What was typed, without blanks at its ends."""
        return self.toPlainText().strip()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _sends(event):
            event.accept()  # it is this field's, not the window's
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _sends(event):
            self.sent.emit()
        else:
            super().keyPressEvent(event)


def _sends(event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent):
        return False
    with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return with_control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
