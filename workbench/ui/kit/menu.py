"""Menus: named, and with icons that follow the theme."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QMenu, QWidget

from workbench.ui.popups import note_closed
from workbench.ui.theme import icon, theme


class Menu(QMenu):
    """A menu that says when it was closed.

    Args:
        name: for screen readers.
        parent: with which it ends.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTipsVisible(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        note_closed()


class IconMenu(Menu):
    """A menu that is kept; its entries have icons."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._icons: list[tuple[QAction, str]] = []
        theme().changed.connect(self._recolour)

    def add_entry(self, title: str, icon_name: str) -> QAction:
        """Add an entry at the end."""
        # Made here and not by the menu: PySide takes what Qt made for deleted when it drops the
        # wrapper of a part around it (after a shortcut, for one), and the entry is used later.
        action = QAction(icon(icon_name), title, self)
        self.addAction(action)
        self._icons.append((action, icon_name))
        return action

    @Slot()
    def _recolour(self) -> None:
        for action, name in self._icons:
            action.setIcon(icon(name))
