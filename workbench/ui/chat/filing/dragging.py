"""A list whose conversations are dragged into folders, with what a drop would do in sight."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QListView

from workbench.ui.theme import color

FOLDER = Qt.ItemDataRole.UserRole + 10
"""Of a row: the folder that a conversation gets by being dropped there, "" none, None no drop."""
_MIME = "application/x-workbench-conversation"


def dragged(conversation_id: int, folder: str) -> QMimeData:
    """A conversation on its way out of a folder."""
    data = QMimeData()
    data.setData(_MIME, f"{conversation_id} {folder}".encode())
    return data


def _read(data: QMimeData) -> tuple[int, str] | None:
    if not data.hasFormat(_MIME):
        return None
    number, _, folder = bytes(data.data(_MIME).data()).decode().partition(" ")
    return int(number), folder


class FilingList(QListView):
    """Takes a conversation that is dropped on a folder's name, or on a conversation in it.

    Args:
        id_role: where a row has the number of its conversation.

    Signals:
        filed(int, str): a conversation and its new folder, "" for none.
    """

    filed = Signal(int, str)

    def __init__(self, id_role: int) -> None:
        super().__init__()
        self._id_role = id_role
        self._target = QPersistentModelIndex()
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        chosen, folder = index.data(self._id_role), index.data(FOLDER)
        if chosen is None or folder is None:
            return
        drag = QDrag(self)
        drag.setMimeData(dragged(int(chosen), str(folder)))
        drag.setPixmap(self.viewport().grab(self.visualRect(index)))
        drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _read(event.mimeData()) is None:
            event.ignore()  # files are for the pane around the list
        else:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # it scrolls at the edges
        target = self._place_of(event)
        self._show_target(target)
        if target.isValid():
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._show_target(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        target, given = self._place_of(event), _read(event.mimeData())
        self._show_target(QModelIndex())
        if given is not None and target.isValid():
            event.acceptProposedAction()
            self.filed.emit(given[0], str(target.data(FOLDER)))

    def _place_of(self, event: QDropEvent) -> QModelIndex:
        """The head of the group at a place, where a drop there changes something."""
        given, index = _read(event.mimeData()), self.indexAt(event.position().toPoint())
        folder = index.data(FOLDER) if index.isValid() else None
        if given is None or folder is None or folder == given[1]:
            return QModelIndex()
        while index.row() > 0 and index.data(self._id_role) is not None:
            index = index.siblingAtRow(index.row() - 1)
        return index

    def _show_target(self, target: QModelIndex) -> None:
        if self._target != target:
            self._target = QPersistentModelIndex(target)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._target.isValid():
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("focus"), 1.5))
        box = self.visualRect(self._target).adjusted(2, 6, -2, -1)
        painter.drawRoundedRect(box, 6, 6)
        painter.end()
