"""The table of model files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workbench.domain.text import size_text
from workbench.domain.views import ModelEntry
from workbench.ui.theme import color

_Index = QModelIndex | QPersistentModelIndex
_HEADINGS = ("Name", "Parameters", "Quantisation", "Size", "Context", "Writes", "Source")
_RIGHT = (1, 3, 4, 5)
_SIZE, _SOURCE = 3, 6


class ModelTable(QAbstractTableModel):
    """The model files; the loaded one is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[ModelEntry, ...] = ()
        self.loaded = ""

    def show_entries(self, entries: Sequence[ModelEntry], loaded: str) -> None:
        """Show other files."""
        self.beginResetModel()
        self.entries, self.loaded = tuple(entries), loaded
        self.endResetModel()

    def show_loaded(self, path: str) -> None:
        """Mark another model as the loaded one."""
        if path != self.loaded:
            self.loaded = path
            if self.entries:
                last = self.index(len(self.entries) - 1, 0)
                self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, _parent: _Index | None = None) -> int:
        return len(self.entries)

    def columnCount(self, _parent: _Index | None = None) -> int:
        return len(_HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADINGS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.error or entry.path
        if role == Qt.ItemDataRole.ForegroundRole and entry.error:
            return color("bad")
        return None

    def _text(self, entry: ModelEntry, column_index: int) -> str:
        if column_index == 0:
            return f"{entry.name}  · loaded" if entry.path == self.loaded else entry.name
        size = size_text(entry.file_bytes)
        if entry.error:
            return {_SIZE: size, _SOURCE: "cannot be used"}.get(column_index, "")
        speed = entry.speed.generation if entry.speed else 0.0
        return (
            f"{entry.parameters / 1e6:,.0f} M" if entry.parameters else "",
            entry.quantization,
            size,
            f"{entry.context_tokens:,}" if entry.context_tokens else "",
            f"{speed:,.0f} tok/s" if speed else "",
            entry.source,
        )[column_index - 1]


def _alignment(column_index: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column_index in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
