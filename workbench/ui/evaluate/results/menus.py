"""The menus of the grid: its columns, and what can be done with the selected cells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction

from workbench.ui.evaluate.results.grid import Grid
from workbench.ui.evaluate.results.grid_model import FROZEN
from workbench.ui.kit.menu import IconMenu, Menu

if TYPE_CHECKING:
    from workbench.ui.evaluate.results.view import ResultsView


class ColumnsMenu(Menu):
    """Ticks for all columns; the one of the current cell can be moved."""

    def __init__(self, grid: Grid) -> None:
        super().__init__("Columns", grid)
        self._grid = grid

    def open_at(self, place: QPoint) -> None:
        """Show it at a place of the screen."""
        self.clear()
        grid, model = self._grid, self._grid.model
        shown = grid.columns
        for column in range(model.columnCount()):
            if column in FROZEN:
                continue
            action = QAction(model.title(column), self)
            action.setCheckable(True)
            action.setChecked(column in shown)
            is_last = column >= model.first_variant and self._is_last(column)
            action.setEnabled(not is_last)
            action.toggled.connect(partial(self._show, column))
            self.addAction(action)
        self.addSeparator()
        current = grid.table.currentIndex().column()
        for title, step in (("left", -1), ("right", 1)):
            name = f"“{model.title(current)}” " if current >= 0 else ""
            action = QAction(f"Move {name}to the {title}", self)
            at = shown.index(current) + step if current in shown else -1
            action.setEnabled(0 <= at < len(shown))
            action.triggered.connect(partial(self._move, current, step))
            self.addAction(action)
        first = QAction("First order and widths", self)
        first.setEnabled(grid.layout_.is_changed)
        first.triggered.connect(grid.layout_.reset)
        self.addAction(first)
        self.popup(place)

    def _is_last(self, column: int) -> bool:
        """Whether it is the only variant that is shown."""
        model = self._grid.model
        return [each for each in self._grid.columns if each >= model.first_variant] == [column]

    def _show(self, column: int, shown: bool) -> None:
        self._grid.layout_.show(column, shown=shown)

    def _move(self, column: int, step: int, _checked: bool = False) -> None:
        self._grid.layout_.move(column, step)


class CellMenu(IconMenu):
    """What can be done with the current cell and the selected ones."""

    def __init__(self, view: ResultsView) -> None:
        super().__init__("Cells", view)
        self._view = view
        self.open = self.add_entry("Show the case", "eye")
        self.run = self.add_entry("Run the selected cells", "play")
        self.copy = self.add_entry("Copy the selected cells", "copy")
        self.addSeparator()
        self.history = self.add_entry("Open the run in History", "history")
        self.tree = self.add_entry("Open the run in Tree", "tot")
        self.xray = self.add_entry("X-ray this answer", "xray")
        self.addSeparator()
        self.pin = self.add_entry("Make the variant the baseline", "pin")
        self.against = self.add_entry("Compare with another evaluation", "compare")
        self.open.triggered.connect(view.open_drawer)
        self.run.triggered.connect(view.run_selected)
        self.copy.triggered.connect(view.copy)
        self.history.triggered.connect(view.drawer.open_run)
        self.tree.triggered.connect(view.drawer.open_tree)
        self.xray.triggered.connect(view.drawer.open_xray)
        self.pin.triggered.connect(view.pin_current)
        self.against.triggered.connect(view.choose_earlier)

    def open_at(self, place: QPoint) -> None:
        """Show it at a place of the screen."""
        view = self._view
        self.run.setEnabled(view.can_run_selected())
        self.pin.setEnabled(view.can_pin())
        for each in (self.history, self.tree, self.xray):
            each.setEnabled(view.drawer.run_id > 0)
        self.popup(place)
