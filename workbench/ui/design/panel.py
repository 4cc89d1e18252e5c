"""The Design workspace: library, editor, rendered prompt, run."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.prompts.prompt import OwnCopy
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.views import EngineStatus
from workbench.ui.actions import Action
from workbench.ui.design.earlier_text import EarlierText
from workbench.ui.design.inputs.prompt_options import PromptOptions
from workbench.ui.design.preview.preview import RenderedPane
from workbench.ui.design.preview.reuse_view import ReuseView
from workbench.ui.design.preview.source_map import SourceMap
from workbench.ui.design.regions import Navigation
from workbench.ui.design.run.prompt_strategy import PromptStrategies
from workbench.ui.design.run.result import ResultPane
from workbench.ui.design.run.results import Results
from workbench.ui.design.run.run_bar import RUN_KEYS, RunBar
from workbench.ui.design.run.running import Running
from workbench.ui.design.session import DesignSession, restore_session, saved_session
from workbench.ui.design.tool_panes import SideContext, SideTabs
from workbench.ui.design.tools.data.pane import DataPane
from workbench.ui.design.tools.exchange import ExchangeActions, ImportPane
from workbench.ui.design.tools.versions.model import VersionLabel
from workbench.ui.design.tools.xray.entry import XRayEntry
from workbench.ui.design.view_model import DesignModel
from workbench.ui.design.work_area import WorkArea
from workbench.ui.kit import GhostButton, Pane, column
from workbench.ui.kit.panes.folding import FoldingPane, FoldingSplitter
from workbench.ui.kit.panes.regions import Part
from workbench.ui.kit.token_meter import TokenMeter
from workbench.ui.library.actions import LibraryActions
from workbench.ui.library.commands import LibraryCommands
from workbench.ui.library.pane import LibraryTree
from workbench.ui.library.watcher import LibraryWatch
from workbench.ui.panels import Context, Panel
from workbench.ui.popups import PopupWatch
from workbench.ui.session import read_session, stored

_FIRST = "word-problem"


class DesignPanel(Panel):
    """Joins the parts; the work is in DesignModel and in the run's own model."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = DesignModel(self.bridge)
        self._rendered_path = ""
        self._asked = False
        self.library = LibraryTree()
        self.library_actions = LibraryActions(self.bridge, self.model)
        self.library_commands = LibraryCommands(self.library, self.library_actions, self.model)
        self.library_watch = LibraryWatch(self)
        self.work = WorkArea(self.model, self.bridge)
        self.earlier = EarlierText(self.model, self.work)
        self.rendered = RenderedPane()
        self.result = ResultPane(self.bridge)
        self.meter = TokenMeter()
        self.reuse = ReuseView()
        self.map = SourceMap(self.work, self.rendered, self.meter, self.reuse)
        self.run_bar = RunBar(self.bridge)
        self._build()
        self._connect()

    def _build(self) -> None:
        preview = Pane()
        preview.body.addWidget(self.rendered, 1)
        preview.body.addWidget(self.meter)
        preview.body.addWidget(self.reuse)
        results = Results(self.model, self)
        side = SideContext(self.context, self.model, self.work, self.run_bar, self.result, results)
        self.side = SideTabs(preview, self.result, side)
        self.exchange = ExchangeActions(side, self)
        parts = Part(self.library, self.library.tree), Part(self.side, self.rendered.messages)
        self._navigation = Navigation(self.work, *parts, Part(self.run_bar))
        results.busy_changed.connect(PopupWatch(self).watch)
        self.version = GhostButton("Versions", "history")
        self.version.clicked.connect(functools.partial(self.side.toggle, "versions"))
        self._version_label = VersionLabel(side, self.version)
        self.options = PromptOptions(side, self)
        self.strategies = PromptStrategies(self.model, self.run_bar, self)
        self.running = Running(side, self.side, self.options, self.strategies, self)
        self.explaining = XRayEntry(side, self.side, self.options)
        left, right = FoldingPane("Library", self.library), FoldingPane("Rendered", self.side)
        self.side.stack.currentChanged.connect(self._on_side)
        self.splitter = FoldingSplitter(left, self.work, right)
        self.splitter.setStretchFactor(1, 1)
        layout = column(self.splitter, self.run_bar, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        model = self.model
        model.library_changed.connect(self._on_library)
        model.opened.connect(self._on_opened)
        model.closed.connect(self._on_closed)
        model.previewed.connect(self._on_previewed)
        model.dirty_changed.connect(self._on_dirty)
        model.changed_outside.connect(self._on_changed_outside)
        model.failed.connect(self.work.banner.show_message)
        model.copied.connect(self._on_copied)
        model.moved.connect(self.work.follow_file)
        model.moved.connect(self._on_moved)
        self.library_watch.changed.connect(model.read_library)
        actions = self.library_actions
        actions.creating.connect(self.work.editor.setFocus)
        actions.created.connect(self.work.begin)
        actions.failed.connect(self.work.banner.show_message)
        commands = self.library_commands
        commands.import_wanted.connect(self._import)
        commands.export_wanted.connect(self.exchange.export)
        commands.bundle_wanted.connect(self.exchange.export_bundle)
        self.exchange.import_wanted.connect(self._import)
        self.exchange.failed.connect(self.work.banner.show_message)
        self.exchange.message.connect(self._on_exported)
        actions.done.connect(self._on_done)
        actions.undone.connect(self._on_undone)
        self.work.tab_chosen.connect(model.show)
        self.work.tab_closed.connect(model.close)
        self.work.inputs.data_wanted.connect(self._show_data)
        self.work.paused.connect(self._on_previewed)
        self.result.history_wanted.connect(self._open_history)
        self.result.tree_wanted.connect(self._open_tree)
        self.running.busy_changed.connect(self.busy_changed)
        self.options.failed.connect(self.work.banner.show_message)
        self.run_bar.compare.clicked.connect(self._compare)
        self.bridge.engine_changed.connect(self._on_engine)
        self._engine_model = ""
        self._done = ""

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        return (
            Action(id="design.run", title="Run the prompt", run=self.running.start,
                   when=self.running.can_run),
            Action(id="design.press", title="Press the filled button: Run, X-ray or Suggest",
                   run=self.running.press, keys=RUN_KEYS),
            Action(id="design.stop", title="Stop the run, or go back to the rendered prompt",
                   run=self._escape, keys="Esc"),
            Action(id="prompt.save", title="Save the prompt", run=self.model.save, keys="Ctrl+S"),
            Action(id="prompt.close", title="Close the prompt", run=self._close, keys="Ctrl+W"),
            Action(id="prompt.write_options", title="Write these options into the prompt",
                   run=self.options.write, when=self.options.can_write),
            Action(id="prompt.compare", title="Compare strategies on this prompt",
                   run=self._compare),
            *self.work.actions_table(),
            *self._navigation.actions_table(),
            *self.exchange.actions_table(),
            Action(id="design.library", title="Fold or open the library",
                   run=functools.partial(self.splitter.toggle, self.splitter.panes[0]),
                   keys="Ctrl+Shift+L"),
            Action(id="design.side", title="Fold or open the side pane",
                   run=functools.partial(self.splitter.toggle, self.splitter.panes[1])),
            *self.library_commands.actions_table(),
            *self.work.inputs.actions_table(),
            *self.side.actions_table(),
        )  # fmt: skip

    def at_work(self) -> str:
        """A run on many inputs is worth a question before it is stopped."""
        return self.side.at_work()

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Which version of the prompt is open."""
        return (self.version,)

    # --- library and documents ------------------------------------------------------------------

    @Slot()
    def _on_library(self) -> None:
        self.library.show_listing(self.model.listing)
        self.library_watch.watch(self.model.listing.folders)
        nothing_open = self.model.current is None and not self.model.documents
        if nothing_open and not self._asked and self.model.library:
            first = next((e for e in self.model.library if _FIRST in e.name), self.model.library[0])
            self.model.open(first.path)

    @Slot()
    def _on_side(self) -> None:
        bar = self.side.bar
        self.splitter.panes[1].strip.show_title(bar.tabText(bar.currentIndex()))

    @Slot(bool)
    def _show_data(self, of_runs: bool) -> None:
        pane = self.side.show_tool("data")
        assert isinstance(pane, DataPane)
        if of_runs:
            pane.show_runs()

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        self.library.select(path)
        parts = Path(path).parts
        self.breadcrumb_changed.emit([*parts[-3:-1], parts[-1]])
        self._on_dirty()
        document = self.model.current
        if document is None or path == self._rendered_path:
            return
        self._rendered_path = path
        if document.preview.messages:
            self._on_previewed()
        else:
            self.map.forget()

    @Slot(str)
    def _on_closed(self, _path: str) -> None:
        remaining = self.work.paths()
        if self.model.current is None and remaining:
            self.model.show(remaining[-1])
        self._on_dirty()

    @Slot()
    def _on_dirty(self) -> None:
        documents = self.model.documents.values()
        self.library.show_dirty(document.path for document in documents if document.dirty)

    @Slot(str)
    def _on_changed_outside(self, path: str) -> None:
        name = Path(path).name
        self.work.banner.show_message(
            f"{name} was changed by another program while it has unsaved text here. Saving keeps "
            "yours; reloading takes the other.",
            "warn",
            "Reload",
            functools.partial(self.model.reload, path),
        )

    @Slot(str, str)
    def _on_moved(self, _old: str, new: str) -> None:
        if self.model.current is not None and self.model.current.path == new:
            self._on_opened(new)
            self.model.refresh()

    @Slot(object)
    def _on_copied(self, made: OwnCopy) -> None:
        self.work.tell_of_prompt(
            f"Saved as your own copy, {Path(made.file.path).name}. The original stays as it is.",
            functools.partial(self.model.undo_copy, made),
            "ok",
        )

    @Slot(str)
    def _on_done(self, sentence: str) -> None:
        self.work.banner.show_message(sentence, "text-2", "Undo", self.library_actions.undo)
        self._done = sentence

    @Slot()
    def _on_undone(self) -> None:
        if self.work.banner.message == self._done:
            self.work.banner.hide()

    @Slot(str)
    def _on_exported(self, sentence: str) -> None:
        self.work.banner.show_message(sentence, "text-2")

    @Slot()
    def _import(self) -> None:
        pane = self.side.show_tool("import")
        assert isinstance(pane, ImportPane)
        pane.choose()

    def _close(self) -> None:
        if self.model.current is not None:
            self.model.close(self.model.current.path)

    # --- preview --------------------------------------------------------------------------------

    @Slot()
    def _on_previewed(self) -> None:
        document = self.model.current
        if document is None:
            return
        reserve = self.run_bar.sampling.sampling.max_tokens
        status = self.bridge.engine_status
        self.map.show_preview(document.preview, self.model.tones, reserve, status)
        self.running.estimates.ask_soon()

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        loaded = status.model_path if status.state in ("ready", "busy") else ""
        if loaded and loaded != self._engine_model:
            self._engine_model = loaded
            self.model.refresh()

    # --- running --------------------------------------------------------------------------------

    @Slot()
    def _compare(self) -> None:
        if question := self._question():
            self.context.go("compare", **question)

    def offer(self) -> dict[str, object]:
        """What is shown, for Compare; nothing while the prompt was not read: inputs are empty."""
        current = self.model.current
        return {} if current is None or current.analysed is None else self._question()

    def _question(self) -> dict[str, object]:
        """The prompt and inputs that are shown, how they are run, and the right answer."""
        spec, current = self.running.spec(), self.model.current
        if spec is None or current is None or not isinstance(spec.prompt, TemplatePrompt):
            return {}
        return {
            "path": spec.prompt.path,
            "text": spec.prompt.source,
            "variables": spec.prompt.variables,
            "sampling": spec.sampling,
            "seed": spec.seed,
            "mode": spec.mode,
            "model": spec.model,
            "expected": current.expected,
        }

    def _escape(self) -> None:
        if self.running.results.busy:
            self.running.stop()
        else:
            self.side.show_preview()

    @Slot(int)
    def _open_history(self, run_id: int) -> None:
        self.context.go("history", run_id=run_id)

    @Slot(int)
    def _open_tree(self, run_id: int) -> None:
        self.context.go("tree", run_id=run_id)

    # --- from elsewhere, and back ---------------------------------------------------------------

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.work.editor

    def shown(self) -> None:
        """Say where we are; look for files that came meanwhile."""
        if self.model.library:
            self.model.read_library()
        if self.model.current is not None:
            self._on_opened(self.model.current.path)
        else:
            self.breadcrumb_changed.emit([])

    def handle(self, request: dict[str, object]) -> None:
        """Open ``path`` with ``variables``, a new prompt with ``text``, or ``explain`` a run.

        With ``path``, ``source`` and ``run_id`` are the text and the run that it was used in. The
        last is an :class:`workbench.ui.runs.explaining.ExplainRequest`.
        """
        path, text = request.get("path"), request.get("text")
        values: Any = request.get("variables")
        explain: Any = request.get("explain")
        self._asked = True
        if explain:
            self.explaining.open(explain)
        elif isinstance(path, str) and path:
            source, run_id = request.get("source"), request.get("run_id")
            if isinstance(source, str) and isinstance(run_id, int):
                self.earlier.expect(path, source, run_id)
            self.model.open(path, values)
        elif isinstance(text, str):
            self.library_actions.create("From chat", text)

    def open_unless_asked(self, path: str) -> None:
        """Open what was open at the end, unless another workspace asks for something."""
        if not self._asked:
            self.model.open(path)

    def save_session(self) -> dict[str, object]:
        """Open prompts, cursors, sizes, and how runs are made; unsaved text is kept too."""
        self.model.drafts.save()
        return stored(saved_session(self))

    def restore_session(self, state: dict[str, object]) -> None:
        """Open again what was open."""
        restore_session(self, read_session(DesignSession, state))
