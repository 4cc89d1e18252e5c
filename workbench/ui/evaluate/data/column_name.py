"""The name of a column, edited in the heading itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit


class ColumnNameField(QLineEdit):
    """A field over the heading of a column: Enter or leaving it ends it, Esc drops it.

    Signals:
        named(int, str): a column and the name that it is to have.
    """

    named = Signal(int, str)

    def __init__(self, header: QHeaderView) -> None:
        super().__init__(header.viewport())
        self._header = header
        self._place = -1
        self.setAccessibleName("Name of the column")
        self.editingFinished.connect(self._on_finished)
        self.hide()

    def start(self, place: int, name: str) -> None:
        """Edit the name of a column."""
        self._place = place
        self.setText(name)
        left, width = self._header.sectionViewportPosition(place), self._header.sectionSize(place)
        self.setGeometry(left, 0, width, self._header.height())
        self.show()
        self.setFocus()
        self.selectAll()

    @Slot()
    def _on_finished(self) -> None:
        place, self._place = self._place, -1
        self.hide()
        if place >= 0:
            self.named.emit(place, self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._place = -1
            self.hide()
        else:
            super().keyPressEvent(event)
