"""Differences between texts: unified, with signs, and the words marked that differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.domain.prompts.versions import DiffLine
from workbench.domain.runs.comparison import DiffPart
from workbench.domain.text import count_text
from workbench.ui.kit.text.soft_breaks import SoftBreaks
from workbench.ui.theme import color, font, theme

_SIGNS = {"same": " ", "inserted": "+", "deleted": "\u2212"}
_TONES = {"inserted": "ok", "deleted": "bad"}
_CONTEXT = 3
_MOST_LINES = 3_000
_MOST_CHARACTERS = 400_000
_LINE_TINT, _WORD_TINT = 0.10, 0.28


class DiffView(QTextEdit):
    """Shows compared lines: gone ones with a minus, new ones with a plus, a few equal ones around.

    Differing words are underlined (new) or struck out (gone), so that nothing is shown by colour
    alone.

    Args:
        name: the accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setProperty("surface", "canvas")
        self.setFont(font("code-small"))
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(8)
        self._sections: tuple[tuple[str, tuple[DiffLine, ...]], ...] = ()
        self._sentence = ""
        theme().changed.connect(self._draw)

    @property
    def added(self) -> int:
        """How many lines are new."""
        return self._count("inserted")

    @property
    def removed(self) -> int:
        """How many lines are gone."""
        return self._count("deleted")

    def show_lines(self, lines: Sequence[DiffLine]) -> None:
        """Show two texts."""
        self.show_sections([("", tuple(lines))])

    def show_sections(self, sections: Iterable[tuple[str, tuple[DiffLine, ...]]]) -> None:
        """Show several pairs of texts, each under a title."""
        self._sections = tuple(sections)
        self._sentence = "" if self.added or self.removed else "Nothing differs."
        self.setAccessibleDescription(
            self._sentence or f"{count_text(self.added, 'line')} added, {self.removed:,} removed"
        )
        self._draw()

    def show_sentence(self, sentence: str) -> None:
        """Show words in place of a comparison."""
        self._sections, self._sentence = (), sentence
        self.setAccessibleDescription(sentence)
        self._draw()

    def _count(self, kind: str) -> int:
        return sum(line.kind == kind for _, lines in self._sections for line in lines)

    @Slot()
    def _draw(self) -> None:
        place = self.verticalScrollBar().value()
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if self._sentence:
            cursor.insertText(self._sentence, _char("text-3", font("body")))
        else:
            self._draw_sections(cursor)
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(place)

    def _draw_sections(self, cursor: QTextCursor) -> None:
        left, characters, first = _MOST_LINES, _MOST_CHARACTERS, True
        for title, lines in self._sections:
            if title:
                block = QTextBlockFormat()
                block.setTopMargin(0 if first else 8)
                self._begin(cursor, block, first=first)
                cursor.insertText(title, _char("text-2", font("body-strong")))
                first = False
            for line in _near(lines):
                left -= 1
                characters -= len(line.text) if line else 0
                if left < 0 or characters < 0:
                    self._begin(cursor, QTextBlockFormat(), first=first)
                    cursor.insertText(
                        "\u2026 the rest is not shown", _char("text-3", font("small"))
                    )
                    return
                self._draw_line(cursor, line, first=first)
                first = False

    def _draw_line(self, cursor: QTextCursor, line: DiffLine | None, *, first: bool) -> None:
        block = QTextBlockFormat()
        width = self.fontMetrics().horizontalAdvance("0") * 7
        block.setLeftMargin(width)
        block.setTextIndent(-width)
        if line is None:
            self._begin(cursor, block, first=first)
            cursor.insertText("  \u22ef", _char("text-3", font("code-small")))
            return
        tone = _TONES.get(line.kind, "")
        if tone:
            block.setBackground(color(tone, _LINE_TINT))
        self._begin(cursor, block, first=first)
        cursor.insertText(f"{line.new or line.old:>4} ", _char("text-3", font("code-small")))
        cursor.insertText(f"{_SIGNS[line.kind]} ", _char(tone or "text-3", font("code-small")))
        plain = _char("text" if tone else "text-2", font("code-small"))
        breaks = SoftBreaks()
        for part in line.parts or (DiffPart("same", line.text),):
            style = plain if part.kind == "same" else _word(part.kind)
            cursor.insertText(breaks.broken(part.text.replace("\r", "")), style)

    @staticmethod
    def _begin(cursor: QTextCursor, block: QTextBlockFormat, *, first: bool) -> None:
        if first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)


def _near(lines: Sequence[DiffLine]) -> Iterable[DiffLine | None]:
    """Changed lines with a few around them; None where equal ones are left out."""
    changed = [index for index, line in enumerate(lines) if line.kind != "same"]
    kept: set[int] = set()
    for index in changed:
        kept.update(range(index - _CONTEXT, index + _CONTEXT + 1))
    last = -1
    for index, line in enumerate(lines):
        if index in kept:
            if index > last + 1:
                yield None
            yield line
            last = index


def _char(tone: str, style: QFont) -> QTextCharFormat:
    found = QTextCharFormat()
    found.setForeground(color(tone))
    found.setFont(style)
    return found


def _word(kind: str) -> QTextCharFormat:
    """The look of words that only one text has."""
    found = _char("text", font("code-small"))
    found.setBackground(color(_TONES[kind], _WORD_TINT))
    if kind == "inserted":
        found.setFontUnderline(True)
    else:
        found.setFontStrikeOut(True)
    return found
