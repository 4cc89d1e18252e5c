"""Finds words in the visible text of a conversation's messages."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.views import ChatMessage
from workbench.ui.markdown.shown import plain_pieces, shown_pieces

_AT_ONCE_SECONDS = 0.03
"""How long the window may be kept waiting; the rest is looked at in further rounds."""
_WORD = re.compile(r"[^\W_]+")


class Places(QObject):
    """Looks for words as they are shown: marks of Markdown are neither found nor in the way.

    A conversation of usual length is looked through at once, a very long one in rounds.

    Signals:
        finished(): all messages were looked at.
    """

    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, int]] = []
        """Messages, and the number of the place in each."""
        self._messages: Sequence[ChatMessage] = ()
        self._words, self._longest = "", ""
        self._at = 0
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)

    @property
    def is_looking(self) -> bool:
        """Whether there are messages that were not looked at."""
        return self._more.isActive()

    def look(self, messages: Sequence[ChatMessage], words: str) -> None:
        """Look for other words, or in other messages; nothing for ""."""
        self._more.stop()
        self._messages, self._words = messages, words.lower()
        self._longest = max(_WORD.findall(self._words), key=len, default="")
        self.found, self._at = [], 0
        if words:
            self._go_on()

    @Slot()
    def _go_on(self) -> None:
        end = time.monotonic() + _AT_ONCE_SECONDS
        while self._at < len(self._messages) and time.monotonic() < end:
            count = self._count(self._messages[self._at])
            self.found += [(self._at, number) for number in range(count)]
            self._at += 1
        if self._at < len(self._messages):
            self._more.start()
        else:
            self.finished.emit()

    def _count(self, message: ChatMessage) -> int:
        if not self._may_have(message.text.lower()):
            return 0
        is_plain = message.role == "user"
        pieces = plain_pieces(message.text) if is_plain else shown_pieces(message.text)
        return sum(piece.lower().count(self._words) for piece in pieces)

    def _may_have(self, source: str) -> bool:
        """Whether the words may occur, decided without parsing the Markdown.

        Markup may be in the middle of a word, and signs be written as names (``&amp;``).
        """
        return self._longest in source or any(sign in source for sign in "*_`~\\&[")
