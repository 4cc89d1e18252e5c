"""Pages of text beside the editor: the raw prompt and its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QFont,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit

from workbench.domain.prompts import Preview
from workbench.ui.theme import color, font

MOST_RAW_CHARACTERS = 60_000
MOST_TOKENS = 4_000
_TINT = 0.20
TABBED = QTextFormat.Property.UserProperty.value + 3
"""Marks blocks of which the text after the tab stands at the right edge."""
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
        """The counts stand at the right edge, whatever the width."""
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_tabs()


def char_format(tone: str, style: str) -> QTextCharFormat:
    """Characters in a tone and a type style."""
    found = QTextCharFormat()
    found.setForeground(color(tone))
    found.setFont(font(style))
    return found


def _chip() -> QTextCharFormat:
    """Control tokens: apart from all other text by weight, tone and ground."""
    style = char_format("on-ink", "code-small")
    style.setFontWeight(QFont.Weight.DemiBold)
    style.setBackground(color("text-2"))
    return style


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
            style = char_format("text", "code-small")
            if tone:
                style.setBackground(color(tone, _TINT))
            cursor.insertText(raw[start:end], style if tone else _chip())
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
        for index, (token_id, text) in enumerate(preview.token_texts[:MOST_TOKENS]):
            is_special = index in preview.special_tokens
            style = _chip() if is_special else QTextCharFormat(styles[index % 2])
            style.setToolTip(f"token {token_id}" + (", a control token" if is_special else ""))
            shown = text.replace("\n", "⏎\n") if not self.with_ids else text.replace("\n", "⏎")
            cursor.insertText(shown or "∅", style)
            if self.with_ids:
                cursor.insertText(f" {token_id}" + ("\n" if "\n" in text else "  "), number)
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(place)


def _token_summary(preview: Preview) -> str:
    words = f"{len(preview.token_texts):,} tokens, {len(preview.special_tokens):,} of them control"
    if len(preview.token_texts) > MOST_TOKENS:
        words += f"; the first {MOST_TOKENS:,} are shown"
    return words
