"""What Compare works on: one prompt with its variables, and the columns that run it."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from PySide6.QtCore import Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.runs.made_with import QUESTION
from workbench.domain.runs.spec import (
    ChatPrompt,
    Json,
    RunSpec,
    TemplatePrompt,
    comparison_group,
    repeat_seed,
)
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.queue import Cell, CellQueue
from workbench.ui.compare.session import (
    MOST_REPEATS,
    StoredRuns,
    read_columns,
    read_group,
    read_session,
    stored_columns,
)
from workbench.ui.compare.settings_model import SettingsModel
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge


DEFAULT_COLUMNS = ("direct", "cot", "self_consistency", "tree_of_thought")


class _Left(NamedTuple):
    """A question with its settings, right answer and the columns' parameters."""

    spec: RunSpec
    expected: str
    params: list[tuple[ColumnModel, dict[str, Json]]]
    shown: TemplatePrompt | ChatPrompt
    """What is shown in its place."""


class CompareModel(SettingsModel):
    """The columns of a comparison, with the prompt and the settings that they share.

    Signals:
        columns_changed(): a column came, went or moved.
        running_changed(bool): whether any column is busy.
        pinned_changed(): another column is the one to compare with, or changes are shown or not.
    """

    columns_changed = Signal()
    running_changed = Signal(bool)
    pinned_changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.pinned: ColumnModel | None = None
        self.changes = False
        self.group = ""
        self.followed = ""
        """The digest of what was taken over from Design last."""
        self.followed_settings = ""
        """The same of how it is run there."""
        self.columns: list[ColumnModel] = []
        self._wanted: list[tuple[str, dict[str, Json]]] = [(name, {}) for name in DEFAULT_COLUMNS]
        self._wanted_pin: int | None = None
        self._wanted_runs: list[list[int | None]] = []
        self._queue = CellQueue()
        self._queue.setParent(self)

        self._was_running = False
        self._front_matter_params: dict[str, Json] = {}
        self._left: _Left | None = None
        self.strategies_changed.connect(self._make_wanted)
        self.prompt_changed.connect(self._take_front_matter)
        self.columns_changed.connect(self._take_front_matter)

    @Slot()
    def _take_front_matter(self) -> None:
        """Apply the front matter's strategy parameters to columns of that strategy.

        A column whose parameters were chosen otherwise keeps them.
        """
        options = self.analysis.options if self.analysis is not None else HeadOptions()
        before, self._front_matter_params = self._front_matter_params, dict(options.params)
        for column in self.columns:
            if column.params and column.params != before:
                continue
            is_named = column.info.id == options.strategy
            column.set_params(dict(self._front_matter_params) if is_named else {})

    @property
    def running(self) -> bool:
        """Whether any column is busy."""
        return any(column.busy for column in self.columns)

    # --- columns --------------------------------------------------------------------------------

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

    @Slot()
    def _make_wanted(self) -> None:
        wanted, self._wanted = self._wanted, []
        runs, self._wanted_runs = self._wanted_runs, []
        for place, (strategy_id, params) in enumerate(wanted):
            before = len(self.columns)
            self.add_column(strategy_id, params)
            if len(self.columns) > before and place < len(runs):
                self._wanted_runs.append(runs[place])
        if self._wanted_pin is not None and self._wanted_pin < len(self.columns):
            self.set_pinned(self.columns[self._wanted_pin])
        self._wanted_pin = None
        self.pinned_changed.emit()
        self._load_wanted()

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
        column = ColumnModel(self._bridge, info, dict(params or {}), self._would_run)
        column.setParent(self)
        column.changed.connect(self._on_column_changed)
        column.configured.connect(self.counted)
        column.ended.connect(self.counted)
        self.columns.insert(len(self.columns) if at is None else at, column)
        self.columns_changed.emit()

    def duplicate_column(self, column: ColumnModel) -> None:
        """Another column of the same strategy and parameters, right of it."""
        self.add_column(column.info.id, column.params, self.columns.index(column) + 1)

    def move_column(self, column: ColumnModel, by: int) -> None:
        """Move a column ``by`` places to the right, or to the left with less than 0."""
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

    def run_more(self, count: int) -> None:
        """Run each column ``count`` times more, with further seeds of the same comparison."""
        if not self.text:
            return
        seed = self._seed_again()
        first = {column: len(column.cells) for column in self.columns}
        for column in self.columns:
            column.resize(min(first[column] + count, MOST_REPEATS))
        self.repeats = max(len(column.cells) for column in self.columns)
        self.settings_changed.emit()
        self._run(
            [
                self._cell(column, seed, repeat, reuse=True)
                for repeat in range(min(first.values()), self.repeats)
                for column in self.columns
                if first[column] <= repeat < len(column.cells)
            ]
        )

    def resume_all(self) -> None:
        """Go on with all that was cut."""
        self.resume(*self.columns)

    def resume(self, *columns: ColumnModel) -> None:
        """Go on with what was cut in these columns, repeat by repeat."""
        cut = [column.cut for column in columns]
        runs = [cells[place] for place in range(max(map(len, cut), default=0))
                for cells in cut if place < len(cells)]  # fmt: skip
        found = [Cell(run, run.spec, resumes=True) for run in runs if run.spec is not None]
        self._queue.run(found, one_by_one=self.equal_seconds)

    def _run(self, cells: list[Cell]) -> None:
        self.group, self._left = cells[0].spec.group, None
        self.note_expected()
        for cell in cells:
            cell.run.expected = self.expected
        self._queue.run(cells, one_by_one=self.equal_seconds)

    def _cell(self, column: ColumnModel, seed: int, repeat: int, *, reuse: bool = False) -> Cell:
        spec = msgspec.structs.replace(self.spec(column.info.id, column.params), seed=seed)
        spec = msgspec.structs.replace(
            spec, group=comparison_group(spec), seed=repeat_seed(seed, repeat)
        )
        return Cell(column.cells[repeat], spec, reuse)

    def _would_run(self, column: ColumnModel, repeat: int) -> RunSpec:
        """What a repeat of a column would be run with now; a seed that is open stays so."""
        spec = self.spec(column.info.id, column.params)
        if spec.seed:
            spec = msgspec.structs.replace(spec, seed=repeat_seed(spec.seed, repeat))
        return spec

    def set_expected(self, expected: str) -> None:
        """Another right answer: the history judges the runs of the shown question by it."""
        if expected == self.expected:
            return
        super().set_expected(expected)
        runs = [
            cell
            for column in self.columns
            for index, cell in enumerate(column.cells)
            if cell.spec is not None and not QUESTION.intersection(column.aspects(index))
        ]
        for cell in runs:
            cell.expected = expected
        run_ids = [cell.run_id for cell in runs if cell.run_id is not None]
        if run_ids:
            self._bridge.call(lambda core: core.history.expect(expected, run_ids))

    # --- what belongs to another question -------------------------------------------------------

    def others(self) -> list[ColumnModel]:
        """The columns whose shown run was made with something else than what is shown now."""
        return [column for column in self.columns if column.shown_aspects]

    def show_made_with(self, column: ColumnModel) -> None:
        """Show the question and settings that a column's shown run was made with."""
        spec, first = column.spec, column.cells[0].spec
        if spec is None:
            return
        now = self.spec("", {}), self.expected, [(each, each.params) for each in self.columns]
        if self.seed and first is not None and spec.seed != self._would_run(column, 0).seed:
            self.seed = first.seed
        column.set_params(dict(spec.params))
        self.show_question(spec)
        self._left = _Left(*now, spec.prompt)
        self.counted.emit()

    @property
    def can_go_back(self) -> bool:
        """Whether an earlier question is shown, untouched, and :meth:`go_back` leads from it."""
        return self._left is not None and self.spec("", {}).prompt == self._left.shown

    @Slot()
    def go_back(self) -> None:
        """Show the question and settings again that :meth:`show_made_with` took the place of."""
        left, self._left = self._left, None
        if left is None:
            return
        for column, params in left.params:
            column.set_params(params)
        self.seed = left.spec.seed
        self.note_stored([(left.spec, left.expected)])
        self.show_question(left.spec)

    # --- a stored comparison --------------------------------------------------------------------

    @latest
    async def load_group(self, group: str) -> None:
        """Show the runs of a stored comparison, one column each."""
        found = await self._bridge.ask(lambda core: read_group(core, group))
        runs = [run for run in found.columns[0] if run is not None]
        if not runs:
            return
        self.note_stored(found.with_expected())
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
        self.seed = first.seed
        self.show_question(first)

    @background
    async def _load_wanted(self) -> None:
        """Show again the runs that were on the board when the session was kept."""
        wanted = self._wanted_runs
        if not any(run_id is not None for runs in wanted for run_id in runs):
            self._wanted_runs = []
            return
        columns = [(each, each.info.id) for each in self.columns]
        for column, runs in zip(self.columns, wanted, strict=False):
            column.show_loading(any(run_id is not None for run_id in runs))
        found: StoredRuns | None = None
        with contextlib.suppress(WorkbenchError):  # the board stays empty
            found = await self._bridge.ask(lambda core: read_columns(core, wanted))
        self._wanted_runs = []
        for column, _ in columns:
            if column in self.columns:
                column.show_loading(False)
        if found is None:
            return
        self.note_stored(found.with_expected())
        for (column, strategy), loaded in zip(columns, found.columns, strict=False):
            untouched = not any(cell.phase != "idle" for cell in column.cells)
            if column in self.columns and column.info.id == strategy and untouched:
                column.load(loaded)
        self.counted.emit()

    # --- session --------------------------------------------------------------------------------

    def session(self) -> dict[str, object]:
        """What is to be found again at the next start."""
        return super().session() | {
            "path": self.path,
            "text": self.text if self.edited else None,
            "variables": self.variables,
            "columns": [
                *([column.info.id, column.params] for column in self.columns),
                *([strategy_id, params] for strategy_id, params in self._wanted),
            ],
            "runs": self._wanted_runs
            or [[cell.run_id for cell in column.cells] for column in self.columns],
            "pinned": self.columns.index(self.pinned) if self.pinned else self._wanted_pin,
            "changes": self.changes,
            "followed": self.followed,
            "followed_settings": self.followed_settings,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`session` gave; what cannot be read keeps its default."""
        saved = read_session(state)
        if saved is None:
            return
        self.changes, self.followed = saved.changes, saved.followed
        self.followed_settings = saved.followed_settings
        self.restore_settings(saved)
        if saved.columns:
            for column in tuple(self.columns):
                self.remove_column(column)
            self._wanted, self._wanted_pin = saved.columns, saved.pinned
            self._wanted_runs = saved.runs
            if self.strategies:
                self._make_wanted()
        self.comes_with_settings = True
        if saved.path:
            self.open_prompt(saved.path, saved.text, saved.variables)
