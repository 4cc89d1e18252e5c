"""The tree as a list of lines, for keyboards and screen readers."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QListView

from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import RunState
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel
from workbench.ui.runs.tree_cards import Card
from workbench.ui.tree.canvas.card_text import describe, node_text

_ROW = 26
_INDENT = 14
_ROWS_SHOWN = 8


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


class OutlineModel(RowsModel[tuple[NodeState, int]]):
    """The nodes in order; ``AccessibleTextRole`` says each in a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._state = RunState()

    def show_state(self, state: RunState) -> None:
        """Show the nodes as they are now."""
        self._state = state
        self.show_rows(in_order(state), in_place=True)

    def row_of(self, node: str) -> int:
        """The row of a node, -1 where it is not listed."""
        return next((i for i, (each, _) in enumerate(self.rows) if each.node == node), -1)

    def key(self, row: tuple[NodeState, int]) -> str:
        return row[0].node

    def text(self, row: tuple[NodeState, int]) -> str:
        return " ".join(row[0].text.split()) or row[0].kind

    def spoken(self, row: tuple[NodeState, int]) -> str:
        node, level = row
        return f"Level {level}: {describe(self._state, Card(node.node, node.parent, level))}"


class _Delegate(RowDelegate):
    """Indent, thought, value."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        node, level = index.data(Qt.ItemDataRole.UserRole)
        content = node_text(node, Card(node.node, node.parent, level))
        row.ground()
        row.inset(6 + min(level, 10) * _INDENT, 6)
        note = " ".join(part for part in (content.score, content.chip) if part)
        row.right(note, "small", content.tone, gap=10)
        row.left(content.thought, "small", "text-3" if node.status == "pruned" else "text")


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
        self.setItemDelegate(_Delegate(self))
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
        """Select a node without a signal."""
        row = self.nodes.row_of(node)
        with QSignalBlocker(self.selectionModel()):
            self.setCurrentIndex(self.nodes.index(row) if row >= 0 else QModelIndex())
        self.viewport().update()

    @Slot()
    def _on_current(self) -> None:
        row = self.currentIndex().row()
        if 0 <= row < len(self.nodes.rows):
            self.picked.emit(self.nodes.rows[row][0].node)
