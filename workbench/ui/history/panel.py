"""The History workspace: find a run, open it again."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.spec import TemplatePrompt
from workbench.domain.views import StrategyInfo
from workbench.ui.actions import Action
from workbench.ui.history.run_menu import RunMenu
from workbench.ui.history.run_view import RunView
from workbench.ui.history.runs_model import RunsModel
from workbench.ui.history.runs_table import RunsTable
from workbench.ui.history.view_model import OpenRun
from workbench.ui.panels import Context, Panel
from workbench.ui.theme import icon, theme
from workbench.ui.widgets import (
    Banner,
    Chooser,
    EmptyState,
    GhostButton,
    Splitter,
    column,
    row,
)

if TYPE_CHECKING:
    from workbench.service import Workbench

_SEARCH_MS = 150
_POLL_MS = 2000
_LEAST_LIST, _LEAST_RUN = 420, 400


class HistoryPanel(Panel):
    """The list of runs left, the opened run right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._version: int | None = None
        self._wanted: int | None = None
        self._of_version = 0
        self.runs = RunsModel(context.bridge)
        self.runs.setParent(self)
        self.opened = OpenRun(context.bridge)
        self.opened.setParent(self)
        self.table = RunsTable(self.runs)
        self.view = RunView(self.opened)
        self.menu = RunMenu(self.opened, self.view, context)
        self.notice = Banner()
        self._make_list()
        self._make_empty()
        self._split = Splitter(self._list, self._right)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setSizes([740, 620])
        layout = column(self._split, self.notice, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search_timer.timeout.connect(self._look)
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._ask_version)
        self._connect()

    def _make_list(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search prompts, outputs and answers")
        self.search.setAccessibleName("Search runs")
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(
            icon("search", "text-3"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.filter = Chooser("Strategy")
        self.filter.add_choice("All strategies", "", icon="list")
        self.of_version = GhostButton("", "close", tip="Show the runs of all prompts again")
        self.of_version.hide()
        bar = QFrame()
        bar.setFixedHeight(44)
        bar.setProperty("rule", "bottom")
        line = row(self.search, self.of_version, self.filter, margins=(16, 0, 12, 0), gap=8)
        line.setStretch(0, 1)
        bar.setLayout(line)
        self.nothing_found = EmptyState(
            "Nothing found", "No run has these words.", "Clear the search", "close"
        )
        self.no_runs = EmptyState(
            "No runs yet",
            "Every run is kept here with its prompts, calls and answer.",
            "Compare strategies",
            "compare",
        )
        self._list = QFrame()
        self._list.setMinimumWidth(_LEAST_LIST)
        self._list.setLayout(
            column(
                bar, row(self.table, margins=(8, 0, 0, 0)), self.nothing_found, self.no_runs, gap=0
            )
        )

    def _make_empty(self) -> None:
        self.nothing_open = EmptyState(
            "No run is open", "Choose a run to see what was sent and what came back.", "", ""
        )
        self._right = QFrame()
        self._right.setMinimumWidth(_LEAST_RUN)
        self._right.setProperty("surface", "canvas")
        self._right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._right.setLayout(column(self.view, self.nothing_open, gap=0))
        self.view.hide()
        self.nothing_found.hide()
        self.no_runs.hide()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_typed)
        self.filter.activated.connect(self._look)
        self.of_version.clicked.connect(self._on_all_versions)
        self.nothing_found.button.clicked.connect(self._on_clear)
        self.no_runs.button.clicked.connect(self._on_compare_wanted)
        self.runs.filled.connect(self._on_filled)
        self.runs.failed.connect(self._on_failed)
        self.table.chosen.connect(self.opened.open)
        self.table.delete_wanted.connect(self._on_delete)
        self.table.menu_wanted.connect(self.menu.open_at)
        self.opened.changed.connect(self._on_opened)
        self.opened.failed.connect(self._on_failed)
        self.opened.deleted.connect(self._on_deleted)
        self.opened.restored.connect(self._on_restored)
        self.opened.started.connect(self._on_started)
        self.view.again.clicked.connect(self.opened.run_again)
        self.view.stop.clicked.connect(self.opened.stop)
        self.view.design.clicked.connect(self._on_design)
        self.view.compare.clicked.connect(self._on_compare)
        self.view.tree.clicked.connect(self._on_tree)
        self.view.delete.clicked.connect(self._on_delete)
        self.bridge.run_ended.connect(self._on_run_ended)
        self.bridge.run_changed.connect(self._on_run_ended)
        self.bridge.opened.connect(self._refresh)
        theme().changed.connect(self._recolour)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Search, run again, delete."""
        return (
            Action("history.find", "Search the history", self._on_find, "Ctrl+F", scope="history"),
            Action(
                "history.run_again",
                "Run the opened run again",
                self.opened.run_again,
                "Ctrl+Return",
                when=self._has_spec,
                scope="history",
            ),
            Action(
                "history.tree",
                "Open the tree of the opened run",
                self._on_tree,
                when=self.view.tree.isVisible,
                scope="history",
            ),
            Action(
                "history.xray",
                "X-ray the opened run's answer",
                self.menu.open_xray,
                when=self.menu.can_xray,
                scope="history",
            ),
            Action(
                "history.delete",
                "Delete the opened run",
                self._on_delete,
                when=self._has_run,
                scope="history",
            ),
        )

    def shown(self) -> None:
        """Read what is new."""
        self.bridge.call(_strategies, self._on_strategies, owner=self)
        self._refresh()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Open a run: ``{"run_id": 7}``; with ``version`` list those of a prompt's version only.

        ``version_title`` says which version that is.
        """
        version = request.get("version")
        if isinstance(version, int):
            self._show_runs_of(version, str(request.get("version_title") or ""))
        run_id = request.get("run_id")
        if isinstance(run_id, int):
            self._wanted = run_id
            self.opened.open(run_id)
            self.table.choose(run_id)

    def save_session(self) -> dict[str, object]:
        """The opened run, the search and the filter."""
        return {
            "run_id": self.opened.run_id,
            "text": self.search.text(),
            "strategy": self.filter.currentData(),
            "sizes": self._split.sizes(),
        }

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave."""
        sizes = state.get("sizes")
        if isinstance(sizes, list) and all(isinstance(size, int) for size in sizes):
            self._split.setSizes(sizes)
        self.runs.strategy = str(state.get("strategy") or "")
        self.search.setText(str(state.get("text") or ""))
        if self._wanted is None:
            self.handle(state)

    # --- the list -----------------------------------------------------------------------------

    def _on_strategies(self, strategies: tuple[StrategyInfo, ...]) -> None:
        self.runs.show_strategies(strategies)
        self.view.show_strategies(strategies)
        if self.filter.count() == 1:
            for info in strategies:
                self.filter.add_choice(info.title, info.id, icon=info.short, tone=info.short)
            self.filter.choose(self.runs.strategy)

    @Slot()
    def _refresh(self) -> None:
        self.runs.refresh()

    @Slot()
    def _on_typed(self) -> None:
        self._search_timer.start()

    @Slot()
    def _look(self) -> None:
        strategy = str(self.filter.currentData() or "")
        self.runs.look_for(self.search.text(), strategy, self._of_version)

    def _show_runs_of(self, version: int, title: str) -> None:
        self._of_version = version
        self.of_version.set_text(title)
        self.of_version.setVisible(bool(version))
        self._look()

    @Slot()
    def _on_all_versions(self) -> None:
        self._show_runs_of(0, "")

    @Slot()
    def _on_clear(self) -> None:
        self.filter.setCurrentIndex(0)
        self.search.clear()
        self._show_runs_of(0, "")

    @Slot()
    def _on_filled(self) -> None:
        searching = bool(self.runs.text or self.runs.strategy or self.runs.version)
        empty = not self.runs.rows
        self.table.setVisible(not empty)
        self.nothing_found.setVisible(empty and searching)
        self.no_runs.setVisible(empty and not searching)
        if self._wanted is not None:
            self.table.choose(self._wanted)
        elif self.opened.run_id is None and not empty:
            self._wanted = self.runs.rows[0].run_id
            self.opened.open(self._wanted)
            self.table.choose(self._wanted)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.notice.show_message(sentence, "bad", "Read again", self._refresh)

    @Slot()
    def _ask_version(self) -> None:
        self.bridge.call(lambda core: core.data_version(), self._on_version, owner=self)

    def _on_version(self, version: int) -> None:
        if version != self._version:
            self._version = version
            self._refresh()

    @Slot(int)
    def _on_run_ended(self, run_id: int) -> None:
        if self.isVisible():
            self._refresh()
        if run_id == self.opened.run_id:
            self.opened.read()

    # --- the opened run -----------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        known = self.opened.state is not None
        self.view.setVisible(known)
        self.nothing_open.setVisible(not known)
        self._wanted = self.opened.run_id
        self._tell_place()

    @Slot()
    def _on_design(self) -> None:
        spec = self.opened.spec
        if spec is not None and isinstance(spec.prompt, TemplatePrompt):
            self.context.go("design", path=spec.prompt.path)

    @Slot()
    def _on_compare(self) -> None:
        if self.opened.spec is not None:
            self.context.go("compare", group=self.opened.spec.group)

    @Slot()
    def _on_tree(self) -> None:
        if self.opened.run_id is not None:
            self.context.go("tree", run_id=self.opened.run_id)

    @Slot()
    def _on_compare_wanted(self) -> None:
        self.context.go("compare")

    @Slot()
    def _on_delete(self) -> None:
        run_id = self.opened.run_id
        if run_id is not None:
            self.opened.delete(run_id)

    @Slot(int)
    def _on_deleted(self, run_id: int) -> None:
        row = self.runs.row_of(run_id)
        self.runs.remove(run_id)
        self.notice.show_message(
            f"Run {run_id:,} is deleted.",
            "text-2",
            "Undo",
            functools.partial(self.opened.restore, run_id),
        )
        if self.runs.rows:
            following = self.runs.rows[min(max(row, 0), len(self.runs.rows) - 1)]
            self.handle({"run_id": following.run_id})
        else:
            self._wanted = None
            self.opened.close()
            self._refresh()

    @Slot(int)
    def _on_restored(self, run_id: int) -> None:
        self._refresh()
        self.handle({"run_id": run_id})

    @Slot(int)
    def _on_started(self, run_id: int) -> None:
        self._refresh()
        self.handle({"run_id": run_id})

    @Slot()
    def _on_find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _has_spec(self) -> bool:
        return self.opened.spec is not None

    def _has_run(self) -> bool:
        return self.opened.run_id is not None

    @Slot()
    def _tell_place(self) -> None:
        run_id = self.opened.run_id
        self.breadcrumb_changed.emit([f"Run {run_id:,}"] if run_id is not None else [])

    @Slot()
    def _recolour(self) -> None:
        self._search_icon.setIcon(icon("search", "text-3"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._poll.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._poll.stop()


async def _strategies(core: Workbench) -> tuple[StrategyInfo, ...]:
    return core.strategies()
