"""The Compare workspace: one column a strategy, live."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea

from workbench.domain.sampling import Sampling
from workbench.ui.actions import Action
from workbench.ui.compare.bar import CompareBar
from workbench.ui.compare.column import ColumnView
from workbench.ui.compare.question import QuestionStrip
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.panels import Context, Panel
from workbench.ui.runs.run_model import RunModel
from workbench.ui.widgets import EmptyState, column, row


class ComparePanel(Panel):
    """Runs one prompt by several strategies and shows them side by side."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = CompareModel(context.bridge)
        self.model.setParent(self)
        self.bar = CompareBar(self.model, context.bridge)
        self.question = QuestionStrip(self.model)
        self.views: list[ColumnView] = []
        self._strip = row(gap=0)
        self._strip_widget = QFrame()
        self._strip_widget.setLayout(self._strip)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._strip_widget)
        self.empty = EmptyState(
            "No columns",
            "Each column runs the prompt above with one strategy.",
            "Add a column",
            "plus",
        )
        self.empty.button.clicked.connect(self._on_add)
        self.empty.hide()
        layout = column(self.bar, self.question, self._scroll, self.empty, gap=0)
        layout.setStretch(2, 1)
        layout.setStretch(3, 1)
        self.setLayout(layout)
        self._connect()

    def _connect(self) -> None:
        self.bar.column_wanted.connect(self._on_add)
        self.bar.run_wanted.connect(self.model.run_all)
        self.bar.stop_wanted.connect(self.model.stop_all)
        self.model.columns_changed.connect(self._show_columns)
        self.model.settings_changed.connect(self._on_settings)
        self.model.prompt_changed.connect(self._tell_place)
        self.model.running_changed.connect(self.busy_changed)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Run, stop, add."""
        model = self.model
        return (
            Action("compare.run", "Run all columns", model.run_all, "Ctrl+Return", scope="compare"),
            Action(
                "compare.stop",
                "Stop all columns",
                model.stop_all,
                "Esc",
                when=self._is_running,
                scope="compare",
            ),
            Action("compare.add_column", "Add a column", self._on_add, scope="compare"),
        )

    def shown(self) -> None:
        """Look again for prompts and models."""
        self.model.refresh()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Take a prompt with its variables and settings, or a stored comparison.

        Known keys: ``path``, ``text``, ``variables``, ``sampling``, ``seed``, ``model``;
        or ``group``.
        """
        asked: dict[str, Any] = dict(request)
        if asked.get("group"):
            self.model.load_group(asked["group"])
            return
        if "sampling" in asked or "seed" in asked:
            sampling = msgspec.convert(
                msgspec.to_builtins(asked.get("sampling", self.model.sampling)), Sampling
            )
            self.model.set_sampling(sampling, asked.get("seed", self.model.seed))
        if asked.get("model"):
            self.model.set_model(asked["model"])
        if asked.get("path"):
            self.model.open_prompt(asked["path"], asked.get("text"), asked.get("variables"))

    def save_session(self) -> dict[str, object]:
        """Prompt, variables, columns and settings."""
        return self.model.session()

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave."""
        self.model.restore(state)

    # --- columns ------------------------------------------------------------------------------

    @Slot()
    def _show_columns(self) -> None:
        """Make views for new columns, drop those of removed ones, keep the others."""
        known = {view.model: view for view in self.views}
        for view in self.views:
            if view.model not in self.model.columns:
                self._strip.removeWidget(view)
                view.hide()
                view.deleteLater()
        self.views = [known.get(each) or self._make_view(each) for each in self.model.columns]
        for index, view in enumerate(self.views):
            self._strip.insertWidget(index, view, 1)
        self._scroll.setVisible(bool(self.views))
        self.empty.setVisible(not self.views)
        self._on_settings()

    def _make_view(self, model: RunModel) -> ColumnView:
        view = ColumnView(model, self.model.strategies)
        view.removed.connect(functools.partial(self.model.remove_column, model))
        view.wanted_again.connect(functools.partial(self.model.run_again, model))
        view.opened.connect(functools.partial(self._on_opened, model))
        view.tree_wanted.connect(functools.partial(self._on_tree, model))
        view.strategy_chosen.connect(functools.partial(self._on_strategy, model))
        return view

    @Slot()
    def _on_settings(self) -> None:
        model = self.model
        budget = model.budget_tokens if model.equal_tokens else None
        for view in self.views:
            view.show_sampling(model.sampling, budget)

    @Slot()
    def _on_add(self) -> None:
        self.model.add_column()
        self._scroll.horizontalScrollBar().setValue(self._scroll.horizontalScrollBar().maximum())

    def _on_opened(self, column_model: RunModel) -> None:
        if column_model.run_id is not None:
            self.context.go("history", run_id=column_model.run_id)

    def _on_tree(self, column_model: RunModel) -> None:
        if column_model.run_id is not None:
            self.context.go("tree", run_id=column_model.run_id)

    def _on_strategy(self, column_model: RunModel, strategy_id: str) -> None:
        info = self.model.strategy(strategy_id)
        if info is not None:
            column_model.choose_strategy(info)

    def _is_running(self) -> bool:
        return self.model.running

    @Slot()
    def _tell_place(self) -> None:
        if self.model.path:
            self.breadcrumb_changed.emit([self.model.path.rpartition("/")[2]])
