"""Results: the grid of cases x variants, its filters, and one case at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget

from workbench.domain.evaluation.cells import CellId
from workbench.ui.actions import Action
from workbench.ui.evaluate.earlier_bar import EarlierBar
from workbench.ui.evaluate.exporting import ExportButton
from workbench.ui.evaluate.results.copied import cells_text
from workbench.ui.evaluate.results.drawer.drawer import WIDTH, Drawer
from workbench.ui.evaluate.results.filter_bar import FilterBar
from workbench.ui.evaluate.results.grid import Grid
from workbench.ui.evaluate.results.kept import KeptResults
from workbench.ui.evaluate.results.legend import Legend
from workbench.ui.evaluate.results.menus import CellMenu, ColumnsMenu
from workbench.ui.evaluate.results.results_model import ResultsModel
from workbench.ui.kit import EmptyState, Splitter, column
from workbench.ui.panels import Context

if TYPE_CHECKING:
    from workbench.ui.evaluate.view_model import EvaluationModel

_WIDE = 900
"""From this width on the case is shown at first."""


class ResultsView(QFrame):
    """The view of an evaluation's results.

    Args:
        context: of the window.
        model: the evaluation that is open.
    """

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._model = model
        self.results = ResultsModel(context.bridge, model)
        self.results.setParent(self)
        self.export = ExportButton(context, model)
        self.filters = FilterBar(self.results, self.export)
        self.earlier = EarlierBar(context.bridge, model.comparing)
        self.grid = Grid(self.results)
        self.legend = Legend()
        self.drawer = Drawer(context, self.results)
        self.nothing = EmptyState(
            "No such rows",
            "No row of this evaluation is what the filters ask for.",
            "Show all rows",
        )
        self.reading = EmptyState(
            "The rows are being read",
            "Each case is a row, with what every variant answered.",
        )
        self.columns_menu = ColumnsMenu(self.grid)
        self.cell_menu = CellMenu(self)
        self._drawer_wanted: bool | None = None
        self._drawer_width = 0
        self._awaited: tuple[str, str] | None = None
        """A case and a variant that are to be shown when the rows are there."""
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.grid)
        self._on_lines()

    def _lay_out(self) -> None:
        rows = QFrame()
        self.stack = QStackedWidget()
        for each in (self.grid, self.nothing, self.reading):
            self.stack.addWidget(each)
        layout = column(self.stack, self.legend, gap=0)
        layout.setStretch(0, 1)
        rows.setLayout(layout)
        self.splitter = Splitter(rows, self.drawer, name="Results and case", keeps_shares=False)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([1000, WIDTH])
        whole = column(self.filters, self.earlier, self.splitter, gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        results, grid, keys = self.results, self.grid, self.grid.keys
        results.lines_changed.connect(self._on_lines)
        grid.current_changed.connect(self._on_current)
        grid.opened.connect(self.open_drawer)
        grid.sort_wanted.connect(self._sort)
        grid.baseline_wanted.connect(self.set_baseline)
        grid.menu_wanted.connect(self._open_cell_menu)
        keys.copy_wanted.connect(self.copy)
        keys.diff_toggled.connect(self.toggle_changes)
        keys.drawer_toggled.connect(self.toggle_drawer)
        keys.search_wanted.connect(self.filters.begin_search)
        keys.order_wanted.connect(self._sort_current)
        keys.pinned.connect(self.pin_current)
        self.filters.left.connect(grid.setFocus)
        self.filters.columns.clicked.connect(self._open_columns)
        self.nothing.button.clicked.connect(self.show_all)
        self.drawer.stepped.connect(self._step)
        self.drawer.closed.connect(self.close_drawer)
        self.splitter.splitterMoved.connect(self._on_splitter)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done with rows and cells; letters work in the grid itself."""
        return (
            Action(id="evaluate.next_failure", title="Go to the next failure",
                   run=self.grid.keys.next_failure, when=self._has_rows),
            Action(id="evaluate.find_case", title="Search the cases",
                   run=self.filters.begin_search, keys="Ctrl+Shift+F", when=self._has_rows),
            Action(id="evaluate.all_rows", title="Show all rows", run=self.show_all,
                   when=self._has_rows),
            Action(id="evaluate.run_selected", title="Run the selected cells",
                   run=self.run_selected, when=self.can_run_selected),
            Action(id="evaluate.copy", title="Copy the selected cells", run=self.copy,
                   when=self._has_rows),
            Action(id="evaluate.toggle_case", title="Show or hide the case",
                   run=self.toggle_drawer),
            Action(id="evaluate.differences", title="Show or hide differences to the baseline",
                   run=self.toggle_changes, when=self._has_rows),
            Action(id="evaluate.against", title="Compare with another evaluation",
                   run=self.choose_earlier, when=lambda: self._model.result is not None),
            Action(id="evaluate.pin", title="Make the variant the baseline",
                   run=self.pin_current, when=self.can_pin),
            Action(id="evaluate.open_run", title="Open the answer's run in History",
                   run=self.drawer.open_run, when=lambda: self.drawer.run_id > 0),
            *self.export.commands("results"),
        )  # fmt: skip

    def show_case(self, case: str, variant: str) -> None:
        """Show one cell, whatever the filters are."""
        self._awaited = (case, variant)
        wanted = msgspec.structs.replace(
            self.results.wanted, show="all", text="", tags=(), cases=(), folded=frozenset()
        )
        if wanted == self.results.wanted:
            self._on_lines()
        self.results.want(wanted)

    def show_rows(self, cases: list[str]) -> None:
        """Show some rows alone."""
        self.results.want(
            msgspec.structs.replace(
                self.results.wanted, show="all", text="", tags=(), cases=tuple(cases)
            )
        )

    # --- what is shown --------------------------------------------------------------------------

    def _has_rows(self) -> bool:
        return bool(self.results.table.rows)

    @Slot()
    def _on_lines(self) -> None:
        has_rows, has_lines = self._has_rows(), bool(self.results.chosen.lines)
        shown = self.grid if has_lines else self.nothing if has_rows else self.reading
        had_focus = self.grid.table.hasFocus()
        self.stack.setCurrentWidget(shown)
        if had_focus and shown is self.nothing:
            self.nothing.button.setFocus()
        self.filters.setVisible(has_rows)
        self.legend.setVisible(has_rows)
        self._show_drawer()
        if self._awaited is not None and self.grid.show_case(*self._awaited):
            self._awaited = None
            self.open_drawer()

    @Slot()
    def _on_current(self) -> None:
        found = self.grid.current
        if found is not None:
            self.drawer.show_cell(*found)

    @Slot()
    def show_all(self) -> None:
        """Take all filters away."""
        self.results.want(
            msgspec.structs.replace(self.results.wanted, show="all", text="", tags=(), cases=())
        )
        self.grid.setFocus()

    @Slot(int, bool)
    def _sort(self, column_: int, also: bool) -> None:
        self.results.sort_by(self.grid.model.sort_name(column_), also=also)

    @Slot()
    def _sort_current(self) -> None:
        name = self.grid.model.sort_name(self.grid.table.currentIndex().column())
        if name:
            self.results.sort_by(name, also=False)

    # --- between sessions -----------------------------------------------------------------------

    @property
    def kept(self) -> KeptResults:
        """How results are shown now."""
        return KeptResults(
            rows=self.results.wanted,
            columns=self.grid.layout_.kept,
            drawer_width=self._drawer_width,
            shows_drawer=self._drawer_wanted,
        )

    def begin_with(self, kept: KeptResults) -> None:
        """Show results as in a former session."""
        if kept.rows is not None:
            self.results.begin_with(kept.rows)
        self.grid.layout_.begin_with(kept.columns)
        self._drawer_width, self._drawer_wanted = kept.drawer_width, kept.shows_drawer
        self.drawer.hide()  # shown with its new width
        self._show_drawer()

    @Slot()
    def _on_splitter(self) -> None:
        self._drawer_width = self.drawer.width()

    # --- the drawer -----------------------------------------------------------------------------

    def _show_drawer(self) -> None:
        wanted = self._drawer_wanted
        if wanted is None:
            wanted = self.width() >= _WIDE
        was_hidden = self.drawer.isHidden()
        self.drawer.setVisible(wanted and self._has_rows())
        if was_hidden and not self.drawer.isHidden():
            width = self._drawer_width or WIDTH
            self.splitter.setSizes([max(self.splitter.width() - width, 1), width])

    @Slot()
    def open_drawer(self) -> None:
        """Show the case."""
        self._drawer_wanted = True
        self._show_drawer()

    @Slot()
    def close_drawer(self) -> None:
        """Hide the case."""
        self._drawer_wanted = False
        self._show_drawer()
        self.grid.setFocus()

    @Slot()
    def toggle_drawer(self) -> None:
        """Show the case or hide it."""
        if self.drawer.isHidden():
            self.open_drawer()
        else:
            self.close_drawer()

    @Slot()
    def toggle_changes(self) -> None:
        """Mark what differs from the baseline's answer, or not."""
        self.drawer.set_changes(shown=not self.drawer.shows_changes)

    @Slot(int)
    def _step(self, lines: int) -> None:
        """Go to the next row that is no heading."""
        line = self.grid.table.currentIndex().row() + lines
        while self.grid.model.group(line) is not None:
            line += lines
        if self.grid.model.place(line) >= 0:
            self.grid.go(line, self.grid.table.currentIndex().column())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_drawer()

    # --- what can be done -----------------------------------------------------------------------

    @Slot()
    def copy(self) -> None:
        """Put the selected cells into the clipboard, tabs between columns."""
        QGuiApplication.clipboard().setText(cells_text(self.grid))

    def selected_cells(self) -> list[CellId]:
        """The cells of the selection that have no answer."""
        evaluation, model = self.results.evaluation, self.grid.model
        if evaluation is None:
            return []
        found = []
        for line, column_ in self.grid.selected():
            head, row_ = model.head(column_), model.row(line)
            for repeat in range(evaluation.set.repeats):
                place = CellId(head.name if head else "", row_.id if row_ else "", repeat)
                cell = evaluation.cells.get(place)
                if cell is not None and not cell.is_finished:
                    found.append(place)
        return found

    def can_run_selected(self) -> bool:
        """Whether any selected cell has no answer yet, and nothing is at work."""
        return not self._model.running and bool(self.selected_cells())

    @Slot()
    def run_selected(self) -> None:
        """Run the selected cells that failed or were not run."""
        cells = self.selected_cells()
        if cells:
            self._model.run(cells)

    def can_pin(self) -> bool:
        """Whether the variant of the current cell can become the baseline."""
        found = self.grid.current
        return (
            found is not None
            and found[1] != self.results.table.baseline
            and self.results.earlier is None
            and not self._model.running
        )

    @Slot()
    def pin_current(self) -> None:
        """Make the variant of the current cell the baseline."""
        found = self.grid.current
        if found is not None and self.can_pin():
            self.set_baseline(found[1])

    @Slot(str)
    def set_baseline(self, variant: str) -> None:
        """Compare the others with this variant from now on; the set keeps it."""
        if self._model.set is not None:
            self._model.edit(msgspec.structs.replace(self._model.set, baseline=variant))

    @Slot()
    def choose_earlier(self) -> None:
        """Choose another evaluation to compare with."""
        result = self._model.result
        if result is not None:
            self.earlier.choose(self.filters.columns, result.evaluation_id)

    @Slot()
    def _open_columns(self) -> None:
        below = self.filters.columns.rect().bottomLeft()
        self.columns_menu.open_at(self.filters.columns.mapToGlobal(below))

    @Slot(QPoint)
    def _open_cell_menu(self, place: QPoint) -> None:
        self.cell_menu.open_at(place)
