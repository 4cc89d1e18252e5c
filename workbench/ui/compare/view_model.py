"""What Compare works on: one prompt with its variables, and the columns that run it."""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Signal, Slot

from workbench.domain.sampling import Sampling
from workbench.domain.spec import (
    Budget,
    Json,
    KvMode,
    RunSpec,
    TemplatePrompt,
    comparison_group,
    repeat_seed,
)
from workbench.ui.compare.column_model import ColumnModel
from workbench.ui.compare.prompt_model import PromptModel
from workbench.ui.compare.queue import Cell, CellQueue
from workbench.ui.compare.session import (
    DEFAULT_BUDGET_SECONDS,
    DEFAULT_BUDGET_TOKENS,
    DEFAULT_REPEATS,
    StoredRun,
    read_session,
    stored_columns,
)

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_MOST_RUNS = 1024
DEFAULT_COLUMNS = ("direct", "cot", "self_consistency", "tree_of_thought")


class CompareModel(PromptModel):
    """Prompt, model, sampling, budget, repeats and columns of a comparison.

    Signals:
        columns_changed(): a column came, went or moved.
        running_changed(bool): whether any column is busy.
        settings_changed(): model, sampling, seed, budget or repeats.
        counted(): a run has ended, or the expected answer is another.
        pinned_changed(): another column is the one to compare with, or changes are shown or not.
    """

    columns_changed = Signal()
    running_changed = Signal(bool)
    settings_changed = Signal()
    counted = Signal()
    pinned_changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.model = ""
        self.sampling = Sampling()
        self.seed = 0
        self.mode: KvMode = "fast"
        self.equal_tokens = False
        self.budget_tokens = DEFAULT_BUDGET_TOKENS
        self.equal_seconds = False
        self.budget_seconds = DEFAULT_BUDGET_SECONDS
        self.repeats = DEFAULT_REPEATS
        self.comes_with_settings = False
        """Whether the prompt that is being opened comes with how it is run: its head gives way."""
        self.expected = ""
        self.pinned: ColumnModel | None = None
        self.changes = False
        self.group = ""
        self.columns: list[ColumnModel] = []
        self._wanted: list[tuple[str, dict[str, Json]]] = [(name, {}) for name in DEFAULT_COLUMNS]
        self._wanted_pin: int | None = None
        self._queue = CellQueue()
        self._queue.setParent(self)
        self._loading_group = 0
        self._was_running = False
        self.strategies_changed.connect(self._make_wanted)

    @property
    def running(self) -> bool:
        """Whether any column is busy."""
        return any(column.busy for column in self.columns)

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

    def set_time_budget(self, equal_seconds: bool, seconds: int) -> None:
        """Whether every run may take the same time, and how many seconds."""
        self.equal_seconds, self.budget_seconds = equal_seconds, seconds
        self.settings_changed.emit()

    def set_repeats(self, repeats: int) -> None:
        """How often each column is run, from the next run on."""
        self.repeats = repeats
        self.settings_changed.emit()

    def set_expected(self, expected: str) -> None:
        """The right answer, "" where it is not known."""
        if expected != self.expected:
            self.expected = expected
            self.counted.emit()

    def set_pinned(self, column: ColumnModel | None) -> None:
        """Compare the texts of the others with this column's."""
        if column is not self.pinned:
            self.pinned = column
            self.pinned_changed.emit()

    def set_changes(self, shown: bool) -> None:
        """Show what differs from the pinned column; without one the first is pinned."""
        if shown == self.changes:
            return
        self.changes = shown
        if shown and self.pinned is None and self.columns:
            self.pinned = self.columns[0]
        self.pinned_changed.emit()

    # --- columns --------------------------------------------------------------------------------

    @Slot()
    def _make_wanted(self) -> None:
        wanted, self._wanted = self._wanted, []
        for strategy_id, params in wanted:
            self.add_column(strategy_id, params)
        if self._wanted_pin is not None and self._wanted_pin < len(self.columns):
            self.set_pinned(self.columns[self._wanted_pin])
        self._wanted_pin = None
        self.pinned_changed.emit()

    def add_column(
        self, strategy_id: str = "", params: dict[str, Json] | None = None, at: int | None = None
    ) -> None:
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
        column = ColumnModel(self._bridge, info, dict(params or {}))
        column.setParent(self)
        column.changed.connect(self._on_column_changed)
        column.ended.connect(self.counted)
        self.columns.insert(len(self.columns) if at is None else at, column)
        self.columns_changed.emit()

    def duplicate_column(self, column: ColumnModel) -> None:
        """Another column of the same strategy and parameters, right of it."""
        self.add_column(column.info.id, column.params, self.columns.index(column) + 1)

    def move_column(self, column: ColumnModel, by: int) -> None:
        """Move a column so many places to the right, or to the left with less than 0."""
        place = self.columns.index(column)
        wanted = min(max(place + by, 0), len(self.columns) - 1)
        if wanted != place:
            self.columns.insert(wanted, self.columns.pop(place))
            self.columns_changed.emit()

    def remove_column(self, column: ColumnModel, *, cancel: bool = True) -> None:
        """Take a column away; its run is cancelled (or goes on) and stays in the history."""
        self.columns.remove(column)
        column.clear(cancel=cancel)
        column.deleteLater()
        if column is self.pinned:
            self.set_pinned(None)
        self.columns_changed.emit()
        self._on_column_changed()

    @Slot()
    def _on_column_changed(self) -> None:
        if self.running != self._was_running:
            self._was_running = self.running
            self.running_changed.emit(self.running)

    # --- running --------------------------------------------------------------------------------

    def run_all(self) -> None:
        """Run every column on the same prompt, seeds and model, as one group.

        With a seed that is set, cells that the history has are shown and not made again.
        """
        if not self.text or not self.columns:
            return
        seed = self.seed or random.SystemRandom().randrange(1, 2**31)
        for column in self.columns:
            column.resize(self.repeats)
        self._run(
            [
                self._cell(column, seed, repeat, reuse=True)
                for repeat in range(self.repeats)
                for column in self.columns
            ]
        )

    def run_again(self, column: ColumnModel) -> None:
        """Run one column again, in the same group and with the same seeds as the others."""
        if self.text:
            seed = self._seed_again()
            column.resize(self.repeats)
            self._run([self._cell(column, seed, each) for each in range(self.repeats)])

    def run_repeat_again(self, column: ColumnModel) -> None:
        """Run the repeat that is shown again, with its own seed."""
        if self.text:
            self._run([self._cell(column, self._seed_again(), column.index)])

    def _seed_again(self) -> int:
        """The seed of the runs that are shown."""
        known = [spec.seed for each in self.columns if (spec := each.cells[0].spec) is not None]
        return self.seed or next(iter(known), 0) or random.SystemRandom().randrange(1, 2**31)

    def stop_all(self) -> None:
        """Cancel everything that runs or waits."""
        self._queue.clear()
        for column in self.columns:
            column.stop()

    def _run(self, cells: list[Cell]) -> None:
        self.group = cells[0].spec.group
        self._queue.run(cells, one_by_one=self.equal_seconds)

    def _cell(self, column: ColumnModel, seed: int, repeat: int, *, reuse: bool = False) -> Cell:
        spec = self._spec(column, seed)
        spec = msgspec.structs.replace(
            spec, group=comparison_group(spec), seed=repeat_seed(seed, repeat)
        )
        return Cell(column.cells[repeat], spec, reuse)

    def _spec(self, column: ColumnModel, seed: int) -> RunSpec:
        return RunSpec(
            prompt=TemplatePrompt(self.path, self.text, dict(self.variables)),
            strategy=column.info.id,
            params=dict(column.params),
            model=self.model,
            sampling=self.sampling,
            seed=seed,
            budget=Budget(
                max_tokens=self.budget_tokens if self.equal_tokens else None,
                max_seconds=self.budget_seconds if self.equal_seconds else None,
            ),
            mode=self.mode,
        )

    # --- a stored comparison --------------------------------------------------------------------

    def load_group(self, group: str) -> None:
        """Show the runs of a stored comparison, one column each."""
        self._loading_group += 1

        async def ask(core: Workbench) -> list[StoredRun]:
            runs = await core.list_runs(group=group, limit=_MOST_RUNS)
            return [
                (run.run_id, await core.run_spec(run.run_id), await core.load_run(run.run_id))
                for run in reversed(runs)
            ]

        self._bridge.call(
            ask, functools.partial(self._on_group, self._loading_group, group), owner=self
        )

    def _on_group(self, number: int, group: str, runs: list[StoredRun]) -> None:
        if number != self._loading_group or not runs:
            return
        for column in tuple(self.columns):
            self.remove_column(column, cancel=False)
        columns = stored_columns(runs)
        self.repeats = max(len(stored.runs) for stored in columns)
        for stored in columns:
            if self.strategy(stored.strategy) is not None:
                self.add_column(stored.strategy, stored.params)
                self.columns[-1].load(stored.runs)
        self.group = group
        first = runs[0][1]
        self.model, self.sampling, self.seed = first.model, first.sampling, first.seed
        self.mode = first.mode
        self.equal_tokens = first.budget.max_tokens is not None
        self.budget_tokens = first.budget.max_tokens or self.budget_tokens
        self.equal_seconds = first.budget.max_seconds is not None
        self.budget_seconds = round(first.budget.max_seconds or self.budget_seconds)
        self.settings_changed.emit()
        self.counted.emit()
        self.comes_with_settings = True
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
            "equal_seconds": self.equal_seconds,
            "budget_seconds": self.budget_seconds,
            "repeats": self.repeats,
            "expected": self.expected,
            "pinned": self.columns.index(self.pinned) if self.pinned else self._wanted_pin,
            "changes": self.changes,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`session` gave; what cannot be read keeps its default."""
        saved = read_session(state)
        if saved is None:
            return
        self.model, self.seed, self.sampling = saved.model, saved.seed, saved.sampling
        self.mode = saved.mode
        self.equal_tokens, self.budget_tokens = saved.equal_tokens, saved.budget_tokens
        self.equal_seconds, self.budget_seconds = saved.equal_seconds, saved.budget_seconds
        self.repeats, self.expected, self.changes = saved.repeats, saved.expected, saved.changes
        self.settings_changed.emit()
        self.counted.emit()
        if saved.columns:
            for column in tuple(self.columns):
                self.remove_column(column)
            self._wanted, self._wanted_pin = saved.columns, saved.pinned
            if self.strategies:
                self._make_wanted()
        self.comes_with_settings = True
        if saved.path:
            self.open_prompt(saved.path, saved.text, saved.variables)
