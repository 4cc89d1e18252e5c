"""A column of the comparison: a strategy with its parameters, and the repeats of its run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.runs.made_with import Aspect, changed_aspects
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.views import StrategyInfo
from workbench.ui.compare.columns.tally import Tally, tally
from workbench.ui.runs.run_model import Phase, RunModel

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge


class ColumnModel(QObject):
    """Runs of one strategy, one a repeat; one of them is shown.

    Args:
        would_run: what a repeat of a column (from 0) would be run with now.

    Signals:
        changed(): a run has progressed, or another run is shown.
        configured(): the strategy or its parameters changed.
        ended(): one of the runs has ended, or could not begin.
    """

    changed = Signal()
    configured = Signal()
    ended = Signal()

    def __init__(
        self,
        bridge: Bridge,
        info: StrategyInfo,
        params: dict[str, Json],
        would_run: Callable[[ColumnModel, int], RunSpec],
    ) -> None:
        super().__init__()
        self._bridge = bridge
        self._would_run = would_run
        self.info = info
        self.params = params
        self.index = 0
        self.is_loading = False
        """Whether its runs of the last session are being read."""
        self.cells: list[RunModel] = []
        self.resize(1)

    # --- the run that is shown ------------------------------------------------------------------

    @property
    def shown(self) -> RunModel:
        """The repeat that is shown."""
        return self.cells[self.index]

    @property
    def run_id(self) -> int | None:
        """The shown run's id."""
        return self.shown.run_id

    @property
    def spec(self) -> RunSpec | None:
        """What the shown run was made from."""
        return self.shown.spec

    @property
    def state(self) -> RunState | None:
        """The shown run."""
        return self.shown.state

    @property
    def answer(self) -> str:
        """The shown run's answer, "" where there is none yet."""
        return self.shown.answer

    def show_repeat(self, index: int) -> None:
        """Show another repeat."""
        if index != self.index and 0 <= index < len(self.cells):
            self.index = index
            self.changed.emit()

    # --- all of them ----------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether any repeat is waiting or running."""
        return any(cell.busy for cell in self.cells)

    @property
    def phase(self) -> Phase:
        """Where the column is: running while any repeat is, ended when all that began have."""
        phases = [cell.phase for cell in self.cells]
        order: tuple[Phase, ...] = ("running", "starting", "ended")
        return next((phase for phase in order if phase in phases), "idle")

    @property
    def done(self) -> int:
        """How many repeats have come to their end."""
        return sum(cell.state is not None and cell.state.status == "done" for cell in self.cells)

    @property
    def cut(self) -> tuple[RunModel, ...]:
        """The repeats that ended before their end and can go on."""
        return tuple(cell for cell in self.cells if cell.can_resume)

    def aspects(self, index: int) -> tuple[Aspect, ...]:
        """What a repeat was made with that is not what is shown now; empty where it belongs."""
        spec = self.cells[index].spec
        if spec is None:
            return ()
        defaults = {field.name: field.default for field in self.info.fields}
        return changed_aspects(spec, self._would_run(self, index), defaults)

    @property
    def shown_aspects(self) -> tuple[Aspect, ...]:
        """What differs between the shown repeat and what would run now."""
        return self.aspects(self.index)

    def tally(self, expected: str) -> Tally:
        """What the repeats that belong to what is shown came to so far.

        Args:
            expected: the right answer, "" where it is not known.
        """
        done = [
            cell.state
            for index, cell in enumerate(self.cells)
            if cell.phase == "ended" and cell.state is not None and not self.aspects(index)
        ]
        return tally([state for state in done if state.status == "done"], expected)

    def resize(self, count: int) -> None:
        """Set the number of repeats; those beyond it are removed."""
        while len(self.cells) > count:
            cell = self.cells.pop()
            cell.clear()
            cell.deleteLater()
        while len(self.cells) < count:
            cell = RunModel(self._bridge, self.info, self.params)
            cell.setParent(self)
            cell.changed.connect(self.changed)
            cell.ended.connect(self.ended)
            self.cells.append(cell)
        if self.index >= count:
            self.index = 0
            self.changed.emit()

    def show_loading(self, loading: bool) -> None:
        """Whether its stored runs are being read, so that nothing is known of them yet."""
        self.is_loading = loading
        self.changed.emit()

    def load(self, runs: Sequence[tuple[int, RunSpec, RunState] | None]) -> None:
        """Show stored runs, the first repeat first; None is a repeat that was not run."""
        self.resize(max(len(runs), 1))
        for cell, stored in zip(self.cells, runs, strict=False):
            if stored is not None:
                cell.load(*stored)

    def choose_strategy(self, info: StrategyInfo) -> None:
        """Another strategy, with its own defaults; shown runs are put away."""
        if info.id != self.info.id:
            self.info, self.params = info, {}
            for cell in self.cells:
                cell.choose_strategy(info)
            self.configured.emit()

    def set_params(self, params: dict[str, Json]) -> None:
        """Other parameters, for the next runs."""
        if params != self.params:
            self.params = params
            for cell in self.cells:
                cell.set_params(params)
            self.configured.emit()

    def clear(self, *, cancel: bool = True) -> None:
        """Show no runs; those that are running are cancelled, or else go on out of sight."""
        for cell in self.cells:
            cell.clear(cancel=cancel)

    @Slot()
    def stop(self) -> None:
        """Cancel what runs and what waits; what was written stays."""
        for cell in reversed(self.cells):
            cell.stop()
