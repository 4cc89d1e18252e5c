"""A menu whose entries have icons that follow the theme."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workbench.ui.theme import icon, theme


class IconMenu(QMenu):
    """A menu that is kept; tooltips of its entries are shown.

    Args:
        name: for screen readers.
        parent: with which it ends.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons: list[tuple[QAction, str]] = []
        self.setAccessibleName(name)
        self.setToolTipsVisible(True)
        theme().changed.connect(self._recolour)

    def add_entry(self, title: str, icon_name: str) -> QAction:
        """Add an entry at the end."""
        action = self.addAction(icon(icon_name), title)
        self._icons.append((action, icon_name))
        return action

    @Slot()
    def _recolour(self) -> None:
        for action, name in self._icons:
            action.setIcon(icon(name))
