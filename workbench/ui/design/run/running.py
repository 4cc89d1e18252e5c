"""Starts and stops runs of the open prompt, and tracks what its result belongs to."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.runs.made_with import QUESTION, Aspect, changed_aspects
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.ui.design.run.open_run import show_as_run
from workbench.ui.design.run.run_bar import RUN_KEYS
from workbench.ui.runs.estimates import Estimates

if TYPE_CHECKING:
    from workbench.ui.design.inputs.prompt_options import PromptOptions
    from workbench.ui.design.run.prompt_strategy import PromptStrategies
    from workbench.ui.design.tool_panes import SideContext, SideTabs
    from workbench.ui.kit import Button


def spec_of(side: SideContext) -> RunSpec | None:
    """The run that would be made now, None where no prompt is open."""
    document, bar = side.model.current, side.run_bar
    if document is None:
        return None
    return RunSpec(
        prompt=TemplatePrompt(document.path, document.text, document.given_values()),
        strategy=bar.strategy.strategy,
        params=bar.parameters.form.values(),
        model=bar.model.model_path,
        sampling=bar.sampling.sampling,
        seed=bar.sampling.seed,
        mode=bar.sampling.mode,
    )


def _without_empty(spec: RunSpec, names: Collection[str]) -> RunSpec:
    """An input that is empty is as one that is not given, where it has no default."""
    if not isinstance(spec.prompt, TemplatePrompt):
        return spec
    variables = spec.prompt.variables.items()
    given = {n: value for n, value in variables if n not in names or value not in ("", None)}
    prompt = msgspec.structs.replace(spec.prompt, variables=given)
    return msgspec.structs.replace(spec, prompt=prompt)


class Running(QObject):
    """Joins the open prompt, the run bar and the result.

    Signals:
        busy_changed(bool): whether the run of any prompt is being made.
    """

    busy_changed = Signal(bool)

    def __init__(
        self,
        side: SideContext,
        tabs: SideTabs,
        options: PromptOptions,
        strategies: PromptStrategies,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._side, self._tabs = side, tabs
        self._options, self._strategies = options, strategies
        self.results = side.results
        self.estimates = Estimates(side.window.bridge, self._question, self)
        self._ink: Button | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show_made_with)
        self._connect()

    def _connect(self) -> None:
        model, bar, result = self._side.model, self._side.run_bar, self._side.result
        bar.run_wanted.connect(self.start)
        bar.stop_wanted.connect(self.stop)
        bar.run_on_wanted.connect(functools.partial(self._tabs.show_side, "batch"))
        bar.changed.connect(self.estimates.ask_soon)
        self.estimates.estimated.connect(bar.show_estimate)
        model.expected_changed.connect(self._judge)
        result.run_wanted.connect(self.start)
        result.prompt_wanted.connect(self._on_prompt_wanted)
        self._tabs.primary_changed.connect(self._show_primary)
        self.results.changed.connect(self._on_result)
        self.results.busy_changed.connect(self.busy_changed)
        self.results.settled.connect(self._tabs.follow_result)
        for shows_other in (
            model.opened, model.analysed, model.filled, model.expected_changed, bar.changed,
            self._side.work.inputs.changed, self._side.work.editor.textChanged,
        ):  # fmt: skip
            shows_other.connect(self._soon.start)

    # --- what would run -------------------------------------------------------------------------

    def spec(self) -> RunSpec | None:
        """The run that would be made now, None where no prompt is open."""
        return spec_of(self._side)

    def _question(self) -> tuple[RunSpec, int | None] | None:
        spec, document = self.spec(), self._side.model.current
        if spec is None or document is None:
            return None
        return spec, document.preview.prompt_tokens

    # --- run and stop ---------------------------------------------------------------------------

    def can_run(self) -> bool:
        """Whether a prompt is open that is not running."""
        return self._side.model.current is not None and not self.results.busy

    def is_ready(self) -> bool:
        """Whether the open prompt can run now; where not, a message says what is missing."""
        if self._side.model.current is None:
            return False
        if not self._options.are_known():
            self._options.wait(self.start)
            return False
        return self._side.work.inputs.is_filled()

    @Slot()
    def start(self) -> None:
        """Run the open prompt and show what comes."""
        bar, document = self._side.run_bar, self._side.model.current
        info = bar.strategy.infos.get(bar.strategy.strategy)
        if document is None or info is None or self.results.busy or not self.is_ready():
            return
        spec = self.spec()
        assert spec is not None
        self._side.model.drafts.save()
        self.results.start(spec, document.path, info, document.expected)
        self._tabs.show_result()

    @Slot()
    def stop(self) -> None:
        """Stop the run of the open prompt; what it wrote stays."""
        if self.results.run is not None:
            self.results.run.stop()

    def press(self) -> None:
        """What Ctrl+Enter does: the pane's strong action where it has one, else Run."""
        button = self._tabs.primary()
        if button is not None:
            button.click()
        elif self.can_run() and not self._tabs.is_front_at_work():
            self.start()

    @Slot()
    def _show_primary(self) -> None:
        """One button is filled with ink, and Ctrl+Enter presses it."""
        button = self._tabs.primary()
        if self._ink is not None and self._ink is not button:
            self._ink.set_primary(False)
        if button is not None:
            button.set_primary(True, RUN_KEYS)
        self._ink = button
        self._side.run_bar.show_primary(button is None and not self._tabs.is_front_at_work())

    # --- the result -----------------------------------------------------------------------------

    @Slot()
    def _on_result(self) -> None:
        self._side.run_bar.show_running(self.results.busy)
        self._side.result.follow(self.results.run, known=self.results.is_known)
        self._show_made_with()

    @Slot()
    def _show_made_with(self) -> None:
        aspects, document = self._aspects(), self._side.model.current
        if aspects is not None and document is not None:
            self._side.result.show_made_with(aspects, document.expected)

    def _aspects(self) -> tuple[Aspect, ...] | None:
        """What the result was made with that is not what is shown; None without a result."""
        run, shown, document = self.results.run, self.spec(), self._side.model.current
        if run is None or run.spec is None or shown is None or document is None:
            return None
        defaults = {field.name: field.default for field in run.info.fields}
        empty = frozenset(i.name for i in document.analysis.inputs if i.default is None)
        made, shown = _without_empty(run.spec, empty), _without_empty(shown, empty)
        return changed_aspects(made, shown, defaults)

    @Slot()
    def _judge(self) -> None:
        """The right answer was changed: the run of the question that is shown is judged by it."""
        aspects, document = self._aspects(), self._side.model.current
        if aspects is not None and document is not None and not QUESTION.intersection(aspects):
            self.results.judge_by(document.expected)

    @Slot()
    def _on_prompt_wanted(self) -> None:
        run = self.results.run
        if run is not None and run.spec is not None and run.run_id is not None:
            expected = self.results.expected
            show_as_run(self._side, self._strategies, run.run_id, run.spec, expected)
