"""The library for a tree view: rows are made of a listing at once and painted when in view."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from workbench.domain.prompts.library import (
    LibraryHit,
    LibraryListing,
    LibraryResult,
    PromptRecord,
)
from workbench.domain.text import count_text
from workbench.ui.kit import plain_tip
from workbench.ui.library.nodes import Node, NodeKind, file_node, set_entry, tree_of

PROMPTS_MIME = "application/x-workbench-prompts"
HITS_AT_ONCE = 200
"""Rows of a search that are made at a time; the next when one scrolls to them."""
_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


class LibraryModel(QAbstractItemModel):
    """Sections, folders and prompts, or the hits of a search in a row.

    Signals:
        rename_wanted(str, str): a path and the name that was typed for it.
        dropped(list, str, bool): paths, the folder they were dropped on, and whether they come
            from this library.
    """

    rename_wanted = Signal(str, str)
    dropped = Signal(list, str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.listing = LibraryListing()
        self.result: LibraryResult | None = None
        self.dirty: frozenset[str] = frozenset()
        self.cut: frozenset[str] = frozenset()
        self._top: list[Node] = []
        self._nodes: list[Node] = []
        self._by_path: dict[str, list[Node]] = {}
        self._entries: dict[str, PromptRecord] = {}
        self._hits: list[LibraryHit] = []
        """Those of a search that are no rows yet, the next at the end."""

    # --- what is shown --------------------------------------------------------------------------

    def show(self, listing: LibraryListing, result: LibraryResult | None = None) -> None:
        """Show the library, or with ``result`` what a search found in it."""
        self.beginResetModel()
        self._entries = {} if result is None else _by_path(listing, self.listing, self._entries)
        self.listing, self.result = listing, result
        self._nodes = []
        self._by_path = {}
        self._hits = []
        if result is None:
            self._top = tree_of(listing)
        else:
            self._hits = [hit for hit in reversed(result.hits) if hit.path in self._entries]
            self._top = self._next_hits(0)
        for row, node in enumerate(self._top):
            node.row = row
            self._number(node)
        self.endResetModel()

    def update(self, listing: LibraryListing) -> bool:
        """Show what else is known of the same prompts; no, and nothing, where the rows differ."""
        before = self.listing
        if (
            self.result is not None
            or before.folders != listing.folders
            or before.favourites != listing.favourites
            or [entry.path for entry in before.entries] != [entry.path for entry in listing.entries]
        ):
            return False
        self.listing = listing
        rows: dict[Node, list[int]] = {}
        for old, new in zip(before.entries, listing.entries, strict=True):
            if old is not new and old != new:
                for node in self._by_path.get(new.path, ()):
                    set_entry(node, new)
                    if node.parent is not None:
                        rows.setdefault(node.parent, []).append(node.row)
        for parent, changed in rows.items():
            first, last = parent.children[min(changed)], parent.children[max(changed)]
            self.dataChanged.emit(self._index_of(first), self._index_of(last))
        return True

    def _next_hits(self, row: int) -> list[Node]:
        """The next rows of a search, from this number on."""
        made: list[Node] = []
        while self._hits and len(made) < HITS_AT_ONCE:
            hit = self._hits.pop()
            node = file_node(self._entries[hit.path], f"hit:{hit.path}")
            node.hit, node.row = hit, row + len(made)
            made.append(node)
        return made

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and bool(self._hits)

    def fetchMore(self, parent: _Index) -> None:
        """Make the next rows of a search."""
        if not self.canFetchMore(parent):
            return
        made = self._next_hits(len(self._top))
        self.beginInsertRows(_TOP, len(self._top), len(self._top) + len(made) - 1)
        self._top += made
        for node in made:
            self._number(node)
        self.endInsertRows()

    def _number(self, top: Node) -> None:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            node.id = len(self._nodes)
            self._nodes.append(node)
            if node.path:
                self._by_path.setdefault(node.path, []).append(node)
            waiting.extend(node.children)

    def _index_of(self, node: Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node.id)

    def mark_dirty(self, paths: Iterable[str]) -> None:
        """Mark the prompts that have unsaved text."""
        before, self.dirty = self.dirty, frozenset(paths)
        self._repaint(before ^ self.dirty)

    def mark_cut(self, paths: Iterable[str]) -> None:
        """Mark what will be moved by pasting."""
        before, self.cut = self.cut, frozenset(paths)
        self._repaint(before ^ self.cut)

    def _repaint(self, paths: Iterable[str]) -> None:
        for path in paths:
            for node in self._by_path.get(path, ()):
                index = self._index_of(node)
                self.dataChanged.emit(index, index)

    def node(self, index: _Index) -> Node | None:
        """The row of an index."""
        if not index.isValid() or index.internalId() >= len(self._nodes):
            return None
        return self._nodes[index.internalId()]

    def index_of(self, path: str) -> QModelIndex:
        """Where a file or folder is, rather in its folder than among the favourites."""
        nodes = self._by_path.get(path, [])
        at_home = [
            node for node in nodes if node.parent is None or node.parent.kind != "favourites"
        ]
        for node in (*at_home, *nodes):
            return self._index_of(node)
        return QModelIndex()

    def foldable(self) -> list[tuple[Node, QModelIndex]]:
        """Sections and folders with their indexes."""
        return [
            (node, self._index_of(node))
            for node in self._nodes
            if node.kind in ("favourites", "root", "folder")
        ]

    # --- QAbstractItemModel ---------------------------------------------------------------------

    def index(self, row: int, column: int, parent: _Index = _TOP) -> QModelIndex:
        above = self.node(parent)
        rows = self._top if above is None else above.children
        if column or not 0 <= row < len(rows):
            return QModelIndex()
        return self.createIndex(row, 0, rows[row].id)

    def parent(self, index: _Index | None = None) -> Any:
        if index is None:
            return QObject.parent(self)
        node = self.node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self._index_of(node.parent)

    def rowCount(self, parent: _Index = _TOP) -> int:
        node = self.node(parent)
        return len(self._top if node is None else node.children)

    def columnCount(self, _parent: _Index = _TOP) -> int:
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return node.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(node))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(node)
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A name was typed. What is shown changes when the file has it."""
        node = self.node(index)
        name = str(value).strip()
        if node is None or role != Qt.ItemDataRole.EditRole or name in ("", node.name):
            return False
        self.rename_wanted.emit(node.path, name)
        return False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        node = self.node(index)
        if node is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        return _flags(node.kind, node.writable, bool(self.folder_of(index)))

    # --- drag and drop --------------------------------------------------------------------------

    def folder_of(self, index: _Index) -> str:
        """The folder that something put at ``index`` goes to, "" where nothing can be put."""
        node = self.node(index)
        if node is not None and node.kind in ("file", "note"):
            node = node.parent
        if node is None or node.kind not in ("root", "folder") or not node.writable:
            return ""
        return node.path

    def mimeTypes(self) -> list[str]:
        return [PROMPTS_MIME, "text/uri-list"]

    def mimeData(self, indexes: Sequence[_Index]) -> QMimeData:
        """The files' addresses, for this program and for others."""
        paths = [node.path for node in map(self.node, indexes) if node is not None and node.path]
        return mime_of(dict.fromkeys(paths))

    def supportedDragActions(self) -> Qt.DropAction:
        """Only copying is offered, so that no other program takes a file out of the library."""
        return Qt.DropAction.CopyAction

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def canDropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, _row: int, _column: int, parent: _Index
    ) -> bool:
        return bool(self.folder_of(parent)) and bool(paths_of(data)[0])

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, _row: int, _column: int, parent: _Index
    ) -> bool:
        """Say what was dropped where; the view removes nothing by itself."""
        folder = self.folder_of(parent)
        paths, inside = paths_of(data)
        if folder and paths:
            self.dropped.emit(paths, folder, inside)
        return False

    # --- words ----------------------------------------------------------------------------------

    def _tip(self, node: Node) -> str:
        entry = node.entry
        if entry is None:
            return node.name if node.kind == "note" else node.path
        title = entry.title if entry.title != node.name else ""
        tags = f"Tags: {', '.join(entry.tags)}" if entry.tags else ""
        words = (title, entry.description, tags, entry.problem)
        return "\n".join(part for part in words if part)

    def _spoken(self, node: Node) -> str:
        if node.entry is None:
            return self._spoken_folder(node)
        parts = [node.name]
        if node.path in self.dirty:
            parts.append("unsaved")
        if node.path in self.listing.favourites:
            parts.append("favourite")
        if node.path in self.cut:
            parts.append("cut")
        if node.entry.problem:
            parts.append(f"problem: {node.entry.problem}")
        if node.hit is not None and node.hit.excerpt:
            parts.append(f"line {node.hit.line}: {node.hit.excerpt}")
        return ", ".join(parts)

    @staticmethod
    def _spoken_folder(node: Node) -> str:
        if node.kind == "note":
            return node.name
        prompts = count_text(node.count, "prompt")
        locked = ", cannot be changed" if node.kind == "root" and not node.writable else ""
        return f"{node.name}, {prompts}{locked}"


