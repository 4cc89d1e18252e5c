"""Inlay hints behind the lines of the editor, and their hit testing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QTextBlock, QTextCursor

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.decorations import RANKS, TONES
from workbench.ui.editor.structure import python_offset
from workbench.ui.theme import color, font

if TYPE_CHECKING:
    from workbench.ui.editor.editor import Editor

_LEAST = 120
"""Pixels that a problem needs to be written behind its line."""


def paint_notes(editor: Editor, painter: QPainter, problems: Iterable[Problem]) -> None:
    """What is folded, and the worst problem, behind each line in sight."""
    by_line: dict[int, Problem] = {}
    for problem in sorted(problems, key=lambda each: RANKS.index(each.severity)):
        if problem.severity != "hint":  # the dots under it and the bar are enough
            by_line.setdefault(problem.line, problem)
    folded = editor.folding.folded()
    for block, area in editor.visible_lines():
        line = block.blockNumber() + 1
        if line in folded:
            _paint_fold(editor, painter, block, area)
        elif line in by_line:
            _paint_problem(editor, painter, block, area, by_line[line])


def _behind(editor: Editor, block: QTextBlock, area: QRectF) -> QRectF:
    """The room behind the text of a line."""
    last = block.layout().lineAt(max(block.layout().lineCount() - 1, 0))
    left = last.naturalTextWidth() + area.left() + editor.document().documentMargin()
    height = editor.fontMetrics().height()
    return QRectF(left, area.bottom() - height, editor.viewport().width() - left - 8, height)


def _paint_fold(editor: Editor, painter: QPainter, block: QTextBlock, area: QRectF) -> None:
    """How much is folded behind a line; for the front matter also its note."""
    room = _behind(editor, block, area)
    front_matter = block.blockNumber() == 0 and editor.text.structure().body > 0
    painter.setPen(color("text-2" if front_matter else "text-3"))
    painter.setFont(font("code"))
    metrics = painter.fontMetrics()
    region = editor.folding.regions().get(block.blockNumber() + 1)
    hidden = region.hidden if region is not None else ""
    words, tail = f"⋯ {hidden}", f" · {hidden} ---"
    if front_matter:
        width = int(room.width()) - metrics.horizontalAdvance(" " + tail)
        note = editor.front_matter_note or "front matter"
        words = metrics.elidedText(note, Qt.TextElideMode.ElideRight, width) + tail
    place = room.adjusted(metrics.horizontalAdvance(" "), 0, 0, 0)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), words)


def _paint_problem(
    editor: Editor, painter: QPainter, block: QTextBlock, area: QRectF, problem: Problem
) -> None:
    """A problem in words behind its line, if there is room."""
    room = _behind(editor, block, area).adjusted(24, 0, 0, 0)
    if room.width() < _LEAST:
        return
    painter.setFont(font("small"))
    painter.setPen(color(TONES[problem.severity]))
    words = painter.fontMetrics().elidedText(
        problem.message, Qt.TextElideMode.ElideRight, int(room.width())
    )
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), words)


def under(editor: Editor, place: QPoint, roots: Mapping[str, str]) -> tuple[int, str]:
    """Line and variable at a place of the viewport, 0 and "" for none.

    ``roots`` maps each name to its variable.
    """
    cursor = editor.cursorForPosition(place)
    line = cursor.blockNumber() + 1
    if not any(
        block.blockNumber() + 1 == line and area.top() <= place.y() < area.bottom()
        for block, area in editor.visible_lines()
    ):
        return 0, ""
    near = 2 * editor.fontMetrics().averageCharWidth()
    if abs(editor.cursorRect(cursor).x() - place.x()) > near:
        return line, ""
    return line, variable_at(editor, cursor, roots)


def variable_at(editor: Editor, cursor: QTextCursor, roots: Mapping[str, str]) -> str:
    """The variable of the word in a tag at which a cursor is, "" for none."""
    structure = editor.text.structure()
    if structure.tag(python_offset(structure.text, cursor.position())) is None:
        return ""
    word = QTextCursor(cursor)
    word.select(QTextCursor.SelectionType.WordUnderCursor)
    return roots.get(word.selectedText(), "")
