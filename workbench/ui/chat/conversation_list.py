"""The conversations: pinned ones, those in folders, and the others by day, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QListView

from workbench.domain.off_record import is_off_the_record
from workbench.domain.text import count_text
from workbench.domain.views import Conversation
from workbench.ui.chat.filing.dragging import FOLDER, FilingList
from workbench.ui.chat.message_box import is_text
from workbench.ui.erasing import ASK
from workbench.ui.kit import GhostButton, IconButton, Label, Pane, row
from workbench.ui.kit.menu import Menu
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, draw_text

_ID = Qt.ItemDataRole.UserRole
_OFF_THE_RECORD = "Off the record, in memory only"
_PINNED = "Pinned"
_SNIPPET = Qt.ItemDataRole.UserRole + 1
_IS_PINNED = Qt.ItemDataRole.UserRole + 2
_SEARCH_PADDING = 26


def group_of(at: float, today: dt.date) -> str:
    """Today, Yesterday, Last week or Older for a Unix time; 0 is an unknown date."""
    if not at:
        return "Date unknown"
    day = dt.datetime.fromtimestamp(at).astimezone().date()
    age = (today - day).days
    if age <= 0:
        return "Today"
    if age == 1:
        return "Yesterday"
    return "Last week" if age < 8 else "Older"


def grouped(
    found: Sequence[Conversation], today: dt.date, *, searched: bool
) -> list[tuple[str, Conversation]]:
    """Each with the name of its group, in the order of the list.

    Off the record first, then pinned ones, folders by name, days; hits of a search by day alone.
    """
    placed = []
    for each in found:
        if is_off_the_record(each.conversation_id):
            place, name = 0, _OFF_THE_RECORD
        elif each.is_pinned and not searched:
            place, name = 1, _PINNED
        elif each.folder and not searched:
            place, name = 2, each.folder
        else:
            place, name = 3, group_of(each.updated_at, today)
        order = name.casefold() if place == 2 else ""
        placed.append((place, order, name, each))
    placed.sort(key=lambda one: one[:2])
    return [(name, each) for _place, _order, name, each in placed]


def _drop_folder(group: str, each: Conversation, *, searched: bool) -> str | None:
    """The folder that a conversation gets in a group, None where none is dragged."""
    if searched or is_off_the_record(each.conversation_id) or group == _PINNED:
        return None
    return each.folder


def _plain(snippet: str) -> str:
    """A snippet without the marks around the words that were searched for."""
    return snippet.replace("\x02", "").replace("\x03", "")


class _List(FilingList):
    """Mouse and arrow keys pick a conversation, Delete takes it away, letters are for the message.

    Signals:
        picked(QModelIndex): also the one that is current already.
        delete_wanted(): the current one. typed(str): text, which belongs into the message.
    """

    picked = Signal(QModelIndex)
    delete_wanted = Signal()
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__(_ID)
        self.clicked.connect(self.picked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        if event.key() == Qt.Key.Key_Delete:  # not Backspace, which is meant for the message
            self.delete_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(before)
        elif is_text(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)
            if self.currentIndex() != before:
                self.picked.emit(self.currentIndex())


class _Delegate(RowDelegate):
    """Title over snippet; group names small."""

    def paint_row(self, row: Row, index: Index) -> None:
        inner, title = row.box.adjusted(8, 4, -8, -4), str(index.data())
        if index.data(_ID) is None:
            bottom = Qt.AlignmentFlag.AlignBottom
            draw_text(row.painter, inner, title, "micro", "text-3", bottom)
            return
        row.ground(6, smooth=False)
        top, snippet = Qt.AlignmentFlag.AlignTop, _plain(str(index.data(_SNIPPET) or ""))
        draw_text(row.painter, inner, " ".join(title.split()), "body", "text", top)
        lower = inner.adjusted(0, 20, 0, 0)
        draw_text(row.painter, lower, " ".join(snippet.split()), "small", "text-3", top)

    def height_of(self, index: Index) -> int:
        return 30 if index.data(_ID) is None else 48


class ConversationList(Pane):
    """All conversations, with search.

    Signals:
        chosen(int), renamed(int, str), delete_wanted(int), erase_wanted(int): a conversation's id.
        export_wanted(int): a conversation's id. create_wanted(); off_record_wanted();
        import_wanted().
        title_wanted(int): one is to be suggested for it.
        files_dropped(list[str]): paths to import.
        pin_wanted(int, bool): to be pinned or not. labels_wanted(int): its tags and folder.
        searched(str). first_wanted(): Enter in the search.
        typed(str): text, while the list has the focus.
    """

    chosen = Signal(int)
    renamed = Signal(int, str)
    title_wanted = Signal(int)
    delete_wanted = Signal(int)
    erase_wanted = Signal(int)
    create_wanted = Signal()
    off_record_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal(int)
    pin_wanted = Signal(int, bool)
    labels_wanted = Signal(int)
    files_dropped = Signal(list)
    searched = Signal(str)
    first_wanted = Signal()
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__(surface="chrome")
        self.setMinimumWidth(180)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search conversations")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.searched)
        self.search.returnPressed.connect(self._on_return)
        self.search.installEventFilter(self)
        self.nothing = Label("", "small", "text-3", wrap=True)
        self.nothing.setContentsMargins(16, 4, 12, 4)
        self.nothing.hide()
        self.index_note = Label("", "small", "text-3", wrap=True)
        self.index_note.setContentsMargins(16, 4, 12, 4)
        self.index_note.hide()
        create = IconButton("plus", "New conversation", keys="Ctrl+N")
        create.clicked.connect(self.create_wanted)
        hidden = IconButton("eye-off", "New conversation off the record", keys="Ctrl+Shift+N")
        hidden.clicked.connect(self.off_record_wanted)
        bring = IconButton("download", "Import conversations")
        bring.clicked.connect(self.import_wanted)
        self.setAcceptDrops(True)
        self.list = _List()
        self.list.delete_wanted.connect(self._on_delete)
        self.list.picked.connect(self._on_picked)
        self.list.typed.connect(self.typed)
        self.list.setAccessibleName("Conversations")
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self._model = QStandardItemModel()
        self._model.itemChanged.connect(self._on_edited)
        self.list.setModel(self._model)
        self._updating = False
        self._shown: object = None
        self._count = 0
        self.body.addLayout(row(self.search, bring, hidden, create, margins=(12, 10, 8, 6)))
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.index_note)
        self.body.addLayout(row(self.list, margins=(8, 0, 8, 8)), 1)
        self.bin = GhostButton("Bin", "trash", tip="Deleted conversations and messages")
        self.body.addLayout(row(self.bin, None, margins=(8, 0, 8, 8)))

    def show_conversations(self, found: Sequence[Conversation], current: int | None) -> None:
        """Show another list, ``current`` chosen in it."""
        today = dt.datetime.now().astimezone().date()
        shown = (tuple(found), today, self.search.text().strip())
        if shown != self._shown:
            self._shown = shown
            self._fill(found, today)
        chosen = next(
            (
                self._model.index(row, 0)
                for row in range(self._model.rowCount())
                if current is not None and self._model.index(row, 0).data(_ID) == current
            ),
            QModelIndex(),
        )
        self.list.setCurrentIndex(chosen)  # a list with the focus makes one current by itself
        if not chosen.isValid():
            self.list.clearSelection()

    def _fill(self, found: Sequence[Conversation], today: dt.date) -> None:
        self._updating = True
        self._model.clear()
        group = ""
        searched = bool(self.search.text().strip())
        for name, each in grouped(found, today, searched=searched):
            if name != group:
                group = name
                header = QStandardItem(name)
                header.setFlags(Qt.ItemFlag.NoItemFlags)
                header.setData(_drop_folder(name, each, searched=searched), FOLDER)
                self._model.appendRow(header)
            item = QStandardItem(each.title)
            item.setData(each.conversation_id, _ID)
            item.setData(each.snippet, _SNIPPET)
            item.setData(each.is_pinned, _IS_PINNED)
            item.setData(_drop_folder(name, each, searched=searched), FOLDER)
            item.setToolTip(each.title)
            self._model.appendRow(item)
        self._count = len(found)
        self._show_count()
        words = self.search.text().strip()
        self.nothing.setText(f"No conversation has “{words}”." if words and not found else "")
        self.nothing.setVisible(bool(self.nothing.text()))
        self._updating = False

    def show_index_note(self, sentence: str) -> None:
        """Say that there may be more than a search found, "" where there is not."""
        self.index_note.setText(sentence)
        self.index_note.setVisible(bool(sentence))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the search to the list; its words are as many as fit."""
        if watched is self.search and event.type() == QEvent.Type.Resize:
            self._show_count()
        is_key = watched is self.search and event.type() == QEvent.Type.KeyPress
        if is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        return super().eventFilter(watched, event)

    def take_focus(self) -> bool:
        """Give the list the focus, or the search where it has words."""
        goal = self.search if self.search.text() else self.list
        goal.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _show_count(self) -> None:
        """How many conversations a search goes through, where there is room for it."""
        count = count_text(self._count, "conversation") if self._count else "conversations"
        metrics, room = self.search.fontMetrics(), self.search.width() - _SEARCH_PADDING
        words = f"Search {count}"
        fits = metrics.horizontalAdvance(words) <= room
        self.search.setPlaceholderText(words if fits else "Search")

    def end_search(self) -> bool:
        """List all conversations again; returns whether the search had the focus and words."""
        if not self.search.hasFocus() or not self.search.text():
            return False
        self.search.clear()
        return True

    @Slot()
    def _on_return(self) -> None:
        if self.search.text().strip():
            self.first_wanted.emit()

    @Slot(QModelIndex)
    def _on_picked(self, index: QModelIndex) -> None:
        if index.data(_ID) is not None:
            self.chosen.emit(int(index.data(_ID)))

    @Slot()
    def _on_delete(self) -> None:
        chosen = self.list.currentIndex().data(_ID)
        if chosen is not None:
            self.delete_wanted.emit(int(chosen))

    @Slot(QStandardItem)
    def _on_edited(self, item: QStandardItem) -> None:
        if not self._updating and item.data(_ID) is not None and item.text().strip():
            self.renamed.emit(int(item.data(_ID)), item.text().strip())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        if index.data(_ID) is None:
            return
        menu = Menu("The conversation", self)
        rename, suggest = menu.addAction("Rename"), menu.addAction("Suggest a title")
        export = menu.addAction("Export…")
        kept = not is_off_the_record(int(index.data(_ID)))
        is_pinned = bool(index.data(_IS_PINNED))
        pin = menu.addAction("Unpin" if is_pinned else "Pin") if kept else None
        labels = menu.addAction("Tags and folder…") if kept else None
        delete = menu.addAction("Delete")
        erase = menu.addAction(ASK) if kept else None  # the end of the program does that
        done = menu.exec(self.list.viewport().mapToGlobal(place))
        if done is rename:
            self.list.edit(index)
        elif done is suggest:
            self.title_wanted.emit(int(index.data(_ID)))
        elif done is export:
            self.export_wanted.emit(int(index.data(_ID)))
        elif done is not None and done is pin:
            self.pin_wanted.emit(int(index.data(_ID)), not is_pinned)
        elif done is not None and done is labels:
            self.labels_wanted.emit(int(index.data(_ID)))
        elif done is delete:
            self.delete_wanted.emit(int(index.data(_ID)))
        elif done is not None and done is erase:
            self.erase_wanted.emit(int(index.data(_ID)))
        menu.deleteLater()
