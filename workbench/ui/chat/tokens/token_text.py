"""The text of an answer, tinted by the probability of its tokens."""

from __future__ import annotations

import bisect

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit

from workbench.domain.runs.tokens import AnswerTokens
from workbench.ui.markdown.document import line_format
from workbench.ui.markdown.parts import shown_text
from workbench.ui.markdown.view import MarkdownView
from workbench.ui.theme import color
from workbench.ui.tree.inspector.token_view import shown_token

SURE = 0.9
"""Tokens at least this probable stay plain."""
_STRONGEST = 0.62
_NO_TOKENS = AnswerTokens(text="", tokens=())


def tint_strength(probability: float) -> float:
    """How strong the tint of a token is, 0 for none."""
    return max(0.0, SURE - probability) * _STRONGEST


def _tint(strength: float) -> QColor:
    """The tint on the transcript's ground, solid: Qt paints twice where two tokens meet."""
    tone, ground = color("warn"), color("canvas")
    rest = 1.0 - strength
    return QColor.fromRgbF(
        tone.redF() * strength + ground.redF() * rest,
        tone.greenF() * strength + ground.greenF() * rest,
        tone.blueF() * strength + ground.blueF() * rest,
    )


class TokenText(MarkdownView):
    """An answer as the model wrote it, mark by mark, since the marks are tokens too.

    Left and Right go from token to token, Home and End to the first and the last, Return opens the
    alternatives and a digit chooses one.

    Signals:
        pointed(int): the token that the pointer is on, -1 for none.
        walked(int): the token that the keys went to.
        entered(int): the alternatives of this token are wanted: Return or a click.
        digit(int, int): a token, and the number of an alternative of it from 1.
        left(): Esc, or the focus has gone.
    """

    pointed = Signal(int)
    walked = Signal(int)
    entered = Signal(int)
    digit = Signal(int, int)
    left = Signal()

    def __init__(self, name: str) -> None:
        self.found = _NO_TOKENS
        self.current = -1
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._under = -1
        self._hits: list[QTextEdit.ExtraSelection] = []
        super().__init__(name)
        self.setAccessibleName(f"{name}, token by token")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def show_tokens(self, found: AnswerTokens) -> None:
        """Show an answer."""
        if found == self.found:
            return
        self.found, self.text, self.current = found, found.text, -1
        self._show()

    def _write(self) -> None:
        """Write the pieces, each in the format of its probability."""
        document = self.document()
        document.clear()
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        cursor.setBlockFormat(line_format())
        self._starts, self._ends, self._hits = [], [], []
        data, at = self.found.text.encode("utf-8", "replace"), 0
        plain = QTextCharFormat()
        for token in self.found.tokens:
            if token.start > at:
                gap = data[at : token.start].decode("utf-8", "replace")
                cursor.insertText(shown_text(gap), plain)
            self._starts.append(cursor.position())
            made = QTextCharFormat()
            strength = tint_strength(token.probability)
            if strength:
                made.setBackground(_tint(strength))
            cursor.insertText(shown_text(token.text), made)
            self._ends.append(cursor.position())
            at = token.end
        cursor.insertText(shown_text(data[at:].decode("utf-8", "replace")), plain)
        cursor.endEditBlock()
        self._mark()

    # --- one token ------------------------------------------------------------------------------

    def point(self, index: int) -> None:
        """Mark a token as the one that the keys are at, -1 for none."""
        self.current = index if 0 <= index < len(self._starts) else -1
        if self.current >= 0:
            token = self.found.tokens[self.current]
            noun = "Token" if token.count == 1 else f"{token.count} tokens"
            self.setAccessibleDescription(
                f"{noun} {shown_token(token.text)}, probability {token.probability:.2f}"
            )
        self._mark()

    def box_of(self, index: int) -> QRect:
        """Where the first line of a token is, in this widget."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._starts[index])
        box = self.cursorRect(cursor)
        cursor.setPosition(self._ends[index])
        last = self.cursorRect(cursor)
        return box.united(last) if last.top() == box.top() else box

    def _mark(self) -> None:
        marks = list(self._hits)
        for index, strength in ((self._under, 0.16), (self.current, 0.32)):
            if 0 <= index < len(self._starts):
                mark = QTextEdit.ExtraSelection()
                cursor = QTextCursor(self.document())
                cursor.setPosition(self._starts[index])
                cursor.setPosition(self._ends[index], QTextCursor.MoveMode.KeepAnchor)
                mark.cursor = cursor
                mark.format.setBackground(color("focus", strength))
                mark.format.setFontUnderline(True)
                marks.append(mark)
        self.setExtraSelections(marks)

    def token_at(self, point: QPoint) -> int:
        """The token under a point of the viewport, -1 where there is none."""
        cursor = self.cursorForPosition(point)
        box = self.cursorRect(cursor)
        if not box.top() <= point.y() <= box.bottom():
            return -1
        place = cursor.position() - (1 if point.x() < box.x() else 0)
        index = bisect.bisect_right(self._starts, place) - 1
        return index if index >= 0 and place < self._ends[index] else -1

    def show_places(self, places: list[QTextCursor], present: int = -1) -> None:
        """Mark what is searched for, with the tokens' own marks over it."""
        super().show_places(places, present)
        self._hits = list(self.extraSelections())
        for number, hit in enumerate(self._hits):  # the tint has the tone that hits have elsewhere
            is_present = number == present
            hit.format.setBackground(color("focus" if is_present else "selection"))
            hit.format.setForeground(color("on-ink" if is_present else "text"))
        self._mark()

    # --- pointer and keys -----------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._point_under(self.token_at(event.position().toPoint()))

    def _point_under(self, index: int) -> None:
        if index != self._under:
            self._under = index
            self._mark()
            self.pointed.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        index = self.token_at(event.position().toPoint())
        if index >= 0:
            self.point(index)
            self.entered.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_under(-1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._starts) - 1
        goals = {
            Qt.Key.Key_Left: max(self.current - 1, 0),
            Qt.Key.Key_Right: min(self.current + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held or last < 0:
            super().keyPressEvent(event)
        elif key in goals:
            self.point(goals[key])
            self.walked.emit(self.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.entered.emit(self.current)
        elif event.text().isdigit() and event.text() != "0" and self.current >= 0:
            self.digit.emit(self.current, int(event.text()))
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
            event.ignore()
        else:
            super().keyPressEvent(event)
