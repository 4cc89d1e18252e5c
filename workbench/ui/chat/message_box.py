"""The text box of the composer, and the button that sends or stops."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from workbench.ui.chat.attaching.local_files import local_paths
from workbench.ui.kit import PrimaryButton
from workbench.ui.theme import font

_LEAST_LINES, _MOST_LINES = 1, 8


def is_text(event: QKeyEvent) -> bool:
    """Whether a key types something: where no field has the focus, it belongs into the message."""
    held = event.modifiers() & ~(
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    )
    return bool(event.text()) and event.text().isprintable() and not held


class MessageBox(QPlainTextEdit):
    """Grows with its text; Enter sends, Shift+Enter is a new line.

    Signals:
        send_wanted(); save_wanted(): Ctrl+Enter. edit_last_wanted(): Up in an empty box.
        files_named(list[str]): dropped or pasted. undo_wanted(): Ctrl+Z with nothing to undo here.
    """

    send_wanted = Signal()
    save_wanted = Signal()
    edit_last_wanted = Signal()
    files_named = Signal(list)
    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message")
        self.setFont(font("reading"))
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.textChanged.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        lines = min(max(round(self.document().size().height()), _LEAST_LINES), _MOST_LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 14)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(local_paths(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = local_paths(source)
        if paths:
            self.files_named.emit(paths)
        else:
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save_wanted.emit()
        elif enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_wanted.emit()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.edit_last_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable():
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)


class SendButton(PrimaryButton):
    """Sends, or stops while an answer is written; it stays the same button, with its focus."""

    def __init__(self) -> None:
        super().__init__("Send", "send")
        self.is_stop = False
        self._words = "Send"

    def show_running(self, running: bool) -> None:
        """Stop in place of Send."""
        if running == self.is_stop:
            return
        self.is_stop = running
        self._show()

    def show_words(self, words: str) -> None:
        """What Send does now."""
        self._words = words
        self._show()

    def _show(self) -> None:
        running = self.is_stop
        self.kind, self.tone = ("default", "text-2") if running else ("primary", "on-ink")
        self.setProperty("kind", self.kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.set_keys("Esc" if running else "")
        self.set_text("Stop" if running else self._words)
        self.set_icon("stop" if running else "send")

    def sizeHint(self) -> QSize:
        """Wide enough for both texts, so that nothing in the row moves."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for text in (" Stop  Esc", self.text()))
        hint.setWidth(hint.width() + widest - metrics.horizontalAdvance(self.text()))
        return hint
