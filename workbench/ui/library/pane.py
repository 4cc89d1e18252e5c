"""The library: folders of prompts, favourites, tags, and a search as one types."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.prompts.library import LibraryListing, LibraryResult
from workbench.ui.kit import IconButton, Label, Pane, row
from workbench.ui.library.footer import LibraryFoot
from workbench.ui.library.tree_view import LibraryView

_SEARCH_MS = 60
"""How long a search waits for the next key while the one before it has not been answered."""
_TAG = re.compile(r'tag:(?:"([^"]*)"|(\S+))', re.IGNORECASE)


class SearchBox(QLineEdit):
    """Where a search is typed. Esc leaves it, down goes into the list.

    Signals:
        left(), went_down().
    """

    left = Signal()
    went_down = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Esc for the box: it stops runs elsewhere."""
        shortcut = event.type() == QEvent.Type.ShortcutOverride
        if shortcut and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        else:
            super().keyPressEvent(event)


class LibraryTree(Pane):
    """All prompt files.

    Signals:
        opened(str): a prompt was chosen.
        create_wanted(): a new prompt. menu_wanted(QPoint): a menu at a place of ``tree``.
        searched(str): words to look for; answered by :meth:`show_result`.
        search_opened(): the user is about to type.
    """

    opened = Signal(str)
    create_wanted = Signal()
    menu_wanted = Signal(QPoint)
    searched = Signal(str)
    search_opened = Signal()

    def __init__(self) -> None:
        super().__init__("Library", "chrome")
        self.setMinimumWidth(168)
        self._listing = LibraryListing()
        find = IconButton("search", "Search the library", keys="Ctrl+Shift+F")
        find.clicked.connect(self._toggle_search)
        create = IconButton("plus", "New prompt", keys="Ctrl+N")
        create.clicked.connect(self.create_wanted)
        self.more = IconButton("dots", "More of the library")
        self.more.clicked.connect(self._on_more)
        for button in (find, create, self.more):
            self.header.addWidget(button)
        self.search = SearchBox()
        self.search.setAccessibleName("Search the library")
        self.search.setPlaceholderText("Search prompts, tag: folder: is:favourite")
        self.search.setClearButtonEnabled(True)
        self._search_row = QFrame()
        self._search_row.setLayout(row(self.search, margins=(8, 6, 8, 0)))
        self._search_row.hide()
        self._waiting = False
        """A search was asked for and not answered."""
        self._search_timer = QTimer(self, singleShot=True)
        self._search_timer.timeout.connect(self._ask)
        self.search.textChanged.connect(self._on_text)
        self.search.left.connect(self._leave_search)
        self.search.went_down.connect(self._enter_list)
        self.search.returnPressed.connect(self._open_first)
        self.tree = LibraryView()
        self.tree.opened.connect(self.opened)
        self.tree.customContextMenuRequested.connect(self.menu_wanted)
        self.nothing = Label("", "small", "text-3", wrap=True)
        self.nothing.setContentsMargins(16, 8, 16, 0)
        self.nothing.hide()
        self.foot = LibraryFoot()
        self.foot.tag_toggled.connect(self.toggle_tag)
        self.body.addWidget(self._search_row)
        self.body.addWidget(self.nothing)
        self.body.addLayout(row(self.tree, margins=(6, 6, 6, 0)), 1)
        self.body.addWidget(self.foot)

    @property
    def query(self) -> str:
        """What is searched for, "" for nothing."""
        return "" if self._search_row.isHidden() else self.search.text().strip()

    def show_listing(self, listing: LibraryListing) -> None:
        """Show other files; a search that is going on is asked again."""
        self._listing = listing
        if self.query:
            self._ask()
        else:
            self.tree.show_library(listing)
            self.tree.select_awaited()
            self.foot.show_entries(listing.entries)

    def show_result(self, text: str, result: LibraryResult) -> None:
        """Show what was found; an answer to an older question is left out."""
        self._waiting = False
        if text != self.query:
            return
        self.tree.show_library(self._listing, result)
        self.foot.show_entries(self._listing.entries)
        self.foot.show_found(len(result.hits))
        self.nothing.setText("No prompt matches. Names, front matter and texts are searched.")
        self.nothing.setVisible(not result.hits)

    def show_dirty(self, paths: Iterable[str]) -> None:
        """Mark the files that have unsaved text."""
        found = frozenset(paths)
        if found != self.tree.library.dirty:
            self.tree.library.mark_dirty(found)

    def select(self, path: str) -> None:
        """Mark a file as the one that is open."""
        self.tree.select(path)

    # --- search ---------------------------------------------------------------------------------

    @Slot()
    def open_search(self) -> None:
        """Show the box and type into it."""
        self._search_row.show()
        self.search.setFocus()
        self.search.selectAll()
        self.search_opened.emit()

    @Slot(str)
    def toggle_tag(self, tag: str) -> None:
        """Search for a tag, or no more."""
        text = self.search.text() if not self._search_row.isHidden() else ""
        kept = _TAG.sub(lambda found: "" if _same(found, tag) else found[0], text)
        if kept == text:
            kept = f'{text} tag:"{tag}"' if " " in tag else f"{text} tag:{tag}"
        self._search_row.show()
        self.search.setText(" ".join(kept.split()))
        if not self.search.text():
            self._leave_search()

    @Slot()
    def _toggle_search(self) -> None:
        if self._search_row.isHidden():
            self.open_search()
        else:
            self._leave_search()

    @Slot()
    def _leave_search(self) -> None:
        self.search.clear()
        self._search_row.hide()
        self._on_text("")
        self.tree.setFocus()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.foot.show_chosen(found[1] or found[2] for found in _TAG.finditer(text))
        if self.query:
            self._search_timer.start(_SEARCH_MS if self._waiting else 0)
        else:
            self._search_timer.stop()
            self.nothing.hide()
            if self.tree.library.result is not None:
                self.show_listing(self._listing)

    @Slot()
    def _ask(self) -> None:
        if self.query:
            self._waiting = True
            self.searched.emit(self.query)

    @Slot()
    def _enter_list(self) -> None:
        self.tree.setFocus()
        first = self.tree.library.index(0, 0)
        if self.query and first.isValid():
            self.tree.choose(first)

    @Slot()
    def _open_first(self) -> None:
        node = self.tree.library.node(self.tree.library.index(0, 0))
        if self.query and node is not None and node.kind == "file":
            self.opened.emit(node.path)

    @Slot()
    def _on_more(self) -> None:
        self.menu_wanted.emit(QPoint(-1, -1))


def _same(found: re.Match[str], tag: str) -> bool:
    return (found[1] or found[2] or "").casefold() == tag.casefold()
