"""The editor's gutter: line numbers, fold arrows, and tokens of each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QTextBlock
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from workbench.ui.editor.folding import Folding
from workbench.ui.theme import color, font, theme

ARROW = 14
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_MARGIN = 10
_GAP = 4
_NOTE_BAR = 3
TOKENS_WIDTH = 60


class Sided(Protocol):
    """The editor as its sides see it."""

    folding: Folding
    current_line: int
    wrong_lines: frozenset[int]

    def line_tint(self, line: int) -> QColor | None:
        """What lies behind a line from edge to edge."""

    def visible_lines(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """Lines in sight, each with its place in the viewport."""


def _paint_tint(painter: QPainter, sided: Sided, line: int, area: QRectF, width: int) -> None:
    """Continue the tint of a line in the gutter; ``area`` in the gutter's coordinates."""
    tint = sided.line_tint(line)
    if tint is not None:
        painter.fillRect(QRectF(0, area.top(), width, area.height()), tint)


_TOKENS_TIP = "Tokens that each line of the template adds to the prompt"
_NOTES_TIP = "How much less likely each token of the answer is without the line, in nats"


class LineNote(NamedTuple):
    """The note of a line: its tint, and a bar with a few words in the gutter."""

    tint: QColor | None
    bar: QColor
    words: str


class Gutter(QWidget):
    """Line numbers, and an arrow where something folds."""

    def __init__(self, editor: QPlainTextEdit, sided: Sided) -> None:
        super().__init__(editor)
        self._editor, self._sided = editor, sided
        self._notes: Mapping[int, LineNote] = {}
        self.setMouseTracking(True)
        sided.folding.changed.connect(self.update)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.wanted_width(), 0)

    def wanted_width(self) -> int:
        """Device-independent pixels that numbers and arrows take."""
        digits = max(3, len(str(self._editor.blockCount())))
        numbers = QFontMetrics(font("code-small")).horizontalAdvance("9") * digits
        return _MARGIN + numbers + ARROW + 3 * _GAP

    def show_notes(self, notes: Mapping[int, LineNote]) -> None:
        """Show bars of lines, by their number; their words are in the column at the right."""
        self._notes = notes
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), color("canvas"))
        painter.setFont(font("code-small"))
        sided = self._sided
        regions, folded = sided.folding.regions(), sided.folding.folded()
        top, height = self._editor.viewport().y() - self.y(), self._editor.fontMetrics().height()
        right = self.width() - ARROW - 3 * _GAP
        ratio = self.devicePixelRatioF()
        for block, area in sided.visible_lines():
            number = block.blockNumber() + 1
            _paint_tint(painter, sided, number, area.translated(0, top), self.width())
            current = number == sided.current_line
            tone = "bad" if number in sided.wrong_lines else "text" if current else "text-3"
            painter.setPen(color(tone))
            place = QRect(0, round(area.top()) + top, right, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | _MIDDLE, str(number))
            if number in self._notes:
                bar = self._notes[number].bar
                painter.fillRect(0, place.top(), _NOTE_BAR, place.height(), bar)
            if number in regions:
                name = "chevron-right" if number in folded else "chevron-down"
                picture = theme().pixmap(name, "text-3", ARROW, ratio)
                middle = place.top() + (height - ARROW) / 2
                painter.drawPixmap(QPointF(right + _GAP, middle), picture)

    def _line_at(self, y: float) -> int:
        top = self._editor.viewport().y() - self.y()
        for block, area in self._sided.visible_lines():
            if area.top() + top <= y < area.bottom() + top:
                return block.blockNumber() + 1
        return 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().y())
        if line in self._sided.folding.regions():
            self._sided.folding.toggle(line)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        folds = self._line_at(event.position().y()) in self._sided.folding.regions()
        shape = Qt.CursorShape.PointingHandCursor if folds else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            place = self.mapFromGlobal(self.cursor().pos())
            line = self._line_at(place.y())
            if line in self._sided.folding.regions():
                folding = self._sided.folding
                verb = "Unfold" if folding.is_folded(line) else "Fold"
                words = f"{verb} {folding.regions()[line].hidden}"
                QToolTip.showText(self.cursor().pos(), words, self)
            return True
        return super().event(event)


class TokenColumn(QWidget):
    """At the right edge the tokens that each line adds, or notes of lines instead.

    Both have the same room, so that no text moves when an X-ray comes.
    """

    def __init__(self, editor: QPlainTextEdit, sided: Sided) -> None:
        super().__init__(editor)
        self._editor, self._sided = editor, sided
        self._tokens: dict[int, int] = {}
        self._repeats: dict[int, int] = {}
        self._notes: Mapping[int, LineNote] = {}
        self.setToolTip(_TOKENS_TIP)
        sided.folding.changed.connect(self.update)
        theme().changed.connect(self.update)

    def show_tokens(self, tokens: Mapping[int, int], repeats: Mapping[int, int]) -> None:
        """Show tokens of lines, and how often the loop that starts at a line ran."""
        self._tokens = {line: count for line, count in tokens.items() if count}
        self._repeats = dict(repeats)
        self.update()

    def show_notes(self, notes: Mapping[int, LineNote]) -> None:
        """Show notes of lines in place of tokens; none brings the tokens back."""
        self._notes = notes
        self.setToolTip(_NOTES_TIP if notes else _TOKENS_TIP)
        self.update()

    def shift(self, line: int, by: int) -> None:
        """Lines came or went behind a line; the numbers go along until new ones are known."""

        def moved(values: dict[int, int]) -> dict[int, int]:
            return {(n if n <= line else n + by): value for n, value in values.items()}

        self._tokens, self._repeats = moved(self._tokens), moved(self._repeats)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), color("canvas"))
        painter.setFont(font("code-micro"))
        painter.setPen(color("text-3"))
        top = self._editor.viewport().y() - self.y()
        height = self._editor.fontMetrics().height()
        for block, area in self._sided.visible_lines():
            line = block.blockNumber() + 1
            _paint_tint(painter, self._sided, line, area.translated(0, top), self.width())
            words = self._words(line)
            place = QRect(0, round(area.top()) + top, self.width() - _MARGIN, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | _MIDDLE, words)

    def _words(self, line: int) -> str:
        if self._notes:
            heading = "nats" if line == 1 else ""
            return self._notes[line].words if line in self._notes else heading
        if line in self._tokens:
            return f"{self._tokens[line]:,}"
        if line == 1 and self._tokens:
            return "tokens"
        return f"× {self._repeats[line]:,}" if line in self._repeats and self._tokens else ""
