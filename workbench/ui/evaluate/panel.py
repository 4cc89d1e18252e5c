"""The Evaluate workspace: the list, one of the views, and the run bar."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import msgspec
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.domain.evaluation.cells import CellId
from workbench.ui.actions import Action
from workbench.ui.evaluate.analysis.loading import ChartLoading
from workbench.ui.evaluate.code_question import ask_for_code
from workbench.ui.evaluate.list_model import ListModel
from workbench.ui.evaluate.list_view import EvaluationList
from workbench.ui.evaluate.opening import Opening
from workbench.ui.evaluate.problem_view import ProblemView
from workbench.ui.evaluate.results.kept import KeptResults
from workbench.ui.evaluate.run_bar import FIRST_ROWS, RunBar
from workbench.ui.evaluate.starting import Starting
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.evaluate.views import VIEWS, EvaluateView
from workbench.ui.evaluate.words import state_of
from workbench.ui.kit import Banner, EmptyState, Segmented, Splitter, column
from workbench.ui.kit.panes.folding import STRIP, FoldingPane
from workbench.ui.panels import Context, Panel
from workbench.ui.session import read_session, stored

if TYPE_CHECKING:
    from workbench.ui.evaluate.results.view import ResultsView

if TYPE_CHECKING:
    from workbench.ui.evaluate.setup.view import SetupView

_NARROW, _LIST = 1160, 216
_CHARTS_MS = 1_500
"""After results are there, Analysis can be the next view: its charts are made ready."""


class EvaluateSession(msgspec.Struct, frozen=True, kw_only=True):
    """What is found again at the next start."""

    path: str = ""
    evaluation_id: int = 0
    view: str = ""
    sizes: list[int] = []
    results: KeptResults | None = None


class EvaluatePanel(Panel):
    """Joins the parts; the work is in EvaluationModel. A view is made when it is first shown."""

    follows = "design"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = EvaluationModel(self.bridge)
        self.listed = ListModel(self.bridge)
        self.starting = Starting(self.bridge, self.model)
        self.list = EvaluationList()
        self.opening = Opening(self.model, self.listed, self.starting, self.list)
        self.parts = Segmented("Evaluate", [spec.title for spec in VIEWS])
        self.views: dict[str, QWidget] = {}
        self.empty = EmptyState(
            "Find out whether a change helped",
            "Run two versions of a prompt on your own rows, check what comes back, and see how "
            "sure the difference is.",
            "New evaluation", "plus", "Open a set file…",
        )  # fmt: skip
        self.broken = ProblemView(self.bridge)
        self.banner = Banner()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.broken)
        self.run_bar = RunBar(self.model)
        self.side = FoldingPane("Evaluations", self.list)
        self._charts = ChartLoading(self.bridge, self)
        self._charts_soon = QTimer(self, singleShot=True, interval=_CHARTS_MS)
        self._charts_soon.timeout.connect(self._charts.begin)
        self._is_narrow = False
        self.splitter = Splitter(
            self.side, self.stack, name="Evaluations and view", keeps_shares=False
        )
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([_LIST, 1160])
        layout = column(self.splitter, self.banner, self.run_bar, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self._results_before: KeptResults | None = None
        """How Results was in the last session, until it is shown."""
        self._connect()
        self._show_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the list folds; it can be opened nevertheless."""
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._fold(is_narrow)

    @Slot()
    def _open_list(self) -> None:
        self._fold(False)
        self.list.list.setFocus()

    def _fold(self, folded: bool) -> None:
        self.side.fold(folded)
        room = STRIP if folded else _LIST
        self.splitter.setSizes([room, max(self.width() - room, 1)])

    def _search(self) -> None:
        if self.side.folded:
            self._open_list()
        self.list.begin_search()

    def _connect(self) -> None:
        model, opening = self.model, self.opening
        opening.begun.connect(self._on_begun)
        self.side.open_wanted.connect(self._open_list)
        model.opened.connect(self._on_opened)
        model.set_changed.connect(self._on_opened)
        model.kept.connect(self.listed.read)
        model.progress_changed.connect(self._on_progress)
        model.cells_changed.connect(self._on_progress)
        model.result_changed.connect(self._show_list)
        model.result_changed.connect(self._charts_soon.start)
        model.failed.connect(self.banner.show_message)
        model.comparing.failed.connect(self.banner.show_message)
        self.starting.failed.connect(self.banner.show_message)
        self.listed.changed.connect(self._show_list)
        self.list.chosen.connect(opening.open_listed)
        self.list.data_chosen.connect(opening.use_data)
        self.list.new_wanted.connect(opening.new)
        self.list.menu_wanted.connect(opening.show_menu)
        self.empty.button.clicked.connect(opening.new_here)
        self.empty.link.clicked.connect(opening.open_file)
        self.broken.again_wanted.connect(opening.read_again)
        self.broken.kept_wanted.connect(opening.open_last_kept)
        self.run_bar.first_wanted.connect(self.run_first)
        self.run_bar.code_wanted.connect(self.ask_for_code)
        self.parts.chosen.connect(self._show_view)
        self.bridge.opened.connect(self.listed.read)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        model, opening = self.model, self.opening
        return (
            Action(id="evaluate.run", title="Run the evaluation", run=model.run,
                   keys="Ctrl+Return", when=lambda: model.set is not None),
            Action(id="evaluate.first", title=f"Run the first {FIRST_ROWS} rows",
                   run=self.run_first, when=lambda: model.evaluation is not None),
            Action(id="evaluate.failed", title="Run failed answers again",
                   run=self.run_bar.run_failed, when=lambda: bool(model.progress.failed)),
            Action(id="evaluate.code", title="Run the code of answers", run=self.ask_for_code,
                   when=lambda: model.waits_for_code),
            Action(id="evaluate.pause", title="Pause the evaluation", run=self._escape,
                   keys="Esc"),
            Action(id="evaluate.new", title="New evaluation", run=opening.new_here, keys="Ctrl+N"),
            Action(id="evaluate.open", title="Open a set file", run=opening.open_file,
                   keys="Ctrl+O"),
            Action(id="evaluate.save", title="Save the set", run=opening.save, keys="Ctrl+S",
                   when=lambda: model.set is not None),
            Action(id="evaluate.save_as", title="Save the set as", run=opening.save_as,
                   keys="Ctrl+Shift+S", when=lambda: model.set is not None),
            Action(id="evaluate.undo", title="Undo the last edit of the set", run=model.undo,
                   keys="Ctrl+Z", when=lambda: model.edits.can_undo),
            Action(id="evaluate.redo", title="Redo the edit of the set", run=model.redo,
                   keys="Ctrl+Shift+Z", more_keys=("Ctrl+Y",),
                   when=lambda: model.edits.can_redo),
            Action(id="evaluate.search", title="Search evaluations and data sets",
                   run=self._search, keys="Ctrl+F"),
            *(
                Action(id=f"evaluate.{spec.id}", title=f"Evaluate: {spec.title}",
                       run=functools.partial(self.show_view, spec.id))
                for spec in VIEWS
            ),
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """The views."""
        return (self.parts,)

    def make_parts(self) -> None:
        """All views, whose commands are looked for."""
        for spec in VIEWS:
            self.view(spec.id)

    def home(self) -> QWidget:
        """The list, from which everything is opened."""
        return self.list.list

    def shown(self) -> None:
        """Files may have come meanwhile."""
        self.listed.read()
        self._show_place()

    def follow(self, offer: dict[str, object]) -> None:
        """The prompt open in Design can be evaluated."""
        self.starting.take_offer(offer)

    def handle(self, request: dict[str, object]) -> None:
        """Open ``{"set": path}`` or ``{"evaluation_id": n}``, or ``{"prompt": path}`` as new.

        ``"view"`` is the view to be shown.
        """
        path, kept, prompt = (request.get(key) for key in ("set", "evaluation_id", "prompt"))
        if isinstance(path, str):
            self.opening.open_path(path)
        elif isinstance(kept, int):
            self.opening.open_kept(kept)
        elif isinstance(prompt, str):
            self.starting.from_prompt(prompt)
        view = request.get("view")
        if isinstance(view, str):
            self.show_view(view)

    def at_work(self) -> str:
        """That answers are being made, which are gone on with later."""
        work = self.model.at_work
        if work is None:
            return ""
        left = work.progress.left
        return f"“{work.evaluation.set.name}” is being run, {left:,} answers are left."

    def unsaved(self) -> str:
        """That rows of a data set are not saved."""
        setup = self.views.get("setup")
        return cast("SetupView", setup).unsaved() if setup is not None else ""

    def save_session(self) -> dict[str, object]:
        """The set and the view that are shown."""
        return stored(
            EvaluateSession(
                path="" if self.opening.kept_id else self.model.path,
                evaluation_id=self.opening.kept_id,
                view=VIEWS[self.parts.index].id,
                sizes=[] if self.side.folded else self.splitter.sizes(),
                results=self._kept_results(),
            )
        )

    def _kept_results(self) -> KeptResults | None:
        """How Results is shown; as in the last session where it was not shown yet."""
        results = self.views.get("results")
        return cast("ResultsView", results).kept if results is not None else self._results_before

    def restore_session(self, state: dict[str, object]) -> None:
        """Open the set again that was shown."""
        session = read_session(EvaluateSession, state)
        if len(session.sizes) == 2 and not self.side.folded:
            self.splitter.setSizes(session.sizes)
        if self.model.set is not None or self.model.problem is not None:
            return
        self.show_view(session.view)
        if session.evaluation_id:
            self.opening.open_kept(session.evaluation_id)
        elif session.path:
            self.opening.open_path(session.path)
        self._results_before = session.results

    # --- views ----------------------------------------------------------------------------------

    def show_view(self, view_id: str) -> None:
        """Show a view; another name than those of the views changes nothing."""
        for place, spec in enumerate(VIEWS):
            if spec.id == view_id and self.parts.index != place:
                self.parts.choose(place)

    def view(self, view_id: str) -> QWidget:
        """A view, made now where it was not shown yet."""
        if view_id not in self.views:
            spec = next(each for each in VIEWS if each.id == view_id)
            made = spec.make(self.context, self.model)
            self.views[view_id] = made
            self.stack.addWidget(made)
            self._join(view_id, made)
            self.actions_made.emit(cast("EvaluateView", made).actions_table(), made)
        return self.views[view_id]

    def _join(self, view_id: str, made: QWidget) -> None:
        """What one view asks of another."""
        if view_id == "results" and self._results_before is not None:
            cast("ResultsView", made).begin_with(self._results_before)
        if view_id == "analysis":
            made.show_rows_wanted.connect(self._show_rows)  # type: ignore[attr-defined]

    @Slot(list)
    def _show_rows(self, cases: list[str]) -> None:
        """Show cases in Results, and no others."""
        self.show_view("results")
        if "results" in self.views:
            self.views["results"].show_rows(cases)  # type: ignore[attr-defined]

    @Slot()
    def _show_view(self) -> None:
        model = self.model
        if model.problem is not None and not (model.set is not None and model.problem.of_data):
            has_kept = any(
                each.path == model.problem.path and each.summary is not None
                for each in self.listed.listing.evaluations
            )
            self.broken.show_problem(model.problem, has_kept=has_kept)
            self.stack.setCurrentWidget(self.broken)
        elif model.set is None:
            self.stack.setCurrentWidget(self.empty)
        else:
            self.stack.setCurrentWidget(self.view(VIEWS[self.parts.index].id))
        self.parts.setEnabled(model.set is not None)
        # Nothing pulls while the user votes: the four keys are equal, and no button is stronger.
        is_voting = VIEWS[self.parts.index].id == "votes"
        self.run_bar.start.set_primary(not is_voting, "Ctrl+Return")

    # --- what is open ---------------------------------------------------------------------------

    @Slot()
    def _on_begun(self) -> None:
        """Messages and filters are those of the set before."""
        before = self._results_before
        if before is not None:
            self._results_before = msgspec.structs.replace(before, rows=None)
        self.banner.hide()

    @Slot()
    def _on_opened(self) -> None:
        self._show_view()
        self._show_list()
        self._show_place()

    def _show_place(self) -> None:
        given = self.model.set
        if given is None:
            self.breadcrumb_changed.emit([])
            return
        name = f"{given.name} •" if self.model.is_changed else given.name
        self.breadcrumb_changed.emit([name])

    # --- running --------------------------------------------------------------------------------

    @Slot()
    def ask_for_code(self) -> None:
        """Ask whether the code of answers may be run, and run it."""
        ask_for_code(self, self._run_code)

    def _run_code(self) -> None:
        self.model.allow_code()
        self.model.run()

    @Slot()
    def run_first(self) -> None:
        """Run the first rows, to see whether all is as it should be."""
        evaluation = self.model.evaluation
        if evaluation is not None:
            usable = [each.id for each in evaluation.cases if not each.duplicate_of]
            first = set(usable[:FIRST_ROWS])
            self.model.run(_cells_of(evaluation.cells, first))

    def _escape(self) -> None:
        if not self.list.end_search():
            self.model.pause()

    @Slot()
    def _on_progress(self) -> None:
        self.busy_changed.emit(self.model.at_work is not None)
        self._show_list()

    @Slot()
    def _show_list(self) -> None:
        listing, work = self.listed.listing, self.model.at_work
        busy = work.evaluation.set.path if work is not None else ""
        states = {
            each.path: state_of(each, work.progress if work and each.path == busy else None)
            for each in listing.evaluations
        }
        self.list.show_listing(listing, states, self.model.path)


def _cells_of(cells: Iterable[CellId], cases: set[str]) -> list[CellId]:
    return [place for place in cells if place.case in cases]
