"""The History workspace: find a run, open it again."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.domain.runs.pair import RunPair
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.views import ChatMessage, StrategyInfo
from workbench.ui.actions import Action
from workbench.ui.evaluate.data.case_form import case_action
from workbench.ui.history.bundles.bundle_files import dropped_bundle
from workbench.ui.history.figures_view import FiguresView
from workbench.ui.history.list_side import ListSide
from workbench.ui.history.opened.open_run import OpenRun
from workbench.ui.history.opened.run_menu import RunMenu
from workbench.ui.history.opened.run_view import RunView
from workbench.ui.history.right_side import RightSide
from workbench.ui.history.runs.runs_model import RunsModel
from workbench.ui.history.runs.runs_table import RunsTable
from workbench.ui.kit import (
    Banner,
    Splitter,
    column,
)
from workbench.ui.kit.panes.regions import Part, Regions
from workbench.ui.panels import Context, Panel
from workbench.ui.session import read_session, stored
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.service import Workbench

_SEARCH_MS = 80
_POLL_MS = 2000
_LEAST_LIST, _LEAST_RUN = 420, 400


class Choices(NamedTuple):
    """What the list can be narrowed to."""

    strategies: tuple[StrategyInfo, ...] = ()
    models: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    has_doubt: bool = False
    has_score: bool = False


class HistorySession(msgspec.Struct, frozen=True, kw_only=True):
    """What is found again at the next start."""

    run_id: int | None = None
    text: str = ""
    filters: list[tuple[str, str, str]] = []
    sizes: list[int] = []
    strategy: str | msgspec.UnsetType = msgspec.UNSET
    """Of an earlier version, which had one filter; not written."""


class HistoryPanel(Panel):
    """The list of runs left, the opened run right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._version: int | None = None
        self._choices = Choices()
        self._wanted: int | None = None
        self._unfold_for: int | None = None
        """The run that was asked for from elsewhere, until it is read."""
        self.runs = RunsModel(context.bridge)
        self.runs.setParent(self)
        self.opened = OpenRun(context.bridge)
        self.opened.setParent(self)
        self.table = RunsTable(self.runs)
        self.view = RunView(self.opened)
        self.menu = RunMenu(self.opened, self.view, context)
        self.notice = Banner()
        self.list_side = ListSide(context.bridge, self.table)
        self.search, self.filters = self.list_side.search, self.list_side.filters
        self.hits = self.list_side.hits
        self._make_right()
        self._split = Splitter(self.list_side, self.right, name="Runs and the opened run")
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
        self._regions = Regions((Part(self.list_side, enter=self._enter_list), Part(self.right)))
        self.setAcceptDrops(True)

    def _make_right(self) -> None:
        self.right = RightSide(
            self.context, self.view, self.opened, self.hits, FiguresView(self.bridge)
        )
        self.right.setMinimumWidth(_LEAST_RUN)
        self.nothing_open = self.right.nothing_open

    def _connect(self) -> None:
        self.view.tokens.branched.connect(self._open_answer)
        self.search.textChanged.connect(self._on_typed)
        self.hits.cleared.connect(self.list_side.clear)
        self.hits.day_wanted.connect(self._on_day)
        self.hits.model.failed.connect(self._on_failed)
        self.list_side.statistics.clicked.connect(self.right.show_statistics)
        self.list_side.console.clicked.connect(self.right.show_console)
        self.list_side.open_bundle.clicked.connect(self.right.ask_for_bundle)
        self.right.bundle.replayed.connect(self._refresh)
        self.right.labels.form.saved.connect(self._read_choices)
        self.right.labels.form.failed.connect(self._on_failed)
        self.filters.changed.connect(self._look)
        self.filters.wanted.connect(self._show_choices)
        self.list_side.nothing_found.button.clicked.connect(self.list_side.clear)
        self.list_side.no_runs.button.clicked.connect(self._on_compare_wanted)
        self.runs.filled.connect(self._on_filled)
        self.runs.failed.connect(self._on_failed)
        self.table.chosen.connect(self.right.open_run)
        self.table.delete_wanted.connect(self._on_delete_selected)
        self.table.menu_wanted.connect(self._on_menu_wanted)
        self.menu.compare_two.triggered.connect(self._on_compare_two)
        self.opened.changed.connect(self._on_opened)
        self.opened.failed.connect(self._on_failed)
        self.opened.deleted.connect(self._on_deleted)
        self.opened.restored.connect(self._on_restored)
        self.opened.started.connect(self._on_started)
        self.view.again.clicked.connect(self.opened.run_again)
        self.view.reproduce.clicked.connect(self.opened.reproduce)
        self.opened.reproduced.connect(self._on_reproduced)
        self.view.stop.clicked.connect(self.opened.stop)
        self.view.design.clicked.connect(self._on_design)
        self.view.compare.clicked.connect(self._on_compare)
        self.view.tree.clicked.connect(self._on_tree)
        self.view.delete.clicked.connect(self._on_delete)
        self.bridge.run_ended.connect(self._on_run_ended)
        self.bridge.run_changed.connect(self._on_run_ended)
        self.bridge.opened.connect(self.runs.refresh)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Search, run again, delete."""
        return (
            *self._regions.actions("history.parts"),
            Action(id="history.find", title="Search the history", run=self.list_side.focus_search,
                   keys="Ctrl+F"),
            Action(id="history.run_again", title="Run the opened run again",
                   run=self.opened.run_again, keys="Ctrl+Return", when=self._has_spec),
            Action(id="history.reproduce", title="Reproduce the opened run",
                   run=self.opened.reproduce, when=self._has_spec),
            Action(id="history.compare_two", title="Compare the two marked runs",
                   run=self._on_compare_two, when=self._has_two),
            Action(id="history.statistics", title="Statistics of the history",
                   run=self.right.show_statistics),
            Action(id="history.save_bundle", title="Save the opened run as a bundle",
                   run=self.menu.save_bundle, when=self._has_spec),
            Action(id="history.open_bundle", title="Open a bundle and replay it",
                   run=self.right.ask_for_bundle),
            Action(id="history.sql", title="Ask the history in SQL", run=self.right.show_console),
            Action(id="history.tree", title="Open the tree of the opened run", run=self._on_tree,
                   when=self.view.tree.isVisible),
            Action(id="history.xray", title="X-ray the opened run's answer",
                   run=self.menu.open_xray, when=self.menu.can_xray),
            Action(id="history.delete", title="Delete the opened run", run=self._on_delete,
                   when=self._has_run),
            case_action("history", self.context, self, lambda: self.opened.run_id),
        )  # fmt: skip

    def _enter_list(self) -> bool:
        home = self.home()
        home.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return home.hasFocus()

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.hits.list if self.list_side.is_searching else self.table

    def shown(self) -> None:
        """Read what is new."""
        self._read_choices()
        self._refresh()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Open a run: ``{"run_id": 7}``; with ``version`` list those of a prompt's version only.

        ``version_title`` says which version that is.
        """
        version = request.get("version")
        if isinstance(version, int):
            title = str(request.get("version_title") or "")
            self.filters.set_filter("version", str(version) if version else "", title)
        run_id = request.get("run_id")
        if isinstance(run_id, int):
            self._wanted = run_id
            self._unfold_for = run_id
            self.right.open_run(run_id)
            self.table.choose(run_id)
            self._unfold()

    def _unfold(self) -> None:
        """Unfold the comparison that the asked run is of, so that its row is there to be chosen."""
        spec = self.opened.spec
        if spec is None or self.opened.state is None:
            return
        if self.opened.state.run_id == self._unfold_for:
            self._unfold_for = None
            self.runs.unfold(spec.group)

    def save_session(self) -> dict[str, object]:
        """The opened run, the search and the filter."""
        return stored(
            HistorySession(
                run_id=self.opened.run_id,
                text=self.search.text(),
                filters=self.filters.state(),
                sizes=self._split.shares(),
            )
        )

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave."""
        session = read_session(HistorySession, state)
        if session.sizes:
            self._split.setSizes(session.sizes)
        earlier = [("strategy", session.strategy, "")] if session.strategy else []
        self.filters.restore(session.filters or earlier)
        self.search.setText(session.text)
        self._look()
        if self._wanted is None:
            self.handle({"run_id": session.run_id})

    # --- the list -----------------------------------------------------------------------------

    @latest
    async def _read_choices(self) -> None:
        choices = await self.bridge.ask(_choices)
        self._choices = choices
        self.runs.show_strategies(choices.strategies)
        self.hits.show_strategies(choices.strategies)
        self.filters.show_labels(
            choices.tags,
            choices.folders,
            has_doubt=choices.has_doubt,
            has_score=choices.has_score,
        )
        self.view.show_strategies(choices.strategies)
        self._show_choices()

    @Slot()
    def _show_choices(self) -> None:
        spec = self.opened.spec
        prompt = ("", "")
        if spec is not None and isinstance(spec.prompt, TemplatePrompt):
            path = spec.prompt.path
            prompt = (path, path.rpartition("/")[2])
        self.filters.show_choices(self._choices.strategies, self._choices.models, prompt)

    @Slot()
    def _on_typed(self) -> None:
        self._search_timer.start()

    @Slot()
    def _look(self) -> None:
        self._tell_place()
        if self.list_side.is_searching:
            self.list_side.show_hits()
        else:
            self.hits.hide()
            self.right.leave_hits()
            self.runs.look_for(self.filters.filter(self.search.text()))

    @Slot()
    def _refresh(self) -> None:
        """Read again what is shown."""
        if self.list_side.is_searching:
            self.hits.model.refresh()
        else:
            self.runs.refresh()

    @Slot(float, float)
    def _on_day(self, since: float, until: float) -> None:
        last = time.strftime("%Y-%m-%d", time.localtime(until - 1))
        first = time.strftime("%Y-%m-%d", time.localtime(since))
        title = first if first == last else f"{first} to {last}"
        self.filters.set_filter("between", f"{since} {until}", title)

    @Slot()
    def _on_filled(self) -> None:
        if self.list_side.is_searching:
            return
        searching = self.filters.is_set or bool(self.runs.wanted.text)
        empty = not self.runs.rows
        self.list_side.show_runs(are_there=not empty, narrowed=searching)
        if self._wanted is not None:
            self.table.choose(self._wanted)
        elif self.opened.run_id is None and not empty:
            self._wanted = self.runs.rows[0].run_id
            self.opened.open(self._wanted)
            self.table.choose(self._wanted)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.notice.show_message(sentence, "bad", "Read again", self.runs.refresh)

    @latest
    async def _ask_version(self) -> None:
        version = await self.bridge.ask(lambda core: core.history.data_version())
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
        self._wanted = self.opened.run_id
        self._tell_place()
        self._unfold()

    @Slot()
    def _on_design(self) -> None:
        spec = self.opened.spec
        if spec is not None and isinstance(spec.prompt, TemplatePrompt):
            run = {"source": spec.prompt.source, "run_id": self.opened.run_id}
            self.context.go("design", path=spec.prompt.path, **run)

    @Slot()
    def _on_compare(self) -> None:
        if self.opened.spec is not None:
            self.context.go("compare", group=self.opened.spec.group)

    @Slot()
    def _on_tree(self) -> None:
        if self.opened.run_id is not None:
            self.context.go("tree", run_id=self.opened.run_id)

    def _has_two(self) -> bool:
        return len(self.table.selected()[0]) == 2

    @Slot(QPoint)
    def _on_menu_wanted(self, place: QPoint) -> None:
        self.menu.compare_two.setEnabled(self._has_two())
        self.menu.open_at(place)

    @Slot()
    def _on_compare_two(self) -> None:
        run_ids, _ = self.table.selected()
        if len(run_ids) == 2:
            self.right.compare(min(run_ids), max(run_ids))

    @Slot()
    def _on_compare_wanted(self) -> None:
        self.context.go("compare")

    @Slot(object)
    def _open_answer(self, answer: ChatMessage) -> None:
        """The branch that was begun from a token."""
        self.context.go(
            "chat", conversation_id=answer.conversation_id, message_id=answer.message_id
        )

    @Slot()
    def _on_delete(self) -> None:
        if self.opened.run_id is not None:
            self.opened.delete([self.opened.run_id])

    @Slot()
    def _on_delete_selected(self) -> None:
        run_ids, groups = self.table.selected()
        if run_ids or groups:
            self.opened.delete(run_ids, groups)
        else:
            self._on_delete()

    @Slot(tuple)
    def _on_deleted(self, run_ids: tuple[int, ...]) -> None:
        row = min((at for each in run_ids if (at := self.runs.row_of(each)) >= 0), default=0)
        self.runs.remove(run_ids)
        one = len(run_ids) == 1
        words = f"Run {run_ids[0]:,} is deleted." if one else f"{len(run_ids):,} runs are deleted."
        restore = functools.partial(self.opened.restore, run_ids)
        self.notice.show_message(words, "text-2", "Undo", restore)
        following = [each.run for each in self.runs.entries[row:] if each.run is not None]
        if following or self.runs.rows:
            run = following[0] if following else self.runs.rows[-1]
            self.handle({"run_id": run.run_id})
        else:
            self._wanted = None
            self.opened.close()
            self.runs.refresh()

    @Slot(tuple)
    def _on_restored(self, run_ids: tuple[int, ...]) -> None:
        self.runs.refresh()
        self.handle({"run_id": max(run_ids)})

    @Slot(int)
    def _on_started(self, run_id: int) -> None:
        self.runs.refresh()
        self.handle({"run_id": run_id})

    @Slot(object)
    def _on_reproduced(self, pair: RunPair) -> None:
        self._refresh()
        words = f"Run {pair.left_id:,} was reproduced as run {pair.right_id:,}: {pair.verdict}."
        self.notice.show_message(words, "ok" if pair.verdict == "identical" else "warn")
        self.right.show_pair(pair)

    def _has_spec(self) -> bool:
        return self.opened.spec is not None

    def _has_run(self) -> bool:
        return self.opened.run_id is not None

    @Slot()
    def _tell_place(self) -> None:
        run_id, words = self.opened.run_id, self.search.text().strip()
        if self.list_side.is_searching and words:
            self.breadcrumb_changed.emit([f"“{words}”"])
        else:
            self.breadcrumb_changed.emit([f"Run {run_id:,}"] if run_id is not None else [])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_bundle(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_bundle(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.right.show_bundle(path)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._poll.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._poll.stop()


async def _choices(core: Workbench) -> Choices:
    history = core.history
    return Choices(
        core.runs.strategies(),
        await history.models(),
        await history.tags(),
        await history.folders(),
        await history.has_doubt(),
        await history.has_score(),
    )
