"""The search of a tree of thoughts, small: what was tried, what was dropped, the best path."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import RunState
from workbench.ui.kit.label import plain_tip
from workbench.ui.runs.tree_cards import Card, verdict_of
from workbench.ui.runs.tree_layout import TreeLayout, lay_out_small
from workbench.ui.runs.words import active_calls
from workbench.ui.theme import color, theme

_RADIUS = 5.0
_LINE = 19
_MOST_ACROSS = 140
_LEAST_HEIGHT, _MOST_HEIGHT = 58, 200
_NEAR = 12.0
_DIM = 0.5


class SearchTree(QWidget):
    """Nodes by depth from left to right. Arrow keys walk, the pointer shows thought and score.

    Signals:
        picked(str): a node was chosen by key or click, "" for none.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tone = "text-2"
        self._state = RunState()
        self._layout = TreeLayout()
        self._seen: tuple[object, ...] = ()
        self.current = ""
        self.setAccessibleName("Search tree")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Take another strategy's colour."""
        self._tone = tone
        self.update()

    def show_state(self, state: RunState) -> None:
        """Show the search of a run as it is now."""
        self._state = state
        seen = _seen(state)
        if seen == self._seen:
            return
        self._seen = seen
        before = self._layout.height
        self._layout = lay_out_small(state)
        if self.current and self.current not in self._layout.cards:
            self.current = ""
        if before != self._layout.height:
            self.updateGeometry()
        self.update()

    def choose(self, node: str) -> None:
        """Make a node the current one and emit the signal."""
        if node != self.current:
            self.current = node
            known = self._state.nodes.get(node)
            self.setAccessibleDescription(describe_node(known) if known else "")
            self.picked.emit(node)
            self.update()

    def place_of(self, node: str) -> QPointF:
        """Where a node is painted, in this widget's coordinates."""
        spot, layout = self._layout.cards[node], self._layout
        across = (self.width() - 4 * _RADIUS) / max(len(layout.columns) - 1, 1)
        across = min(across, _MOST_ACROSS)
        down = min(_LINE, (self.height() - 3 * _RADIUS) / max(layout.height - 1, 1))
        top = (self.height() - down * (layout.height - 1)) / 2
        return QPointF(2 * _RADIUS + across * spot.depth, top + down * spot.top)

    def node_at(self, point: QPointF) -> str:
        """The node near a point, "" where there is none."""
        near = [
            (math.dist(point.toTuple(), self.place_of(name).toTuple()), name)
            for name, spot in self._layout.cards.items()
            if not spot.call
        ]
        distance, name = min(near, default=(math.inf, ""))
        return name if distance <= _NEAR else ""

    # --- painting -------------------------------------------------------------------------------

    def _is_pruned(self, spot: Card) -> bool:
        node = self._state.nodes.get(spot.node)
        return node is not None and node.status == "pruned"

    def _paint_edge(self, painter: QPainter, spot: Card) -> None:
        start, end = self.place_of(spot.parent), self.place_of(spot.node)
        if spot.best:
            pen = QPen(color(self._tone), 2)
        else:
            pen = QPen(color("line-access", 0.45 if self._is_pruned(spot) else 0.9), 1)
        if spot.call:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle = (start.x() + end.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, spot: Card) -> None:
        place = self.place_of(spot.node)
        node = self._state.nodes.get(spot.node)
        verdict = verdict_of(node) if node is not None else ""
        pruned = self._is_pruned(spot)
        painter.setPen(QPen(color("canvas"), 2))
        painter.setBrush(color("canvas"))
        painter.drawEllipse(place, _RADIUS + 1, _RADIUS + 1)
        if spot.call:
            painter.setPen(QPen(color(self._tone), 1.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(place, _RADIUS, _RADIUS)
            return
        strength = _DIM if pruned else 1.0
        paint_verdict(painter, place, verdict, verdict or "text-2", strength, crossed=pruned)
        if spot.active:
            painter.setPen(QPen(color(self._tone), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, _RADIUS + 3, _RADIUS + 3)
        if spot.node == self.current:
            painter.setPen(QPen(color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, _RADIUS + 3, _RADIUS + 3)

    def sizeHint(self) -> QSize:
        wanted = int(self._layout.height) * _LINE
        return QSize(200, max(_LEAST_HEIGHT, min(wanted, _MOST_HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = self._layout.cards
        for spot in sorted(spots.values(), key=lambda each: each.best):
            if spot.parent in spots:
                self._paint_edge(painter, spot)
        for spot in spots.values():
            self._paint_node(painter, spot)
        if self.hasFocus() and not self.current:
            painter.setPen(QPen(color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self._state.nodes.get(self.node_at(QPointF(event.pos())))
            if node is not None:
                QToolTip.showText(event.globalPos(), plain_tip(describe_node(node)), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self.node_at(event.position()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(self._neighbour(step))

    def _neighbour(self, step: QPoint) -> str:
        """The node one step away: left and right by depth, up and down within it."""
        spots = {name: spot for name, spot in self._layout.cards.items() if not spot.call}
        at = spots.get(self.current)
        if at is None:
            return next(iter(spots), "")
        if step.x() < 0:
            return at.parent or at.node
        if step.x() > 0:
            return next((child.node for child in at.children if not child.call), at.node)
        level = [name for name, spot in spots.items() if spot.depth == at.depth]
        level.sort(key=lambda name: spots[name].top)
        index = level.index(at.node) + step.y()
        return level[max(0, min(index, len(level) - 1))]


def _seen(state: RunState) -> tuple[object, ...]:
    """What the picture is made of, so that new text alone does not lay it out again."""
    nodes = state.nodes.values()
    return (
        state.run_id,
        state.status,
        state.best_node,
        len(nodes),
        sum(node.score is not None for node in nodes),
        tuple(node.status for node in nodes),
        tuple(call.call for call in active_calls(state)),
    )


_STEPS = {
    Qt.Key.Key_Left: QPoint(-1, 0),
    Qt.Key.Key_Right: QPoint(1, 0),
    Qt.Key.Key_Up: QPoint(0, -1),
    Qt.Key.Key_Down: QPoint(0, 1),
}


def paint_verdict(
    painter: QPainter,
    place: QPointF,
    verdict: str,
    tone: str,
    strength: float = 1.0,
    *,
    crossed: bool = False,
) -> None:
    """A node: full for sure, half for likely, crossed for impossible, plain where unjudged."""
    shade = color(tone, strength)
    painter.setPen(QPen(shade, 1.5))
    hollow = verdict in ("impossible", "likely")
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else shade)
    painter.drawEllipse(place, _RADIUS - 0.5, _RADIUS - 0.5)
    if verdict == "likely":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        box = QRectF(place.x() - _RADIUS, place.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        painter.drawChord(box, 90 * 16, 180 * 16)
    if crossed or verdict == "impossible":
        reach = _RADIUS * 0.7 + (1.5 if verdict != "impossible" else 0)
        slash = QPointF(reach, -reach)
        painter.setPen(QPen(shade if hollow else color("text-3"), 1.5))
        painter.drawLine(place - slash, place + slash)


def describe_node(node: NodeState) -> str:
    """A node in words: path, verdict and score, state, and the thought."""
    words = [node.node]
    if node.score is not None:
        verdict = "" if node.probabilities else verdict_of(node)
        words.append(f"{verdict} {node.score:.3g}".strip())
    if node.probabilities:
        words.append(", ".join(f"{name} {each:.0%}" for name, each in node.probabilities.items()))
    if node.status != "open":
        words.append(f"pruned: {node.reason}" if node.status == "pruned" else "kept")
    return f"{' · '.join(words)}\n{node.text}".rstrip()
