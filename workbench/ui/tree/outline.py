"""The same tree as a list of lines: what a screen reader walks."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.domain.run_state import NodeState, RunState
from workbench.ui.theme import color, font
from workbench.ui.tree.faces import describe, node_face
from workbench.ui.tree.layout import Card

_ROW = 26
_INDENT = 14
_ROWS_SHOWN = 8
_Index = QModelIndex | QPersistentModelIndex


def in_order(state: RunState) -> list[tuple[NodeState, int]]:
    """Every node with its level, each followed by what is under it."""
    children: dict[str, list[NodeState]] = {}
    for node in state.nodes.values():
        children.setdefault(node.parent if node.parent in state.nodes else "", []).append(node)
    rows: list[tuple[NodeState, int]] = []
    waiting = [(node, 0) for node in reversed(children.get("", []))]
    while waiting:
        node, level = waiting.pop()
        rows.append((node, level))
        waiting.extend((child, level + 1) for child in reversed(children.get(node.node, [])))
    return rows


class OutlineModel(QAbstractListModel):
    """The nodes in order; ``AccessibleTextRole`` says each in a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._state = RunState()
        self.rows: list[tuple[NodeState, int]] = []

    def show_state(self, state: RunState) -> None:
        """Show the nodes as they are now, telling as little as possible."""
        rows = in_order(state)
        same = [node.node for node, _ in rows] == [node.node for node, _ in self.rows]
        self._state = state
        if same:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def row_of(self, node: str) -> int:
        """Where a node stands, -1 where it does not."""
        return next((i for i, (each, _) in enumerate(self.rows) if each.node == node), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        node, level = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return node, level
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(node.text.split()) or node.kind
        if role == Qt.ItemDataRole.AccessibleTextRole:
            card = Card(node.node, node.parent, level)
            return f"Level {level}: {describe(self._state, card)}"
        return None


class _Lines(QStyledItemDelegate):
    """Indent, thought, value."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node, level = index.data(Qt.ItemDataRole.UserRole)
        face = node_face(node, Card(node.node, node.parent, level))
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color("hover"))
        inner = box.adjusted(6 + min(level, 10) * _INDENT, 0, -6, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font("small"))
        painter.setPen(color(face.tone))
        note = " ".join(part for part in (face.score, face.chip) if part)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, note)
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(note) - 10)
        painter.setPen(color("text-3" if node.status == "pruned" else "text"))
        shown = painter.fontMetrics().elidedText(
            face.thought, Qt.TextElideMode.ElideRight, max(inner.width(), 0)
        )
        painter.drawText(inner, middle, shown)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _ROW)


class Outline(QListView):
    """The list.

    Signals:
        picked(str): a node was chosen.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.nodes = OutlineModel()
        self.setModel(self.nodes)
        self.setItemDelegate(_Lines(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Outline of the tree")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_ROW * _ROWS_SHOWN + 2)
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_state(self, state: RunState, node: str) -> None:
        """Show the nodes, ``node`` chosen."""
        with QSignalBlocker(self.selectionModel()):
            self.nodes.show_state(state)
        self.show_node(node)

    def show_node(self, node: str) -> None:
        """Choose a node without telling of it."""
        row = self.nodes.row_of(node)
        with QSignalBlocker(self.selectionModel()):
            self.setCurrentIndex(self.nodes.index(row) if row >= 0 else QModelIndex())
        self.viewport().update()

    @Slot()
    def _on_current(self) -> None:
        row = self.currentIndex().row()
        if 0 <= row < len(self.nodes.rows):
            self.picked.emit(self.nodes.rows[row][0].node)
