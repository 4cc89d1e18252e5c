"""The Compare workspace: one column a strategy, live."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent

from workbench.domain.sampling import Sampling
from workbench.domain.spec import Budget
from workbench.ui.actions import Action
from workbench.ui.compare.bar import CompareBar
from workbench.ui.compare.board import Board
from workbench.ui.compare.changes import Changes
from workbench.ui.compare.column import ColumnView
from workbench.ui.compare.column_model import ColumnModel
from workbench.ui.compare.explaining import Explaining
from workbench.ui.compare.question import QuestionStrip
from workbench.ui.compare.scroll_together import ScrollTogether
from workbench.ui.compare.summary import SummaryTable
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.panels import Context, Panel
from workbench.ui.widgets import EmptyState, column

_LOW = 720
"""Below this height in pixels the summary is folded at first."""


class ComparePanel(Panel):
    """Runs one prompt by several strategies and shows them side by side."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = CompareModel(context.bridge)
        self.model.setParent(self)
        self.bar = CompareBar(self.model, context.bridge)
        self.question = QuestionStrip(self.model)
        self.explaining = Explaining(self.model, context)
        self.views: list[ColumnView] = []
        self.board = Board()
        self.summary = SummaryTable(self.model, context.bridge)
        self.together = ScrollTogether(self._columns_shown)
        self.together.setParent(self)
        self.empty = EmptyState(
            "No columns",
            "Each column runs the prompt above with one strategy.",
            "Add a column",
            "plus",
        )
        self.empty.button.clicked.connect(self._on_add)
        self.empty.hide()
        layout = column(self.bar, self.question, self.board, self.empty, self.summary, gap=0)
        layout.setStretch(2, 1)
        layout.setStretch(3, 1)
        self.setLayout(layout)
        self._connect()
        self.changes = Changes(self.model, context.bridge, self._columns_shown)
        self.changes.setParent(self)

    def _connect(self) -> None:
        self.bar.column_wanted.connect(self._on_add)
        self.bar.run_wanted.connect(self.model.run_all)
        self.bar.stop_wanted.connect(self.model.stop_all)
        self.model.columns_changed.connect(self._show_columns)
        self.model.settings_changed.connect(self._on_settings)
        self.model.counted.connect(self._on_counted)
        self.model.prompt_changed.connect(self._tell_place)
        self.question.together_toggled.connect(self._on_together)
        self.model.running_changed.connect(self.busy_changed)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Run, stop, add, and walk, move and duplicate columns."""
        model = self.model
        return (
            Action("compare.run", "Run all columns", model.run_all, "Ctrl+Return", scope="compare"),
            Action(
                "compare.stop",
                "Stop all columns, or leave the column that fills the width",
                self._on_escape,
                "Esc",
                when=self._can_escape,
                scope="compare",
            ),
            Action("compare.add_column", "Add a column", self._on_add, scope="compare"),
            *self._column_actions(),
            Action(
                "compare.xray",
                "X-ray the column's answer",
                self._on_xray,
                when=self._can_xray,
                scope="compare",
            ),
            Action(
                "compare.dice",
                "Prompt or dice? The column against the pinned one",
                self._on_dice,
                when=self._can_dice,
                scope="compare",
            ),
        )

    def _column_actions(self) -> tuple[Action, ...]:
        """What can be done with the column that has the focus, by keyboard."""
        table = (
            ("next_column", "Go to the next column", "Ctrl+Alt+Right", self._on_next),
            ("previous_column", "Go to the column before", "Ctrl+Alt+Left", self._on_previous),
            ("move_right", "Move the column right", "Ctrl+Shift+Right", self._on_move_right),
            ("move_left", "Move the column left", "Ctrl+Shift+Left", self._on_move_left),
            ("duplicate", "Duplicate the column", "Ctrl+D", self._on_duplicate),
            ("focus_column", "Let the column fill the width", "", self._on_expand),
        )
        return tuple(
            Action(f"compare.{name}", title, run, keys, when=self._has_columns, scope="compare")
            for name, title, keys, run in table
        )

    def shown(self) -> None:
        """Look again for prompts and models."""
        self.model.refresh()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Take a prompt with its variables and settings, or a stored comparison.

        Known keys: ``path``, ``text``, ``variables``, ``sampling``, ``seed``, ``mode``,
        ``model``, ``expected``; or ``group``.
        """
        asked: dict[str, Any] = dict(request)
        if asked.get("group"):
            self.model.load_group(asked["group"])
            return
        if "sampling" in asked or "seed" in asked or "mode" in asked:
            sampling = msgspec.convert(
                msgspec.to_builtins(asked.get("sampling", self.model.sampling)), Sampling
            )
            self.model.comes_with_settings = True
            self.model.set_sampling(
                sampling, asked.get("seed", self.model.seed), asked.get("mode", self.model.mode)
            )
        if asked.get("model"):
            self.model.set_model(asked["model"])
        if asked.get("expected"):
            self.model.set_expected(asked["expected"])
        if asked.get("path"):
            self.model.open_prompt(asked["path"], asked.get("text"), asked.get("variables"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.summary.set_low(self.height() < _LOW)

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
                view.hide()
                view.deleteLater()
        self.views = [known.get(each) or self._make_view(each) for each in self.model.columns]
        self.board.show_views(self.views)
        self.board.setVisible(bool(self.views))
        self.empty.setVisible(not self.views)
        self._on_settings()
        self._on_counted()

    def _make_view(self, model: ColumnModel) -> ColumnView:
        view = ColumnView(model, self.model.strategies, self.bridge)
        view.removed.connect(functools.partial(self.model.remove_column, model))
        view.wanted_again.connect(functools.partial(self.model.run_again, model))
        view.repeat_wanted.connect(functools.partial(self.model.run_repeat_again, model))
        view.opened.connect(functools.partial(self._on_opened, model))
        view.duplicated.connect(functools.partial(self.model.duplicate_column, model))
        view.moved.connect(functools.partial(self.model.move_column, model))
        view.pinned.connect(functools.partial(self._on_pinned, model))
        view.expanded.connect(functools.partial(self.board.toggle_focus, view))
        view.text_replaced.connect(self._on_text_replaced)
        view.tree_wanted.connect(functools.partial(self._on_tree, model))
        view.menu.aboutToShow.connect(functools.partial(self._on_menu, view))
        view.xray_wanted.connect(functools.partial(self.explaining.xray, model))
        view.dice_wanted.connect(functools.partial(self.explaining.dice, model))
        view.strategy_chosen.connect(functools.partial(self._on_strategy, model))
        self.together.add(view)
        return view

    def _columns_shown(self) -> list[ColumnView]:
        return self.views

    @Slot()
    def _on_settings(self) -> None:
        model = self.model
        budget = Budget(
            max_tokens=model.budget_tokens if model.equal_tokens else None,
            max_seconds=model.budget_seconds if model.equal_seconds else None,
        )
        for view in self.views:
            view.show_sampling(model.sampling, budget)

    @Slot()
    def _on_counted(self) -> None:
        for view in self.views:
            view.show_expected(self.model.expected)

    @Slot()
    def _on_text_replaced(self) -> None:
        if self.model.changes:
            self.changes.refresh()

    @Slot(bool)
    def _on_together(self, on: bool) -> None:
        self.together.on = on

    def _on_pinned(self, column_model: ColumnModel, pinned: bool) -> None:
        self.model.set_pinned(column_model if pinned else None)
        self.model.set_changes(pinned)

    @Slot()
    def _on_add(self) -> None:
        self.model.add_column()
        self.board.show_end()

    # --- by keyboard --------------------------------------------------------------------------

    def _has_columns(self) -> bool:
        return bool(self.views)

    def _can_escape(self) -> bool:
        return self.model.running or self.board.focused is not None

    @Slot()
    def _on_escape(self) -> None:
        if self.model.running:
            self.model.stop_all()
        else:
            self.board.leave_focus()

    @Slot()
    def _on_next(self) -> None:
        self.board.go(1)

    @Slot()
    def _on_previous(self) -> None:
        self.board.go(-1)

    @Slot()
    def _on_move_right(self) -> None:
        self._move(1)

    @Slot()
    def _on_move_left(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        view = self.board.current()
        if view is not None:
            self.model.move_column(view.model, by)
            self.board.go_to(view)

    @Slot()
    def _on_duplicate(self) -> None:
        view = self.board.current()
        if view is not None:
            self.model.duplicate_column(view.model)

    @Slot()
    def _on_expand(self) -> None:
        view = self.board.current()
        if view is not None:
            self.board.toggle_focus(view)

    def _on_menu(self, view: ColumnView) -> None:
        explaining = self.explaining
        view.menu.show_reasons(
            explaining.why_no_xray(view.model), explaining.why_no_dice(view.model)
        )

    def _can_xray(self) -> bool:
        view = self.board.current()
        return view is not None and not self.explaining.why_no_xray(view.model)

    def _can_dice(self) -> bool:
        view = self.board.current()
        return view is not None and not self.explaining.why_no_dice(view.model)

    @Slot()
    def _on_xray(self) -> None:
        view = self.board.current()
        if view is not None:
            self.explaining.xray(view.model)

    @Slot()
    def _on_dice(self) -> None:
        view = self.board.current()
        if view is not None:
            self.explaining.dice(view.model)

    # --- elsewhere ----------------------------------------------------------------------------

    def _on_opened(self, column_model: ColumnModel) -> None:
        if column_model.run_id is not None:
            self.context.go("history", run_id=column_model.run_id)

    def _on_tree(self, column_model: ColumnModel) -> None:
        if column_model.run_id is not None:
            self.context.go("tree", run_id=column_model.run_id)

    def _on_strategy(self, column_model: ColumnModel, strategy_id: str) -> None:
        info = self.model.strategy(strategy_id)
        if info is not None:
            column_model.choose_strategy(info)

    @Slot()
    def _tell_place(self) -> None:
        if self.model.path:
            self.breadcrumb_changed.emit([self.model.path.rpartition("/")[2]])
