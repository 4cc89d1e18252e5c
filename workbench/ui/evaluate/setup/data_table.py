"""The rows of a set as a table; above each column is what it is for."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from workbench.domain.evaluation.setting_up import SetRows
from workbench.domain.runs.spec import Json
from workbench.ui.evaluate.setup.columns import CHOICES, ICONS, TITLES, Use
from workbench.ui.kit import Chooser
from workbench.ui.kit.row_delegate import draw_text
from workbench.ui.kit.row_hover import RowHover, set_up_rows
from workbench.ui.theme import color, font

_HEAD = 62
_CHOOSER = 26
_LEAST, _MOST, _NUMBER = 132, 300, 44
_PADDING = 28
_LOOKED_AT = 50
_SHOWN = 200
_Index = QModelIndex | QPersistentModelIndex


class RowsTable(QAbstractTableModel):
    """Rows by their columns; the first column is the number of the row."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = SetRows()

    def show_rows(self, rows: SetRows) -> None:
        """Show others."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows.columns) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() != 1:
            return color("text-3" if index.column() == 0 else "text-2")
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if index.column() == 0:
            return str(index.row() + 1)
        value = self._rows.rows[index.row()].get(self._rows.columns[index.column() - 1])
        return " ".join(cell_text(value)[:_SHOWN].split())


def cell_text(value: Json) -> str:
    """A value as a cell shows it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class UseHeader(QHeaderView):
    """Names of columns, and below each a chooser of what it is for.

    Args:
        table: whose heading it is.
        first: the section of the first column; those before it are of no column.

    Signals:
        use_chosen(str, object): a column and its new :class:`Use`.
    """

    use_chosen = Signal(str, object)

    def __init__(self, table: QTableView, first: int = 0) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._first = first
        self._columns: tuple[str, ...] = ()
        self._choosers: list[Chooser] = []
        self.setFixedHeight(_HEAD)
        self.setSectionsClickable(False)
        self.setAccessibleName("What each column is for")
        self.sectionResized.connect(self._place)
        self.geometriesChanged.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)

    def show_uses(self, uses: dict[str, Use], inputs: Sequence[str]) -> None:
        """Show what each column is for; ``inputs`` are the names to choose from."""
        choices = [Use("input", name) for name in inputs]
        choices += [Use(kind) for kind in CHOICES if kind in TITLES]
        choices.append(Use())
        if tuple(uses) != self._columns:
            self._columns = tuple(uses)
            for chooser in self._choosers:
                chooser.deleteLater()
            self._choosers = [self._make(column) for column in uses]
        for chooser, use in zip(self._choosers, uses.values(), strict=True):
            offered = choices if use in choices else [use, *choices]
            if [chooser.itemData(place) for place in range(chooser.count())] != offered:
                chooser.clear()
                for each in offered:
                    chooser.add_choice(each.title, each, icon=ICONS.get(each.kind, ""))
            chooser.setCurrentIndex(offered.index(use))
        self._place()

    def _make(self, column: str) -> Chooser:
        chooser = Chooser(f"What {column} is for", height=_CHOOSER)
        chooser.setParent(self.viewport())
        chooser.activated.connect(functools.partial(self._on_chosen, column, chooser))
        chooser.show()
        return chooser

    def _on_chosen(self, column: str, chooser: Chooser, _place: int) -> None:
        self.use_chosen.emit(column, chooser.currentData())

    @Slot()
    def _place(self) -> None:
        for place, chooser in enumerate(self._choosers, start=self._first):
            left = self.sectionViewportPosition(place)
            width = min(self.sectionSize(place) - 12, chooser.sizeHint().width())
            chooser.setGeometry(left + 6, _HEAD - _CHOOSER - 6, max(width, 60), _CHOOSER)

    def paintSection(self, painter: QPainter, area: QRect, place: int) -> None:
        painter.fillRect(area, color("panel"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), color("line"))
        at = place - self._first
        if 0 <= at < len(self._columns):
            name = QRect(area.left() + 8, area.top() + 6, area.width() - 12, 20)
            draw_text(painter, name, self._columns[at], "code", "text")


class DataTable(QTableView):
    """The rows with :class:`UseHeader` above them.

    Signals:
        row_chosen(int): the number of a row, from 1.
    """

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsTable()
        self.setModel(self.rows)
        self.uses = UseHeader(self, first=1)
        self.setHorizontalHeader(self.uses)
        set_up_rows(self, "Rows of the set")
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setFont(font("body"))
        self._hover = RowHover(self)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    def show_rows(self, rows: SetRows) -> None:
        """Show other rows; a column with long texts gets more room."""
        self.rows.show_rows(rows)
        self.setColumnWidth(0, _NUMBER)
        metrics = self.fontMetrics()
        for place, column in enumerate(rows.columns, start=1):
            texts = [cell_text(row.get(column))[:_SHOWN] for row in rows.rows[:_LOOKED_AT]]
            longest = max(texts, key=len, default="")
            width = metrics.horizontalAdvance(longest) + _PADDING
            self.setColumnWidth(place, min(max(width, _LEAST), _MOST))

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.row_chosen.emit(index.row() + 1)
