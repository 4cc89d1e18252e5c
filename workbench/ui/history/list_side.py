"""The left side of History: what is searched, the filters, and the runs or the hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.ui.history.hits.hits_pane import HitsPane
from workbench.ui.history.runs.filters import FilterBar
from workbench.ui.history.runs.runs_table import RunsTable
from workbench.ui.kit import EmptyState, GhostButton, IconButton, column, row
from workbench.ui.theme import icon, theme

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_LEAST_WIDTH = 420


class ListSide(QFrame):
    """A box for words, filters as chips, and below them runs, hits, or why there are none."""

    def __init__(self, bridge: Bridge, table: RunsTable) -> None:
        super().__init__()
        self.table = table
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search everything that was written")
        self.search.setAccessibleName("Search the history")
        self.search.setClearButtonEnabled(True)
        self._icon = QAction(icon("search", "text-3"), "", self.search)
        self.search.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self.filters = FilterBar()
        self.statistics = GhostButton("Statistics", "evaluate", tip="Tokens and hours by model")
        self.console = GhostButton(
            "SQL", "database", tip="Ask the history in SQL, for reading alone"
        )
        self.open_bundle = IconButton("open", "Open a bundle…")
        self.hits = HitsPane(bridge)
        self.nothing_found = EmptyState(
            "Nothing found", "No run has these filters.", "Show all runs", "close"
        )
        self.no_runs = EmptyState(
            "No runs yet",
            "Every run is kept here with its prompts, calls and answer.",
            "Compare strategies",
            "compare",
        )
        bar = QFrame()
        bar.setProperty("rule", "bottom")
        top = row(self.search, self.statistics, self.console, self.open_bundle, gap=8)
        top.setStretch(0, 1)
        bar.setLayout(column(top, self.filters, margins=(16, 8, 12, 8), gap=8))
        self.setMinimumWidth(_LEAST_WIDTH)
        table_row = row(table, margins=(8, 0, 0, 0))
        self.setLayout(column(bar, table_row, self.hits, self.nothing_found, self.no_runs, gap=0))
        for part in (self.hits, self.nothing_found, self.no_runs):
            part.hide()
        table.reach_from(self.search)
        self.hits.reach_from(self.search)
        theme().changed.connect(self._recolour)

    @property
    def is_searching(self) -> bool:
        """Whether hits are shown in place of runs: not with filters that only runs have."""
        wanted = bool(self.search.text().strip()) or self.filters.is_of_hits
        return wanted and not self.filters.is_of_runs

    def show_hits(self) -> None:
        """Search the hits of what is typed and show them."""
        self.hits.show()
        self.hits.look_for(self.search.text().strip(), self.filters.search_filter())
        for part in (self.table, self.nothing_found, self.no_runs):
            part.hide()

    def show_runs(self, *, are_there: bool, narrowed: bool) -> None:
        """Show the runs; where there are none, whether that is by the filters."""
        self.hits.hide()
        self.table.setVisible(are_there)
        self.nothing_found.setVisible(not are_there and narrowed)
        self.no_runs.setVisible(not are_there and not narrowed)

    @Slot()
    def clear(self) -> None:
        """Look for nothing: all runs are listed."""
        self.search.clear()
        self.filters.clear()

    @Slot()
    def focus_search(self) -> None:
        """Have the keys go into the box of words."""
        self.search.setFocus()
        self.search.selectAll()

    @Slot()
    def _recolour(self) -> None:
        self._icon.setIcon(icon("search", "text-3"))
