"""What the model receives: messages with the origin of each span, the raw text, the tokens."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QStackedWidget, QTextEdit

from workbench.domain.errors import TemplateError, WorkbenchError
from workbench.domain.text import Message
from workbench.domain.views import Preview
from workbench.ui.theme import color, font, theme
from workbench.ui.widgets import Banner, IconButton, Pane, Segmented

_LINE = QTextFormat.Property.UserProperty.value + 1
_MOST_CHARACTERS = 200_000
_TINT = 0.20


class _Page(QTextEdit):
    """A page of text that cannot be edited."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFont(font(style))
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(16)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )


class RenderedPane(Pane):
    """The rendered prompt, in three views.

    Signals:
        line_hovered(int): the template line of the text under the mouse, 0 where there is none.
        line_clicked(int): the same for a click.
    """

    line_hovered = Signal(int)
    line_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__("Rendered")
        self.setMinimumWidth(260)
        self._preview = Preview()
        self._tones: Mapping[str, str] = {}
        self.views = Segmented("View", ("Messages", "Raw", "Tokens"))
        self.views.chosen.connect(self._on_view)
        self.copy = IconButton("copy", "Copy what is shown")
        self.copy.clicked.connect(self._on_copy)
        self.header.addWidget(self.views)
        self.header.addWidget(self.copy)
        self.banner = Banner(closable=False)
        self.messages = _Page("Rendered messages", "body")
        self.raw = _Page("Raw prompt", "code-small")
        self.tokens = _Page("Tokens", "code-small")
        self.messages.viewport().setMouseTracking(True)
        self.messages.viewport().installEventFilter(self)
        self._pages = QStackedWidget()
        for page in (self.messages, self.raw, self.tokens):
            page.setProperty("surface", "panel")
            self._pages.addWidget(page)
        self.body.addWidget(self.banner)
        self.body.addWidget(self._pages, 1)
        theme().changed.connect(self._draw)

    def show_preview(self, preview: Preview, tones: Mapping[str, str]) -> None:
        """Show another prompt; with an error the last good one stays, under the sentence."""
        self._tones = dict(tones)
        if preview.error is not None:
            error = WorkbenchError.from_wire(preview.error)
            line = error.line if isinstance(error, TemplateError) else 0
            words = error.reason if isinstance(error, TemplateError) else str(error)
            text = f"Line {line}: {words}" if line else words
            remedy = "Show line" if line else ""
            self.banner.show_message(text, "bad", remedy, lambda: self.line_clicked.emit(line))
            if not preview.messages:
                return
        else:
            self.banner.hide()
        self._preview = preview
        self._draw()

    @Slot(int)
    def _on_view(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._draw()

    @Slot()
    def _on_copy(self) -> None:
        page = self._pages.currentWidget()
        assert isinstance(page, QTextEdit)
        QGuiApplication.clipboard().setText(page.toPlainText())

    @Slot()
    def _draw(self) -> None:
        """Draw the view that is shown, keeping its place."""
        page = self._pages.currentWidget()
        assert isinstance(page, QTextEdit)
        place = page.verticalScrollBar().value()
        page.clear()
        cursor = QTextCursor(page.document())
        cursor.beginEditBlock()
        if page is self.messages:
            self._draw_messages(cursor)
        elif page is self.raw:
            self._draw_raw(cursor)
        else:
            self._draw_tokens(cursor)
        cursor.endEditBlock()
        page.verticalScrollBar().setValue(place)

    def _draw_messages(self, cursor: QTextCursor) -> None:
        counts = self._preview.message_tokens
        for index, message in enumerate(self._preview.messages):
            tokens = f"{counts[index]:,} tokens" if index < len(counts) else ""
            self._header(cursor, message.role.capitalize(), tokens, first=index == 0)
            self._message(cursor, message)
        if self._preview.messages and self._preview.messages[-1].role != "assistant":
            self._header(cursor, "Assistant", "the answer starts here", first=False, tone="text-3")

    @staticmethod
    def _header(
        cursor: QTextCursor, title: str, note: str, *, first: bool, tone: str = "text-2"
    ) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(0 if first else 16)
        block.setBottomMargin(4)
        if first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        strong = _char(tone, font("body-strong"))
        cursor.insertText(title, strong)
        if note:
            cursor.insertText(f"   {note}", _char("text-3", font("small")))

    def _message(self, cursor: QTextCursor, message: Message) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(135, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.insertBlock(block)
        left = _MOST_CHARACTERS
        for span in message.spans:
            tone = self._tones.get(span.variable, "")
            style = _char("text", font("body"))
            if not span.literal:
                style.setBackground(color(tone or "text-3", _TINT))
            style.setProperty(_LINE, span.line)
            cursor.insertText(span.text[:left].replace("\n", "\u2028"), style)
            left -= len(span.text)
            if left <= 0:
                cursor.insertText(" … the rest is not shown", _char("text-3", font("small")))
                return

    def _draw_raw(self, cursor: QTextCursor) -> None:
        if not self._preview.raw:
            cursor.insertText("Load a model to see its own format.", _char("text-3", font("body")))
            return
        plain = _char("text", font("code-small"))
        cursor.insertText(self._preview.raw[:_MOST_CHARACTERS], plain)

    def _draw_tokens(self, cursor: QTextCursor) -> None:
        if not self._preview.token_texts:
            cursor.insertText("Load a model to see its tokens.", _char("text-3", font("body")))
            return
        for index, (token_id, text) in enumerate(self._preview.token_texts[:20_000]):
            style = _char("text", font("code-small"))
            style.setBackground(color("selected" if index % 2 else "raised"))
            style.setToolTip(f"token {token_id}")
            cursor.insertText(text.replace("\n", "⏎\n"), style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.messages.viewport() and isinstance(event, QMouseEvent):
            line = self._line_at(event)
            if event.type() == QEvent.Type.MouseMove:
                self.line_hovered.emit(line)
            elif event.type() == QEvent.Type.MouseButtonRelease and self._is_click(line):
                self.line_clicked.emit(line)
        elif watched is self.messages.viewport() and event.type() == QEvent.Type.Leave:
            self.line_hovered.emit(0)
        return super().eventFilter(watched, event)

    def _is_click(self, line: int) -> bool:
        return line > 0 and not self.messages.textCursor().hasSelection()

    def _line_at(self, event: QMouseEvent) -> int:
        cursor = self.messages.cursorForPosition(event.position().toPoint())
        cursor.movePosition(QTextCursor.MoveOperation.Right)
        return int(cursor.charFormat().property(_LINE) or 0)


def _char(tone: str, style: QFont) -> QTextCharFormat:
    found = QTextCharFormat()
    found.setForeground(color(tone))
    found.setFont(style)
    return found
