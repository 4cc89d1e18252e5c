"""The places of a snippet that are filled in one after the other with Tab."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit


class TabStops:
    """Where Tab goes next in an editor, until the last place or until the cursor went elsewhere."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._first: QTextCursor | None = None
        self._left: list[QTextCursor] = []

    def forget(self) -> None:
        """Tab indents again."""
        self._first, self._left = None, []

    def begin(self, places: Sequence[QTextCursor]) -> None:
        """The cursor is at the first place; these selections come after it."""
        self._left = list(places)
        self._first = QTextCursor(self._editor.textCursor()) if places else None

    def go_on(self) -> bool:
        """Select the next place; False where there is none, or the cursor left the snippet."""
        if self._first is None or not self._left:
            return False
        line = self._editor.textCursor().blockNumber()
        if not self._first.blockNumber() <= line <= self._left[-1].blockNumber():
            self.forget()
            return False
        self._editor.setTextCursor(self._left.pop(0))
        return True
