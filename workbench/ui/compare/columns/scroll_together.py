"""Scrolls the texts of all columns together, by proportion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QScrollBar

if TYPE_CHECKING:
    from workbench.ui.compare.columns.column import ColumnView


class ScrollTogether(QObject):
    """While on, the others follow the column that is scrolled; one that is written does not lead.

    Args:
        views: gives the columns that are there now.
    """

    def __init__(self, views: Callable[[], Sequence[ColumnView]]) -> None:
        super().__init__()
        self._views = views
        self._following = False
        self.on = False

    def add(self, view: ColumnView) -> None:
        """Listen to a column's scroll bars."""
        for bar in view.scroll_bars():
            bar.valueChanged.connect(self._on_scrolled)

    @Slot()
    def _on_scrolled(self) -> None:
        bar = self.sender()
        if not self.on or self._following or not isinstance(bar, QScrollBar) or not bar.maximum():
            return
        leader = next((view for view in self._views() if bar in view.scroll_bars()), None)
        if leader is None or leader.model.busy:
            return
        share = bar.value() / bar.maximum()
        is_body = bar is leader.scroll_bars()[0]
        self._following = True
        for view in self._views():
            if view is not leader:
                for other in view.scroll_bars()[:1] if is_body else view.scroll_bars()[1:]:
                    other.setValue(round(share * other.maximum()))
        self._following = False
