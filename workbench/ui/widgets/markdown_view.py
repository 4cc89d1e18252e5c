"""Markdown from a model, streamed and harmless.

While text arrives, finished blocks are rendered once and what follows stands as plain text; at the
end everything is rendered exactly. Nothing that a text names is ever loaded: no images, no styles.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from workbench.ui.theme import font, theme
from workbench.ui.widgets.buttons import Button
from workbench.ui.widgets.label import Label
from workbench.ui.widgets.layout import column, row
from workbench.ui.widgets.parameter_form import Popover

_FLUSH_MS = 33
_LONGEST_RENDERED = 64_000
_UNBROKEN = re.compile(r"(\S{2000})")
_IMAGE = re.compile(r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
_HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u200c\u200e\u200f\x00\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"^\s*(```|~~~)", re.MULTILINE)
_SAFE_SCHEMES = ("http", "https", "mailto")
_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


def shown_text(text: str) -> str:
    """Text as it may be shown: invisible characters named, endless words broken."""
    text = _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
    return _UNBROKEN.sub("\\1\n", text)


def shown_markdown(text: str) -> str:
    """The same for Markdown: an image becomes its description."""
    return shown_text(_IMAGE.sub(lambda match: f"\\[image: {match[1]}\\]", text))


def finished_length(text: str) -> int:
    """How much of ``text`` is whole blocks: up to the last blank line outside a code fence."""
    end = 0
    for match in re.finditer(r"\n[ \t]*\n", text):
        if len(_FENCE.findall(text, 0, match.start())) % 2 == 0:
            end = match.end()
    return end


class MarkdownView(QTextBrowser):
    """One text as Markdown, as high as its content.

    Signals:
        grown(): the height is another.
    """

    grown = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(font("reading"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        self.text = ""
        self._pending = ""
        self._tail = ""
        self._tail_start = 0
        self._timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._timer.timeout.connect(self._flush)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.anchorClicked.connect(self._on_link)
        theme().changed.connect(self._on_theme)
        self._fit()

    def set_markdown(self, text: str) -> None:
        """Show a whole text, rendered exactly (plain above 64,000 characters)."""
        self.text, self._pending, self._tail = text, "", ""
        if len(text) > _LONGEST_RENDERED:
            self.setPlainText(shown_text(text))
        else:
            self.document().setMarkdown(shown_markdown(text), _FEATURES)
            self._dress()
        self._tail_start = self.document().characterCount() - 1

    def append_text(self, piece: str) -> None:
        """More of a text that is being written; it appears within a thirtieth of a second."""
        self.text += piece
        self._pending += piece
        if not self._timer.isActive():
            self._timer.start()

    def finish(self) -> None:
        """The text is complete: render it exactly."""
        self._timer.stop()
        self.set_markdown(self.text)

    @Slot()
    def _flush(self) -> None:
        """Append what came as plain text; render the blocks that it completed."""
        piece, self._pending = self._pending, ""
        self._tail += piece
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        whole = finished_length(self._tail) if len(self.text) <= _LONGEST_RENDERED else 0
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if whole:
            block, self._tail = self._tail[:whole], self._tail[whole:]
            cursor.setPosition(self._tail_start, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
            cursor.insertMarkdown(shown_markdown(block), _FEATURES)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
            self._tail_start = cursor.position()
            cursor.insertText(shown_text(self._tail), QTextCharFormat())
        else:
            cursor.insertText(shown_text(piece), QTextCharFormat())
        cursor.endEditBlock()

    def _dress(self) -> None:
        """Line heights, and code in the mono font."""
        code = font("code")
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            style = QTextBlockFormat()
            style.setLineHeight(130, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            style.setBottomMargin(6)
            cursor.mergeBlockFormat(style)
            if block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence):
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                mono = QTextCharFormat()
                mono.setFont(code)
                cursor.mergeCharFormat(mono)
            block = block.next()

    @Slot()
    def _fit(self) -> None:
        height = round(self.document().size().height()) + 2
        if height != self.height():
            self.setFixedHeight(max(height, self.fontMetrics().height()))
            self.grown.emit()

    @Slot()
    def _on_theme(self) -> None:
        self.set_markdown(self.text)

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        """Ask before anything leaves the program."""
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        body = QWidget()
        words = Label(address, "code-small", wrap=True)
        words.setMaximumWidth(480)
        go = Button("Open in the browser", "open")
        safe = url.scheme() in _SAFE_SCHEMES
        note = Label("" if safe else "This kind of link is not opened.", "small", "text-3")
        go.setVisible(safe)
        body.setLayout(column(words, row(note, None, go)))
        popover = Popover("This link leads to", body)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.setParent(self, Qt.WindowType.Popup)
        go.clicked.connect(_Opener(url, popover))
        popover.open_at(self)

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """Nothing is ever loaded for a text."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())


class _Opener:
    """Opens one address in the browser."""

    def __init__(self, url: QUrl, popover: QWidget) -> None:
        self._url = url
        self._popover = popover

    def __call__(self) -> None:
        QDesktopServices.openUrl(self._url)
        self._popover.close()
