"""The end of a column's first line: its strategy, whether it goes on, its stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.kit import GhostButton, IconButton, Label, row


class ColumnHead(QWidget):
    """What is done with a column.

    Signals:
        go_on_wanted(): the conversation goes on with its answer. stop_wanted().
    """

    go_on_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.strategy = Label("", "small", "text-3")
        self.goes_on = Label("✓ goes on", "small", "text-2")
        self.goes_on.setAccessibleName("The conversation goes on with this answer")
        self.go_on = GhostButton("Go on with this")
        self.go_on.clicked.connect(self.go_on_wanted)
        self.stop = IconButton("stop", "Stop this answer", size=24, glyph=14)
        self.stop.clicked.connect(self.stop_wanted)
        self.setFixedHeight(self.go_on.sizeHint().height())  # heads of all columns are on one line
        self.setLayout(row(self.strategy, self.stop, self.goes_on, self.go_on, gap=4))

    def show_state(self, *, strategy: str, is_shown: bool, is_running: bool) -> None:
        """Say what holds for the column now."""
        self.strategy.setText(strategy)
        self.strategy.setVisible(bool(strategy))
        self.goes_on.setVisible(is_shown)
        self.go_on.setVisible(not is_shown)
        self.stop.setVisible(is_running)
