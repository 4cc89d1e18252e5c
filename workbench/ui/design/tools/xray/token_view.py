"""An answer token by token, tinted by how much each token changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.ui.kit import plain_tip
from workbench.ui.kit.heat import heat_tint, nats
from workbench.ui.theme import color, font, theme

_MOST_TOKENS = 4_000
_MOST_NATS = 5.0
"""A change of this many nats (a factor of 150) has the strongest tint, a smaller range its own."""


class TokenHeat(QTextEdit):
    """Text that cannot be edited; tokens that change are tinted, those that lose are underlined.

    Signals:
        described(str): the token at the cursor, and its numbers in words.
    """

    described = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFont(font("code-small"))
        self.setProperty("surface", "panel")
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(8)
        self._texts: tuple[str, ...] = ()
        self._changes: tuple[float, ...] = ()
        self._words: tuple[str, ...] = ()
        self._ends: list[int] = []
        self.cursorPositionChanged.connect(self._on_cursor)
        theme().changed.connect(self._draw)

    def show_tokens(
        self, texts: Sequence[str], changes: Sequence[float] = (), words: Sequence[str] = ()
    ) -> None:
        """Show tokens.

        Args:
            texts: of the tokens.
            changes: in nats, positive where a token gains; fewer than texts are taken as none.
            words: the description of each; empty uses the change.
        """
        shown = (tuple(texts), tuple(changes), tuple(words))
        if shown != (self._texts, self._changes, self._words):
            self._texts, self._changes, self._words = shown
            self._draw()

    def tip(self, index: int) -> str:
        """The description of a token."""
        text = self._texts[index].replace("\n", "⏎")
        if index < len(self._words):
            return f"“{text}”: {self._words[index]}"
        if index < len(self._changes):
            return f"“{text}”: {nats(self._changes[index])} nats"
        return f"“{text}”"

    @Slot()
    def _draw(self) -> None:
        self.blockSignals(True)
        self.clear()
        self._ends = []
        most = max([_MOST_NATS / 5, *(abs(change) for change in self._changes)])
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for index, text in enumerate(self._texts[:_MOST_TOKENS]):
            change = self._changes[index] if index < len(self._changes) else 0.0
            strength = change / most if math.isfinite(change) else 0.0
            style = QTextCharFormat()
            style.setFont(font("code-small"))
            style.setForeground(color("text"))
            tint = heat_tint(strength)
            if tint is not None:
                style.setBackground(tint)
            if tint is not None and strength < 0:
                style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
                style.setUnderlineColor(color("bad"))
            style.setToolTip(plain_tip(self.tip(index)))
            cursor.insertText(text.replace("\n", "\u2028"), style)
            self._ends.append(cursor.position())
        if len(self._texts) > _MOST_TOKENS:
            cursor.insertText(" … the rest is not shown", QTextCharFormat())
        cursor.endEditBlock()
        self.blockSignals(False)

    @Slot()
    def _on_cursor(self) -> None:
        position = self.textCursor().position()
        index = next((at for at, end in enumerate(self._ends) if position < end), -1)
        self.described.emit(self.tip(index) if index >= 0 else "")
