"""Find in the editor."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.ui.design.editor import Editor
from workbench.ui.widgets import IconButton, Label, row


class FindBar(QFrame):
    """A line over the editor: Enter finds the next, Shift+Enter the one before, Esc closes."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.box = QLineEdit()
        self.box.setPlaceholderText("Find in this prompt")
        self.box.setAccessibleName("Find in this prompt")
        self.box.returnPressed.connect(self.find_next)
        self.note = Label("", "small", "text-3")
        close = IconButton("close", "Close the search", size=24, glyph=14)
        close.clicked.connect(self.close_bar)
        layout = row(self.box, self.note, close, margins=(16, 4, 8, 4))
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def open_bar(self) -> None:
        """Show the bar with what is selected."""
        chosen = self._editor.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.box.setText(chosen)
        self.show()
        self.box.setFocus()
        self.box.selectAll()

    @Slot()
    def close_bar(self) -> None:
        """Back to the text."""
        self.hide()
        self._editor.setFocus()

    @Slot()
    def find_next(self) -> None:
        """Select the next place, from the top again after the last."""
        self._find(QTextDocument.FindFlag(0))

    def _find(self, flags: QTextDocument.FindFlag) -> None:
        text = self.box.text()
        if not text:
            return
        if self._editor.find(text, flags):
            self.note.setText("")
            return
        start = self._editor.textCursor()
        backwards = bool(flags & QTextDocument.FindFlag.FindBackward)
        end = start.MoveOperation.End if backwards else start.MoveOperation.Start
        start.movePosition(end)
        self._editor.setTextCursor(start)
        self.note.setText("" if self._editor.find(text, flags) else "Not found")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._find(QTextDocument.FindFlag.FindBackward)
        else:
            super().keyPressEvent(event)
