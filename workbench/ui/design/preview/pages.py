"""Text pages of the preview: the raw prompt and its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import (
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit

from workbench.domain.prompts.prompt import Preview
from workbench.domain.text import whole_characters
from workbench.ui.kit.text.copied import text_alone
from workbench.ui.theme import color, font

MOST_RAW_CHARACTERS = 60_000
MOST_TOKENS = 4_000
_TINT = 0.20
TABBED = QTextFormat.Property.UserProperty.value + 3
"""Block state: the text after the tab is aligned at the right edge."""
_JOINED = QTextFormat.Property.UserProperty.value + 4
"""Marks text with signs of no width in it that say where a line may break."""
_NO_BREAK, _BREAK = "\u2060", "\u200b"
_WITHOUT_SIGNS = str.maketrans("", "", _NO_BREAK + _BREAK)
_LINE_ENDS = str.maketrans("\u2028\u2029", "\n\n")
_ALTERNATE = ("raised", "selected")


class Page(QTextEdit):
    """A page of text that cannot be edited."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(font(style))
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(16)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def set_tabs(self) -> None:
        """Align the counts at the right edge, whatever the width."""
        width = self.viewport().width() - 2 * self.document().documentMargin()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        block = self.document().begin()
        while block.isValid():
            form = block.blockFormat()
            if form.property(TABBED):
                right = width - form.leftMargin() - 4
                form.setTabPositions([QTextOption.Tab(right, QTextOption.TabType.RightTab)])
                cursor.setPosition(block.position())
                cursor.setBlockFormat(form)
            block = block.next()
        cursor.endEditBlock()

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, float]]:
        """The blocks in view, each with the top of its text in the viewport."""
        scrolled = self.verticalScrollBar().value()
        block = self.cursorForPosition(QPoint(0, 0)).block()
        while block.isValid():
            top = block.layout().position().y() - scrolled
            if top > self.viewport().height():
                return
            yield block, top
            block = block.next()

    def toPlainText(self) -> str:
        """The text as it is, without the signs that keep control tokens in one piece."""
        return self._text_of(0, self.document().characterCount() - 1)

    def createMimeDataFromSelection(self) -> QMimeData:
        """What Copy takes: the text as it is, without those signs."""
        cursor = self.textCursor()
        text = self._text_of(cursor.selectionStart(), cursor.selectionEnd())
        return text_alone(super().createMimeDataFromSelection(), text)

    def _text_of(self, start: int, end: int) -> str:
        lines = []
        cursor = QTextCursor(self.document())
        block = self.document().findBlock(start)
        while block.isValid() and block.position() <= end:
            line = ""
            fragments = block.begin()
            while not fragments.atEnd():
                part = fragments.fragment()
                first, last = part.position(), part.position() + part.length()
                if first < end and last > start:
                    cursor.setPosition(max(first, start))
                    cursor.setPosition(min(last, end), QTextCursor.MoveMode.KeepAnchor)
                    text = cursor.selectedText()
                    joined = part.charFormat().property(_JOINED)
                    line += text.translate(_WITHOUT_SIGNS) if joined else text
                fragments += 1
            lines.append(line)
            block = block.next()
        return "\n".join(lines).translate(_LINE_ENDS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_tabs()


def char_format(tone: str, style: str) -> QTextCharFormat:
    """Characters in a tone and a type style."""
    found = QTextCharFormat()
    found.setForeground(color(tone))
    found.setFont(font(style))
    return found


def _insert_chip(cursor: QTextCursor, text: str, tip: str = "") -> None:
    """Insert a control token: muted on a quiet ground, and never broken across lines."""
    style = char_format("text-3", "code-small")
    style.setBackground(color("hover"))
    style.setToolTip(tip)
    if text.translate(_WITHOUT_SIGNS) == text:
        style.setProperty(_JOINED, True)
        lines = (_BREAK + _NO_BREAK.join(line) + _BREAK for line in text.split("\n"))
        text = "\n".join(lines)
    cursor.insertText(text, style)


class RawPage(Page):
    """The prompt after the model's chat template, its control tokens as chips."""

    def __init__(self) -> None:
        super().__init__("Raw prompt", "code-small")

    def draw(self, preview: Preview, tones: Mapping[str, str]) -> None:
        """Show another prompt, keeping the place."""
        place = self.verticalScrollBar().value()
        self.clear()
        cursor = QTextCursor(self.document())
        if not preview.raw:
            cursor.insertText("Load a model to see its own format.", char_format("text-3", "body"))
            return
        cursor.beginEditBlock()
        plain = char_format("text", "code-small")
        raw, position = preview.raw[:MOST_RAW_CHARACTERS], 0
        for start, end, tone in sorted(_marked(preview, tones)):
            if start < position or start >= len(raw):
                continue
            cursor.insertText(raw[position:start], plain)
            if tone:
                style = char_format("text", "code-small")
                style.setBackground(color(tone, _TINT))
                cursor.insertText(raw[start:end], style)
            else:
                _insert_chip(cursor, raw[start:end])
            position = end
        cursor.insertText(raw[position:], plain)
        rest = len(preview.raw) - len(raw)
        if rest:
            words = f"\n{rest:,} more characters are not shown here"
            cursor.insertText(words, char_format("text-3", "small"))
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(place)


def _marked(preview: Preview, tones: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Ranges of the raw prompt with a tone: values in that of their variable, "" for control."""
    for message, offset in zip(preview.messages, preview.message_offsets, strict=False):
        position = offset
        for span in message.spans:
            end = position + len(span.text)
            if offset >= 0 and not span.literal:
                yield position, end, tones.get(span.variable, "") or "text-3"
            position = end
    for index in preview.special_tokens:
        start = preview.token_starts[index]
        yield start, start + len(preview.token_texts[index][1]), ""


class TokensPage(Page):
    """Every token apart from its neighbours; ``with_ids`` writes their numbers too."""

    def __init__(self) -> None:
        super().__init__("Tokens", "code-small")
        self.with_ids = False

    def draw(self, preview: Preview) -> None:
        """Show another prompt, keeping the place."""
        place = self.verticalScrollBar().value()
        self.clear()
        cursor = QTextCursor(self.document())
        if not preview.token_texts:
            cursor.insertText("Load a model to see its tokens.", char_format("text-3", "body"))
            return
        cursor.beginEditBlock()
        small = char_format("text-3", "small")
        cursor.insertText(_token_summary(preview) + "\n\n", small)
        styles = []
        for tone in _ALTERNATE:
            style = char_format("text", "code-small")
            style.setBackground(color(tone))
            styles.append(style)
        number = char_format("text-3", "code-micro")
        texts = [text for _, text in preview.token_texts]
        pieces = whole_characters(preview.raw, texts, preview.token_starts)
        for index, (places, text) in enumerate(pieces):
            if places.start >= MOST_TOKENS:
                break
            ids = " ".join(str(preview.token_texts[place][0]) for place in places)
            shown = text.replace("\n", "⏎\n") if not self.with_ids else text.replace("\n", "⏎")
            if places.start in preview.special_tokens:
                _insert_chip(cursor, shown or "∅", f"token {ids}, a control token")
            else:
                style = QTextCharFormat(styles[index % 2])
                style.setToolTip(f"token {ids}" if len(places) == 1 else f"tokens {ids}")
                cursor.insertText(shown or "∅", style)
            if self.with_ids:
                cursor.insertText(f" {ids}" + ("\n" if "\n" in text else "  "), number)
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(place)


def _token_summary(preview: Preview) -> str:
    words = f"{len(preview.token_texts):,} tokens, {len(preview.special_tokens):,} of them control"
    if len(preview.token_texts) > MOST_TOKENS:
        words += f"; the first {MOST_TOKENS:,} are shown"
    return words
