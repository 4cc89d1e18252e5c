"""A table with whole-row selection, for files to get and servers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget

from workbench.ui.kit.row_hover import HoverDelegate, set_up_rows


def row_table(name: str, headings: Sequence[str], *, wide: int) -> QTableWidget:
    """An empty table with single row selection; column ``wide`` takes the rest."""
    table = QTableWidget(0, len(headings))
    set_up_rows(table, name)
    table.setHorizontalHeaderLabels(list(headings))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setItemDelegate(HoverDelegate(table))
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    return table