def _by_path(
    listing: LibraryListing, before: LibraryListing, known: dict[str, PromptRecord]
) -> dict[str, PromptRecord]:
    """The prompts of a listing by their paths, those that are known where it is the same one."""
    if known and listing.entries is before.entries:
        return known
    return {entry.path: entry for entry in listing.entries}


@functools.lru_cache
def _flags(kind: NodeKind, writable: bool, takes_drops: bool) -> Qt.ItemFlag:
    """Joining flags is slow, and a layout asks for those of every row."""
    flags = Qt.ItemFlag.ItemIsEnabled
    if kind != "note":
        flags |= Qt.ItemFlag.ItemIsSelectable
    if kind in ("file", "note"):
        flags |= Qt.ItemFlag.ItemNeverHasChildren
    if kind in ("file", "folder"):
        flags |= Qt.ItemFlag.ItemIsDragEnabled
        flags |= Qt.ItemFlag.ItemIsEditable if writable else Qt.ItemFlag(0)
    if takes_drops:
        flags |= Qt.ItemFlag.ItemIsDropEnabled
    return flags


def mime_of(paths: Iterable[str]) -> QMimeData:
    """Files for a drag or the clipboard: for this program as paths, for others as addresses."""
    listed = list(paths)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in listed])
    mime.setData(PROMPTS_MIME, json.dumps(listed).encode())
    return mime


def paths_of(data: QMimeData) -> tuple[list[str], bool]:
    """Local files that were dropped or pasted, and whether they come from the library."""
    if data.hasFormat(PROMPTS_MIME):
        try:
            found: Any = json.loads(bytes(data.data(PROMPTS_MIME).data()))
        except ValueError:
            found = []
        if isinstance(found, list) and found and all(isinstance(each, str) for each in found):
            return found, True
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()], False
