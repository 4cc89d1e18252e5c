"""The messages that wait, in lines over the composer: each can be taken back."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.attachments import title_words
from workbench.domain.chat import WaitingMessage
from workbench.domain.text import count_text
from workbench.ui.kit import GhostButton, IconButton, Label, column, row
from workbench.ui.kit.label import set_tone


class WaitingStrip(QFrame):
    """Lines with the messages of the shown conversation that wait.

    Signals:
        cancelled(int): the message at that place. send_wanted(): the first one, now.
    """

    cancelled = Signal(int)
    send_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Waiting messages")
        self.note = Label("", "small", "text-3", elide=True)
        self.send = GhostButton("Send now", "send")
        self.send.clicked.connect(self.send_wanted)
        self._head = row(self.note, self.send, gap=4)
        self._head.setStretch(0, 1)
        self.lines: list[QWidget] = []
        self._column = column(self._head, gap=2, margins=(0, 0, 0, 4))
        self.setLayout(self._column)
        self.hide()

    def show_waiting(self, waiting: Sequence[WaitingMessage], held: str) -> None:
        """Show what waits; ``held`` is why it is not sent by itself, "" where it will be."""
        for each in self.lines:
            self._column.removeWidget(each)
            each.hide()
            each.deleteLater()
        self.lines = [self._line(place, each) for place, each in enumerate(waiting)]
        for each in self.lines:
            self._column.addWidget(each)
        self.note.setText(held or "Sent when the answer is written:")
        set_tone(self.note, "warn" if held else "text-3")
        self.send.setVisible(bool(held))
        self.setVisible(bool(waiting))

    def _line(self, place: int, waiting: WaitingMessage) -> QWidget:
        made = QWidget()
        words = " ".join(title_words(waiting.text, waiting.attachments).split())
        text = Label(words, "body", "text-2", elide=True)
        text.setAccessibleName(f"Waiting: {words}")
        count = len(waiting.attachments)
        files = Label(count_text(count, "file") if count else "", "small", "text-3")
        cancel = IconButton("close", "Take it back", size=24, glyph=14)
        cancel.clicked.connect(functools.partial(self._on_cancel, place))
        line = row(text, files, cancel, gap=8)
        line.setStretch(0, 1)
        made.setLayout(line)
        return made

    def _on_cancel(self, place: int, _checked: bool = False) -> None:
        self.cancelled.emit(place)
