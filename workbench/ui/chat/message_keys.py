"""The message that has the focus: how it gets it, and what keys do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from workbench.ui.chat.transcript import Transcript


class MessageKeys(QObject):
    """The keys of a transcript. Delete deletes, Backspace never does.

    Signals:
        edit_wanted(ChatMessage): F2. delete_wanted(ChatMessage): Delete.
        undo_wanted(); redo_wanted().
        menu_wanted(ChatMessage, QPoint): at this place of the screen.
    """

    edit_wanted = Signal(object)
    delete_wanted = Signal(object)
    undo_wanted = Signal()
    redo_wanted = Signal()
    menu_wanted = Signal(object, QPoint)

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript

    @property
    def focused(self) -> int | None:
        """The place of the message that has the focus, None where none has."""
        focus, transcript = QApplication.focusWidget(), self._transcript
        if focus is None or not transcript.viewport().isAncestorOf(focus):
            return None
        views = transcript.views.items()
        return next((at for at, it in views if it is focus or it.isAncestorOf(focus)), None)

    def focus(self, index: int) -> None:
        """Give a message the focus, and scroll as far as needed to see it."""
        transcript = self._transcript
        view = transcript.views.get(index) or transcript.show_message(index)
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        transcript.make_visible(view.y(), view.height())

    def step(self, step: int) -> None:
        """Go to the message before or after the one that has the focus; first to one in view."""
        transcript, at = self._transcript, self.focused
        if not transcript.messages:
            return
        if at is None:
            seen = transcript.shown_places
            self.focus(seen[-1] if step < 0 else seen[0])
        elif 0 <= at + step < len(transcript.messages):
            self.focus(at + step)

    def show_menu(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the message under the pointer, or of the one that has the focus."""
        transcript = self._transcript
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        views = transcript.views.items()
        under = next((at for at, it in views if it.geometry().contains(event.pos())), None)
        index = self.focused if by_key else under
        if index is None:
            return
        view = transcript.views[index]
        middle = view.mapToGlobal(view.rect().center())
        self.menu_wanted.emit(transcript.messages[index], middle if by_key else event.globalPos())

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key does with the message that has the focus; whether it does something."""
        index, messages = self.focused, self._transcript.messages
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        elif index is not None and event.key() == Qt.Key.Key_F2:
            self.edit_wanted.emit(messages[index])
        elif index is not None and event.key() == Qt.Key.Key_Delete:
            if not event.isAutoRepeat():
                self.delete_wanted.emit(messages[index])
        else:
            return False
        return True
