"""What Results shows: rows of the open evaluation, those that are wanted, in their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.evaluation.cells import CellId
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.grid.cells import CellKind
from workbench.domain.evaluation.grid.choice import OrderMode, RowsChosen, RowsWanted, SortKey
from workbench.domain.evaluation.grid.earlier import Earlier
from workbench.domain.evaluation.grid.rows import GridTable, RowTraits, make_row
from workbench.domain.evaluation.results import CaseScore
from workbench.domain.views import StrategyInfo
from workbench.ui.evaluate.results.tops.judges import JudgeHead, judge_heads
from workbench.ui.evaluate.results.tops.variants import VariantHead, heads_of
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.service.evaluation.evaluation import Evaluation
    from workbench.ui.bridge import Bridge
    from workbench.ui.evaluate.view_model import EvaluationModel

EMPTY = GridTable(variants=(), baseline="", rows=[])


class ResultsModel(QObject):
    """Follows the evaluation model. Rows are made, filtered and sorted by the core.

    Signals:
        table_changed(): other rows, columns or summaries.
        rows_changed(list): places of rows whose cells are other ones.
        lines_changed(): other rows are chosen, or in another order.
        failed(str): a sentence.
    """

    table_changed = Signal()
    rows_changed = Signal(list)
    lines_changed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: EvaluationModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self.table = EMPTY
        self.evaluation: Evaluation | None = None
        """That the rows are of."""
        self.heads: tuple[VariantHead, ...] = ()
        self.judges: tuple[JudgeHead, ...] = ()
        self.chosen = RowsChosen()
        self.wanted = RowsWanted()
        self._strategies: tuple[StrategyInfo, ...] = ()
        self._set = ""
        """Which set the filters were chosen for."""
        self._is_first = True
        """Whether nothing was shown of the set yet."""
        self._places: dict[str, int] = {}
        self._newer: set[str] = set()
        """Cases whose cells changed while the rows were being made."""
        model.opened.connect(self._on_opened)
        model.result_changed.connect(self.read)
        model.cells_changed.connect(self._on_cells)
        model.comparing.changed.connect(self.read)
        self._on_opened()

    @property
    def earlier(self) -> Earlier | None:
        """Another evaluation that is compared with."""
        return self._model.comparing.earlier

    @property
    def cases(self) -> tuple[EvaluationCase, ...]:
        """Those of the rows, in their order."""
        return self.evaluation.cases if self.evaluation is not None else ()

    def place_of(self, case: str) -> int:
        """The place of a case in the table, -1 where there is none."""
        return self._places.get(case, -1)

    def score(self, place: int, variant: str) -> CaseScore | None:
        """What the checks found of a case and a variant."""
        return self.table.scores.get(variant, {}).get(self.table.rows[place].id)

    # --- rows -----------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        given = self._model.set
        name = f"{given.path}\0{given.name}" if given is not None else ""
        if name != self._set:
            self._set, self._is_first = name, True
            self.wanted = RowsWanted()
        self.read()

    @latest
    async def read(self) -> None:
        """Have all rows made again."""
        model, earlier, bridge = self._model, self.earlier, self._bridge
        evaluation, result = model.evaluation, model.result
        self._newer.clear()
        if evaluation is None:
            self.evaluation, self.table, self.heads, self._places = None, EMPTY, (), {}
            self.judges = ()
            self.chosen = RowsChosen()
            self.table_changed.emit()
            self.lines_changed.emit()
            return
        if not self._strategies:
            self._strategies = await bridge.ask(_strategies)
        table = await bridge.ask(lambda core: core.grids.table(evaluation, result, earlier))
        wanted, chosen = await self._choose_of(table)
        self.evaluation, self.table = evaluation, table
        self.wanted, self.chosen = wanted, chosen
        self._is_first = self._is_first and not table.scores
        self._places = {row.id: place for place, row in enumerate(table.rows)}
        self._make_again(self._newer)
        self.heads = heads_of(evaluation, result, self._strategies, earlier)
        self.judges = judge_heads(result)
        self.table_changed.emit()
        self.lines_changed.emit()

    async def _choose_of(self, table: GridTable) -> tuple[RowsWanted, RowsChosen]:
        """The rows of a new table that are wanted, also where that changes meanwhile."""
        while True:
            before, wanted = self.wanted, self._wanted_of(table)
            chosen = await self._bridge.ask(
                lambda core, wanted=wanted: core.grids.choose(table, wanted)  # type: ignore[misc]
            )
            if self.wanted is before:
                return wanted, chosen

    def _wanted_of(self, table: GridTable) -> RowsWanted:
        """What is wanted as far as a table has it; at first, what changed is shown."""
        wanted = self.wanted
        if wanted.of not in table.variants:
            others = [name for name in table.variants if name != table.baseline]
            wanted = msgspec.structs.replace(wanted, of=next(iter(others), ""))
        keys = tuple(
            key for key in wanted.keys if key.column[:1] == "\0" or key.column in table.variants
        )
        tags = tuple(tag for tag in wanted.tags if tag in dict(table.tags))
        wanted = msgspec.structs.replace(wanted, keys=keys, tags=tags)
        if self._is_first and any(RowTraits.CHANGED in row.traits for row in table.rows):
            wanted = msgspec.structs.replace(wanted, show="changed")
        return wanted

    @Slot(list)
    def _on_cells(self, changed: list[CellId]) -> None:
        cases = {each.case for each in changed}
        self._newer |= cases
        if self._model.evaluation is self.evaluation:
            self.rows_changed.emit(self._make_again(cases))

    def _make_again(self, cases: Iterable[str]) -> list[int]:
        """Make the rows of some cases again; returns their places."""
        evaluation, table, places = self.evaluation, self.table, []
        if evaluation is None:
            return []
        before = self.earlier.verdicts if self.earlier is not None else None
        for place in (self._places.get(case, -1) for case in cases):
            if place >= 0:
                places.append(place)
                table.rows[place] = make_row(
                    evaluation.cases[place],
                    table.variants,
                    evaluation.cells,
                    evaluation.set.repeats,
                    table.scores,
                    table.baseline,
                    before,
                    table.rows[place],
                )
        return places

    # --- what is wanted -------------------------------------------------------------------------

    def want(self, wanted: RowsWanted) -> None:
        """Show other rows, or in another order."""
        if wanted != self.wanted:
            self.wanted = wanted
            self._is_first = False
            self._choose()

    def begin_with(self, wanted: RowsWanted) -> None:
        """Show the rows of a former session, before any are there."""
        self.wanted = msgspec.structs.replace(wanted, cases=())
        self._is_first = False

    def sort_by(self, column: str, *, also: bool) -> None:
        """Sort by a column, or by it after those that are sorted by; again turns it around.

        While regressions come first, a variant becomes the one whose regressions they are.
        """
        wanted = self.wanted
        if not also and wanted.order == "regressions" and column in self.table.variants:
            self.want(msgspec.structs.replace(wanted, of=column))
            return
        keys = list(wanted.keys) if wanted.order == "columns" else []
        known = next((key for key in keys if key.column == column), None)
        turned = SortKey(column, known is not None and not known.is_descending)
        if not also:
            keys = [turned]
        elif known is not None:
            keys[keys.index(known)] = turned
        else:
            keys.append(turned)
        self.want(msgspec.structs.replace(wanted, order="columns", keys=tuple(keys)))

    def set_order(self, order: OrderMode) -> None:
        """Regressions first, the set's order, or by columns."""
        keys = self.wanted.keys or (SortKey(self.wanted.of),)
        self.want(msgspec.structs.replace(self.wanted, order=order, keys=keys))

    def toggle_group(self, kind: CellKind) -> None:
        """Hide the rows of a group, or show them again."""
        self.want(msgspec.structs.replace(self.wanted, folded=self.wanted.folded ^ {kind}))

    @latest
    async def _choose(self) -> None:
        table, wanted = self.table, self.wanted
        chosen = await self._bridge.ask(lambda core: core.grids.choose(table, wanted))
        if table is self.table:
            self.chosen = chosen
            self.lines_changed.emit()


async def _strategies(core: Workbench) -> tuple[StrategyInfo, ...]:
    return core.runs.strategies()
