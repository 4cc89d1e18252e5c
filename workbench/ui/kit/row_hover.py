"""Tables of whole rows: a row is chosen and lit under the pointer, not the one cell."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.ui.theme.tokens import TOKENS


def set_up_rows(table: QTableView, name: str) -> None:
    """Let a table select one whole row; Tab leaves the table."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(TOKENS.size["row-table"])
    table.horizontalHeader().setHighlightSections(False)


class RowHover(QObject):
    """Knows the row that the pointer is in, -1 for none, and has it painted.

    Args:
        table: its rows.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self.row = -1
        table.setMouseTracking(True)
        table.entered.connect(self._on_entered)
        table.viewportEntered.connect(self._leave)
        table.viewport().installEventFilter(self)

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._set(index.row())

    @Slot()
    def _leave(self) -> None:
        self._set(-1)

    def _set(self, row: int) -> None:
        if row != self.row:
            self.row = row
            self._table.viewport().update()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._leave()
        return False


class HoverDelegate(QStyledItemDelegate):
    """Paints cells as the style does, all cells of the row under the pointer as lit."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._hover = RowHover(table)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        over = QStyle.StateFlag.State_MouseOver
        if index.row() == self._hover.row:
            option.state |= over
        else:
            option.state &= ~over
