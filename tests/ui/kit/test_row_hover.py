"""A table under the pointer: the row is lit, in every cell, and no other."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableWidget

from tests.ui.conftest import WAIT_MS
from workbench.ui.kit.row_hover import HoverDelegate

OVER = QStyle.StateFlag.State_MouseOver


def test_all_cells_of_the_row_under_the_pointer_are_lit(qtbot):
    table = QTableWidget(3, 2)
    delegate = HoverDelegate(table)
    table.setItemDelegate(delegate)
    qtbot.addWidget(table)
    table.show()
    place = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseMove(table.viewport(), place + QPoint(1, 1))
    qtbot.waitUntil(lambda: delegate._hover.row == 1, timeout=WAIT_MS)

    def is_lit(row: int, column: int) -> bool:
        option = QStyleOptionViewItem()
        delegate.initStyleOption(option, table.model().index(row, column))
        return bool(option.state & OVER)

    assert [[is_lit(row, column) for column in (0, 1)] for row in range(3)] == [
        [False, False],
        [True, True],
        [False, False],
    ]
