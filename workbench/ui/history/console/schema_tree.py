"""The tables of the history and their columns, to be put into a question."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QTreeView

from workbench.domain.storage import TableWords
from workbench.ui.kit import Label, column, plain_tip
from workbench.ui.theme import font

_NAME = Qt.ItemDataRole.UserRole
_ABOUT = Qt.ItemDataRole.UserRole + 1


class SchemaTree(QFrame):
    """Tables that unfold to their columns; below, what the current one holds.

    Signals:
        name_wanted(str): Enter or a double click on a table or column.
    """

    name_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.tree = QTreeView()
        self.tree.setAccessibleName("Tables of the history")
        self.tree.setHeaderHidden(True)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setUniformRowHeights(True)
        self._model = QStandardItemModel()
        self.tree.setModel(self._model)
        self.about = Label("", "small", "text-3", wrap=True)
        self.about.setContentsMargins(8, 4, 8, 8)
        self.about.hide()
        layout = column(self.tree, self.about, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.tree.activated.connect(self._on_activated)
        self.tree.selectionModel().currentChanged.connect(self._on_current)

    @property
    def is_filled(self) -> bool:
        """Whether the tables are there."""
        return self._model.rowCount() > 0

    def show_tables(self, tables: tuple[TableWords, ...]) -> None:
        """List them."""
        self._model.clear()
        for table in tables:
            about = " ".join(table.description.replace("`", "").split())
            item = _item(table.name, table.name, about or "A table of the index of searches.")
            for each in table.columns:
                notes = ", ".join((each.kind, *each.notes)).replace("`", "")
                item.appendRow(_item(f"{each.name}  {each.kind}", each.name, notes))
            self._model.appendRow(item)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.name_wanted.emit(str(index.data(_NAME)))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.about.setText(str(current.data(_ABOUT) or ""))
        self.about.setVisible(current.isValid())


def _item(text: str, name: str, about: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setFont(font("code-small"))
    item.setData(name, _NAME)
    item.setData(about, _ABOUT)
    item.setToolTip(plain_tip(about))
    return item
