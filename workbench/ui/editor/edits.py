"""Edits that the program makes in a prompt's text; each is one step of undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextCursor

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.decorations import problem_cursor
from workbench.ui.editor.prompt_text import PromptText
from workbench.ui.editor.structure import qt_offset


def apply_fix(text: PromptText, problem: Problem, *, other: bool = False) -> None:
    """Do what ends a problem; with ``other`` in the second way."""
    fix = problem.other_fix if other else problem.fix
    if fix is not None and fix.lines:
        cursor = problem_cursor(text, fix.line, 1, 0)
        keep = QTextCursor.MoveMode.KeepAnchor
        moved = cursor.movePosition(QTextCursor.MoveOperation.NextBlock, keep, fix.lines)
        if not moved:  # they are the last lines
            cursor.movePosition(QTextCursor.MoveOperation.End, keep)
        cursor.insertText(fix.text)
        return
    if fix is not None:
        problem_cursor(text, fix.line, fix.column, fix.length).insertText(fix.text)
        return
    cursor = problem_cursor(text, problem.line, problem.column, problem.length)
    cursor.insertText(problem.replacement)


def replace_lines(text: PromptText, new: str) -> bool:
    """Change the lines that differ; False where ``new`` has another number of lines."""
    before, after = text.plain().split("\n"), new.split("\n")
    if len(before) != len(after):
        return False
    cursor = QTextCursor(text)
    cursor.beginEditBlock()
    for number, (old, line) in enumerate(zip(before, after, strict=True)):
        if old != line:
            block = text.findBlockByNumber(number)
            cursor.setPosition(block.position())
            end = block.position() + block.length() - 1
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(line)
    cursor.endEditBlock()
    return True


def replace_range(
    text: PromptText, start: int, end: int, new: str, selects: Sequence[tuple[int, int]]
) -> list[QTextCursor]:
    """Put ``new`` in place of characters; a cursor for each part of it that is to be selected."""
    plain = text.plain()
    cursor = QTextCursor(text)
    begin = qt_offset(plain, start)
    cursor.setPosition(begin)
    cursor.setPosition(qt_offset(plain, end), QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(new)
    found = []
    for offset, length in selects:
        part = QTextCursor(text)
        part.setPosition(begin + qt_offset(new, offset))
        part.setPosition(begin + qt_offset(new, offset + length), QTextCursor.MoveMode.KeepAnchor)
        found.append(part)
    return found
