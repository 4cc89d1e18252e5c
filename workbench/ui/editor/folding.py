"""Folding: the front matter, messages and blocks of a prompt shown as one line each."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.editor.prompt_text import PromptText
from workbench.ui.editor.structure import Region


class Folding(QObject):
    """Folds lines of an editor that shows a :class:`PromptText`.

    What is hidden follows from the regions of the text and from the cursors in ``folds``, each
    time again, so that no edit can leave a line hidden for good.

    Signals:
        changed(): other lines are folded, or other lines can be.
    """

    changed = Signal()

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor)
        self._editor = editor

    @property
    def text(self) -> PromptText:
        """The text that is shown."""
        text = self._editor.document()
        assert isinstance(text, PromptText)
        return text

    def regions(self) -> dict[int, Region]:
        """What can be folded, by its first line."""
        return self.text.structure().regions

    def folded(self) -> set[int]:
        """The first lines of what is folded."""
        lines = {cursor.blockNumber() + 1 for cursor in self.text.folds}
        return lines & self.regions().keys()

    def is_folded(self, line: int) -> bool:
        """Whether the region that starts at a line is folded."""
        return line in self.folded()

    def fold(self, line: int) -> None:
        """Fold the region that starts at a line, if one does."""
        if line in self.regions() and not self.is_folded(line):
            self.text.folds.append(QTextCursor(self.text.findBlockByNumber(line - 1)))
            self._leave_hidden(self.regions()[line])
            self.update()

    def unfold(self, line: int) -> None:
        """Show the region that starts at a line."""
        text = self.text
        text.folds = [cursor for cursor in text.folds if cursor.blockNumber() + 1 != line]
        self.update()

    def toggle(self, line: int) -> None:
        """Fold or unfold the region that starts at a line."""
        if self.is_folded(line):
            self.unfold(line)
        else:
            self.fold(line)

    def fold_here(self) -> None:
        """Fold the innermost region around the cursor."""
        line = self._editor.textCursor().blockNumber() + 1
        folded = self.folded()
        around = [
            region
            for region in self.regions().values()
            if region.first <= line <= region.last and region.first not in folded
        ]
        if around:
            self.fold(max(around, key=lambda region: region.first).first)

    def unfold_here(self) -> None:
        """Unfold the region at the cursor."""
        self.unfold(self._editor.textCursor().blockNumber() + 1)

    def fold_all(self) -> None:
        """Fold everything that can be folded."""
        text = self.text
        text.folds = [QTextCursor(text.findBlockByNumber(line - 1)) for line in self.regions()]
        for region in sorted(self.regions().values(), key=lambda region: -region.first):
            self._leave_hidden(region)
        self.update()

    def unfold_all(self) -> None:
        """Show every line."""
        self.text.folds = []
        self.update()

    def reveal(self, line: int) -> None:
        """Unfold all that hides a line."""
        hiding = {r.first for r in self.regions().values() if r.first < line <= r.last}
        hiding &= self.folded()
        if hiding:
            text = self.text
            text.folds = [c for c in text.folds if c.blockNumber() + 1 not in hiding]
            self.update()

    def _leave_hidden(self, region: Region) -> None:
        """A cursor inside of what goes out of sight moves to the line that stays."""
        cursor = self._editor.textCursor()
        if region.first < cursor.blockNumber() + 1 <= region.last:
            cursor.setPosition(self.text.findBlockByNumber(region.first - 1).position())
            self._editor.setTextCursor(cursor)

    def update(self) -> None:
        """Hide what is folded and show all else."""
        regions = self.regions()
        self.text.folds = [c for c in self.text.folds if c.blockNumber() + 1 in regions]
        hidden: set[int] = set()
        for line in self.folded():
            hidden.update(range(line + 1, regions[line].last + 1))
        changed = False
        block = self.text.firstBlock()
        while block.isValid():
            visible = block.blockNumber() + 1 not in hidden
            if block.isVisible() != visible:
                changed = True
                block.setVisible(visible)
                block.setLineCount(max(1, block.layout().lineCount()) if visible else 0)
            block = block.next()
        if changed:
            layout = self.text.documentLayout()
            layout.documentSizeChanged.emit(layout.documentSize())
            self._editor.viewport().update()
        self.changed.emit()
