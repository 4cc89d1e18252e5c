"""The read-only list of command keys."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.ui.actions import Action, shown_keys
from workbench.ui.kit import Label


class KeyTable(QWidget):
    """Commands that have keys, under the names of their workspaces."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 168)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)

    def show_groups(self, groups: Iterable[tuple[str, list[Action]]]) -> None:
        """List the commands of each group; one without commands is left out."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()  # one that a layout is about to show would be a window by itself
                widget.deleteLater()
        place = 0
        for heading, actions in groups:
            if not actions:
                continue
            self._grid.addWidget(Label(heading, "body-strong"), place, 0, 1, 2)
            for action in actions:
                place += 1
                keys = Label(shown_keys(action.keys), "code-small", "text-2")
                self._grid.addWidget(keys, place, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(Label(action.title, wrap=True), place, 1)
            place += 1
            self._grid.setRowMinimumHeight(place, 8)
            place += 1


def with_keys(actions: Iterable[Action], scope: str) -> list[Action]:
    """The commands of a workspace ("" the window's) that have keys."""
    return [action for action in actions if action.keys and action.scope == scope]
