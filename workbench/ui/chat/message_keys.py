"""The message that has the focus: how it gets it, and what keys do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from workbench.domain.views import ChatMessage
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
        rows = transcript.rows.items()
        return next((at for at, it in rows if it is focus or it.isAncestorOf(focus)), None)

    def _message(self, index: int) -> ChatMessage:
        """The message in a place that has the focus, else the one of the branch."""
        focus = QApplication.focusWidget()
        for view in self._transcript.answers(index):
            if focus is not None and (view is focus or view.isAncestorOf(focus)):
                return view.message
        return self._transcript.messages[index]

    def focus(self, index: int) -> None:
        """Give a message the focus, and scroll as far as needed to see it."""
        transcript = self._transcript
        view = transcript.views.get(index) or transcript.show_message(index)
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        row = transcript.rows[index]
        transcript.make_visible(row.y(), row.height())

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

    def enter(self) -> bool:
        """Give the last message in view the focus; False where there is none."""
        if self._transcript.messages:
            self.step(-1)
        return bool(self._transcript.messages)

    def _walk_tokens(self, event: QKeyEvent) -> bool:
        """Left and Right, at a message that is tinted, go on in its tokens."""
        view = QApplication.focusWidget()
        tokens = getattr(view, "tokens", None)
        if event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right) or event.modifiers():
            return False
        if tokens is None or tokens.isHidden():
            return False
        tokens.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QApplication.sendEvent(tokens.text, event)
        return True

    def show_menu(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the message under the pointer, or of the one that has the focus."""
        transcript = self._transcript
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        rows = transcript.rows.items()
        under = next((at for at, it in rows if it.geometry().contains(event.pos())), None)
        index = self.focused if by_key else under
        if index is None:
            return
        row, message = transcript.rows[index], self._message(index)
        if not by_key:
            at = event.globalPos()
            views = transcript.answers(index)
            hit = [each for each in views if each.rect().contains(each.mapFromGlobal(at))]
            message = hit[0].message if hit else transcript.messages[index]
        middle = row.mapToGlobal(row.rect().center())
        self.menu_wanted.emit(message, middle if by_key else event.globalPos())

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key does with the message that has the focus; whether it does something."""
        index = self.focused
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        elif index is not None and event.key() == Qt.Key.Key_F2:
            self.edit_wanted.emit(self._message(index))
        elif index is not None and event.key() == Qt.Key.Key_Delete:
            if not event.isAutoRepeat():
                self.delete_wanted.emit(self._message(index))
        else:
            return self._walk_tokens(event)
        return True
