"""The bin: deleted conversations and messages, and the way back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListView, QWidget

from workbench.domain.chat_tree import BinItem
from workbench.domain.text import count_text
from workbench.ui.kit import GhostButton, Label, PrimaryButton, column, row
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_WIDTH, _HEIGHT = 560, 460
_ROW = 48


class _Model(RowsModel[BinItem]):
    def text(self, row: BinItem) -> str:
        """What it is."""
        return title_of(row)

    def spoken(self, row: BinItem) -> str:
        """For screen readers."""
        return f"{title_of(row)}, {note_of(row)}"

    def key(self, row: BinItem) -> object:
        """What stays the same when the list is read again."""
        return (row.conversation_id, row.message_id)


class _Delegate(RowDelegate):
    def paint_row(self, row: Row, index: Index) -> None:
        """Title over when it was deleted and how much comes back."""
        row.ground(6)
        inner = row.box.adjusted(10, 5, -10, -5)
        item: BinItem = index.data(Qt.ItemDataRole.UserRole)
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        draw_text(row.painter, inner, title_of(item), "body", "text", top)
        draw_text(row.painter, inner, note_of(item), "small", "text-3", bottom)

    def height_of(self, _index: Index) -> int:
        """Two lines."""
        return _ROW


def title_of(item: BinItem) -> str:
    """What is deleted: a conversation by its title, a message by its first words."""
    if item.message_id is None:
        return " ".join(item.title.split())
    return item.words or "A message without text"


def note_of(item: BinItem) -> str:
    """What kind of thing it is, how much comes back, and when it was deleted."""
    when = time.strftime("%d %b %Y, %H:%M", time.localtime(item.deleted_at))
    if item.message_id is None:
        return f"Conversation · {count_text(item.count, 'message')} · deleted {when}"
    rest = f" and {item.count - 1:,} that followed" if item.count > 1 else ""
    return f"Message{rest} · in “{' '.join(item.title.split())}” · deleted {when}"


class BinView(QDialog):
    """What is deleted, newest first. Enter or Restore brings a thing back.

    Signals:
        restored(int, object): a conversation, and the message that came back (None: all of it).
    """

    restored = Signal(int, object)

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bin")
        self.setAccessibleName("Bin")
        self._bridge = bridge
        self.model = _Model()
        self.list = QListView()
        self.list.setAccessibleName("Deleted conversations and messages")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.doubleClicked.connect(self._on_chosen)
        self.note = Label("Reading…", "small", "text-3", wrap=True)
        self.restore = PrimaryButton("Restore", "undo")
        self.restore.clicked.connect(self._on_restore)
        self.restore.setEnabled(False)
        close = GhostButton("Close", keys="Esc")
        close.clicked.connect(self.reject)
        layout = column(
            Label("Bin", "heading"),
            self.note,
            self.list,
            row(None, close, self.restore),
            margins=(24, 20, 24, 20),
            gap=12,
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.resize(_WIDTH, _HEIGHT)
        self.read()

    @latest
    async def read(self) -> None:
        """Read what is deleted."""
        found = await self._bridge.ask(lambda core: core.chats.bin())
        self.model.show_rows(found)
        self.note.setText(
            "What comes back is exactly what was deleted together, and is shown again."
            if found
            else "Nothing is deleted."
        )
        self.restore.setEnabled(bool(found))
        if found and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0, 0))
            self.list.setFocus()

    @Slot()
    def _on_restore(self) -> None:
        self._on_chosen(self.list.currentIndex())

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(item, BinItem):
            self._bring_back(item)

    @background
    async def _bring_back(self, item: BinItem) -> None:
        message_id = item.message_id
        if message_id is None:
            await self._bridge.ask(lambda core: core.chats.restore(item.conversation_id))
        else:
            await self._bridge.ask(lambda core: core.chats.restore_message(message_id))
        self.restored.emit(item.conversation_id, message_id)
        self.read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.list.hasFocus():
            self._on_restore()
        else:
            super().keyPressEvent(event)
