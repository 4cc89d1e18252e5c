"""The text of one open prompt, with its undo history, its folds, and its own line ends."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from workbench.ui.editor.highlighter import Highlighter
from workbench.ui.editor.structure import Structure
from workbench.ui.theme import font, theme

AT_ONCE = 60_000
"""Characters up to which a text is read again with every key."""
_PARAGRAPH = "\u2029"


class PromptText(QTextDocument):
    """What the editor shows of one prompt.

    ``folds`` are cursors at the lines that are folded: they go along with what is typed.
    """

    def __init__(self, text: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setDocumentLayout(QPlainTextDocumentLayout(self))
        self.setDefaultFont(font("code"))
        self.setDocumentMargin(0)  # so that the tint of a line reaches both sides
        self._crlf = False
        self.take_line_ends(text)
        self.setPlainText(text)
        self.clearUndoRedoStacks()
        self.highlighter = Highlighter(self)
        self.folds: list[QTextCursor] = []
        self._revision = -1
        self._structure = Structure("")
        theme().changed.connect(self._on_theme)

    @Slot()
    def _on_theme(self) -> None:
        """Apply another size or family: the editor passes it only to the text that it shows."""
        if self.defaultFont() != font("code"):
            self.setDefaultFont(font("code"))

    def take_line_ends(self, text: str) -> None:
        """End lines as this text does, where it is the same for all of them."""
        self._crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")

    def plain(self) -> str:
        """The text with simple line ends. Qt's own plain text would lose hard spaces."""
        return self.toRawText().replace(_PARAGRAPH, "\n")

    def file_text(self) -> str:
        """The text as the file has it: with the line ends that it came with."""
        text = self.plain()
        return text.replace("\n", "\r\n") if self._crlf else text

    @property
    def short(self) -> bool:
        """Whether its structure is read again with every key."""
        return self.characterCount() <= AT_ONCE

    def structure(self) -> Structure:
        """The structure of the text; a long text's as of the last :meth:`read_again`."""
        if self.short:
            self.read_again()
        return self._structure

    def read_again(self) -> None:
        """Parse the structure of the text as it is now."""
        if self._revision != self.revision():
            self._revision = self.revision()
            self._structure = Structure(self.plain())
