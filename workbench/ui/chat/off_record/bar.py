"""The bar over a conversation off the record."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel

from workbench.ui.kit import GhostButton, Label, row
from workbench.ui.theme import theme

_WORDS = "Off the record: in memory only, and lost when the program ends."
_TIP = (
    "No row, draft, search index or log has a word of it. What the system writes to its swap, and "
    "a server that answers, are beyond the program."
)


class OffRecordBar(QFrame):
    """Plain words, and the way to keep the conversation.

    Signals:
        keep_wanted(): write it into the history.
    """

    keep_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "raised")
        self.setAccessibleName(_WORDS)
        self._icon = QLabel()
        self._words = Label(_WORDS, "body", "warn", wrap=True)
        self._words.setToolTip(_TIP)
        self.keep = GhostButton("Keep it", "save", tip="Store the conversation with its runs")
        self.keep.clicked.connect(self.keep_wanted)
        layout = row(self._icon, self._words, self.keep, margins=(16, 4, 8, 4))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()
        theme().changed.connect(self._recolour)
        self._recolour()

    def _recolour(self) -> None:
        self._icon.setPixmap(theme().icon("eye-off", "warn").pixmap(16, 16))
