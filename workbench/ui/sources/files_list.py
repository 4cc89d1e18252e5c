"""The files of a collection: name, and how far each is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView

from workbench.domain.sources.collection import SourceFile
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_icon, draw_text
from workbench.ui.sources.words import state_of

_HEIGHT = 46


class FilesModel(RowsModel[SourceFile]):
    """Files as rows."""

    def text(self, row: SourceFile) -> str:
        return Path(row.path).name

    def spoken(self, row: SourceFile) -> str:
        return f"{Path(row.path).name}, {state_of(row).words}"

    def tip(self, row: SourceFile) -> str:
        return plain_tip("\n".join([row.path, state_of(row).words, *row.notes]))

    def key(self, row: SourceFile) -> object:
        return row.file_id


class _Delegate(RowDelegate):
    height = _HEIGHT

    def paint_row(self, row: Row, index: Index) -> None:
        file: SourceFile = index.data(Qt.ItemDataRole.UserRole)
        state = state_of(file)
        row.ground(6)
        inner = row.box.adjusted(8, 4, -8, -4)
        upper = QRect(inner.left(), inner.top(), inner.width(), 20)
        draw_icon(row.painter, "file", "text-3", 14, upper.left(), upper)
        draw_text(row.painter, upper.adjusted(22, 0, 0, 0), Path(file.path).name, "body", "text")
        lower = QRect(inner.left() + 22, inner.top() + 20, inner.width() - 22, 18)
        draw_icon(row.painter, state.icon, state.tone, 12, lower.left(), lower)
        draw_text(row.painter, lower.adjusted(18, 0, 0, 0), state.words, "small", state.tone)


class FilesList(QListView):
    """Click or Enter shows a file as it was read.

    Signals:
        picked(SourceFile).
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows = FilesModel()
        self.setModel(self.rows)
        self.setAccessibleName("Documents")
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.clicked.connect(self._pick)

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(index.data(Qt.ItemDataRole.UserRole))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self.currentIndex())
        else:
            super().keyPressEvent(event)
