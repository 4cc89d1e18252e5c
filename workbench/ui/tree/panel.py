"""The Tree workspace: one run's search, live, replayed, steered."""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QMenu, QStackedWidget, QWidget

from workbench.domain.errors import UsageError
from workbench.domain.loss import find_loss
from workbench.ui.actions import Action
from workbench.ui.panels import Context, Panel
from workbench.ui.tree.canvas import TreeCanvas
from workbench.ui.tree.export import FORMATS, export_job
from workbench.ui.tree.forms import GrowForm, ThoughtForm
from workbench.ui.tree.header import TreeHeader
from workbench.ui.tree.inspector import WIDTH, Inspector
from workbench.ui.tree.origin import messages_for_chat
from workbench.ui.tree.player import Player
from workbench.ui.tree.tools import CanvasArea
from workbench.ui.tree.view_model import TreeModel
from workbench.ui.widgets import Banner, EmptyState, GhostButton, Splitter, column

_LEAST_CANVAS = 480


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
        self.loss = Banner()
        self.notice = Banner()
        self.edit_form = ThoughtForm("Change the thought", "Change", self)
        self.add_form = ThoughtForm("A thought beside this one", "Add", self)
        self.export = GhostButton("Export", "download", tip="Save the tree as a file")
        self.reproduce = GhostButton("Reproduce", "refresh", tip="Run the same again, same seed")
        self._build()
        self._connect()
        self._on_opened()

    def _build(self) -> None:
        left = QFrame()
        left.setMinimumWidth(_LEAST_CANVAS)
        inner = column(self.loss, self.area, self.player, gap=0)
        inner.setStretch(1, 1)
        left.setLayout(inner)
        self.inspector.setMinimumWidth(WIDTH)
        self.split = Splitter(left, self.inspector)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([1010, WIDTH])
        work = QFrame()
        layout = column(self.header, self.split, gap=0)
        layout.setStretch(1, 1)
        work.setLayout(layout)
        self.empty = EmptyState(
            "No search is open",
            "A run that searches over thoughts opens here, live or from the history.",
            "Choose a run",
            "history",
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
        self.canvas.picked.connect(model.select)
        self.canvas.laid_out.connect(self._on_laid_out)
        self.empty.button.clicked.connect(self._to_history)
        inspector.back.clicked.connect(functools.partial(model.step, -1))
        inspector.forward.clicked.connect(functools.partial(model.step, 1))
        inspector.fork_wanted.connect(self._on_fork)
        for button, act in (
            (inspector.fork, inspector.point_weakest),
            (inspector.boost, model.boost),
            (inspector.chat, self.continue_in_chat),
            (inspector.prune, model.prune),
            (inspector.grow, self.ask_growth),
            (inspector.edit, self.ask_edit),
            (inspector.add, self.ask_thought),
        ):
            button.clicked.connect(act)
        self.edit_form.accepted.connect(model.edit)
        self.add_form.accepted.connect(model.add_sibling)
        self.export.clicked.connect(self._show_formats)
        self.reproduce.clicked.connect(model.reproduce)

    # --- what a panel offers ------------------------------------------------------------------

    def actions_table(self) -> tuple[Action, ...]:
        """Everything that can be done to a search, by one key each."""
        model, inspector = self.model, self.inspector
        on_node = (
            ("fork", "Fork the node from a token", inspector.point_weakest, "F", inspector.fork),
            ("boost", "Boost the node", model.boost, "B", inspector.boost),
            ("chat", "Continue the node in chat", self.continue_in_chat, "C", inspector.chat),
            ("prune", "Prune the node", model.prune, "P", inspector.prune),
            ("grow", "Grow the node again", self.ask_growth, "G", inspector.grow),
            ("edit", "Edit the node's thought", self.ask_edit, "E", inspector.edit),
            ("add", "Add a thought beside the node", self.ask_thought, "A", inspector.add),
        )
        found = [
            Action(f"tree.{name}", title, run, keys, when=button.isEnabled, scope="tree")
            for name, title, run, keys, button in on_node
        ]
        plain = (
            ("zoom_in", "Zoom in", self.canvas.zoom_in, "Ctrl++"),
            ("zoom_out", "Zoom out", self.canvas.zoom_out, "Ctrl+-"),
            ("fit", "Show the whole tree", self.canvas.fit, "Ctrl+0"),
            ("play", "Play or stop the replay", self.player.toggle, "Ctrl+Space"),
            ("before", "Event before", self.player.step_back, "Alt+Left"),
            ("after", "Next event", self.player.step_forward, "Alt+Right"),
            ("pause", "Pause or resume the search", self.header.toggle_pause, ""),
            ("latest", "Open the tree of the latest search", model.open_latest, ""),
        )
        found += [
            Action(f"tree.{name}", t, run, keys, scope="tree") for name, t, run, keys in plain
        ]
        found.append(
            Action("tree.stop", "Stop the search", self.leave, "Esc",
                   when=self._can_leave, scope="tree")
        )  # fmt: skip
        found += [
            Action(f"tree.export_{kind}", f"Export the tree as {title.partition(' (')[0]}",
                   functools.partial(self.ask_export, kind), when=self._has_run, scope="tree")
            for kind, title in FORMATS.items()
        ]  # fmt: skip
        return tuple(found)

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Export and run again."""
        return (self.export, self.reproduce)

    def shown(self) -> None:
        """The open run, else the latest one that has searched."""
        if self.model.run_id is None:
            self.model.open_latest()
        self._tell_place()

    def handle(self, request: dict[str, object]) -> None:
        """Open a run: ``{"run_id": 7}``, with ``"node"`` at that node."""
        run_id = request.get("run_id")
        if isinstance(run_id, int) and run_id != self.model.run_id:
            self.model.open(run_id)
        node = request.get("node")
        if isinstance(node, str):
            self.model.select(node)

    def save_session(self) -> dict[str, object]:
        """The open run."""
        return {"run_id": self.model.run_id, "sizes": self.split.sizes()}

    def restore_session(self, state: dict[str, object]) -> None:
        """Put back what :meth:`save_session` gave."""
        sizes = state.get("sizes")
        if isinstance(sizes, list) and all(isinstance(size, int) for size in sizes):
            self.split.setSizes(sizes)
        if self.model.run_id is None:
            self.handle({"run_id": state.get("run_id")})

    # --- showing --------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        model = self.model
        self._show_page()
        self.reproduce.setEnabled(model.spec is not None)
        self.loss.hide()
        tone = model.info.short
        self.canvas.tone = self.area.legend.tone = tone
        self.player.show_opened()
        self._tell_place()

    def _show_page(self) -> None:
        """A run that has only just begun is opened before its first event."""
        begun = bool(self.model.replay.events)
        self._pages.setCurrentIndex(1 if begun else 0)
        self.export.setEnabled(begun)

    @Slot(bool)
    def _on_changed(self, shape: bool) -> None:
        model = self.model
        self._show_page()
        self.canvas.show_state(model.state, changed=shape)
        if shape:
            self.area.legend.show_state(model.state)
            self.area.place()
            self.inspector.show_outline()
            loss = find_loss(model.state)
            self.show_loss(loss.text if loss else "", loss.nodes[0] if loss else "")
        self.header.show_run()
        self.player.show_place()
        self.inspector.show_node()
        self.busy_changed.emit(model.running_here and not model.ended)

    def show_loss(self, sentence: str, node: str) -> None:
        """Say where the last branch that could be solved was dropped, and mark the place.

        Args:
            sentence: by whom and how, "" where nothing was lost.
            node: the node at which it happened.
        """
        if not sentence:
            self.loss.hide()
        elif sentence != self.loss.message:
            self.loss.show_message(
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
            self.canvas.choose(node, tell=False)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.notice.show_message(sentence, "bad")

    @Slot()
    def _tell_place(self) -> None:
        run_id = self.model.run_id
        parts = [f"Run {run_id:,}", self.model.info.title] if run_id is not None else []
        self.breadcrumb_changed.emit([part for part in parts if part])

    # --- the wheel ------------------------------------------------------------------------------

    @Slot()
    def ask_edit(self) -> None:
        """Ask for another thought in place of the node's."""
        if self.model.current is not None:
            self.edit_form.ask(self.inspector.edit, self.model.current.text)

    @Slot()
    def ask_thought(self) -> None:
        """Ask for a thought beside the node."""
        self.add_form.ask(self.inspector.add, "")

    @Slot()
    def ask_growth(self) -> None:
        """Ask with which parameters the search is to go on from the node."""
        spec = self.model.spec
        form = GrowForm(self.model.info.fields, spec.params if spec is not None else {}, self)
        form.accepted.connect(self.model.grow)
        form.open_at(self.inspector.grow)

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

    def _can_leave(self) -> bool:
        return self.inspector.alternatives.isVisible() or self.header.stop.isVisible()

    # --- export ---------------------------------------------------------------------------------

    def _has_run(self) -> bool:
        return bool(self.model.replay.events)

    @Slot()
    def _show_formats(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("Export as")
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

    def export_to(self, path: Path, kind: str) -> None:
        """Write the tree as it is shown into a file of that kind."""
        self.canvas.refresh()
        job = export_job(kind, self.canvas, self.model.state, self.model.spec)

        async def write(_core: object) -> Path:
            try:
                await asyncio.to_thread(lambda: path.write_bytes(job()))
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
            return path

        self.bridge.call(write, self._on_written, lambda e: self._on_failed(str(e)), owner=self)

    def _on_written(self, path: Path) -> None:
        self.notice.show_message(f"The tree is in {path}.", "ok")

    # --- focus ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.player.playing:
            self.player.toggle()
