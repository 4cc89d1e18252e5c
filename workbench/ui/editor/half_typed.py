"""Hides problems in the tag that is being typed until the cursor leaves it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor

from workbench.ui.editor.editor import Editor
from workbench.ui.editor.structure import qt_offset


class HalfTyped(QObject):
    """Knows the tag into which something was typed, as long as the cursor is in it.

    Signals:
        left(): the cursor, or the focus, left that tag.
    """

    left = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._start: QTextCursor | None = None
        """At the start of the tag into which was typed last."""
        editor.typed.connect(self._on_key)
        editor.cursorPositionChanged.connect(self._on_cursor)
        editor.left.connect(self.left)

    def holds(self, line: int, column: int) -> bool:
        """Whether a place lies in the tag that is being typed."""
        if not self._is_inside() or not self._editor.hasFocus():
            return False
        structure = self._editor.text.structure()
        tag = structure.tag(self._editor.offset())
        start = structure.start(line) + max(column - 1, 0)
        return tag is not None and tag.start <= start <= tag.end

    @Slot()
    def _on_key(self) -> None:
        structure = self._editor.text.structure()
        tag = structure.tag(self._editor.offset())
        self._start = None
        if tag is not None:
            self._start = QTextCursor(self._editor.text)
            self._start.setPosition(qt_offset(structure.text, tag.start))

    def _is_inside(self) -> bool:
        if self._start is None or self._start.document() is not self._editor.text:
            return False
        structure = self._editor.text.structure()
        tag = structure.tag(self._editor.offset())
        return tag is not None and qt_offset(structure.text, tag.start) == self._start.position()

    @Slot()
    def _on_cursor(self) -> None:
        if self._start is not None and not self._is_inside():
            self._start = None
            self.left.emit()
