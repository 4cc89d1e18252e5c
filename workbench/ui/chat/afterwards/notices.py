"""Notifies of a long answer that has ended while another window is in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from workbench.domain.off_record import is_off_the_record
from workbench.domain.runs.run_state import RunState
from workbench.ui.chat.afterwards.choices import after_answers
from workbench.ui.theme import icon

if TYPE_CHECKING:
    from workbench.ui.chat.view_model import ChatModel

_WORDS = {
    "done": "The answer is there.",
    "failed": "The answer has failed.",
    "interrupted": "The answer was cut short.",
}
_SHOWN_MS = 10_000


class AnswerNotices(QObject):
    """The system's notification, and a mark at the window in the task bar.

    A notification has the title of the conversation and nothing of its texts, since others may see
    it, and not even that of one off the record.

    Args:
        model: the conversations and the answers that are being written.
        panel: in the window that is looked at.

    Signals:
        wanted(int): the conversation of a notification that was clicked.
    """

    wanted = Signal(int)

    def __init__(self, model: ChatModel, panel: QWidget) -> None:
        super().__init__(panel)
        self._model, self._panel = model, panel
        self._tray: QSystemTrayIcon | None = None
        self._conversation: int | None = None
        model.live.ended.connect(self._on_ended)
        QApplication.instance().applicationStateChanged.connect(self._on_state)  # type: ignore[union-attr]

    @Slot(object, int)
    def _on_ended(self, state: RunState, conversation_id: int) -> None:
        least = after_answers().notify_seconds
        if not least or state.seconds < least or self._panel.window().isActiveWindow():
            return
        if state.status not in _WORDS:  # the user stopped it
            return
        self.show(conversation_id, _WORDS[state.status])

    def show(self, conversation_id: int, words: str) -> None:
        """Notify, where the system has a place for that; else the window alone is marked."""
        listed = {
            each.conversation_id: each.title
            for each in self._model.conversations
            if not is_off_the_record(each.conversation_id)
        }
        self._conversation = conversation_id
        QApplication.alert(self._panel.window())
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            tray = self._made_tray()
            tray.show()
            tray.showMessage(
                listed.get(conversation_id, "Prompt Workbench"), words, tray.icon(), _SHOWN_MS
            )

    def _made_tray(self) -> QSystemTrayIcon:
        if self._tray is None:
            self._tray = QSystemTrayIcon(_icon(), self)
            self._tray.setToolTip("Prompt Workbench")
            self._tray.messageClicked.connect(self._on_clicked)
            self._tray.activated.connect(self._on_clicked)
        return self._tray

    @Slot()
    def _on_clicked(self) -> None:
        window = self._panel.window()
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()
        if self._conversation is not None:
            self.wanted.emit(self._conversation)

    @Slot()
    def _on_state(self) -> None:
        """The window is looked at: the mark in the tray goes."""
        if self._tray is not None and self._panel.window().isActiveWindow():
            self._tray.hide()


def _icon() -> QIcon:
    own = QApplication.windowIcon()
    return icon("chat", "text", "text") if own.isNull() else own
