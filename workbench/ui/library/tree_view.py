"""The tree of the library: keys, drag and drop, and what is folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from workbench.domain.prompts.library import LibraryListing, LibraryResult, Moved
from workbench.ui.library.nodes import Node
from workbench.ui.library.row_delegate import LibraryPainter
from workbench.ui.library.tree_model import PROMPTS_MIME, LibraryModel, mime_of, paths_of
from workbench.ui.theme import theme

_NEAR = 50
"""Rows on either side of the current one; one of them becomes current when it is gone."""
OPEN_AT_FIRST = 60
"""A library with more prompts shows its folders closed until the user opens them."""


class LibraryView(QTreeView):
    """Sections, folders and prompts. What was folded stays so when files are read again.

    Signals:
        opened(str): a prompt was chosen by a click or Enter.
        duplicate_wanted(list), trash_wanted(list), favourite_wanted(list): paths.
        pasted(list, str, bool): paths for a folder, and whether they are moved there.
        undo_wanted(): take the last change back.
    """

    opened = Signal(str)
    duplicate_wanted = Signal(list)
    trash_wanted = Signal(list)
    favourite_wanted = Signal(list)
    pasted = Signal(list, str, bool)
    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.library = LibraryModel()
        self._awaited = ""
        """A prompt that is open and was not listed yet."""
        self.setModel(self.library)
        self.setItemDelegate(LibraryPainter(self, self.library))
        self.setAccessibleName("Prompts")
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setAutoExpandDelay(600)
        self._folded: dict[str, bool] = {}
        self._moves: list[Moved] = []
        """Of files and folders that are not in the list yet."""
        self._lost: tuple[str, set[str]] | None = None
        """What was current and selected, and is not in the list any more."""
        self._settling = False
        self._edit_later = ""
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_activated)
        self.collapsed.connect(self._on_collapsed)
        self.expanded.connect(self._on_expanded)
        theme().changed.connect(self.viewport().update)
        program = QGuiApplication.instance()
        if program is not None:
            program.aboutToQuit.connect(self.leave_clipboard)

    # --- what is shown --------------------------------------------------------------------------

    def show_library(self, listing: LibraryListing, result: LibraryResult | None = None) -> None:
        """Show other files, or what a search found; place and selection stay where they can."""
        if result is None and self.library.update(listing):
            self._start_editing()
            return
        self._show_anew(listing, result)

    def _show_anew(self, listing: LibraryListing, result: LibraryResult | None) -> None:
        current = self._node_of(self.currentIndex())
        seen = self.viewport().rect().intersects(self.visualRect(self.currentIndex()))
        chosen = set(self.chosen_paths())
        near = self._near(self.currentIndex())
        scrolled = self.verticalScrollBar().value()
        same_kind = (result is None) == (self.library.result is None)
        self.library.show(listing, result)
        self._settle(listing)
        if current is not None and current.path:
            self._put_back(current.path, chosen, near)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(scrolled if same_kind else 0)
        if seen or not same_kind:
            self.scrollTo(self.currentIndex())
        self._start_editing()

    def _settle(self, listing: LibraryListing) -> None:
        """Open and fold the rows as they were, or as a library of this size is at first."""
        self._settling = True
        at_first = len(listing.entries) > OPEN_AT_FIRST
        for node, index in self.library.foldable():
            folded = self._folded.get(node.key, at_first and node.kind == "folder")
            if not folded:
                self.setExpanded(index, True)
        self._settling = False

    def _near(self, index: QModelIndex) -> list[str]:
        """The paths of the rows below and above, the nearest first."""
        found = []
        for step in (self.indexBelow, self.indexAbove):
            row = step(index)
            for _ in range(_NEAR):
                node = self._node_of(row)
                found += [node.path] if node is not None and node.path else []
                row = step(row)
        return found

    def _put_back(self, path: str, chosen: set[str], near: Sequence[str] = ()) -> None:
        """Let a row be current, and rows selected, where their files are now.

        Where the current one is gone, the nearest row that is left is current, and not selected.
        """
        selection = self.selectionModel()
        flag = selection.SelectionFlag
        place = self._place_of(path)
        index = self.library.index_of(place)
        self._lost = None
        if index.isValid():
            self._moves.clear()
        else:
            self._lost = (path, chosen)
            rows = (self.library.index_of(each) for each in near)
            index = next((row for row in rows if row.isValid()), index)
        if index.isValid():
            selection.setCurrentIndex(index, flag.NoUpdate)
        for each in chosen:
            found = self.library.index_of(place if each == path else self._place_of(each))
            if found.isValid():
                selection.select(found, flag.Select)

    def _place_of(self, path: str) -> str:
        for moved in self._moves:
            path = moved.place_of(path)
        return path

    def folds(self) -> dict[str, bool]:
        """What the user folded (true) or opened (false), to keep for the next start."""
        return dict(self._folded)

    def restore_folds(self, folded: dict[str, bool]) -> None:
        """Fold as it was when :meth:`folds` was taken."""
        self._folded = dict(folded)
        self._show_anew(self.library.listing, self.library.result)

    def select(self, path: str) -> None:
        """Mark a prompt as the one that is open."""
        node = self._node_of(self.currentIndex())
        if node is not None and node.path == path and self.selectionModel().hasSelection():
            return
        index = self.library.index_of(path)
        self._awaited = "" if index.isValid() else path
        if index.isValid():
            self.choose(index)

    def select_awaited(self) -> None:
        """Mark the open prompt where it was opened before it was listed."""
        if self._awaited:
            self.select(self._awaited)

    def choose(self, index: QModelIndex) -> None:
        """Select one row alone, whatever keys are held down."""
        selection = self.selectionModel()
        selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def edit_when_shown(self, path: str) -> None:
        """Let the user type the name of a file or folder as soon as it is in the list."""
        self._edit_later = path
        self._start_editing()

    def _start_editing(self) -> None:
        index = self.library.index_of(self._edit_later) if self._edit_later else QModelIndex()
        if index.isValid():
            self._edit_later = ""
            self.choose(index)
            self.setFocus()
            self.edit(index)

    # --- what is chosen -------------------------------------------------------------------------

    def chosen(self) -> list[Node]:
        """The prompts and folders that are selected, each once."""
        found: dict[str, Node] = {}
        for index in self.selectionModel().selectedIndexes():
            node = self._node_of(index)
            if node is not None and node.kind in ("file", "folder"):
                found.setdefault(node.path, node)
        return list(found.values())

    def chosen_paths(self, *, folders: bool = True) -> list[str]:
        """The paths of :meth:`chosen`."""
        return [node.path for node in self.chosen() if folders or node.kind == "file"]

    def current_folder(self) -> str:
        """The folder in which a new thing goes: the one that is current, "" for the user's own."""
        return self.library.folder_of(self.currentIndex())

    def _node_of(self, index: QModelIndex) -> Node | None:
        return self.library.node(index)

    # --- mouse and keys -------------------------------------------------------------------------

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        keys = QGuiApplication.keyboardModifiers()
        choosing = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if not keys & choosing:
            self._on_activated(index)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        node = self._node_of(index)
        if node is None or node.kind == "note":
            return
        if node.kind == "file":
            self.opened.emit(node.path)
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def event(self, event: QEvent) -> bool:
        """Keep the tree's own keys from shortcuts of the workspace while it has the focus."""
        shortcut = event.type() == QEvent.Type.ShortcutOverride
        if (
            shortcut
            and isinstance(event, QKeyEvent)
            and (event.key() == Qt.Key.Key_F2 or self._own_key(event) is not None)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, Ctrl+D, Ctrl+B, cut, copy, paste and undo; the rest is the tree's."""
        act = self._own_key(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def _own_key(self, event: QKeyEvent) -> Callable[[], None] | None:
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Delete), self._trash),
            (QKeySequence("Ctrl+D"), self._duplicate),
            (QKeySequence("Ctrl+B"), self._favourite),
            (QKeySequence(QKeySequence.StandardKey.Cut), self.cut),
            (QKeySequence(QKeySequence.StandardKey.Copy), self.copy),
            (QKeySequence(QKeySequence.StandardKey.Paste), self.paste),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_wanted.emit),
        ):
            if QKeySequence(event.keyCombination()) == keys:
                return act
        if event.key() == Qt.Key.Key_Escape and self.library.cut:
            return self._uncut
        return None

    def _trash(self) -> None:
        self.trash_wanted.emit(self.chosen_paths())

    def _duplicate(self) -> None:
        self.duplicate_wanted.emit(self.chosen_paths(folders=False))

    def _favourite(self) -> None:
        self.favourite_wanted.emit(self.chosen_paths(folders=False))

    def _uncut(self) -> None:
        self.library.mark_cut(())

    @Slot()
    def cut(self) -> None:
        """Mark what is selected, to be moved by :meth:`paste`."""
        paths = self.chosen_paths()
        QGuiApplication.clipboard().setMimeData(mime_of(paths))
        self.library.mark_cut(paths)

    @Slot()
    def copy(self) -> None:
        """Put the addresses of the selected files on the clipboard."""
        self.library.mark_cut(())
        QGuiApplication.clipboard().setMimeData(mime_of(self.chosen_paths()))

    @Slot()
    def paste(self) -> None:
        """Move what was cut, or copy the files of the clipboard, into the current folder."""
        folder = self.current_folder()
        paths, inside = paths_of(QGuiApplication.clipboard().mimeData())
        if paths and folder:
            cut = inside and set(paths) == self.library.cut
            self.library.mark_cut(())
            self.pasted.emit(paths, folder, cut)

    @Slot()
    def leave_clipboard(self) -> None:
        """Leave copied files as text: Qt would ask Python for them when that has ended already."""
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()
        if data is not None and data.hasFormat(PROMPTS_MIME):
            clipboard.setText("\n".join(paths_of(data)[0]))

    # --- folding --------------------------------------------------------------------------------

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        self._remember(index, folded=True)

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        self._remember(index, folded=False)

    def _remember(self, index: QModelIndex, *, folded: bool) -> None:
        node = self._node_of(index)
        if node is not None and not self._settling:
            self._folded[node.key] = folded

    def set_all_folded(self, folded: bool) -> None:
        """Fold or open every folder."""
        for node, index in self.library.foldable():
            if node.kind == "folder":
                self.setExpanded(index, not folded)

    def follow(self, moves: Sequence[Moved]) -> None:
        """Files and folders have other paths: what was current, selected and folded stays so."""
        for moved in moves:
            self._folded = {moved.place_of(key): fold for key, fold in self._folded.items()}
        self._moves = list(moves)
        if self._lost is not None:  # the list was read before
            path, chosen = self._lost
            self._put_back(path, chosen)
