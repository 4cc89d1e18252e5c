"""What the keys of the grid do: j k h l move, f finds the next failure, Enter opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from workbench.domain.evaluation.grid.cells import GridCell

if TYPE_CHECKING:
    from workbench.ui.evaluate.results.grid import Grid

_Key = Qt.Key
_STEPS: dict[int, tuple[int, int]] = {
    _Key.Key_J: (1, 0),
    _Key.Key_Down: (1, 0),
    _Key.Key_K: (-1, 0),
    _Key.Key_Up: (-1, 0),
    _Key.Key_L: (0, 1),
    _Key.Key_Right: (0, 1),
    _Key.Key_H: (0, -1),
    _Key.Key_Left: (0, -1),
}
_PRESS = (_Key.Key_Space, _Key.Key_Return, _Key.Key_Enter)
_CONTROL = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class GridKeys(QObject):
    """Filters the key events of the table of results. With Shift, a step selects on.

    Signals:
        diff_toggled(): d. drawer_toggled(): Space. copy_wanted(): Ctrl+C. search_wanted(): /.
        order_wanted(): s sorts by the current column. pinned(): b makes it the baseline.
    """

    diff_toggled = Signal()
    drawer_toggled = Signal()
    copy_wanted = Signal()
    search_wanted = Signal()
    order_wanted = Signal()
    pinned = Signal()

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self._grid = grid

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            return True
        if event.modifiers() & _CONTROL:
            return False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = _STEPS.get(event.key())
        if step is not None:
            if shift and event.key() in (_Key.Key_Down, _Key.Key_Up, _Key.Key_Left, _Key.Key_Right):
                return False  # Qt extends the selection
            self.move(*step)
            return True
        return self._act(event.key(), shift=shift)

    def _act(self, key: int, *, shift: bool) -> bool:
        acts: dict[int, Callable[[], object]] = {
            _Key.Key_F: lambda: self.next_failure(-1 if shift else 1),
            _Key.Key_D: self.diff_toggled.emit,
            _Key.Key_B: self.pinned.emit,
            _Key.Key_S: self.order_wanted.emit,
            _Key.Key_Slash: self.search_wanted.emit,
            _Key.Key_Space: self.drawer_toggled.emit,
            _Key.Key_Return: self._grid.opened.emit,
            _Key.Key_Enter: self._grid.opened.emit,
        }
        line = self._grid.table.currentIndex().row()
        if key in _PRESS and self._grid.model.group(line) is not None:
            self._grid.toggle_group(line)
            return True
        act = acts.get(key)
        if act is None:
            return False
        act()
        return True

    def move(self, lines: int, columns: int) -> None:
        """Go some lines down and columns to the right, as far as there are any."""
        grid = self._grid
        index, shown = grid.table.currentIndex(), grid.columns
        if not shown or not grid.model.lines:
            return
        at = shown.index(index.column()) if index.column() in shown else 0
        column = shown[max(0, min(at + columns, len(shown) - 1))]
        line = max(0, min(index.row() + lines, len(grid.model.lines) - 1))
        grid.go(line, column)

    def next_failure(self, step: int = 1) -> None:
        """Go to the next row that the variant of the column fails; after the last, to the first."""
        grid, model = self._grid, self._grid.model
        index, count = grid.table.currentIndex(), len(self._grid.model.lines)
        variant = index.column() - model.first_variant
        if variant < 0 or not count:
            return
        for away in range(1, count + 1):
            line = (index.row() + step * away) % count
            row = model.row(line)
            if row is not None and _fails(row.cells[variant]):
                grid.go(line, index.column())
                return


def _fails(cell: GridCell) -> bool:
    return cell.passed is False or cell.kind == "error"
