"""What the Setup view shows besides the set: rows, strategies, metrics, costs, rows needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.cells import SweepEstimate
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.setting_up import CheckPreview, MetricInfo, SetRows
from workbench.domain.prompts.library import PromptRecord
from workbench.domain.prompts.prompt import InputField
from workbench.domain.views import StrategyInfo
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

POINTS = (2, 5, 10, 15)
"""Differences whose rows are shown, next to the one that the set names."""


class SetupModel(QObject):
    """Asks the core what the set that is open can be made of, and what it would take.

    Signals:
        rows_changed(): the rows of the set, or why there are none.
        choices_changed(): strategies, metrics, prompts.
        costs_changed(): what each variant takes.
        needed_changed(): how many rows show which difference.
    """

    rows_changed = Signal()
    choices_changed = Signal()
    costs_changed = Signal()
    needed_changed = Signal()

    def __init__(self, bridge: Bridge, model: EvaluationModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self.rows = SetRows()
        self.rows_problem = ""
        self._rows_of: object = None
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.metrics: dict[str, MetricInfo] = {}
        self.prompts: tuple[PromptRecord, ...] = ()
        self.costs: dict[str, SweepEstimate] = {}
        self.discordance = 0.0
        self.discordance_seen = False
        self.needed: dict[float, int] = {}
        model.set_changed.connect(self._on_set)
        model.opened.connect(self._on_opened)
        model.estimate_changed.connect(self.read_costs)
        model.result_changed.connect(self.read_needed)
        self.read_choices()
        self._on_set()
        self.read_costs()

    @property
    def inputs(self) -> tuple[InputField, ...]:
        """The inputs of all prompts of the set, each name once."""
        evaluation = self._model.evaluation
        if evaluation is None:
            return ()
        found = {field.name: field for each in evaluation.variants for field in each.inputs}
        return tuple(found.values())

    @latest
    async def read_choices(self) -> None:
        """Read which strategies, metrics and prompts there are."""

        async def strategies(core: Workbench) -> tuple[StrategyInfo, ...]:
            return core.runs.strategies()

        self.strategies = await self._bridge.ask(strategies)
        metrics = await self._bridge.ask(lambda core: core.evaluation_setup.metrics())
        self.metrics = {metric.id: metric for metric in metrics}
        self.prompts = await self._bridge.ask(lambda core: core.library.entries())
        self.choices_changed.emit()

    @Slot()
    def _on_set(self) -> None:
        self.read_needed()
        given = self._model.set
        held_out = self._model.options.held_out
        source = None
        if given is not None:
            source = (given.path, given.data, given.rows, given.held_out, held_out)
        if source != self._rows_of:
            self._rows_of = source
            self.read_rows()

    @Slot()
    def _on_opened(self) -> None:
        if self.rows_problem:  # the file may be there by now
            self.read_rows()

    @latest
    async def read_rows(self) -> None:
        """Read the rows of the set again."""
        given, held_out = self._model.set, self._model.options.held_out
        self.rows_problem = ""
        if given is None:
            self.rows = SetRows()
        else:
            try:
                self.rows = await self._bridge.ask(
                    lambda core: core.evaluation_setup.rows(given, held_out=held_out)
                )
            except WorkbenchError as error:
                self.rows, self.rows_problem = SetRows(), str(error)
        self.rows_changed.emit()

    @latest
    async def read_costs(self) -> None:
        """What each variant takes."""
        evaluation = self._model.evaluation
        if evaluation is None:
            self.costs = {}
        else:
            self.costs = await self._bridge.ask(
                lambda core: core.evaluation_setup.estimates(evaluation)
            )
        self.costs_changed.emit()

    @latest
    async def read_needed(self) -> None:
        """How many rows show which difference."""
        given, result = self._model.set, self._model.result
        if given is None or not 0 < given.target <= 1:
            return
        wanted = sorted({given.target, *(points / 100 for points in POINTS)})
        self.discordance, self.discordance_seen, self.needed = await self._bridge.ask(
            lambda core: core.evaluation_setup.rows_needed(wanted, result)
        )
        self.needed_changed.emit()

    async def preview(self, check: Check, case: str) -> CheckPreview | None:
        """What a check says of an output that is there; to be awaited by a task."""
        evaluation = self._model.evaluation
        if evaluation is None:
            return None
        found: CheckPreview | None = await self._bridge.ask(
            lambda core: core.evaluation_setup.preview(evaluation, check, case)
        )
        return found
