"""Tints and underlines over the text of the editor, by what they are for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QTextEdit

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.structure import qt_offset
from workbench.ui.theme import color

Decoration = QTextEdit.ExtraSelection
RANKS = ("error", "warning", "hint")
TONES = {"error": "bad", "warning": "warn", "hint": "text-3"}


def line_decoration(document: QTextDocument, line: int, tint: QColor | None) -> Decoration | None:
    """A tint over a whole line; None without one."""
    block = document.findBlockByNumber(line - 1)
    if tint is None or line < 1 or not block.isValid():
        return None
    decoration = Decoration()
    decoration.format.setBackground(tint)
    decoration.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
    decoration.cursor = QTextCursor(block)
    return decoration


def problem_cursor(document: QTextDocument, line: int, column: int, length: int) -> QTextCursor:
    """A selection of characters of a line; less where the line is shorter."""
    block = document.findBlockByNumber(max(line - 1, 0))
    if not block.isValid():
        block = document.lastBlock()
    text = block.text()
    start = min(max(column - 1, 0), len(text))
    end = min(start + max(length, 0), len(text))
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + qt_offset(text, start))
    cursor.setPosition(block.position() + qt_offset(text, end), QTextCursor.MoveMode.KeepAnchor)
    return cursor


def underline(document: QTextDocument, problem: Problem) -> Decoration | None:
    """A wave under what a problem is about."""
    if problem.line > document.blockCount():
        return None
    decoration = Decoration()
    wave, dots = (
        QTextCharFormat.UnderlineStyle.WaveUnderline,
        QTextCharFormat.UnderlineStyle.DotLine,
    )
    decoration.format.setUnderlineStyle(dots if problem.severity == "hint" else wave)
    decoration.format.setUnderlineColor(color(TONES[problem.severity]))
    decoration.cursor = problem_cursor(document, problem.line, problem.column, problem.length)
    return decoration


def spans(
    document: QTextDocument, places: Iterable[tuple[int, int]], tint: QColor
) -> Sequence[Decoration]:
    """Tints over pieces of text, each with start and length in Qt's positions."""
    found: list[Decoration] = []
    last = document.characterCount() - 1
    for start, length in places:
        if start + length > last:
            continue
        decoration = Decoration()
        decoration.format.setBackground(tint)
        decoration.cursor = QTextCursor(document)
        decoration.cursor.setPosition(start)
        decoration.cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        found.append(decoration)
    return found
