"""The lines of the report of an import: a conversation each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workbench.domain.transcripts import WARNINGS, ImportedItem
from workbench.ui.theme import color

COLUMNS = ("Result", "Conversation", "Messages", "Branches", "Notes")
TITLE, NOTES = 1, 4
_NUMBERS = {2, 3}
_TONES = {"imported": "ok", "updated": "ok", "unchanged": "text-3", "skipped": "warn"}
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


def notes_of(item: ImportedItem) -> str:
    """Why it was skipped, or what was found in it, in sentences."""
    if item.reason:
        return item.reason[:1].upper() + item.reason[1:]
    words = [WARNINGS.get(code, code) for code in item.warnings]
    if item.outcome == "updated" and item.added:
        words.insert(0, f"{item.added:,} new.")
    if item.kind == "profile":
        words.insert(0, "A character card: it is a profile for system prompts.")
    return " ".join(words)


class ReportModel(QAbstractTableModel):
    """The report as a table."""

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[ImportedItem] = ()

    def show_items(self, items: Sequence[ImportedItem]) -> None:
        """Show a report."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        item, column = self.items[index.row()], index.column()
        if role == _Role.DisplayRole:
            return self._cell(item, column)
        if role == _Role.ToolTipRole:
            return f"{item.title}\n{item.file}\n{notes_of(item)}".strip()
        if role == _Role.ForegroundRole and column == 0:
            return color(_TONES[item.outcome])
        if role == _Role.ForegroundRole and column == NOTES:
            return color("text-2")
        return None

    def _cell(self, item: ImportedItem, column: int) -> str:
        has_messages = item.kind == "conversation" and item.outcome != "skipped"
        if column in _NUMBERS:
            count = item.messages if column == min(_NUMBERS) else item.branches
            return f"{count:,}" if has_messages else ""
        if column == 0:
            return item.outcome.capitalize()
        return " ".join(item.title.split()) if column == TITLE else notes_of(item)
