"""The conversations, newest first, in groups by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from workbench.domain.views import Conversation
from workbench.ui.theme import color, font
from workbench.ui.widgets import IconButton, Pane, row

_ID = Qt.ItemDataRole.UserRole
_SNIPPET = Qt.ItemDataRole.UserRole + 1


def group_of(at: float, today: dt.date) -> str:
    """Today, Yesterday, Last week or Older for a Unix time."""
    day = dt.datetime.fromtimestamp(at).astimezone().date()
    age = (today - day).days
    if age <= 0:
        return "Today"
    if age == 1:
        return "Yesterday"
    return "Last week" if age < 8 else "Older"


class _Painter(QStyledItemDelegate):
    """Title over snippet; group names small."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        area: QRect = option.rect
        inner = area.adjusted(8, 4, -8, -4)
        if index.data(_ID) is None:
            painter.setFont(font("micro"))
            painter.setPen(color("text-3"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignBottom, str(index.data()))
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected" if chosen else "hover"))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 6, 6)
        for text, style, tone, top in (
            (str(index.data()), "body", "text", 0),
            (str(index.data(_SNIPPET) or ""), "small", "text-3", 20),
        ):
            painter.setFont(font(style))
            painter.setPen(color(tone))
            words = " ".join(text.split())
            shown = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, inner.width()
            )
            painter.drawText(inner.adjusted(0, top, 0, 0), Qt.AlignmentFlag.AlignTop, shown)

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        return QSize(0, 30 if index.data(_ID) is None else 48)


class ConversationList(Pane):
    """All conversations, with search.

    Signals:
        chosen(int), renamed(int, str), delete_wanted(int): a conversation's id.
        create_wanted(); searched(str).
    """

    chosen = Signal(int)
    renamed = Signal(int, str)
    delete_wanted = Signal(int)
    create_wanted = Signal()
    searched = Signal(str)

    def __init__(self) -> None:
        super().__init__(surface="chrome")
        self.setMinimumWidth(180)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search conversations")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.searched)
        create = IconButton("plus", "New conversation", keys="Ctrl+N")
        create.clicked.connect(self.create_wanted)
        self.list = QListView()
        self.list.setAccessibleName("Conversations")
        self.list.setItemDelegate(_Painter(self.list))
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self._model = QStandardItemModel()
        self._model.itemChanged.connect(self._on_edited)
        self.list.setModel(self._model)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._filling = False
        self.body.addLayout(row(self.search, create, margins=(12, 10, 8, 6)))
        self.body.addLayout(row(self.list, margins=(8, 0, 8, 8)), 1)

    def show_conversations(self, found: Sequence[Conversation], current: int | None) -> None:
        """Show another list, ``current`` chosen in it."""
        self._filling = True
        self._model.clear()
        today = dt.datetime.now().astimezone().date()
        group = ""
        for each in found:
            name = group_of(each.updated_at, today)
            if name != group:
                group = name
                header = QStandardItem(name)
                header.setFlags(Qt.ItemFlag.NoItemFlags)
                self._model.appendRow(header)
            item = QStandardItem(each.title)
            item.setData(each.conversation_id, _ID)
            item.setData(each.snippet, _SNIPPET)
            item.setToolTip(each.title)
            self._model.appendRow(item)
            if each.conversation_id == current:
                self.list.setCurrentIndex(item.index())
        plural = "" if len(found) == 1 else "s"
        self.search.setPlaceholderText(f"Search {len(found):,} conversation{plural}")
        self._filling = False

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling and index.data(_ID) is not None:
            self.chosen.emit(int(index.data(_ID)))

    @Slot(QStandardItem)
    def _on_edited(self, item: QStandardItem) -> None:
        if not self._filling and item.data(_ID) is not None and item.text().strip():
            self.renamed.emit(int(item.data(_ID)), item.text().strip())

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        if index.data(_ID) is None:
            return
        menu = QMenu(self)
        rename, delete = menu.addAction("Rename"), menu.addAction("Delete")
        done = menu.exec(self.list.viewport().mapToGlobal(place))
        if done is rename:
            self.list.edit(index)
        elif done is delete:
            self.delete_wanted.emit(int(index.data(_ID)))
        menu.deleteLater()
