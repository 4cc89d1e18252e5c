"""Text that grows at its end, as a model writes it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextBrowser

from workbench.domain.runs.comparison import DiffPart
from workbench.ui.kit.text.copied import selected_text, text_alone
from workbench.ui.kit.text.soft_breaks import SoftBreaks, without_breaks
from workbench.ui.theme import color, font, theme
from workbench.ui.theme.tokens import TOKENS

_SLICE_CHARACTERS = 4000
_BOTTOM_SLACK = 4
_TINT = 0.22


class ModelText(QTextBrowser):
    """Text of a model, to read and to copy: nothing that it names is loaded or opened.

    Args:
        name: the accessible name.
        style: the type token of the text.
    """

    def __init__(self, name: str, style: str = "reading") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFont(font(style))
        self.document().setDocumentMargin(0)

    def createMimeDataFromSelection(self) -> QMimeData:
        """The selected text alone, without colours of this window and breaks of the view."""
        text = without_breaks(selected_text(self.textCursor()))
        return text_alone(super().createMimeDataFromSelection(), text)

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """Nothing is read, wherever a text points (S4)."""


class StreamingText(ModelText):
    """Plain text that is read while it is being written.

    Only what is new is inserted, a long text in slices between other work. A run of characters
    without a space is broken after 2,000, a paragraph after 8,000, in the view alone: Qt lays a
    whole paragraph out again for every character that is added to it. What is copied, and
    :attr:`text`, have no such breaks. The view follows the end while it shows the end. Nothing that
    a text names is ever loaded or opened.

    Args:
        name: the accessible name.
        style: the type token of the text.
        surface: canvas, or panel.

    Signals:
        replaced(): another text is shown, not the same one grown.
    """

    replaced = Signal()

    def __init__(self, name: str, style: str = "reading", *, surface: str = "canvas") -> None:
        super().__init__(name, style)
        self.setProperty("surface", surface)
        self.setTabChangesFocus(True)
        self._line_height = TOKENS.type[style].line
        self._parts: list[str] = []
        self._waiting = ""
        self._follow = True
        self._heights = (0, 0)
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._insert_slice)
        self._breaks = SoftBreaks()
        self._tone = ""
        self._changes: tuple[DiffPart, ...] = ()
        theme().changed.connect(self._on_theme)
        self.clear_text()

    @property
    def text(self) -> str:
        """Everything that was appended, as it came."""
        return "".join(self._parts)

    def clear_text(self) -> None:
        """Start again with nothing."""
        self._parts, self._waiting = [], ""
        self._blank()

    def _blank(self) -> None:
        """An empty document with the lines of the style; the text itself is kept."""
        self._breaks, self._changes = SoftBreaks(), ()
        self._next.stop()
        self.clear()
        cursor = QTextCursor(self.document())
        lines = QTextBlockFormat()
        lines.setLineHeight(self._line_height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(lines)

    def set_text(self, text: str, *, follow: bool = True) -> None:
        """Show ``text``; what it has in common with the beginning of it stays as it is.

        Without ``follow`` the view stays where it is, also at its end.
        """
        before = self.text
        begins_anew = not text.startswith(before)
        if begins_anew:
            self.clear_text()
            before = ""
        self.append_text(text[len(before) :], follow=follow)
        if begins_anew:
            self.replaced.emit()

    def append_text(self, text: str, *, follow: bool = True) -> None:
        """Add text at the end."""
        if not text:
            return
        if self._changes:
            self.clear_changes()
        self._follow = follow
        self._parts.append(text)
        self._waiting += text
        if not self._next.isActive():
            self._insert_slice()

    # --- changes --------------------------------------------------------------------------------

    def show_changes(self, parts: Sequence[DiffPart]) -> None:
        """Mark in the text what differs from another: inserted underlined, deleted struck through.

        :attr:`text` stays what it was. What is appended or set afterwards ends it.
        """
        place = self.verticalScrollBar().value()
        self._blank()
        self._waiting, self._changes = "", tuple(parts)
        cursor = QTextCursor(self.document())
        for part in parts:
            cursor.insertText(self._breaks.broken(part.text.replace("\r", "")), _format(part.kind))
        self._leave_end()
        self.verticalScrollBar().setValue(place)

    def clear_changes(self) -> None:
        """Show the text alone again."""
        if self._changes:
            place = self.verticalScrollBar().value()
            self._blank()
            self._waiting = self.text
            self._follow = False
            self._insert_slice()
            self.verticalScrollBar().setValue(place)

    @property
    def changes(self) -> tuple[DiffPart, ...]:
        """The changes that are marked, none where the text is not compared."""
        return self._changes

    @Slot()
    def _insert_slice(self) -> None:
        text, self._waiting = self._waiting[:_SLICE_CHARACTERS], self._waiting[_SLICE_CHARACTERS:]
        if self._waiting:
            self._next.start()
        bar = self.verticalScrollBar()
        follow = self._follow and bar.value() >= bar.maximum() - _BOTTOM_SLACK
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(self._breaks.broken(text.replace("\r", "")))
        if self.textCursor().atEnd() and not self.textCursor().hasSelection():
            self._leave_end()
        if follow:
            bar.setValue(bar.maximum())

    def fit_height(self, least: int, most: int) -> None:
        """Be as high as the text, within these heights in pixels."""
        self._heights = (least, most)
        self.document().documentLayout().documentSizeChanged.connect(self._on_document_size)
        self._on_document_size()

    @Slot()
    def _on_document_size(self) -> None:
        least, most = self._heights
        wanted = math.ceil(self.document().size().height())
        height = max(least, min(wanted, most))
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def set_streaming(self, tone: str) -> None:
        """Show a block in that tone at the end, "" for none."""
        self._tone = tone
        self.viewport().update()

    def _leave_end(self) -> None:
        """Put the invisible cursor to the start: a resized view scrolls to where it is."""
        place = self.verticalScrollBar().value()
        start = self.textCursor()
        start.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(start)
        self.verticalScrollBar().setValue(place)

    @Slot()
    def _on_theme(self) -> None:
        if self._changes:
            self.show_changes(self._changes)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._tone:
            return
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(end)
        painter = QPainter(self.viewport())
        painter.fillRect(place.x() + 2, place.y() + 4, 7, place.height() - 6, color(self._tone))


def _format(kind: str) -> QTextCharFormat:
    """How a part of a comparison looks: a line with the colour, so never by colour alone."""
    shown = QTextCharFormat()
    if kind != "same":
        tone = "ok" if kind == "inserted" else "bad"
        shown.setBackground(color(tone, _TINT))
        shown.setFontUnderline(kind == "inserted")
        shown.setFontStrikeOut(kind == "deleted")
        shown.setUnderlineColor(color(tone))
        if kind == "deleted":
            shown.setForeground(color("text-3"))
    return shown
