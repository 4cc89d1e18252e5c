"""The Compare workspace: one column a strategy, live."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QWidget

from workbench.domain.runs.sampling import Sampling
from workbench.ui.actions import Action
from workbench.ui.compare.bar import CompareBar
from workbench.ui.compare.columns.board import Board
from workbench.ui.compare.columns.changes import Changes
from workbench.ui.compare.columns.column import ColumnView
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.columns.scroll_together import ScrollTogether
from workbench.ui.compare.explaining import Explaining
from workbench.ui.compare.question import QuestionStrip
from workbench.ui.compare.status_line import StatusLine
from workbench.ui.compare.summary import SummaryTable
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.compare.voting.page import VotingPage
from workbench.ui.evaluate.data.case_form import case_action
from workbench.ui.kit import EmptyState, column
from workbench.ui.panels import Context, Panel

_LOW = 720
"""Below this height in pixels the summary is folded at first."""
_HOW_RUN = ("sampling", "seed", "mode", "model")
"""What of an offer of Design says how the prompt is run."""


class ComparePanel(Panel):
    """Runs one prompt by several strategies and shows them side by side."""

    follows = "design"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = CompareModel(context.bridge)
        self.model.setParent(self)
        self.bar = CompareBar(self.model, context.bridge)
        self.question = QuestionStrip(self.model)
        self.status = StatusLine(self.model)
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
        self.voting: VotingPage | None = None
        """Made when the user first votes."""
        head = (self.bar, self.question, self.status)
        layout = column(*head, self.board, self.empty, self.summary, gap=0)
        layout.setStretch(3, 1)
        layout.setStretch(4, 1)
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
        self.question.voting_toggled.connect(self._on_voting)
        self.model.running_changed.connect(self.busy_changed)
        self.status.costs.estimated.connect(self._on_estimated)
        self.status.expected_wanted.connect(self.question.expected.setFocus)
        self.status.focus_left.connect(self._focus_board)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Run, stop, add, and walk, move and duplicate columns."""
        model, explaining, has_columns = self.model, self.explaining, self._has_columns
        return (
            Action(id="compare.run", title="Run all columns", run=model.run_all,
                   keys="Ctrl+Return"),
            Action(id="compare.stop",
                   title="Stop all columns, or leave the column that fills the width",
                   run=self._on_escape, keys="Esc", when=self._can_escape),
            Action(id="compare.add_column", title="Add a column", run=self._on_add),
            Action(id="compare.resume", title="Resume the runs that were stopped",
                   run=model.resume_all, when=self._can_resume),
            Action(id="compare.next_column", title="Go to the next column",
                   run=partial(self.board.go, 1), keys="Ctrl+Alt+Right", when=has_columns),
            Action(id="compare.previous_column", title="Go to the previous column",
                   run=partial(self.board.go, -1), keys="Ctrl+Alt+Left", when=has_columns),
            Action(id="compare.move_right", title="Move the column right",
                   run=partial(self._move, 1), keys="Ctrl+Shift+Right", when=has_columns),
            Action(id="compare.move_left", title="Move the column left",
                   run=partial(self._move, -1), keys="Ctrl+Shift+Left", when=has_columns),
            Action(id="compare.duplicate", title="Duplicate the column",
                   run=partial(self._act, model.duplicate_column), keys="Ctrl+D", when=has_columns),
            Action(id="compare.focus_column", title="Let the column fill the width",
                   run=self._on_expand, when=has_columns),
            Action(id="compare.xray", title="X-ray the column's answer",
                   run=partial(self._act, explaining.xray),
                   when=partial(self._can_explain, explaining.why_no_xray)),
            Action(id="compare.dice", title="Prompt or dice? The column against the pinned one",
                   run=partial(self._act, explaining.dice),
                   when=partial(self._can_explain, explaining.why_no_dice)),
            Action(id="compare.vote_blind", title="Vote blind on the answers, or stop voting",
                   run=self.question.voting.toggle, keys="Ctrl+Shift+B", when=has_columns,
                   is_on=self.question.voting.isChecked),
            case_action("compare", self.context, self, self._shown_run),
        )  # fmt: skip

    def home(self) -> QWidget | None:
        """The first column, or the one that fills the width: what is typed there changes nothing.

        In the chooser of the prompt, which would come first, a letter takes another prompt.
        """
        return self.board.current()

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
        if asked.get("path"):
            given = asked.get("text"), asked.get("variables"), asked.get("expected", "")
            self.model.open_question(asked["path"], *given)

    def follow(self, offer: dict[str, object]) -> None:
        """Take over what Design shows, unless it was taken already or runs are at work.

        How the same prompt is run stays as it was chosen here, until it is changed in Design.
        """
        model = self.model
        digest, settings = _digest(offer), _digest({name: offer.get(name) for name in _HOW_RUN})
        if digest == model.followed or model.running:
            return
        if settings == model.followed_settings and offer.get("path") == model.path:
            offer = offer | {name: getattr(model, name) for name in _HOW_RUN}
        model.followed, model.followed_settings = digest, settings
        self.handle(offer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.summary.set_low(self.height() < _LOW)

    def at_work(self) -> str:
        """A comparison under way is worth a question before it is stopped."""
        return "A comparison is running." if self.model.running else ""

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
        self._show_middle()
        self._on_settings()
        self._on_counted()
        if self.views and not known:
            self._focus_first()

    def _focus_first(self) -> None:
        """The columns came after the workspace was shown: the focus goes where it would have."""
        holder = self.window().focusWidget()
        elsewhere = isinstance(holder, QAbstractButton) and not self.isAncestorOf(holder)
        if self.isVisible() and (holder in (None, self.bar.prompt) or elsewhere):
            self.views[0].setFocus()

    def _make_view(self, model: ColumnModel) -> ColumnView:
        view = ColumnView(model, self.model.strategies, self.bridge)
        view.removed.connect(partial(self.model.remove_column, model))
        view.wanted_again.connect(partial(self.model.run_again, model))
        view.resume_wanted.connect(partial(self.model.resume, model))
        view.repeat_wanted.connect(partial(self.model.run_repeat_again, model))
        view.opened.connect(partial(self._on_opened, model))
        view.duplicated.connect(partial(self.model.duplicate_column, model))
        view.moved.connect(partial(self.model.move_column, model))
        view.pinned.connect(partial(self._on_pinned, model))
        view.expanded.connect(partial(self.board.toggle_focus, view))
        view.text_replaced.connect(self._on_text_replaced)
        view.tree_wanted.connect(partial(self._on_tree, model))
        view.menu.aboutToShow.connect(partial(self._on_menu, view))
        view.xray_wanted.connect(partial(self.explaining.xray, model))
        view.dice_wanted.connect(partial(self.explaining.dice, model))
        view.strategy_chosen.connect(partial(self._on_strategy, model))
        self.together.add(view)
        return view

    def _columns_shown(self) -> list[ColumnView]:
        return self.views

    @Slot()
    def _on_settings(self) -> None:
        for view in self.views:
            view.show_sampling(self.model.sampling, self.model.budget)

    @Slot()
    def _on_estimated(self) -> None:
        for place, view in enumerate(self.views):
            view.show_cost(self.status.costs.of_column(place))

    @Slot()
    def _on_counted(self) -> None:
        for view in self.views:
            view.show_counted(self.model.expected)

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

    @Slot()
    def _focus_board(self) -> None:
        if self.views:
            self.board.go_to(self.board.current() or self.views[0])

    def _has_columns(self) -> bool:
        return bool(self.views)

    def _can_resume(self) -> bool:
        return not self.model.running and any(each.cut for each in self.model.columns)

    def _can_escape(self) -> bool:
        is_voting = self.question.voting.isChecked()
        return self.model.running or is_voting or self.board.focused is not None

    @Slot()
    def _on_escape(self) -> None:
        if self.model.running:
            self.model.stop_all()
        elif self.question.voting.isChecked():
            self.question.voting.setChecked(False)
        else:
            self.board.leave_focus()

    # --- voting -------------------------------------------------------------------------------

    def make_parts(self) -> None:
        """The page of votes, whose commands are looked for."""
        self._voting_page()

    def _voting_page(self) -> VotingPage:
        if self.voting is None:
            page = self.voting = VotingPage(self.model, self.bridge)
            page.left.connect(self._leave_voting)
            page.hide()
            layout = self.layout()
            assert isinstance(layout, QBoxLayout)
            layout.insertWidget(layout.indexOf(self.board), page, 1)
            self.actions_made.emit(page.actions_table(), page)
        return self.voting

    @Slot(bool)
    def _on_voting(self, on: bool) -> None:
        if on:
            self._voting_page()
        self._show_middle()
        if on and self.voting is not None:
            self.voting.ballot.keys["a"].setFocus()
        else:
            self._focus_board()

    @Slot()
    def _leave_voting(self) -> None:
        self.question.voting.setChecked(False)

    def _show_middle(self) -> None:
        """Show the columns, the votes in their place, or that there are no columns."""
        is_voting = self.question.voting.isChecked() and bool(self.views)
        if self.voting is not None:
            self.voting.setVisible(is_voting)
        self.board.setVisible(bool(self.views) and not is_voting)
        self.summary.setVisible(not is_voting)  # it names the columns with their answers
        self.empty.setVisible(not self.views)

    def _act(self, act: Callable[[ColumnModel], None]) -> None:
        """Do something with the column that the keys go to."""
        view = self.board.current()
        if view is not None:
            act(view.model)

    def _shown_run(self) -> int | None:
        """The run of the column that the keys go to."""
        view = self.board.current()
        return view.model.run_id if view is not None else None

    def _can_explain(self, why_not: Callable[[ColumnModel], str]) -> bool:
        view = self.board.current()
        return view is not None and not why_not(view.model)

    def _move(self, by: int) -> None:
        view = self.board.current()
        if view is not None:
            self.model.move_column(view.model, by)
            self.board.go_to(view)

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


def _digest(offer: dict[str, object]) -> str:
    return hashlib.sha256(msgspec.json.encode(offer, order="sorted")).hexdigest()
