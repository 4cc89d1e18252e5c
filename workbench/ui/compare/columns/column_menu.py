"""The menu of a column."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QToolButton

from workbench.ui.kit import plain_tip
from workbench.ui.kit.menu import IconMenu
from workbench.ui.runs.explaining import DICE, XRAY


class ColumnMenu(IconMenu):
    """Duplicate, move, open in History, explain, remove; opened by its button.

    Signals:
        duplicated(), opened(), removed(), xray_wanted(), dice_wanted(): what was chosen.
        moved(int): by how many places to the right; less than 0 to the left.
    """

    duplicated = Signal()
    moved = Signal(int)
    opened = Signal()
    removed = Signal()
    xray_wanted = Signal()
    dice_wanted = Signal()

    def __init__(self, button: QToolButton) -> None:
        super().__init__("Column", button)
        self._button = button
        self.duplicate = self.add_entry("Duplicate", "copy")
        self.duplicate.triggered.connect(self.duplicated)
        self.left = self.add_entry("Move left", "chevron-left")
        self.left.triggered.connect(self._on_left)
        self.right = self.add_entry("Move right", "chevron-right")
        self.right.triggered.connect(self._on_right)
        self.addSeparator()
        self.open_history = self.add_entry("Open this run in History", "history")
        self.open_history.triggered.connect(self.opened)
        self.xray = self.add_entry(XRAY, "xray")
        self.xray.triggered.connect(self.xray_wanted)
        self.dice = self.add_entry(DICE, "compare")
        self.dice.triggered.connect(self.dice_wanted)
        self.addSeparator()
        self.remove = self.add_entry("Remove this column", "close")
        self.remove.triggered.connect(self.removed)
        button.clicked.connect(self._on_button)

    def show_reasons(self, xray: str, dice: str) -> None:
        """Why the shown answer cannot be explained, "" where it can: as tooltips."""
        for action, reason, can in (
            (self.xray, xray, "See in Design which part of the prompt this answer rests on"),
            (self.dice, dice, "Score this answer and the pinned one under both prompts"),
        ):
            action.setEnabled(not reason)
            action.setToolTip(plain_tip(reason or can))

    @Slot()
    def _on_left(self) -> None:
        self.moved.emit(-1)

    @Slot()
    def _on_right(self) -> None:
        self.moved.emit(1)

    @Slot()
    def _on_button(self) -> None:
        self.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 4)))
