"""The canvas of the tree: scrolls, zooms, and paints only visible cards."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip

from workbench.domain.runs.run_state import RunState
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.motion import motion_reduced
from workbench.ui.runs.tree_cards import Card
from workbench.ui.runs.tree_layout import TreeLayout, card_width, lay_out
from workbench.ui.theme import color, font, theme
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.tree.canvas.card_text import CardText, column_headings, describe, text_of
from workbench.ui.tree.canvas.keyboard_navigation import walk
from workbench.ui.tree.canvas.painting import TEXT_SCALE, TreePainter, ZoomedOut
from workbench.ui.tree.canvas.zoom_view import FOOT, HEADING, LEFT, ZoomView

_FRAME_MS = 16
_PULSE_MS = 60


class TreeCanvas(ZoomView):
    """Cards of a search. Arrows walk, Space folds, Home and End go to the root and the best.

    Signals:
        picked(str): another node is the current one.
        laid_out(): the cards changed.
    """

    picked = Signal(str)
    laid_out = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tone = "tot"
        self.current = ""
        self.layout_ = TreeLayout()
        self.headings: list[tuple[str, str]] = []
        self.folded: set[str] = set()
        self.opened: set[str] = set()
        self.painted = 0
        """Cards painted last; what a test counts."""
        self.layouts = 0
        self.mono = False
        self._state = RunState()
        self._run = -1
        self._card_texts: dict[str, CardText] = {}
        self._zoomed_out: ZoomedOut | None = None
        self._dirty = self._placed = False
        self._frame = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._frame.timeout.connect(self.refresh)
        self._pulse = QTimer(self, interval=_PULSE_MS)
        self._pulse.timeout.connect(self._repaint_active)
        self.setAccessibleName("Search tree")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._on_clicked)
        theme().changed.connect(self._on_theme)

    # --- what is shown --------------------------------------------------------------------------

    def show_state(self, state: RunState, *, changed: bool) -> None:
        """Show a search as it is now, at most once a frame.

        Args:
            state: the run; it may fold on while it is shown.
            changed: whether nodes or what they say may be others, and not text alone.
        """
        self._state = state
        self._dirty = self._dirty or changed
        if not self._frame.isActive():
            self._frame.start()

    def content(self) -> QSizeF:
        return QSizeF(self.layout_.width, self.layout_.height)

    @Slot()
    def refresh(self) -> None:
        """Lay out again where the tree has changed, and repaint."""
        self._frame.stop()
        if self._dirty:
            self._dirty = False
            self._lay_out()
        else:
            for card in self.layout_.cards.values() if self._pulse_wanted() else ():
                if card.call:
                    self._card_texts.pop(card.node, None)
        pulse = self._pulse_wanted() and self.isVisible() and not motion_reduced()
        if pulse != self._pulse.isActive():
            (self._pulse.start if pulse else self._pulse.stop)()
        self.viewport().update()

    def _pulse_wanted(self) -> bool:
        return self._state.status == "running" and not self._state.paused

    def _lay_out(self) -> None:
        if self._state.run_id != self._run:
            self._run, self._placed = self._state.run_id, False
            self.folded, self.opened, self.current = set(), set(), ""
        anchor = self.layout_.cards.get(self.current) or self._root()
        before = (anchor.node, anchor.top) if anchor is not None else None
        self.layout_ = lay_out(self._state, self.folded, self.opened, self._room())
        self.layouts += 1
        self.headings = column_headings(self._state)
        self.mono = any(node.state for node in self._state.nodes.values())
        self._card_texts, self._zoomed_out = {}, None
        self.fit_bars()
        self._keep_place(before)
        self.laid_out.emit()

    def _room(self) -> float:
        return self.viewport().width() - 2 * LEFT

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let cards be as wide as there is room for them now."""
        super().resizeEvent(event)
        columns = len(self.layout_.columns)
        if columns and card_width(self._room(), columns) != self.layout_.card_width:
            self._dirty = True
            self._frame.start()

    def _keep_place(self, before: tuple[str, float] | None) -> None:
        """Nothing jumps: what one looked at stays where it was."""
        if not self._placed and self.layout_.cards:
            self._placed = True
            self._first_place()
        elif before is not None and before[0] in self.layout_.cards:
            moved = self.layout_.cards[before[0]].top - before[1]
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(moved * self.scale))

    def _first_place(self) -> None:
        """At 100 %, from the root on."""
        self.set_scale(1.0)
        root = self._root()
        if root is not None:
            self.horizontalScrollBar().setValue(0)
            half = (self.viewport().height() - HEADING) / 2
            self.verticalScrollBar().setValue(round(root.middle * self.scale - half))

    def _root(self) -> Card | None:
        column = self.layout_.columns[0] if self.layout_.columns else []
        return column[0] if column else None

    def card_text(self, card: Card) -> CardText:
        """The texts of a card, put together once until the tree changes."""
        found = self._card_texts.get(card.node)
        if found is None:
            found = self._card_texts[card.node] = text_of(self._state, card)
        return found

    # --- choosing and folding -------------------------------------------------------------------

    def choose(self, name: str, *, notify: bool = True) -> None:
        """Make a card the current one and bring it into view."""
        card = self.layout_.cards.get(name)
        if card is None:
            return
        changed, self.current = name != self.current, name
        self.show_card(card)
        words = describe(self._state, card)
        self.setAccessibleDescription(words)
        if changed and self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        if changed and notify and name in self._state.nodes:
            self.picked.emit(name)
        self.viewport().update()

    def reveal(self, node: str) -> None:
        """Unfold what hides a node, and choose it."""
        known = self._state.nodes.get(node)
        if known is None:
            return
        while known is not None and known.parent:
            self.folded.discard(known.parent)
            if known.node not in self.layout_.cards:
                self.opened.add(known.parent)
            known = self._state.nodes.get(known.parent)
        if node not in self.layout_.cards:
            self._lay_out()
        self.choose(node)

    def toggle(self, name: str) -> None:
        """Fold the children of a card away, or show them; of "more pruned" show all."""
        card = self.layout_.cards.get(name)
        if card is None or card.call:
            return
        if card.kind == "more":
            self.opened.add(card.parent)
            self.current = next(
                (each.node for each in self.layout_.cards[card.parent].children[::-1][1:]), ""
            )
        else:
            self.folded.symmetric_difference_update({name})
        self._dirty = True
        self.refresh()

    def show_card(self, card: Card) -> None:
        """Scroll as little as needed to have a card in view."""
        view = self.viewport().rect().adjusted(LEFT, HEADING + 8, -LEFT, -FOOT)
        box = self._box_of(card)
        for bar, low, high, least, most in (
            (self.horizontalScrollBar(), box.left(), box.right(), view.left(), view.right()),
            (self.verticalScrollBar(), box.top(), box.bottom(), view.top(), view.bottom()),
        ):
            if low < least:
                bar.setValue(bar.value() - (least - low))
            elif high > most:
                bar.setValue(bar.value() + (high - most))

    def _box_of(self, card: Card) -> QRect:
        corner = self.to_view(QPointF(card.left, card.top))
        width = card.width * self.scale_x
        return QRectF(corner.x(), corner.y(), width, card.height * self.scale).toAlignedRect()

    def card_at(self, point: QPointF) -> Card | None:
        """The card under a point of the viewport."""
        at = self.to_tree(point)
        reach = 0.0 if self.scale >= TEXT_SCALE else 6 / self.scale
        aside = reach * self.scale / self.scale_x
        for card in self.layout_.visible(
            at.x() - aside, at.y() - reach, at.x() + aside, at.y() + reach
        ):
            within = card.top - reach <= at.y() <= card.top + card.height + reach
            if within and card.left - aside <= at.x():
                return card
        return None

    # --- painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), color("canvas"))
        painter.save()
        painter.translate(self.offset())
        painter.scale(self.scale_x, self.scale)
        if self.scale < TEXT_SCALE:
            self._paint_zoomed_out(painter)
        else:
            self._paint_near(painter, QRectF(event.rect()))
        painter.restore()
        if event.rect().top() < HEADING:
            self._paint_headings(painter)
        if self.hasFocus() and not self.current:
            painter.setPen(color("focus"))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _paint_near(self, painter: QPainter, seen: QRectF) -> None:
        low, high = self.to_tree(seen.topLeft()), self.to_tree(seen.bottomRight())
        bounds = (low.x(), low.y(), high.x(), high.y())
        brush = TreePainter(painter, self.tone, self.card_text, mono=self.mono)
        brush.lines(self.layout_.edges(*bounds))
        self.painted = 0
        pulse = self._strength()
        for card in self.layout_.visible(*bounds):
            brush.card(card, selected=card.node == self.current, pulse=pulse)
            self.painted += 1

    def _paint_zoomed_out(self, painter: QPainter) -> None:
        if self._zoomed_out is None:
            self._zoomed_out = ZoomedOut(self.layout_.cards.values(), self.card_text)
        self._zoomed_out.paint(painter, self.tone, self.scale)
        self.painted = 0
        card = self.layout_.cards.get(self.current)
        if card is not None:
            painter.resetTransform()
            painter.setPen(color("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            at = self.to_view(QPointF(card.left, card.middle))
            painter.drawEllipse(at, 8, 8)

    @staticmethod
    def _strength() -> float:
        """How strong what is active is just now."""
        if motion_reduced():
            return 1.0
        turn = time.monotonic() * 1000 / TOKENS.motion_ms["pulse"]
        return 0.5 + 0.5 * math.cos(2 * math.pi * turn)

    def _paint_headings(self, painter: QPainter) -> None:
        painter.fillRect(0, 0, self.viewport().width(), HEADING, color("canvas"))
        column = self.layout_.column * self.scale_x
        room = round(column) - 8
        left = self.offset().x()
        for depth, (title, note) in enumerate(self.headings):
            at = round(left + depth * column)
            if room < 56 and depth % math.ceil(56 / max(room, 1)):
                continue
            painter.setFont(font("body-strong"))
            painter.setPen(color("text"))
            painter.drawText(at, 22, title)
            if room >= 110:
                painter.setFont(font("small"))
                painter.setPen(color("text-2"))
                last = depth == len(self.headings) - 1
                wide = max(self.viewport().width() - at, room) if last else room
                shown = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, wide)
                painter.drawText(at, 39, shown)

    @Slot()
    def _repaint_active(self) -> None:
        """Repaint only the cards that pulse."""
        for card in self.layout_.cards.values():
            if card.active:
                self.viewport().update(self._box_of(card).adjusted(-2, -2, 2, 2))

    @Slot()
    def _on_theme(self) -> None:
        self.viewport().update()

    # --- pointer and keys -----------------------------------------------------------------------

    @Slot(QPointF)
    def _on_clicked(self, at: QPointF) -> None:
        card = self.card_at(at)
        if card is not None and card.kind == "more":
            self.toggle(card.node)
        elif card is not None:
            self.choose(card.node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        card = self.card_at(event.position())
        if card is not None:
            self.toggle(card.node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle(self.current)
            return
        target = walk(self.layout_, self.current, Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
        else:
            self.choose(target)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            card = self.card_at(QPointF(event.pos()))
            if card is not None:
                QToolTip.showText(event.globalPos(), plain_tip(describe(self._state, card)), self)
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)
