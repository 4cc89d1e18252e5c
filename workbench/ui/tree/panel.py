"""The Tree workspace: one run's search, live, replayed, steered."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QFrame, QStackedWidget, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.lost_solution import find_lost_solution
from workbench.domain.runs.spec import RunSpec
from workbench.ui.actions import Action
from workbench.ui.evaluate.data.case_form import ask_for_case, case_action
from workbench.ui.kit import Banner, EmptyState, GhostButton, Splitter, column
from workbench.ui.kit.menu import Menu
from workbench.ui.kit.pictures import write_export
from workbench.ui.panels import Context, Panel
from workbench.ui.runs.estimates import Estimates
from workbench.ui.session import read_session, stored
from workbench.ui.tasks import background
from workbench.ui.tree.canvas.canvas import TreeCanvas
from workbench.ui.tree.canvas.export import FORMATS, export_job
from workbench.ui.tree.canvas.overlays import CanvasArea
from workbench.ui.tree.header import TreeHeader
from workbench.ui.tree.inspector.forms import GrowForm, ThoughtForm, Unsent
from workbench.ui.tree.inspector.inspector import WIDTH, Inspector
from workbench.ui.tree.inspector.thought_origin import messages_for_chat, written_to
from workbench.ui.tree.replay.player import Player
from workbench.ui.tree.view_model import TreeModel

_LEAST_CANVAS = 480
_GROW_LATER = "A search grows once it has ended. Resume it to its end, or stop it first."


class TreeSession(msgspec.Struct, frozen=True, kw_only=True):
    """What is found again at the next start."""

    run_id: int | None = None
    sizes: list[int] = []
    thoughts: list[Unsent | None] = []
    """Written and not given, in the forms for a change and for another thought."""


class TreePanel(Panel):
    """Joins the parts; the work is in TreeModel."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = TreeModel(context.bridge)
        self.model.setParent(self)
        self.header = TreeHeader(self.model)
        self.canvas = TreeCanvas()
        self.area = CanvasArea(self.canvas)
        self.player = Player(self.model)
        self.inspector = Inspector(self.model)
        self.lost_solution = Banner()
        self.notice = Banner()
        self.edit_form = ThoughtForm("Change the thought", "Change", self)
        self.add_form = ThoughtForm("A new thought", "Add", self)
        self.export = GhostButton("Export", "download", tip="Save the tree as a file")
        self.reproduce = GhostButton("Reproduce", "refresh", tip="Run the same again, same seed")
        self._build()
        self._connect()
        self._on_opened()

    def _build(self) -> None:
        left = QFrame()
        left.setMinimumWidth(_LEAST_CANVAS)
        inner = column(self.lost_solution, self.area, self.player, gap=0)
        inner.setStretch(1, 1)
        left.setLayout(inner)
        self.inspector.setMinimumWidth(WIDTH)
        self.split = Splitter(left, self.inspector, name="Tree and node")
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([1010, WIDTH])
        work = QFrame()
        layout = column(self.header, self.split, gap=0)
        layout.setStretch(1, 1)
        work.setLayout(layout)
        self.empty = EmptyState(
            "No search is open",
            "A run that searches over thoughts opens here, live or from the history.",
            "Search the three-number puzzle",
            "play",
            "Choose a run",
            keys="Ctrl+Return",
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(work)
        outer = column(self._pages, self.notice, gap=0)
        outer.setStretch(0, 1)
        self.setLayout(outer)

    def _connect(self) -> None:
        model, inspector = self.model, self.inspector
        model.opened.connect(self._on_opened)
        model.changed.connect(self._on_changed)
        model.selected.connect(self._on_selected)
        model.failed.connect(self._on_failed)
        model.steered.connect(self._on_steered)
        self.canvas.picked.connect(model.select)
        self.canvas.laid_out.connect(self._on_laid_out)
        self.empty.button.clicked.connect(model.search_puzzle)
        self.empty.link.clicked.connect(self._to_history)
        inspector.back.clicked.connect(functools.partial(model.step, -1))
        inspector.forward.clicked.connect(functools.partial(model.step, 1))
        inspector.fork_wanted.connect(self._on_fork)
        for button, action in self._node_actions().items():
            button.clicked.connect(action.run)
        self.edit_form.accepted.connect(model.edit)
        self.add_form.accepted.connect(model.add_sibling)
        self.export.clicked.connect(self._show_formats)
        self.reproduce.clicked.connect(model.reproduce)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Everything that can be done to a search, by one key each."""
        model, has_run = self.model, self._has_run
        return (
            *(
                replace(action, when=functools.partial(self._can, button))
                for button, action in self._node_actions().items()
            ),
            Action(id="tree.zoom_in", title="Zoom in", run=self.canvas.zoom_in, keys="+",
                   when=has_run),
            Action(id="tree.zoom_out", title="Zoom out", run=self.canvas.zoom_out, keys="-",
                   when=has_run),
            Action(id="tree.fit", title="Show the whole tree", run=self.canvas.fit, keys="0",
                   when=has_run),
            Action(id="tree.play", title="Play or stop the replay", run=self.player.toggle,
                   keys="Ctrl+Space", when=has_run),
            Action(id="tree.before", title="Event before", run=self.player.step_back,
                   keys="Alt+Left", when=has_run),
            Action(id="tree.after", title="Next event", run=self.player.step_forward,
                   keys="Alt+Right", when=has_run),
            Action(id="tree.pause", title="Pause or resume the search",
                   run=self.header.toggle_pause, when=has_run),
            Action(id="tree.puzzle", title="Search the three-number puzzle",
                   run=model.search_puzzle, keys="Ctrl+Return", when=self._is_empty),
            Action(id="tree.latest", title="Open the tree of the latest search",
                   run=model.open_latest),
            Action(id="tree.undo", title="Take back the last change of a node", run=model.undo,
                   keys="Ctrl+Z", when=self._can_undo),
            Action(id="tree.stop", title="Stop the search", run=self.leave, keys="Esc",
                   when=self._can_leave),
            case_action("tree", self.context, self, lambda: model.run_id),
            *(
                Action(id=f"tree.export_{kind}",
                       title=f"Export the tree as {title.partition(' (')[0]}",
                       run=functools.partial(self.ask_export, kind), when=has_run)
                for kind, title in FORMATS.items()
            ),
        )  # fmt: skip

    def _node_actions(self) -> dict[QAbstractButton, Action]:
        """What can be done to a node, by the button that does it too."""
        model, inspector = self.model, self.inspector
        return {
            inspector.fork: Action(id="tree.fork", title="Fork the node from a token",
                                   run=inspector.point_weakest, keys="F"),
            inspector.boost: Action(id="tree.boost", title="Boost the node", run=model.boost,
                                    keys="B"),
            inspector.chat: Action(id="tree.chat", title="Continue the node in chat",
                                   run=self.continue_in_chat, keys="C"),
            inspector.prune: Action(id="tree.prune", title="Prune the node", run=model.prune,
                                    keys="P"),
            inspector.grow: Action(id="tree.grow", title="Grow the node again",
                                   run=self.ask_growth, keys="G"),
            inspector.edit: Action(id="tree.edit", title="Edit the node's thought",
                                   run=self.ask_edit, keys="E"),
            inspector.add: Action(id="tree.add", title="Add a thought next to the node",
                                  run=self.ask_thought, keys="A"),
            inspector.case: Action(id="tree.node_case", title="Save the node as a case…",
                                   run=self.ask_case, keys="S"),
        }  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Export and run again."""
        return (self.export, self.reproduce)

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.empty.button if self._is_empty() else self.canvas

    def shown(self) -> None:
        """A search that is at work, else the open run, else the latest one that has searched."""
        self.model.follow_running()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Open a run: ``{"run_id": 7}``, with ``"node"`` at that node."""
        run_id = request.get("run_id")
        if isinstance(run_id, int):
            self.model.open_other(run_id)
        node = request.get("node")
        if isinstance(node, str):
            self.model.select(node)

    def save_session(self) -> dict[str, object]:
        """The open run, and thoughts that were written and not given."""
        thoughts = [form.unsent for form in (self.edit_form, self.add_form)]
        run_id, sizes = self.model.run_id, self.split.shares()
        return stored(TreeSession(run_id=run_id, sizes=sizes, thoughts=thoughts))

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave."""
        session = read_session(TreeSession, state)
        if session.sizes:
            self.split.setSizes(session.sizes)
        for form, unsent in zip((self.edit_form, self.add_form), session.thoughts, strict=False):
            form.unsent = unsent
        if self.model.run_id is None:
            self.handle({"run_id": session.run_id})

    # --- showing --------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        model = self.model
        self._show_page()
        self.reproduce.setEnabled(model.spec is not None)
        self.lost_solution.hide()
        tone = model.info.short
        self.canvas.tone = self.area.legend.tone = tone
        self.player.show_opened()
        self._tell_place()

    def _show_page(self) -> None:
        """A run that has only just begun is opened before its first event."""
        begun = bool(self.model.replay.events)
        holder, page = self.window().focusWidget(), 1 if begun else 0
        turns = page != self._pages.currentIndex()
        self._pages.setCurrentIndex(page)
        if turns and holder is not None and self._pages.isAncestorOf(holder):
            self.home().setFocus()  # else the first button of the page gets it, which is Pause
        self.export.setEnabled(begun)

    @Slot(bool)
    def _on_changed(self, shape: bool) -> None:
        model = self.model
        self._show_page()
        if self.notice.message == _GROW_LATER and not model.is_at_work:
            self.notice.hide()
        self.canvas.show_state(model.state, changed=shape)
        if shape:
            self.area.legend.show_state(model.state)
            self.area.place()
            self.inspector.show_outline()
            lost = find_lost_solution(model.state)
            self.show_lost_solution(lost.text if lost else "", lost.nodes[0] if lost else "")
        self.header.show_run()
        self.player.show_place()
        self.inspector.show_node()
        self.busy_changed.emit(model.running_here and not model.ended)

    def show_lost_solution(self, sentence: str, node: str) -> None:
        """Say where the last branch that could be solved was dropped, and mark the place.

        Args:
            sentence: by whom and how, "" where nothing was lost.
            node: the node at which it happened.
        """
        if not sentence:
            self.lost_solution.hide()
        elif sentence != self.lost_solution.message:
            self.lost_solution.show_message(
                sentence, "warn", "Show it", functools.partial(self.model.select, node)
            )

    @Slot(str)
    def _on_selected(self, node: str) -> None:
        self.canvas.refresh()
        self.canvas.reveal(node)
        self.inspector.show_node()
        self.player.timeline.show_node(node)

    @Slot()
    def _on_laid_out(self) -> None:
        """A node that was chosen before it had a card gets its mark."""
        node = self.model.node
        if node != self.canvas.current and node in self.canvas.layout_.cards:
            self.canvas.choose(node, notify=False)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.notice.show_message(sentence, "bad")

    @Slot(str)
    def _on_steered(self, sentence: str) -> None:
        """Say what was changed and offer to take it back; nothing after that."""
        for form in (self.edit_form, self.add_form):
            form.settle()
        if sentence:
            self.notice.show_message(sentence, "text-2", "Undo", self.model.undo)
        else:
            self.notice.hide()

    @Slot()
    def _tell_place(self) -> None:
        run_id = self.model.run_id
        parts = [f"Run {run_id:,}", self.model.info.title] if run_id is not None else []
        self.breadcrumb_changed.emit([part for part in parts if part])

    # --- steering -----------------------------------------------------------------------------

    @Slot()
    def ask_edit(self) -> None:
        """Ask for another thought in place of the node's."""
        if self.model.current is not None:
            self.edit_form.ask(self.inspector.edit, self._node_key(), self.model.current.text)

    @Slot()
    def ask_thought(self) -> None:
        """Ask for a thought next to the node, or for a first step."""
        node = self.model.current
        has_siblings = node is not None and bool(node.parent)
        self.add_form.box.setPlaceholderText(
            "Next to the chosen one" if has_siblings else "A first step"
        )
        self.add_form.ask(self.inspector.add, self._node_key(), "")

    @Slot()
    def ask_case(self) -> None:
        """Ask for the data set to which what was thought up to the node is added as a case."""
        node = self.model.current
        if node is not None:
            written = written_to(self.model.state, node)
            ask_for_case(self.context, self, self.model.run_id, written)

    def _node_key(self) -> str:
        """What a thought that is being written is for: the node, in its run."""
        return f"{self.model.run_id} {self.model.node}"

    @Slot()
    def ask_growth(self) -> None:
        """Ask with which parameters the search is to go on from the node, once it has ended."""
        if self.model.is_at_work:
            self.notice.show_message(_GROW_LATER, "text-2")
            return
        spec = self.model.spec
        form = GrowForm(self.model.info.fields, spec.params if spec is not None else {}, self)
        form.accepted.connect(self.model.grow)
        estimates = Estimates(self.bridge, lambda: self._would_grow(form), form)
        estimates.estimated.connect(form.show_estimate)
        form.changed.connect(estimates.ask_soon)
        estimates.ask_soon()
        form.open_at(self.inspector.grow)

    def _would_grow(self, form: GrowForm) -> tuple[RunSpec, int | None] | None:
        """What a search with the values of a form is made from; it takes no more from a node on."""
        spec = self.model.spec
        if spec is None:
            return None
        return msgspec.structs.replace(spec, params=spec.params | form.values()), None

    @Slot(str)
    def _on_fork(self, text: str) -> None:
        origin, at = self.inspector.origin, self.inspector.tokens.current
        if origin is not None and at >= 0:
            self.model.fork(origin.call.call, origin.sample, origin.first + at, text)
            self.inspector.alternatives.hide()
            self.canvas.setFocus()

    @Slot()
    def continue_in_chat(self) -> None:
        """Go on by hand from what was asked and thought up to the node."""
        node = self.model.current
        if node is not None:
            self.context.go("chat", messages=messages_for_chat(self.model.state, node))

    @Slot()
    def _to_history(self) -> None:
        self.context.go("history")

    @Slot()
    def leave(self) -> None:
        """Put the alternatives of a token away, else stop the search."""
        if self.inspector.alternatives.isVisible():
            self.inspector.alternatives.hide()
            self.inspector.tokens.setFocus()
        else:
            self.model.stop()

    def _can_undo(self) -> bool:
        return self.model.can_undo

    def _can_leave(self) -> bool:
        return self.inspector.alternatives.isVisible() or self.header.stop.isVisible()

    # --- export ---------------------------------------------------------------------------------

    def _can(self, button: QWidget) -> bool:
        """Whether there is a node to which a button's action can be done."""
        return self._has_run() and self.model.current is not None and button.isEnabled()

    def _has_run(self) -> bool:
        return bool(self.model.replay.events)

    def _is_empty(self) -> bool:
        return self.model.run_id is None

    @Slot()
    def _show_formats(self) -> None:
        menu = Menu("Export as", self)
        for kind, title in FORMATS.items():
            entry = menu.addAction(title.partition(" (")[0])
            entry.triggered.connect(functools.partial(self._on_format, kind))
        menu.popup(self.export.mapToGlobal(QPoint(0, self.export.height() + 4)))

    def _on_format(self, kind: str, _checked: bool = False) -> None:
        self.ask_export(kind)

    def ask_export(self, kind: str) -> None:
        """Ask where to, and write the tree there."""
        name = f"run-{self.model.run_id}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the tree", name, FORMATS[kind])
        if chosen:
            self.export_to(Path(chosen), kind)

    @background
    async def export_to(self, path: Path, kind: str) -> None:
        """Write the tree as it is shown into a file of that kind."""
        self.canvas.refresh()
        model = self.model
        job = export_job(kind, self.canvas, model.state, model.spec, model.info)
        try:
            await self.bridge.ask(lambda _core: write_export(path, job))
        except WorkbenchError as error:
            self._on_failed(str(error))
        else:
            self.notice.show_message(f"The tree is in {path}.", "ok")

    # --- focus ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.home().setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.player.playing:
            self.player.toggle()
