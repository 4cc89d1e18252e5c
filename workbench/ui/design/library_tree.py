"""The library: folders of prompts, with search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QMenu, QTreeView

from workbench.domain.views import LibraryEntry
from workbench.ui.theme import font, icon, theme
from workbench.ui.widgets import IconButton, Label, Pane, row

_PATH = Qt.ItemDataRole.UserRole


class LibraryTree(Pane):
    """All prompt files.

    Signals:
        opened(str): a path was chosen. create_wanted(), and with a path: duplicate_wanted(str),
        rename_wanted(str, str), trash_wanted(str).
    """

    opened = Signal(str)
    create_wanted = Signal()
    duplicate_wanted = Signal(str)
    rename_wanted = Signal(str, str)
    trash_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Library", "chrome")
        self.setMinimumWidth(168)
        self._entries: tuple[LibraryEntry, ...] = ()
        self._dirty: frozenset[str] = frozenset()
        self._folded: set[str] = set()
        find = IconButton("search", "Search the library")
        find.clicked.connect(self._toggle_search)
        create = IconButton("plus", "New prompt", keys="Ctrl+N")
        create.clicked.connect(self.create_wanted)
        self.header.addWidget(find)
        self.header.addWidget(create)
        self.search = QLineEdit()
        self.search.setAccessibleName("Search the library")
        self.search.setPlaceholderText("Search prompts")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._refresh)
        self.search.hide()
        self.tree = QTreeView()
        self.tree.setAccessibleName("Prompts")
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed)
        self._model = QStandardItemModel()
        self._model.itemChanged.connect(self._on_renamed)
        self.tree.setModel(self._model)
        self.tree.activated.connect(self._on_activated)
        self.tree.clicked.connect(self._on_activated)
        self.tree.collapsed.connect(self._on_collapsed)
        self.tree.expanded.connect(self._on_expanded)
        self.count = Label("", "small", "text-3")
        self.body.addLayout(row(self.search, margins=(8, 6, 8, 0)))
        self.body.addLayout(row(self.tree, margins=(6, 6, 6, 0)), 1)
        self.body.addLayout(row(None, self.count, margins=(16, 6, 16, 8)))
        theme().changed.connect(self._refresh)

    def show_entries(self, entries: Sequence[LibraryEntry]) -> None:
        """Show other files; what was folded stays folded."""
        self._entries = tuple(entries)
        self._refresh()

    def show_dirty(self, paths: Iterable[str]) -> None:
        """Mark the files that have unsaved text."""
        found = frozenset(paths)
        if found != self._dirty:
            self._dirty = found
            self._refresh()

    def select(self, path: str) -> None:
        """Mark a file as the one that is open."""
        for row_number in range(self._model.rowCount()):
            folder = self._model.item(row_number)
            for place in range(folder.rowCount()):
                if folder.child(place).data(_PATH) == path:
                    self.tree.setCurrentIndex(folder.child(place).index())
                    return

    @Slot()
    def _refresh(self) -> None:
        chosen = self.tree.currentIndex().data(_PATH)
        words = self.search.text().casefold().split()
        self._model.blockSignals(True)
        self._model.clear()
        folders: dict[str, QStandardItem] = {}
        for entry in self._entries:
            haystack = f"{entry.name} {entry.folder} {entry.title} {entry.description}".casefold()
            if not all(word in haystack for word in words):
                continue
            name = entry.folder or "prompts"
            if name not in folders:
                folders[name] = self._folder_item(name)
                self._model.appendRow(folders[name])
            folders[name].appendRow(self._file_item(entry))
        for name, folder in folders.items():
            folder.setText(f"{name}   {folder.rowCount()}")
        self._model.blockSignals(False)
        self._model.layoutChanged.emit()
        for name, folder in folders.items():
            self.tree.setExpanded(folder.index(), bool(words) or name not in self._folded)
        self.count.setText(f"{len(self._entries)} prompts")
        if chosen:
            self.select(str(chosen))

    def _folder_item(self, name: str) -> QStandardItem:
        folded = name in self._folded
        item = QStandardItem(icon("chevron-right" if folded else "chevron-down"), name)
        item.setFont(font("body"))
        item.setEditable(False)
        item.setSelectable(False)
        item.setData(name, _PATH + 1)
        return item

    def _file_item(self, entry: LibraryEntry) -> QStandardItem:
        dirty = entry.path in self._dirty
        item = QStandardItem(icon("prompt"), _stem(entry.name) + ("  •" if dirty else ""))
        item.setFont(font("body"))
        item.setData(entry.path, _PATH)
        item.setToolTip("\n".join(part for part in (entry.title, entry.description) if part))
        item.setEditable(entry.writable and not entry.shipped)
        spoken = f"{_stem(entry.name)}, unsaved" if dirty else _stem(entry.name)
        item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
        return item

    @Slot()
    def _toggle_search(self) -> None:
        self.search.setVisible(self.search.isHidden())
        if self.search.isVisible():
            self.search.setFocus()
        else:
            self.search.clear()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        path = index.data(_PATH)
        if path:
            self.opened.emit(str(path))
        else:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        self._folded.add(str(index.data(_PATH + 1)))
        self._show_fold(index, "chevron-right")

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        self._folded.discard(str(index.data(_PATH + 1)))
        self._show_fold(index, "chevron-down")

    def _show_fold(self, index: QModelIndex, name: str) -> None:
        self._model.itemFromIndex(index).setIcon(icon(name))

    @Slot(QStandardItem)
    def _on_renamed(self, item: QStandardItem) -> None:
        path = item.data(_PATH)
        if path:
            self.rename_wanted.emit(str(path), item.text().replace("•", "").strip())

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self.tree.indexAt(place)
        path = str(index.data(_PATH) or "")
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("New prompt").triggered.connect(self.create_wanted)
        if path:
            menu.addSeparator()
            duplicate = menu.addAction("Duplicate")
            rename = menu.addAction("Rename")
            rename.setEnabled(bool(index.flags() & Qt.ItemFlag.ItemIsEditable))
            trash = menu.addAction("Move to trash")
            chosen = menu.exec(self.tree.viewport().mapToGlobal(place))
            if chosen is duplicate:
                self.duplicate_wanted.emit(path)
            elif chosen is rename:
                self.tree.edit(index)
            elif chosen is trash:
                self.trash_wanted.emit(path)
        else:
            menu.popup(self.tree.viewport().mapToGlobal(place))


def _stem(name: str) -> str:
    for ending in (".prompty", ".jinja", ".j2", ".md"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name
