"""The output of a node, token by token, tinted by probability, with the alternatives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.text import PART, Token, is_part, token_starts, whole_characters
from workbench.ui.theme import color, font, theme

_LINE = 24
_STRONGEST = 0.42
_NO_TINT = 0.97
"""Above this probability a token is as good as certain and stays plain."""


class TokenView(QWidget):
    """Tokens that flow in lines; the less probable, the stronger the tint.

    The left and right keys and the pointer select. Where an engine reported no tokens, the text
    alone is shown.

    Signals:
        pointed(int): a token is pointed at by key or pointer, -1 for none.
        entered(): Return or a click on the token: its alternatives are wanted for good.
        chosen(int): a digit: the alternative of that number (from 1).
    """

    pointed = Signal(int)
    entered = Signal()
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.tokens: tuple[Token, ...] = ()
        self.current = -1
        self._text = ""
        self._pieces: list[tuple[range, str]] = []
        """What is shown as one: a token, or the tokens that make a character together."""
        self._boxes: list[QRectF] = []
        self._height = _LINE
        self.setMouseTracking(True)
        self.setAccessibleName("Output, token by token")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_tokens(self, tokens: Sequence[Token], text: str) -> None:
        """Show an output; ``text`` is shown where there are no tokens."""
        shown = tuple(tokens) or ((Token(0, text, 0.0),) if text else ())
        if shown == self.tokens and text == self._text:
            return
        self.tokens, self._text = shown, text
        texts = [token.text for token in shown]
        starts = token_starts(text, [(token.id, token.text) for token in shown])
        self._pieces = list(whole_characters(text, texts, starts))
        self.current = -1
        self._flow()
        self.update()

    def point(self, index: int) -> None:
        """Select a token, -1 for none, and emit the signal."""
        piece = self._piece_of(index)
        index = self._pieces[piece][0].start if piece >= 0 else -1
        if index != self.current:
            self.current = index
            if index >= 0:
                places, text = self._pieces[piece]
                chance = f"probability {self._chance(places):.2f}"
                noun = "Token" if len(places) == 1 else f"{len(places)} tokens"
                self.setAccessibleDescription(f"{noun} {shown_token(text)}, {chance}")
            self.update()
            self.pointed.emit(index)

    def weakest(self) -> int:
        """The token the model was least sure of, -1 where there are none."""
        places = range(len(self.tokens))
        return min(places, key=lambda place: self.tokens[place].logprob, default=-1)

    def box_of(self, index: int) -> QRectF:
        """Where a token is painted."""
        return self._boxes[self._piece_of(index)]

    def _piece_of(self, index: int) -> int:
        """Which piece a token is in, -1 for none."""
        found = (at for at, (places, _) in enumerate(self._pieces) if index in places)
        return next(found, -1)

    def _chance(self, places: range) -> float:
        """The probability of a piece: of all its tokens together."""
        return math.exp(sum(self.tokens[place].logprob for place in places))

    def _flow(self) -> None:
        """Break the tokens into lines."""
        metrics = QFontMetricsF(font("code"))
        self._boxes = []
        left, top = 0.0, 0.0
        for _, text in self._pieces:
            shown = _visible(text)
            wide = metrics.horizontalAdvance(shown)
            if left > 0 and left + wide > self.width():
                left, top = 0.0, top + _LINE
            self._boxes.append(QRectF(left, top, min(wide, float(self.width())), _LINE))
            left += wide
            if "\n" in text:
                left, top = 0.0, top + _LINE
        self._height = int(top) + _LINE
        self.setFixedHeight(self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._flow()

    def sizeHint(self) -> QSize:
        return QSize(200, self._height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font("code"))
        known = len(self.tokens) > 1 or bool(self.tokens and self.tokens[0].id)
        for (places, text), box in zip(self._pieces, self._boxes, strict=True):
            if box.bottom() < event.rect().top() or box.top() > event.rect().bottom():
                continue
            inner = box.adjusted(0, 2, 0, -2)
            chance = self._chance(places)
            if known and chance < _NO_TINT:
                painter.fillRect(inner, color("warn", _STRONGEST * (1 - chance)))
            if self.current in places:
                painter.setPen(QPen(color("focus"), 1.5))
                painter.setBrush(color("focus", 0.15))
                painter.drawRoundedRect(inner, 3, 3)
            painter.setPen(color("text"))
            painter.drawText(box, int(_MIDDLE), _visible(text))
        if self.hasFocus() and self.current < 0:
            painter.setPen(QPen(color("focus"), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)

    def _token_at(self, point: QPointF) -> int:
        for (places, _), box in zip(self._pieces, self._boxes, strict=True):
            if box.contains(point):
                return places.start
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._token_at(event.position())
        if found >= 0:
            self.point(found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.point(self._token_at(event.position()))
        if self.current >= 0:
            self.entered.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.point(self._token_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.point(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in steps and self.tokens:
            piece = self._piece_of(self.current) + steps[key]
            self.point(self._pieces[max(0, min(piece, len(self._pieces) - 1))][0].start)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.entered.emit()
        elif event.text().isdigit() and self.current >= 0:
            self.chosen.emit(int(event.text()))
        else:
            super().keyPressEvent(event)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def _visible(text: str) -> str:
    return text.replace("\n", "⏎").replace("\t", "→") if text.isspace() else text.replace("\n", "")


def shown_token(text: str) -> str:
    """A token's text so that it can be seen: spaces and line ends as signs, parts in words."""
    if is_part(text):
        whole = text.strip(f"{PART} ")
        return f"{whole} and a part of a character" if whole else "a part of a character"
    if text.strip():
        return text.strip()
    return text.replace("\n", "⏎").replace(" ", "␣").replace("\t", "→") or "nothing"
