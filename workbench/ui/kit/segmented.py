"""One choice of a few, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame

from workbench.ui.kit.buttons import GhostButton
from workbench.ui.kit.panes.layout import row


class Segmented(QFrame):
    """Exclusive buttons: one is checked.

    Signals:
        chosen(int): the index of the one that was chosen.
    """

    chosen = Signal(int)

    def __init__(self, name: str, titles: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        layout = row(margins=(0, 0, 0, 0), gap=2)
        for index, title in enumerate(titles):
            button = GhostButton(title)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {title}")
            self._group.addButton(button, index)
            layout.addWidget(button)
        self.setLayout(layout)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)

    @property
    def index(self) -> int:
        """Which one is down."""
        return self._group.checkedId()

    def show_choice(self, index: int) -> None:
        """Check one without a signal."""
        self._group.button(index).setChecked(True)

    def choose(self, index: int) -> None:
        """Check one and emit ``changed``."""
        self._group.button(index).setChecked(True)
        self.chosen.emit(index)
