"""The column at the right of Chat: panes under each other, hidden where none is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from workbench.ui.kit import Splitter

_WIDTH = 264


class Side(Splitter):
    """Panes that are shown on demand."""

    def __init__(self) -> None:
        super().__init__(vertical=True, name="Panes of the conversation", keeps_shares=False)
        self.setMinimumWidth(_WIDTH)
        self.setMaximumWidth(_WIDTH * 2)
        self.hide()

    def add(self, pane: QWidget, at: int | None = None) -> None:
        """Take a pane, at a place from the top or at the end."""
        self.insertWidget(self.count() if at is None else at, pane)
        pane.installEventFilter(self)
        for place in range(self.count()):  # the uppermost takes the room that is left
            self.setStretchFactor(place, int(place == 0))
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        panes = (self.widget(index) for index in range(self.count()))
        self.setVisible(any(pane is not None and not pane.isHidden() for pane in panes))
