"""The text editor of prompts: line numbers, current and linked line, problems after their line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from workbench.domain.views import Problem
from workbench.ui.design.highlighter import Highlighter
from workbench.ui.theme import color, font, theme
from workbench.ui.widgets.heat import heat_bar, heat_tint

_INDENT = "  "
_MARGIN = 12
_TONES = {"error": "bad", "warning": "warn", "hint": "text-3"}
_HEAT_CHARACTERS = 7
_HEAT_BAR = 3


class _Gutter(QWidget):
    """The line numbers."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_gutter(self, event)


class Editor(QPlainTextEdit):
    """Edits one prompt file.

    Signals:
        line_changed(int): the cursor is on another line (from 1).
        line_hovered(int): the line under the mouse, 0 for none.
        variable_hovered(str): the variable under the mouse, "" for none.
    """

    line_changed = Signal(int)
    line_hovered = Signal(int)
    variable_hovered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Prompt template")
        self.setFont(font("code"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(False)
        self.highlighter = Highlighter(self.document())
        self._gutter = _Gutter(self)
        self._problems: tuple[Problem, ...] = ()
        self._linked = 0
        self._heat: dict[int, tuple[float, str]] = {}
        self._line = 0
        self._names: frozenset[str] = frozenset()
        self._line_notes: dict[int, str] = {}
        self._hovered: tuple[int, str] = (0, "")
        self.viewport().setMouseTracking(True)
        self.blockCountChanged.connect(self._on_blocks)
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self._on_cursor)
        theme().changed.connect(self._mark)
        self._on_blocks()
        self._mark()

    def show_problems(self, problems: Sequence[Problem], tones: Mapping[str, str]) -> None:
        """Underline problems and colour the variables."""
        self._problems = tuple(problems)
        self._names = frozenset(tones)
        self.highlighter.set_tones(tones)
        self._mark()
        self.viewport().update()

    def link_line(self, line: int) -> None:
        """Tint the line that something elsewhere points to; 0 is none."""
        if line != self._linked:
            self._linked = line
            self._mark()

    def show_line_tokens(
        self, tokens: Mapping[int, int], repeats: Mapping[int, int] | None = None
    ) -> None:
        """Write at the right edge how many tokens each line makes.

        Args:
            tokens: by line, from 1.
            repeats: how often the loop ran that starts at a line.
        """
        self._line_notes = {line: f"× {count}" for line, count in (repeats or {}).items()}
        self._line_notes |= {line: f"{count:,}" for line, count in tokens.items() if count}
        self.viewport().update()

    @Slot(int, int)
    def show_heat(self, heat: Mapping[int, tuple[float, str]]) -> None:
        """Tint lines by how strongly they matter, with a number in the gutter.

        Args:
            heat: for each line, -1 to 1 and the number in words; empty takes it away.
        """
        if dict(heat) != self._heat:
            self._heat = dict(heat)
            self._on_blocks()
            self._place_gutter()
            self._mark()

    @property
    def heat(self) -> Mapping[int, tuple[float, str]]:
        """What :meth:`show_heat` shows."""
        return self._heat

    def go_to_line(self, line: int, column: int = 1) -> None:
        """Put the cursor on a line and show it."""
        block = self.document().findBlockByNumber(max(line - 1, 0))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(max(column - 1, 0), max(block.length() - 1, 0)))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def scroll_to_line(self, line: int) -> None:
        """Bring a line to the top, the cursor stays."""
        block = self.document().findBlockByNumber(max(line - 1, 0))
        self.verticalScrollBar().setValue(block.firstLineNumber())

    def apply_fix(self, problem: Problem) -> None:
        """Put a problem's replacement in the place of its text, as one step of undo."""
        block = self.document().findBlockByNumber(problem.line - 1)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + problem.column - 1)
        cursor.movePosition(
            QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, problem.length
        )
        cursor.insertText(problem.replacement)

    def replace_all(self, text: str) -> None:
        """Another text, as one step that can be undone."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    # --- the gutter -----------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """Device-independent pixels that the numbers take."""
        digits = max(3, len(str(self.blockCount())))
        digits += _HEAT_CHARACTERS if self._heat else 0
        return _MARGIN * 2 + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_gutter(self, gutter: QWidget, event: QPaintEvent) -> None:
        """Draw the numbers of the visible lines."""
        painter = QPainter(gutter)
        painter.fillRect(event.rect(), color("canvas"))
        painter.setFont(font("code-small"))
        wrong = {problem.line for problem in self._problems if problem.severity == "error"}
        block = self.firstVisibleBlock()
        top = self.viewport().y() - gutter.y()
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            area.translate(0, top)
            if area.top() > event.rect().bottom():
                return
            number = block.blockNumber() + 1
            tone = "bad" if number in wrong else "text" if number == self._line else "text-3"
            painter.setPen(color(tone))
            place = QRect(0, round(area.top()), gutter.width() - _MARGIN, self._line_height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(number))
            if number in self._heat:
                self._paint_heat(painter, place, *self._heat[number])
            block = block.next()

    @staticmethod
    def _paint_heat(painter: QPainter, place: QRect, strength: float, words: str) -> None:
        """The number at the left of the line's own, behind a mark in its colour."""
        painter.fillRect(place.left(), place.top(), _HEAT_BAR, place.height(), heat_bar(strength))
        painter.setPen(color("text-2"))
        painter.drawText(place.adjusted(_HEAT_BAR + 5, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, words)

    def _line_height(self) -> int:
        return self.fontMetrics().height()

    @Slot()
    def _on_blocks(self) -> None:
        self.setViewportMargins(self.gutter_width(), 8, 8, 8)

    @Slot(QRect, int)
    def _on_update(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._gutter.scroll(0, scrolled)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    @Slot()
    def _on_cursor(self) -> None:
        line = self.textCursor().blockNumber() + 1
        if line != self._line:
            self._line = line
            self._gutter.update()
            self._mark()
            self.line_changed.emit(line)

    @Slot()
    def _mark(self) -> None:
        """Lines and underlines over the text."""
        marks = [self._line_mark(self._line, color("panel"))]
        for line, (strength, _) in self._heat.items():
            tint = heat_tint(strength)
            mark = self._line_mark(line, tint) if tint is not None else None
            if mark is not None:
                mark.cursor.movePosition(
                    QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
                )  # a line that wraps is tinted as a whole
                marks.append(mark)
        if self._linked:
            marks.append(self._line_mark(self._linked, color("selection", 0.45)))
        marks += [self._underline(each) for each in self._problems if each.line and each.length]
        self.setExtraSelections([mark for mark in marks if mark is not None])
        self._gutter.update()

    def _line_mark(self, line: int, tint: QColor) -> QTextEdit.ExtraSelection | None:
        block = self.document().findBlockByNumber(line - 1)
        if line < 1 or not block.isValid():
            return None
        mark = QTextEdit.ExtraSelection()
        mark.format.setBackground(tint)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.cursor = QTextCursor(block)
        return mark

    def _underline(self, problem: Problem) -> QTextEdit.ExtraSelection | None:
        block = self.document().findBlockByNumber(problem.line - 1)
        if not block.isValid():
            return None
        cursor = QTextCursor(block)
        start = block.position() + min(max(problem.column - 1, 0), block.length() - 1)
        cursor.setPosition(start)
        end = min(start + problem.length, block.position() + block.length() - 1)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        wave = QTextCharFormat.UnderlineStyle.WaveUnderline
        dots = QTextCharFormat.UnderlineStyle.DotLine
        mark.format.setUnderlineStyle(dots if problem.severity == "hint" else wave)
        mark.format.setUnderlineColor(color(_TONES[problem.severity]))
        mark.cursor = cursor
        return mark

    # --- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def _place_gutter(self) -> None:
        inner = self.contentsRect()
        self._gutter.setGeometry(inner.left(), inner.top(), self.gutter_width(), inner.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        cursor = self.cursorForPosition(event.position().toPoint())
        line = cursor.blockNumber() + 1
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        word = cursor.selectedText()
        self._hover(line, word if word in self._names else "")

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(0, "")

    def _hover(self, line: int, variable: str) -> None:
        before, self._hovered = self._hovered, (line, variable)
        if before[0] != line:
            self.line_hovered.emit(line)
        if before[1] != variable:
            self.variable_hovered.emit(variable)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Tab and not self.textCursor().hasSelection():
            self.insertPlainText(_INDENT)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_tokens(painter, event)
        painter.setFont(font("small"))
        for problem in self._problems:
            block = self.document().findBlockByNumber(problem.line - 1)
            if problem.line < 1 or not block.isValid() or not block.isVisible():
                continue
            if problem.severity == "hint":  # the dots under it and the bar are enough
                continue
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if not area.toRect().intersects(event.rect()):
                continue
            used = self.fontMetrics().horizontalAdvance(block.text()) + 24
            room = self.viewport().width() - used - 48
            if room > 120:
                painter.setPen(color(_TONES[problem.severity]))
                words = painter.fontMetrics().elidedText(
                    problem.message, Qt.TextElideMode.ElideRight, room
                )
                painter.drawText(used, round(area.top()) + 14, words)

    def _paint_tokens(self, painter: QPainter, event: QPaintEvent) -> None:
        """The tokens of the visible lines, at the right edge."""
        painter.setFont(font("code-micro"))
        painter.setPen(color("text-3"))
        block = self.firstVisibleBlock()
        while self._line_notes and block.isValid():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if area.top() > event.rect().bottom():
                return
            note = self._line_notes.get(block.blockNumber() + 1, "")
            if note and block.isVisible():
                right = self.viewport().width() - 8
                place = QRect(right - 60, round(area.top()), 60, self._line_height())
                flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(place, flags, note)
            block = block.next()
