"""What Compare works on: one prompt with its variables, and the columns that run it."""

from __future__ import annotations

import functools
import random
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.sampling import Sampling
from workbench.domain.spec import Budget, Json, KvMode, RunSpec, TemplatePrompt
from workbench.domain.text import Message
from workbench.domain.views import (
    LibraryEntry,
    Preview,
    PromptFile,
    StrategyInfo,
    TemplateAnalysis,
)
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.words import error_sentence

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

DEFAULT_COLUMNS = ("direct", "cot", "self_consistency", "tree_of_thought")
DEFAULT_BUDGET_TOKENS = 1500
_PREVIEW_MS = 250

_Lists = tuple[tuple[StrategyInfo, ...], tuple[LibraryEntry, ...]]


class CompareModel(QObject):
    """Prompt, model, sampling, budget and columns of a comparison.

    Signals:
        strategies_changed(), library_changed(): lists to choose from.
        prompt_changed(): another prompt, or its inputs became known.
        previewed(): ``question`` or ``problem`` is another.
        columns_changed(): a column came or went.
        running_changed(bool): whether any column is busy.
        settings_changed(): model, sampling, seed or budget.
    """

    strategies_changed = Signal()
    library_changed = Signal()
    prompt_changed = Signal()
    previewed = Signal()
    columns_changed = Signal()
    running_changed = Signal(bool)
    settings_changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.library: tuple[LibraryEntry, ...] = ()
        self.path = ""
        self.text = ""
        self.edited = False
        self.analysis: TemplateAnalysis | None = None
        self.variables: dict[str, Json] = {}
        self.model = ""
        self.sampling = Sampling()
        self.seed = 0
        self.mode: KvMode = "fast"
        self.equal_tokens = False
        self.budget_tokens = DEFAULT_BUDGET_TOKENS
        self.group = ""
        self.question = ""
        self.prompt_tokens: int | None = None
        self.problem = ""
        self.columns: list[RunModel] = []
        self._wanted: list[tuple[str, dict[str, Json]]] = [(name, {}) for name in DEFAULT_COLUMNS]
        self._opening = 0
        self._is_opening = False
        self._previewing = 0
        self._loading_group = 0
        self._was_running = False
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._ask_preview)

    @property
    def running(self) -> bool:
        """Whether any column is busy."""
        return any(column.busy for column in self.columns)

    @property
    def title(self) -> str:
        """The prompt's name."""
        if self.analysis is not None and self.analysis.name:
            return self.analysis.name
        entry = next((each for each in self.library if each.path == self.path), None)
        return entry.name if entry is not None else self.path.rpartition("/")[2]

    # --- lists ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask again which strategies, prompts and models there are."""

        async def ask(core: Workbench) -> _Lists:
            return core.strategies(), await core.library()

        self._bridge.call(ask, self._on_lists, owner=self)

    def _on_lists(self, lists: _Lists) -> None:
        strategies, library = lists
        if strategies != self.strategies:
            self.strategies = strategies
            self.strategies_changed.emit()
            self._make_wanted()
        if library != self.library:
            self.library = library
            self.library_changed.emit()
        if not self.path and not self._is_opening and library:
            self.open_prompt(library[0].path)

    def strategy(self, strategy_id: str) -> StrategyInfo | None:
        """The strategy of that id, None where there is none (yet)."""
        return next((each for each in self.strategies if each.id == strategy_id), None)

    # --- the prompt -----------------------------------------------------------------------------

    def open_prompt(
        self, path: str, text: str | None = None, variables: dict[str, Json] | None = None
    ) -> None:
        """Work on a prompt file, or on its text as it is being edited elsewhere.

        Without ``variables`` the samples of the file are taken.
        """
        self._opening += 1
        self._is_opening = True
        number = self._opening

        async def ask(core: Workbench) -> tuple[PromptFile, TemplateAnalysis, bool]:
            prompt = PromptFile(path=path, text=text or "", sha256="")
            if text is None:
                prompt = await core.read_prompt(path)
            return prompt, await core.analyse(prompt.text, path), text is not None

        self._bridge.call(
            ask,
            functools.partial(self._on_prompt, number, variables),
            functools.partial(self._on_prompt_failed, number),
            owner=self,
        )

    def _on_prompt(
        self,
        number: int,
        variables: dict[str, Json] | None,
        found: tuple[PromptFile, TemplateAnalysis, bool],
    ) -> None:
        if number != self._opening:
            return
        self._is_opening = False
        prompt, self.analysis, self.edited = found
        self.path, self.text = prompt.path, prompt.text
        names = {field.name for field in self.analysis.inputs}
        given = variables if variables is not None else self.analysis.sample
        self.variables = {name: value for name, value in given.items() if name in names}
        self.problem = ""
        self.prompt_changed.emit()
        self._ask_preview()

    def _on_prompt_failed(self, number: int, error: WorkbenchError) -> None:
        if number == self._opening:
            self._is_opening = False
            self.problem = str(error)
            self.previewed.emit()

    def set_variables(self, variables: dict[str, Json]) -> None:
        """Other values; the question follows a moment later."""
        if variables != self.variables:
            self.variables = variables
            self._preview_timer.start()

    @Slot()
    def _ask_preview(self) -> None:
        self._preview_timer.stop()
        self._previewing += 1
        text, path, variables = self.text, self.path, dict(self.variables)
        self._bridge.call(
            lambda core: core.preview(text, path, variables),
            functools.partial(self._on_preview, self._previewing),
            owner=self,
        )

    def _on_preview(self, number: int, preview: Preview) -> None:
        if number != self._previewing:
            return
        self.problem = error_sentence(preview.error)
        self.prompt_tokens = preview.prompt_tokens
        if preview.messages:
            self.question = question_of(preview.messages)
        self.previewed.emit()

    # --- settings -------------------------------------------------------------------------------

    def set_model(self, model: str) -> None:
        """The model's path, "" for the default."""
        self.model = model
        self.settings_changed.emit()

    def set_sampling(self, sampling: Sampling, seed: int, mode: KvMode) -> None:
        """Sampling, seed and mode for all columns; seed 0 draws one for each comparison."""
        self.sampling, self.seed, self.mode = sampling, seed, mode
        self.settings_changed.emit()

    def set_budget(self, equal_tokens: bool, tokens: int) -> None:
        """Whether every column may generate the same number of tokens, and how many."""
        self.equal_tokens, self.budget_tokens = equal_tokens, tokens
        self.settings_changed.emit()

    # --- columns --------------------------------------------------------------------------------

    def _make_wanted(self) -> None:
        wanted, self._wanted = self._wanted, []
        for strategy_id, params in wanted:
            self.add_column(strategy_id, params)

    def add_column(self, strategy_id: str = "", params: dict[str, Json] | None = None) -> None:
        """Add a column; without a strategy the first one that is not shown yet."""
        shown = {column.info.id for column in self.columns}
        info = self.strategy(strategy_id) if strategy_id else None
        if info is None and strategy_id and self.strategies:
            return
        if info is None:
            unused = [each for each in self.strategies if each.id not in shown]
            info = next(iter(unused or self.strategies), None)
        if info is None:
            return
        column = RunModel(self._bridge, info, dict(params or {}))
        column.setParent(self)
        column.changed.connect(self._on_column_changed)
        self.columns.append(column)
        self.columns_changed.emit()

    def remove_column(self, column: RunModel, *, cancel: bool = True) -> None:
        """Take a column away; its run is cancelled (or goes on) and stays in the history."""
        self.columns.remove(column)
        column.clear(cancel=cancel)
        column.deleteLater()
        self.columns_changed.emit()
        self._on_column_changed()

    @Slot()
    def _on_column_changed(self) -> None:
        if self.running != self._was_running:
            self._was_running = self.running
            self.running_changed.emit(self.running)

    # --- running --------------------------------------------------------------------------------

    def run_all(self) -> None:
        """Start every column on the same prompt, seed and model, as one group."""
        if not self.text or not self.columns:
            return
        self.group = uuid.uuid4().hex
        seed = self.seed or random.SystemRandom().randrange(1, 2**31)
        for column in self.columns:
            column.start(self._spec(column, seed))

    def run_again(self, column: RunModel) -> None:
        """Start one column again, in the same group and with the same seed as the others."""
        if not self.text:
            return
        self.group = self.group or uuid.uuid4().hex
        known = [each.spec.seed for each in self.columns if each.spec is not None]
        seed = self.seed or next(iter(known), 0) or random.SystemRandom().randrange(1, 2**31)
        column.start(self._spec(column, seed))

    def stop_all(self) -> None:
        """Cancel everything that runs."""
        for column in self.columns:
            column.stop()

    def _spec(self, column: RunModel, seed: int) -> RunSpec:
        return RunSpec(
            prompt=TemplatePrompt(self.path, self.text, dict(self.variables)),
            strategy=column.info.id,
            params=dict(column.params),
            model=self.model,
            sampling=self.sampling,
            seed=seed,
            budget=Budget(max_tokens=self.budget_tokens if self.equal_tokens else None),
            mode=self.mode,
            group=self.group,
        )

    # --- a stored comparison --------------------------------------------------------------------

    def load_group(self, group: str) -> None:
        """Show the runs of a stored comparison, one column each."""
        self._loading_group += 1

        async def ask(core: Workbench) -> list[tuple[int, RunSpec, Any]]:
            runs = await core.list_runs(group=group)
            return [
                (run.run_id, await core.run_spec(run.run_id), await core.load_run(run.run_id))
                for run in reversed(runs)
            ]

        self._bridge.call(
            ask, functools.partial(self._on_group, self._loading_group, group), owner=self
        )

    def _on_group(self, number: int, group: str, runs: list[tuple[int, RunSpec, Any]]) -> None:
        if number != self._loading_group or not runs:
            return
        latest = {
            (spec.strategy, msgspec.json.encode(spec.params, order="sorted")): (run_id, spec, state)
            for run_id, spec, state in runs
        }
        for column in tuple(self.columns):
            self.remove_column(column, cancel=False)
        for run_id, spec, state in latest.values():
            if self.strategy(spec.strategy) is not None:
                self.add_column(spec.strategy, spec.params)
                self.columns[-1].load(run_id, spec, state)
        self.group = group
        first = runs[0][1]
        self.model, self.sampling, self.seed = first.model, first.sampling, first.seed
        self.mode = first.mode
        self.equal_tokens = first.budget.max_tokens is not None
        self.budget_tokens = first.budget.max_tokens or self.budget_tokens
        self.settings_changed.emit()
        if isinstance(first.prompt, TemplatePrompt):
            self.open_prompt(first.prompt.path, first.prompt.source, first.prompt.variables)

    # --- session --------------------------------------------------------------------------------

    def session(self) -> dict[str, object]:
        """What is to be found again at the next start."""
        return {
            "path": self.path,
            "text": self.text if self.edited else None,
            "variables": self.variables,
            "columns": [
                *([column.info.id, column.params] for column in self.columns),
                *([strategy_id, params] for strategy_id, params in self._wanted),
            ],
            "model": self.model,
            "sampling": msgspec.to_builtins(self.sampling),
            "seed": self.seed,
            "mode": self.mode,
            "equal_tokens": self.equal_tokens,
            "budget_tokens": self.budget_tokens,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`session` gave; what cannot be read keeps its default."""
        saved = _read_session(state)
        if saved is None:
            return
        self.model, self.seed, self.sampling = saved.model, saved.seed, saved.sampling
        self.mode = saved.mode
        self.equal_tokens, self.budget_tokens = saved.equal_tokens, saved.budget_tokens
        self.settings_changed.emit()
        if saved.columns:
            for column in tuple(self.columns):
                self.remove_column(column)
            self._wanted = saved.columns
            if self.strategies:
                self._make_wanted()
        if saved.path:
            self.open_prompt(saved.path, saved.text, saved.variables)


class _Session(msgspec.Struct, frozen=True, kw_only=True):
    """The session as it is stored."""

    path: str = ""
    text: str | None = None
    variables: dict[str, Json] = {}
    columns: list[tuple[str, dict[str, Json]]] = []
    model: str = ""
    sampling: Sampling = Sampling()
    seed: int = 0
    mode: KvMode = "fast"
    equal_tokens: bool = False
    budget_tokens: int = DEFAULT_BUDGET_TOKENS


def _read_session(state: dict[str, Any]) -> _Session | None:
    """The stored session, None where another version wrote something else."""
    try:
        return msgspec.convert(state, _Session)
    except msgspec.ValidationError:
        return None


def question_of(messages: tuple[Message, ...]) -> str:
    """The last user message on one line."""
    for message in reversed(messages):
        if message.role == "user":
            return " ".join(message.text.split())
    return ""
