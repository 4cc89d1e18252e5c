"""The tree of a conversation, painted: a row for each step of it, a lane for each branch."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from workbench.domain.chat_tree import TreeNode
from workbench.domain.servers import model_name
from workbench.ui.chat.map.map_model import MapModel
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.theme import color, theme

_ROW, _LANE = 30, 20
_LEFT, _TOP = 22, 8
_RADIUS = 4.5
_MOST_LANES = 5
_TEXT_GAP = 14


class MapView(QAbstractScrollArea):
    """Circles are answers, squares are messages of the user. Arrow keys walk, Enter goes there.

    Signals:
        jump_wanted(int): show the branch of a message, and go to it.
        menu_wanted(TreeNode, QPoint): at this place of the screen.
        delete_wanted(int), label_wanted(TreeNode), pin_wanted(TreeNode).
        undo_wanted(); redo_wanted(). walked(): another message is current.
    """

    jump_wanted = Signal(int)
    menu_wanted = Signal(object, QPoint)
    delete_wanted = Signal(int)
    label_wanted = Signal(object)
    pin_wanted = Signal(object)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, model: MapModel) -> None:
        super().__init__()
        self._model = model
        self.current: int | None = None
        self._leaf: int | None = None
        self._hovered: int | None = None
        self.setAccessibleName("Map of the conversation")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setProperty("surface", "chrome")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.verticalScrollBar().setSingleStep(_ROW)
        self.horizontalScrollBar().setSingleStep(_LANE)
        model.changed.connect(self._on_changed)
        model.words_came.connect(self.viewport().update)
        theme().changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        return QSize(260, 400)

    # --- what is shown --------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        layout, tree = self._model.layout, self._model.tree
        self._set_ranges()
        leaf = tree.leaf_id if tree is not None else None
        if self.current in layout.places:  # it stays, unless the conversation went on elsewhere
            is_walked = self.hasFocus() and self._model.nodes[self.current].is_shown
            is_left = leaf != self._leaf and not is_walked
        else:
            is_left = True
        self._leaf = leaf
        if is_left:
            self.current = leaf if leaf in layout.places else None
            self._see_current()
        self._describe()
        self.viewport().update()

    def follow(self, message_id: int | None) -> None:
        """Make a message current, and scroll to it."""
        if message_id in self._model.layout.places:
            self._go(message_id)

    def _set_ranges(self) -> None:
        layout, bar, across = (
            self._model.layout,
            self.verticalScrollBar(),
            self.horizontalScrollBar(),
        )
        height = len(layout.rows) * _ROW + 2 * _TOP
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, height - self.viewport().height()))
        across.setPageStep(_MOST_LANES * _LANE)
        across.setRange(0, max(0, (layout.lanes - _MOST_LANES) * _LANE))

    def _see_current(self) -> None:
        if self.current is None:
            return
        row, lane = self._model.layout.places[self.current]
        bar, across = self.verticalScrollBar(), self.horizontalScrollBar()
        top, room = row * _ROW + _TOP, self.viewport().height()
        if top < bar.value() + _ROW:
            bar.setValue(top - _ROW)
        elif top + 2 * _ROW > bar.value() + room:
            bar.setValue(top + 2 * _ROW - room)
        if lane * _LANE < across.value():
            across.setValue(lane * _LANE)
        elif (lane + 1) * _LANE > across.value() + _MOST_LANES * _LANE:
            across.setValue((lane + 1 - _MOST_LANES) * _LANE)

    def place_of(self, message_id: int) -> QPointF:
        """Where a message is painted."""
        row, lane = self._model.layout.places[message_id]
        return self._point(row, lane)

    def _point(self, row: int, lane: int) -> QPointF:
        x = _LEFT + lane * _LANE - self.horizontalScrollBar().value()
        return QPointF(x, _TOP + row * _ROW + _ROW / 2 - self.verticalScrollBar().value())

    def _rows_in_view(self) -> range:
        value, room = self.verticalScrollBar().value(), self.viewport().height()
        first = max(0, (value - _TOP) // _ROW)
        return range(first, min(len(self._model.layout.rows), (value + room) // _ROW + 1))

    def _is_lane_seen(self, lane: int) -> bool:
        left = lane * _LANE - self.horizontalScrollBar().value()
        return 0 <= left < _MOST_LANES * _LANE

    def row_words_of(self, row: int) -> int | None:
        """The message whose words a row says: the current one, the shown one, else the first."""
        there = self._model.layout.rows[row]
        for wanted in (self._hovered, self.current):
            if wanted is not None and wanted in there.values():
                return wanted
        nodes = self._model.nodes
        shown = next((each for each in there.values() if nodes[each].is_shown), None)
        return shown if shown is not None else there[min(there)]

    def words_of(self, node: TreeNode) -> str:
        """What the map says of a message: its name, else its first words."""
        return node.label or self._model.words.get(node.message_id, "")

    # --- painting -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = self._rows_in_view()
        layout = self._model.layout
        worded = {row: self.row_words_of(row) for row in rows}
        self._model.want_words(each for each in worded.values() if each is not None)
        for row in range(rows.start, min(rows.stop + 1, len(layout.rows))):
            for lane, message_id in layout.rows[row].items():
                self._paint_edge(painter, row, lane, message_id)
        for row in rows:
            there, spoken = layout.rows[row], worded[row]
            for lane, message_id in there.items():
                if self._is_lane_seen(lane):
                    self._paint_node(painter, self._point(row, lane), self._model.nodes[message_id])
            if spoken is not None:
                self._paint_words(painter, row, self._model.nodes[spoken])

    def _paint_edge(self, painter: QPainter, row: int, lane: int, message_id: int) -> None:
        parent = self._model.layout.parents[message_id]
        if parent is None:
            return
        parent_row, parent_lane = self._model.layout.places[parent]
        if not (self._is_lane_seen(lane) and self._is_lane_seen(parent_lane)):
            return
        start, end = self._point(parent_row, parent_lane), self._point(row, lane)
        node = self._model.nodes[message_id]
        pen = QPen(color("text"), 1.6) if node.is_shown else QPen(color("line-access"), 1)
        if node.deleted:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(start)
        middle = (start.y() + end.y()) / 2
        path.cubicTo(QPointF(start.x(), middle), QPointF(end.x(), middle), end)
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, at: QPointF, node: TreeNode) -> None:
        is_current = node.message_id == self.current
        ink = color("text") if node.is_shown else color("text-3")
        if is_current:
            painter.setPen(QPen(color("focus"), 2 if self.hasFocus() else 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 2 * _RADIUS, 2 * _RADIUS)
        painter.setPen(QPen(ink, 1.4))
        hollow = node.role == "user" or node.deleted
        painter.setBrush(color("chrome") if hollow else ink)
        box = QRectF(at.x() - _RADIUS, at.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        if node.role == "user":
            painter.drawRoundedRect(box, 1.5, 1.5)
        else:
            painter.drawEllipse(box)
        if node.pinned:
            place = QRect(int(at.x()) + 3, int(at.y()) - 13, 10, 10)
            draw_icon(painter, "pin", "focus", 10, place.left(), place)

    def _paint_words(self, painter: QPainter, row: int, node: TreeNode) -> None:
        lanes = [each for each in self._model.layout.rows[row] if self._is_lane_seen(each)]
        last = self._point(row, max(lanes, default=0))
        left = int(last.x()) + _TEXT_GAP
        top = _TOP + row * _ROW - self.verticalScrollBar().value()
        area = QRect(left, top, self.viewport().width() - left - 8, _ROW)
        hidden = len(self._model.layout.rows[row]) - len(lanes)
        if hidden:
            more = QRect(area.right() - 30, top, 30, _ROW)
            draw_text(painter, more, f"+{hidden:,}", "small", "text-3", Qt.AlignmentFlag.AlignRight
                      | Qt.AlignmentFlag.AlignVCenter)  # fmt: skip
            area.setRight(more.left() - 4)
        tone = "text-3"
        if node.label:
            tone = "focus"
        elif node.is_shown:
            tone = "text"
        elif node.message_id in (self.current, self._hovered):
            tone = "text-2"
        words = self.words_of(node)
        draw_text(painter, area, words, "small", tone, Qt.AlignmentFlag.AlignVCenter)

    # --- walking --------------------------------------------------------------------------------

    def _go(self, message_id: int | None) -> None:
        if message_id is None or message_id == self.current:
            return
        self.current = message_id
        self._see_current()
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        """What a screen reader says of the current message."""
        node = self._model.nodes.get(self.current or 0)
        self.setAccessibleDescription(self.describe(node) if node is not None else "")

    def describe(self, node: TreeNode) -> str:
        """Who, what, and what is special about it."""
        who = "You" if node.role == "user" else model_name(node.model) or node.role.capitalize()
        parts = [who, self._model.words.get(node.message_id, "")]
        parts += [f"named {node.label}"] * bool(node.label) + ["pinned"] * node.pinned
        parts += ["deleted"] * node.deleted + ["shown"] * node.is_shown
        ids = node.sibling_ids
        if len(ids) > 1 and node.message_id in ids:
            parts.append(f"version {ids.index(node.message_id) + 1} of {len(ids)}")
        return ", ".join(each for each in parts if each)

    def _beside(self, step: int) -> int | None:
        """The next message of the same row."""
        if self.current is None:
            return None
        row, lane = self._model.layout.places[self.current]
        lanes = sorted(self._model.layout.rows[row])
        at = lanes.index(lane) + step
        return self._model.layout.rows[row][lanes[at]] if 0 <= at < len(lanes) else None

    def _below(self) -> int | None:
        children = self._model.layout.children.get(self.current, [])
        nodes = self._model.nodes
        shown = next((each for each in children if nodes[each].is_shown), None)
        return shown if shown is not None else next(reversed(children), None)

    def _target(self, key: int) -> int | None:
        layout = self._model.layout
        if key == Qt.Key.Key_Home:
            return layout.rows[0][min(layout.rows[0])]
        if key == Qt.Key.Key_End:
            return self._model.tree.leaf_id if self._model.tree is not None else None
        if key == Qt.Key.Key_Up:
            return layout.parents.get(self.current or 0)
        if key == Qt.Key.Key_Down:
            return self._below()
        return self._beside(-1 if key == Qt.Key.Key_Left else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        node = self._model.nodes.get(self.current or 0)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        elif node is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() in (keys.Key_Up, keys.Key_Down, keys.Key_Left, keys.Key_Right,
                             keys.Key_Home, keys.Key_End):  # fmt: skip
            self._go(self._target(event.key()))
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            self._jump(node)
        else:
            self._do(event, node)

    def _do(self, event: QKeyEvent, node: TreeNode) -> None:
        """What else a key does with the current message."""
        if event.key() == Qt.Key.Key_Delete:
            if not node.deleted and not event.isAutoRepeat():
                self.delete_wanted.emit(node.message_id)
        elif event.key() == Qt.Key.Key_F2:
            self.label_wanted.emit(node)
        elif event.key() == Qt.Key.Key_P:
            self.pin_wanted.emit(node)
        else:
            super().keyPressEvent(event)

    def _jump(self, node: TreeNode) -> None:
        if not node.deleted:
            self.jump_wanted.emit(node.message_id)

    # --- the pointer ----------------------------------------------------------------------------

    def node_at(self, place: QPoint) -> TreeNode | None:
        """The message near a place: a node, or the one whose words are there."""
        row = (place.y() - _TOP + self.verticalScrollBar().value()) // _ROW
        if not 0 <= row < len(self._model.layout.rows):
            return None
        there = self._model.layout.rows[row]
        near = [
            (abs(self._point(row, lane).x() - place.x()), each)
            for lane, each in there.items()
            if self._is_lane_seen(lane)
        ]
        distance, nearest = min(near, default=(float(_LANE), 0))
        found = nearest if distance <= _LANE / 2 else self.row_words_of(row)
        return self._model.nodes.get(found or 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        node = self.node_at(event.position().toPoint())
        if node is not None:
            self._go(node.message_id)
            if event.button() == Qt.MouseButton.LeftButton:
                self._jump(node)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        node = self.node_at(event.position().toPoint())
        self._hover(node.message_id if node is not None else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, message_id: int | None) -> None:
        if message_id != self._hovered:
            self._hovered = message_id
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        current = self._model.nodes.get(self.current or 0)
        node = current if by_key else self.node_at(event.pos())
        if node is None:
            return
        self._go(node.message_id)
        spot = self.place_of(node.message_id).toPoint()
        place = self.viewport().mapToGlobal(spot) if by_key else event.globalPos()
        self.menu_wanted.emit(node, place)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self.node_at(event.pos())
            tip = plain_tip(self.describe(node)) if node is not None else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_ranges()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
