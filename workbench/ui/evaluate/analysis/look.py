"""How variants look on the page, and a table with the same figures as a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QTableView

from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.views import StrategyInfo
from workbench.ui.kit.row_delegate import Index
from workbench.ui.kit.row_hover import HoverDelegate, set_up_rows

_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Look(NamedTuple):
    """A variant: its name, the model, and the colour token of its strategy, which is its icon."""

    name: str
    model: str
    tone: str


def looks_of(analysis: Analysis, strategies: Mapping[str, StrategyInfo]) -> dict[str, Look]:
    """The look of each variant, by name."""
    found = {}
    for each in analysis.variants:
        info = strategies.get(each.strategy)
        found[each.name] = Look(each.name, each.model, info.short if info else "direct")
    return found


class TextsModel(QAbstractTableModel):
    """Rows of texts; the ``UserRole`` of a row is its first text."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: Sequence[str] = ()
        self.rows: Sequence[Sequence[str]] = ()

    def show_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.headings, self.rows = headings, rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == _Role.DisplayRole:
                return self.headings[section]
            if role == _Role.TextAlignmentRole and section:
                return _RIGHT
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if role == _Role.DisplayRole:
            return self.rows[index.row()][index.column()]
        if role == _Role.UserRole:
            return self.rows[index.row()][0]
        return _RIGHT if role == _Role.TextAlignmentRole and index.column() else None


class TextsTable(QTableView):
    """A table of texts, the same figures as a chart next to it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.texts = TextsModel()
        set_up_rows(self, name)
        self.setModel(self.texts)
        self.setItemDelegate(HoverDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)

    def show_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows, in columns as wide as their texts."""
        self.texts.show_rows(headings, rows)
        self.resizeColumnsToContents()
