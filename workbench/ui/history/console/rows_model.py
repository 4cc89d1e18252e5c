"""The rows that a question in SQL gave, as a table."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workbench.domain.storage import QueryResult
from workbench.ui.kit import plain_tip
from workbench.ui.theme import color

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_CELL_CHARACTERS = 300
_TIP_CHARACTERS = 2_000
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsModel(QAbstractTableModel):
    """Cells as they are; of a long text its beginning, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.found = QueryResult(columns=(), rows=())

    def show_result(self, found: QueryResult) -> None:
        """Show another answer."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.found.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.found.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return self.found.columns[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        cell = self.found.rows[index.row()][index.column()]
        if role == _Role.DisplayRole:
            return "null" if cell is None else _line(cell)
        if role == _Role.ForegroundRole and cell is None:
            return color("text-3")
        if role == _Role.TextAlignmentRole and isinstance(cell, int | float):
            return _RIGHT
        if role == _Role.ToolTipRole and isinstance(cell, str) and _line(cell) != cell:
            return plain_tip(cell[:_TIP_CHARACTERS])
        return None

    def text(self, row: int) -> str:
        """The whole cells of a row, between tabs."""
        return "\t".join("" if cell is None else str(cell) for cell in self.found.rows[row])


def _line(cell: str | float) -> str:
    if not isinstance(cell, str):
        return str(cell)
    line = " ".join(cell[: 4 * _CELL_CHARACTERS].split())
    return line if len(line) <= _CELL_CHARACTERS else f"{line[:_CELL_CHARACTERS]}…"
