"""The Design workspace: library, editor, rendered prompt, run."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.spec import RunSpec, TemplatePrompt
from workbench.domain.views import EngineStatus
from workbench.ui.actions import Action
from workbench.ui.design.data_pane import DataPane
from workbench.ui.design.estimates import Estimates
from workbench.ui.design.exchange import ExchangeActions, ImportPane
from workbench.ui.design.library_actions import LibraryActions
from workbench.ui.design.library_commands import LibraryCommands
from workbench.ui.design.library_tree import LibraryTree
from workbench.ui.design.library_watch import LibraryWatch
from workbench.ui.design.preview import RenderedPane
from workbench.ui.design.prompt_options import PromptOptions
from workbench.ui.design.regions import Navigation, Part
from workbench.ui.design.result import ResultPane
from workbench.ui.design.reuse_view import ReuseView
from workbench.ui.design.run_bar import RunBar
from workbench.ui.design.session import restore_session, saved_session
from workbench.ui.design.side import SideContext, SideStack
from workbench.ui.design.source_map import SourceMap
from workbench.ui.design.view_model import DesignModel
from workbench.ui.design.work_area import WorkArea
from workbench.ui.design.xray_entry import XRayEntry
from workbench.ui.panels import Context, Panel
from workbench.ui.runs.run_model import RunModel
from workbench.ui.widgets import Pane, column
from workbench.ui.widgets.folding import FoldingPane, FoldingSplitter
from workbench.ui.widgets.token_meter import TokenMeter

_FIRST = "word-problem"


class DesignPanel(Panel):
    """Joins the parts; the work is in DesignModel and in the run's own model."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model = DesignModel(self.bridge)
        self._run: RunModel | None = None
        self._rendered_path = ""
        self._asked = False
        self.library = LibraryTree()
        self.library_actions = LibraryActions(self.bridge, self.model)
        self.library_commands = LibraryCommands(self.library, self.library_actions, self.model)
        self.library_watch = LibraryWatch(self)
        self.work = WorkArea(self.model, self.bridge)
        self.rendered = RenderedPane()
        self.result = ResultPane(self.bridge)
        self.meter = TokenMeter()
        self.reuse = ReuseView()
        self.map = SourceMap(self.work, self.rendered, self.meter, self.reuse)
        self.run_bar = RunBar(self.bridge)
        self._estimates = Estimates(self.bridge, self._question, self)
        self._build()
        self._connect()

    def _build(self) -> None:
        preview = Pane()
        preview.body.addWidget(self.rendered, 1)
        preview.body.addWidget(self.meter)
        preview.body.addWidget(self.reuse)
        side = SideContext(self.context, self.model, self.work, self.run_bar, self.result)
        self.side = SideStack(preview, self.result, side)
        self.exchange = ExchangeActions(side, self)
        parts = Part(self.library, self.library.tree), Part(self.side, self.rendered.messages)
        self._navigation = Navigation(self.work, *parts, Part(self.run_bar))
        self.options = PromptOptions(side, self)
        self.explaining = XRayEntry(side, self.side, self.options)
        left, right = FoldingPane("Library", self.library), FoldingPane("Rendered", self.side)
        self.splitter = FoldingSplitter(left, self.work, right)
        self.splitter.setStretchFactor(1, 1)
        layout = column(self.splitter, self.run_bar, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        model = self.model
        model.library_changed.connect(self._on_library)
        model.strategies_changed.connect(self._on_strategies)
        model.opened.connect(self._on_opened)
        model.closed.connect(self._on_closed)
        model.previewed.connect(self._on_previewed)
        model.dirty_changed.connect(self._on_dirty)
        model.changed_outside.connect(self._on_changed_outside)
        model.failed.connect(self._on_failed)
        model.moved.connect(self.work.follow_file)
        model.moved.connect(self._on_moved)
        self.library_watch.changed.connect(model.read_library)
        actions = self.library_actions
        actions.created.connect(self.work.begin)
        actions.failed.connect(self._on_failed)
        commands = self.library_commands
        commands.import_wanted.connect(self._import)
        commands.export_wanted.connect(self.exchange.export)
        commands.bundle_wanted.connect(self.exchange.export_bundle)
        self.exchange.import_wanted.connect(self._import)
        self.exchange.failed.connect(self._on_failed)
        self.exchange.told.connect(self._on_told)
        actions.done.connect(self._on_done)
        self.work.tab_chosen.connect(model.show)
        self.work.tab_closed.connect(model.close)
        self.work.inputs.data_wanted.connect(self._show_data)
        self.work.paused.connect(self._on_previewed)
        self.result.closed.connect(self.side.show_preview)
        self.result.history_wanted.connect(self._open_history)
        self.run_bar.changed.connect(self._estimates.ask_soon)
        self._estimates.told.connect(self.run_bar.show_estimate)
        self.options.failed.connect(self._on_failed)
        self.run_bar.run.clicked.connect(self._start)
        self.run_bar.stop.clicked.connect(self._stop)
        self.run_bar.compare.clicked.connect(self._compare)
        self.bridge.engine_changed.connect(self._on_engine)
        self._engine_model = ""

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        scope = "design"
        return (
            Action("design.run", "Run the prompt", self._start, "Ctrl+Return", self._can_run,
                   scope),
            Action("design.stop", "Stop the run, or go back to the rendered prompt", self._escape,
                   "Esc", scope=scope),
            Action("prompt.save", "Save the prompt", self.model.save, "Ctrl+S", scope=scope),
            Action("prompt.close", "Close the prompt", self._close, "Ctrl+W", scope=scope),
            Action("prompt.write_options", "Write these options into the prompt",
                   self.options.write, when=self.options.can_write, scope=scope),
            Action("prompt.compare", "Compare strategies on this prompt", self._compare,
                   scope=scope),
            *self.work.actions_table(),
            *self._navigation.actions_table(),
            *self.exchange.actions_table(),
            Action("design.library", "Fold or open the library",
                   functools.partial(self.splitter.toggle, self.splitter.panes[0]), "Ctrl+Shift+L",
                   scope=scope),
            Action("design.side", "Fold or open the side pane",
                   functools.partial(self.splitter.toggle, self.splitter.panes[1]), scope=scope),
            *self.library_commands.actions_table(),
            *self.work.inputs.actions_table(),
            *self.side.actions_table(),
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """A switch for each tool beside the editor."""
        return tuple(self.side.buttons.values())

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
    def _on_strategies(self) -> None:
        self.run_bar.strategy.set_strategies(self.model.strategies)

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
        if self.side.shows_result and not self._is_running():
            self.side.show_preview()  # the result is another prompt's
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

    @Slot(str)
    def _on_done(self, sentence: str) -> None:
        self.work.banner.show_message(sentence, "text-2", "Undo", self.library_actions.undo)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.work.banner.show_message(sentence)

    @Slot(str)
    def _on_told(self, sentence: str) -> None:
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
        self._estimates.ask_soon()

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        loaded = status.model_path if status.state in ("ready", "busy") else ""
        if loaded and loaded != self._engine_model:
            self._engine_model = loaded
            self.model.refresh()

    # --- running --------------------------------------------------------------------------------

    def _spec(self) -> RunSpec | None:
        document = self.model.current
        if document is None:
            return None
        values = document.given_values()
        return RunSpec(
            prompt=TemplatePrompt(document.path, document.text, values),
            strategy=self.run_bar.strategy.strategy,
            params=self.run_bar.parameters.form.values(),
            model=self.run_bar.model.model_path,
            sampling=self.run_bar.sampling.sampling,
            seed=self.run_bar.sampling.seed,
            mode=self.run_bar.sampling.mode,
        )

    def _is_running(self) -> bool:
        return self._run is not None and self._run.busy

    def _can_run(self) -> bool:
        return self.model.current is not None and not self._is_running()

    @Slot()
    def _start(self) -> None:
        spec = self._spec()
        info = self.run_bar.strategy.infos.get(self.run_bar.strategy.strategy)
        if spec is None or info is None or self._is_running():
            return
        if not self.options.are_known():
            self.options.wait(self._start)
            return
        if not self.work.inputs.is_filled():
            return
        self.model.save_drafts()
        if self._run is None:
            self._run = RunModel(self.bridge, info, dict(spec.params))
            self._run.changed.connect(self._on_run_changed)
        self._run.choose_strategy(info)
        self._run.set_params(dict(spec.params))
        self._run.start(spec)
        self.result.follow(self._run)
        self.side.show_result()

    def _escape(self) -> None:
        if self._is_running():
            self._stop()
        else:
            self.side.show_preview()

    @Slot()
    def _stop(self) -> None:
        if self._run is not None:
            self._run.stop()

    @Slot()
    def _on_run_changed(self) -> None:
        running = self._is_running()
        self.run_bar.show_running(running)
        self.busy_changed.emit(running)

    def _question(self) -> tuple[RunSpec, int | None] | None:
        spec, document = self._spec(), self.model.current
        if spec is None or document is None:
            return None
        return spec, document.preview.prompt_tokens

    @Slot()
    def _compare(self) -> None:
        spec = self._spec()
        if spec is not None and isinstance(spec.prompt, TemplatePrompt):
            self.context.go(
                "compare",
                path=spec.prompt.path,
                text=spec.prompt.source,
                variables=spec.prompt.variables,
                sampling=spec.sampling,
                seed=spec.seed,
                mode=spec.mode,
                model=spec.model,
                expected=self.model.current.expected if self.model.current is not None else "",
            )

    @Slot(int)
    def _open_history(self, run_id: int) -> None:
        self.context.go("history", run_id=run_id)

    # --- from elsewhere, and back ---------------------------------------------------------------

    def shown(self) -> None:
        """Say where we are, ready to type; look for files that came meanwhile."""
        self.work.editor.setFocus()
        if self.model.library:
            self.model.read_library()
        if self.model.current is not None:
            self._on_opened(self.model.current.path)
        else:
            self.breadcrumb_changed.emit([])

    def handle(self, request: dict[str, object]) -> None:
        """Open ``path`` with ``variables``, a new prompt with ``text``, or ``explain`` a run.

        The last is an :class:`workbench.ui.runs.explaining.ExplainRequest`.
        """
        path, text = request.get("path"), request.get("text")
        values: Any = request.get("variables")
        explain: Any = request.get("explain")
        self._asked = True
        if explain:
            self.explaining.open(explain)
        elif isinstance(path, str) and path:
            self.model.open(path, values)
        elif isinstance(text, str):
            self.library_actions.create("From chat", text)

    def open_unless_asked(self, path: str) -> None:
        """Open what was open at the end, unless another workspace asks for something."""
        if not self._asked:
            self.model.open(path)

    def save_session(self) -> dict[str, object]:
        """Open prompts, cursors, sizes, and how runs are made; unsaved text is kept too."""
        self.model.save_drafts()
        return saved_session(self)

    def restore_session(self, state: dict[str, object]) -> None:
        """Open again what was open."""
        restore_session(self, state)
