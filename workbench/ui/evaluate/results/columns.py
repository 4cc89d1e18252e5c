"""The columns of the grid: which are shown, in what order and how wide; kept between sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from workbench.ui.evaluate.results.grid_model import (
    CASE_COLUMN,
    EXPECTED_COLUMN,
    FROZEN,
    GridModel,
)
from workbench.ui.evaluate.results.kept import KeptColumns

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTableView

CASE, EXPECTED = 176, 72
_LEAST, _MOST = 112, 240
_VALUE, _JUDGE = 160, 132


class Columns(QObject):
    """Lays out the columns of both tables.

    Args:
        table: of the results.
        cases: of cases and expected values.
        model: of both.
    """

    def __init__(self, table: QTableView, cases: QTableView, model: GridModel) -> None:
        super().__init__(table)
        self._table, self._cases, self._model = table, cases, model
        self._order: tuple[str, ...] = ()
        self._widths: dict[str, int] = {}
        self._turned: set[str] = set()
        self._is_laying_out = False
        head = table.horizontalHeader()
        head.setSectionsMovable(True)
        head.sectionResized.connect(self._on_resized)
        head.sectionMoved.connect(self._on_moved)

    @property
    def kept(self) -> KeptColumns:
        """To be kept for the next session."""
        return KeptColumns(
            order=self._order, widths=dict(self._widths), turned=frozenset(self._turned)
        )

    def begin_with(self, kept: KeptColumns) -> None:
        """Lay out as in a former session."""
        self._order, self._widths = kept.order, dict(kept.widths)
        self._turned = set(kept.turned)
        self.lay_out()

    def reset(self) -> None:
        """Lay out as at first."""
        self.begin_with(KeptColumns())

    @property
    def is_changed(self) -> bool:
        """Whether the user changed anything."""
        return self.kept != KeptColumns()

    @property
    def shown(self) -> list[int]:
        """The columns of the results that are shown, from left to right."""
        head = self._table.horizontalHeader()
        order = [head.logicalIndex(place) for place in range(self._model.columnCount())]
        return [each for each in order if not self._table.isColumnHidden(each)]

    def is_shown(self, column: int) -> bool:
        """Whether a column is shown: variants and judges are at first."""
        is_turned = self._model.key(column) in self._turned
        return is_turned != self._is_shown_first(column)

    def _is_shown_first(self, column: int) -> bool:
        model = self._model
        return column >= model.first_variant or model.judge(column) is not None

    def show(self, column: int, *, shown: bool) -> None:
        """Show a column or hide it."""
        key = self._model.key(column)
        if shown == self._is_shown_first(column):
            self._turned.discard(key)
        else:
            self._turned.add(key)
        self.lay_out()

    def move(self, column: int, step: int) -> None:
        """Move a column to the left (-1) or right (1) of its neighbour that is shown."""
        head, shown = self._table.horizontalHeader(), self.shown
        place = shown.index(column) + step if column in shown else -1
        if 0 <= place < len(shown):
            head.moveSection(head.visualIndex(column), head.visualIndex(shown[place]))

    @Slot()
    def lay_out(self) -> None:
        """Hide what is not wanted, put the rest in order, and give it the room that there is."""
        model = self._model
        for each in range(model.columnCount()):
            is_frozen = each in FROZEN
            self._cases.setColumnHidden(each, not is_frozen)
            self._table.setColumnHidden(each, is_frozen or not self.is_shown(each))
        self._cases.setColumnWidth(CASE_COLUMN, CASE)
        self._cases.setColumnWidth(EXPECTED_COLUMN, EXPECTED)
        head = self._table.horizontalHeader()
        self._is_laying_out = True
        for place, column in enumerate(self._in_order()):
            if head.visualIndex(column) != place:
                head.moveSection(head.visualIndex(column), place)
        self._is_laying_out = False
        self.fit()

    def _in_order(self) -> list[int]:
        """All columns: as the user moved them; new ones of a kind after the others of it."""
        model = self._model
        judges = [n for n in range(model.columnCount()) if model.judge(n) is not None]
        found = [n for n in range(model.columnCount()) if n not in judges] + judges
        places = {key: place for place, key in enumerate(self._order)}
        known = [each for each in found if model.key(each) in places]
        known.sort(key=lambda each: places[model.key(each)])
        moved = iter(known)
        return [next(moved) if model.key(each) in places else each for each in found]

    def fit(self) -> None:
        """Share the room among the columns; those that were dragged keep their width."""
        shown, model = self.shown, self._model
        widths = {each: self._widths.get(model.key(each), 0) for each in shown}
        extra = [each for each in shown if each < model.first_variant]
        free = [each for each in shown if each >= model.first_variant and not widths[each]]
        firsts = {each: self._first_width(each) for each in extra}
        taken = sum(widths[each] or firsts.get(each, 0) for each in shown)
        room = self._table.viewport().width() - taken
        width = max(_LEAST, min(_MOST, room // max(1, len(free))))
        for each in shown:
            wanted = widths[each] or firsts.get(each, width)
            self._table.setColumnWidth(each, wanted)

    def _first_width(self, column: int) -> int:
        return _VALUE if self._model.judge(column) is None else _JUDGE

    @Slot()
    def _on_resized(self) -> None:
        """A column that is dragged keeps its width, and so do the others."""
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return
        if self._widths or self._table.horizontalHeader().underMouse():
            self.keep_widths()

    def keep_widths(self) -> None:
        """Let all columns that are shown keep their width."""
        for each in self.shown:
            self._widths[self._model.key(each)] = self._table.columnWidth(each)

    @Slot()
    def _on_moved(self) -> None:
        if not self._is_laying_out:
            head, model = self._table.horizontalHeader(), self._model
            order = (head.logicalIndex(place) for place in range(model.columnCount()))
            self._order = tuple(model.key(each) for each in order)
