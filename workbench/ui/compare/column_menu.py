"""What else can be done with a column."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from workbench.ui.theme import icon, theme


class ColumnMenu(QMenu):
    """Duplicate, move, open in History, remove; opened by its button.

    Signals:
        duplicated(), opened(), removed(): what was chosen.
        moved(int): so many places to the right; less than 0 to the left.
    """

    duplicated = Signal()
    moved = Signal(int)
    opened = Signal()
    removed = Signal()

    def __init__(self, button: QToolButton) -> None:
        super().__init__(button)
        self._button = button
        self._icons: list[tuple[QAction, str]] = []
        self.duplicate = self._add("Duplicate", "copy")
        self.duplicate.triggered.connect(self.duplicated)
        self.left = self._add("Move left", "chevron-left")
        self.left.triggered.connect(self._on_left)
        self.right = self._add("Move right", "chevron-right")
        self.right.triggered.connect(self._on_right)
        self.addSeparator()
        self.open_history = self._add("Open this run in History", "history")
        self.open_history.triggered.connect(self.opened)
        self.addSeparator()
        self.remove = self._add("Remove this column", "close")
        self.remove.triggered.connect(self.removed)
        button.clicked.connect(self._on_button)
        theme().changed.connect(self._recolour)
        self._recolour()

    def _add(self, title: str, icon_name: str) -> QAction:
        action = self.addAction(title)
        self._icons.append((action, icon_name))
        return action

    @Slot()
    def _on_left(self) -> None:
        self.moved.emit(-1)

    @Slot()
    def _on_right(self) -> None:
        self.moved.emit(1)

    @Slot()
    def _on_button(self) -> None:
        self.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 4)))

    @Slot()
    def _recolour(self) -> None:
        for action, name in self._icons:
            action.setIcon(icon(name))
