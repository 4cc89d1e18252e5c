"""Painting the tree: cards, rows, lines and headers; zoomed out, blocks and dots."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from workbench.ui.runs.search_tree import paint_verdict
from workbench.ui.runs.tree_cards import Card
from workbench.ui.theme import color, font
from workbench.ui.tree.canvas.card_text import CardText

TEXT_SCALE = 0.6
"""Below this scale no text is painted,"""
BLOCK_SCALE = 0.28
"""and below this one a node is a dot."""
_RADIUS = 6.0
_PADDING = 10.0
_DOT = 7.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

TextOf = Callable[[Card], CardText]


class TreePainter:
    """Paints cards on one painter.

    Args:
        painter: in the tree's own coordinates; 1 is a pixel at 100 %.
        tone: the colour of the strategy, which the best path has.
        text_of: the texts of a card.
        mono: whether thoughts are formulas, set in the type of code.
    """

    def __init__(self, painter: QPainter, tone: str, text_of: TextOf, *, mono: bool) -> None:
        self._painter = painter
        self._tone = tone
        self._text_of = text_of
        self._thought = "code" if mono else "body"
        self._small = "code-micro" if mono else "small"

    # --- lines ----------------------------------------------------------------------------------

    def lines(self, edges: Iterable[tuple[Card, Card]]) -> int:
        """Curves from parents to children, the best path last and strongest; returns how many."""
        best: list[tuple[Card, Card]] = []
        count = 0
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for parent, child in edges:
            count += 1
            if parent.best and child.best:
                best.append((parent, child))
                continue
            strength = 0.9 if child.kind == "card" else 0.4
            pen = QPen(color("line-access", strength), 1)
            if child.call:
                pen.setStyle(Qt.PenStyle.DashLine)
            self._curve(parent, child, pen)
        for parent, child in best:
            self._curve(parent, child, QPen(color(self._tone), 2))
        return count

    def _curve(self, parent: Card, child: Card, pen: QPen) -> None:
        start = QPointF(parent.left + parent.width, parent.middle)
        end = QPointF(child.left, child.middle)
        self._painter.setPen(pen)
        if start.y() == end.y():
            self._painter.drawLine(start, end)
            return
        middle = (start.x() + end.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        self._painter.drawPath(path)

    # --- cards ----------------------------------------------------------------------------------

    def card(self, card: Card, *, selected: bool = False, pulse: float = 1.0) -> None:
        """One card with its texts; ``pulse`` from 0 to 1 is the strength of what is active."""
        content = self._text_of(card)
        if card.kind == "more":
            self._more(card, content)
            return
        box = QRectF(card.left, card.top, card.width, card.height)
        self._box(card, box, content, pulse)
        if card.kind == "row":
            self._row(box, content)
        else:
            self._texts(box, content)
        if selected:
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(QPen(color("focus"), 2))
            self._painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), _RADIUS + 1, _RADIUS + 1)

    def _box(self, card: Card, box: QRectF, content: CardText, pulse: float) -> None:
        inner = box.adjusted(0.5, 0.5, -0.5, -0.5)
        pen = QPen(color("line-strong"), 1)
        fill = color("raised")
        if card.kind == "row":
            pen = QPen(color("line-strong"), 1, Qt.PenStyle.DashLine)
            fill = color("canvas")
        elif card.call:
            active = content.chip != "next"
            shade = color(self._tone, 0.45 + 0.55 * pulse) if active else color("line-access")
            pen = QPen(shade, 1, Qt.PenStyle.DashLine)
            fill = color("canvas")
        elif card.best:
            pen = QPen(color(self._tone), 1.5)
        elif card.active:
            pen = QPen(color(self._tone, 0.45 + 0.55 * pulse), 1, Qt.PenStyle.DashLine)
        self._painter.setPen(pen)
        self._painter.setBrush(fill)
        self._painter.drawRoundedRect(inner, _RADIUS, _RADIUS)
        if card.folded:
            self._painter.setPen(QPen(color("line-access"), 1))
            for inset in (3.0, 6.0):
                right = box.right() + inset
                self._painter.drawLine(
                    QPointF(right, box.top() + inset), QPointF(right, box.bottom() - inset)
                )

    def _texts(self, box: QRectF, content: CardText) -> None:
        upper = QRectF(box.left() + _PADDING, box.top() + 6, box.width() - 2 * _PADDING, 20)
        lower = QRectF(upper.left(), box.top() + 27, upper.width(), 18)
        used = self._score(upper, content)
        first = upper.adjusted(0, 0, -used, 0)
        chip = self._chip(lower, content)
        second = lower.adjusted(0, 0, -chip, 0)
        tone = "text-3" if content.chip == "next" else "text"
        shown, rest = self._split(content, first.width())
        width = self._write(first, shown, self._thought, tone)
        if content.streaming:
            block = QRectF(first.left() + width + 2, first.top() + 3, 7, 14)
            self._painter.fillRect(block, color(self._tone))
        if rest:
            self._write(second, rest, self._thought, tone)
            return
        marked = content.reachable and not content.solved
        room = second.adjusted(0, 0, -16 if marked else 0, 0)
        left = self._write(room, content.left, self._small, "text-3")
        if marked:
            self._diamond(QPointF(second.left() + left + 10, second.center().y()))

    def _split(self, content: CardText, width: float) -> tuple[str, str]:
        """The thought in two lines, where nothing else wants the second one."""
        words = content.thought
        if content.left or content.streaming or _advance(words, self._thought) <= width:
            return words, ""
        end = len(words)
        while end > 0 and _advance(words[:end], self._thought) > width:
            end = words.rfind(" ", 0, end)
        return (words[:end], words[end + 1 :]) if end > 0 else (words, "")

    def _score(self, box: QRectF, content: CardText) -> float:
        """The value at the right; returns the room it takes."""
        if content.solved:
            self._check(QPointF(box.right() - 8, box.center().y()))
            return 24.0
        if not content.score:
            return 0.0
        shown = f"+ {content.score}" if content.boosted else content.score
        self._write(box, shown, "body-strong", "text", _RIGHT)
        return _advance(shown, "body-strong") + 8

    def _chip(self, box: QRectF, content: CardText) -> float:
        """The verdict at the right; returns the room it takes."""
        if not content.chip:
            return 0.0
        self._write(box, content.chip, "small", content.tone, _RIGHT)
        width = _advance(content.chip, "small")
        if content.verdict and not content.solved:
            self._dot(QPointF(box.right() - width - 9, box.center().y()), content, 1.0)
            width += 14
        return width + 8

    def _row(self, box: QRectF, content: CardText) -> None:
        inner = box.adjusted(_PADDING, 0, -_PADDING, 0)
        if content.verdict:
            self._dot(QPointF(inner.right() - 3, inner.center().y()), content, 0.7)
            inner.setRight(inner.right() - 14)
        if content.score:
            self._write(inner, content.score, "small", "text-3", _RIGHT)
            inner.setRight(inner.right() - _advance(content.score, "small") - 8)
        style = "code-small" if self._thought == "code" else "small"
        room = inner.adjusted(0, 0, -18 if content.reachable else 0, 0)
        width = self._write(room, content.thought, style, "text-3")
        if content.reachable:
            self._diamond(QPointF(room.left() + width + 11, room.center().y()))

    def _more(self, card: Card, content: CardText) -> None:
        box = QRectF(card.left + 10, card.top, card.width - 10, card.height)
        at = QPointF(box.left() + 2, box.center().y())
        self._painter.setPen(QPen(color("text-3"), 1.2))
        self._painter.drawPolyline(
            QPolygonF([at + QPointF(0, -3), at + QPointF(3, 0), at + QPointF(0, 3)])
        )
        self._write(box.adjusted(14, 0, 0, 0), content.thought, "small", "text-3")

    # --- marks ----------------------------------------------------------------------------------

    def _dot(self, at: QPointF, content: CardText, strength: float) -> None:
        self._painter.save()
        self._painter.translate(at)
        self._painter.scale(0.75, 0.75)
        paint_verdict(self._painter, QPointF(0, 0), content.verdict, content.verdict, strength)
        self._painter.restore()

    def _diamond(self, at: QPointF) -> None:
        paint_diamond(self._painter, at)

    def _check(self, at: QPointF) -> None:
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(color("ok"), 1.4))
        self._painter.drawEllipse(at, 6, 6)
        points = [at + QPointF(-2.8, 0), at + QPointF(-0.6, 2.2), at + QPointF(3, -2.2)]
        self._painter.drawPolyline(QPolygonF(points))

    def _write(
        self,
        box: QRectF,
        text: str,
        style: str,
        tone: str,
        flags: Qt.AlignmentFlag = _LEFT,
    ) -> float:
        """Text on one line, shortened where there is no room; returns its width."""
        if not text or box.width() < 8:
            return 0.0
        shown = _elided(text, style, int(box.width()))
        self._painter.setFont(_font(style))
        self._painter.setPen(color(tone))
        self._painter.drawText(box, int(flags), shown)
        return _advance(shown, style)


def paint_diamond(painter: QPainter, at: QPointF) -> None:
    """The mark of a state from which the goal can be reached."""
    reach = 4.5
    points = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
    painter.setPen(QPen(color("ok"), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF([at + point for point in points]))


class ZoomedOut:
    """The whole tree as blocks or dots, put together once a layout and painted in a few calls."""

    def __init__(self, cards: Iterable[Card], text_of: TextOf) -> None:
        self._blocks: dict[tuple[str, float], list[QRectF]] = {}
        self._dots: dict[tuple[str, float], QPolygonF] = {}
        self._lines: list[QLineF] = []
        self._best: list[QLineF] = []
        for card in cards:
            if card.kind != "more":
                self._take(card, text_of(card))

    def _take(self, card: Card, content: CardText) -> None:
        key = (content.verdict or "text-3", 0.45 if card.kind == "row" else 1.0)
        box = QRectF(card.left, card.top, card.width, card.height)
        self._blocks.setdefault(key, []).append(box)
        self._dots.setdefault(key, QPolygonF()).append(QPointF(card.left, card.middle))
        start = QPointF(card.left, card.middle)
        for child in card.children:
            line = QLineF(start, QPointF(child.left, child.middle))
            (self._best if card.best and child.best else self._lines).append(line)

    def paint(self, painter: QPainter, tone: str, scale: float) -> None:
        """Blocks with a verdict's colour, or dots of one size on the screen."""
        pen = QPen(color("line-access", 0.45), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=len(self._lines) < 600)
        painter.drawLines(self._lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        best = QPen(color(tone), 2)
        best.setCosmetic(True)
        painter.setPen(best)
        painter.drawLines(self._best)
        if scale >= BLOCK_SCALE:
            self._paint_blocks(painter)
            return
        for (name, strength), points in self._dots.items():
            dot = QPen(color(name, strength), _DOT if strength == 1 else _DOT - 2)
            dot.setCosmetic(True)
            dot.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(dot)
            painter.drawPoints(points)

    def _paint_blocks(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for (name, strength), boxes in self._blocks.items():
            pen = QPen(color(name, strength), 1.5)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(color("raised" if strength == 1 else "canvas"))
            painter.drawRects(boxes)


@functools.lru_cache(maxsize=32)
def _font(style: str) -> QFont:
    return font(style)


@functools.lru_cache(maxsize=32)
def _metrics(style: str) -> QFontMetricsF:
    return QFontMetricsF(font(style))


@functools.lru_cache(maxsize=4096)
def _advance(text: str, style: str) -> float:
    return _metrics(style).horizontalAdvance(text)


@functools.lru_cache(maxsize=4096)
def _elided(text: str, style: str, width: int) -> str:
    return _metrics(style).elidedText(text[:400], Qt.TextElideMode.ElideRight, width)
