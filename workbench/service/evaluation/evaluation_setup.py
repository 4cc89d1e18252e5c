"""What the Setup view asks: metrics, rows, the cost of each variant, rows needed, a preview."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.evaluation.cells import SweepEstimate
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.evaluation.results import EvaluationResult
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score, Undefined
from workbench.domain.evaluation.setting_up import CheckPreview, MetricInfo, SetRows
from workbench.domain.parameters import describe
from workbench.evaluation import scoring
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.job import judge_in
from workbench.evaluation.statistics.power import rows_needed_for_shares
from workbench.runs.sweep import Sweep
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.sweeping import Sweeping
from workbench.service.prompts.datasets import DataSets

_ASKING = frozenset(
    ("judgement", "embeddings", "output_likelihood", "reference_likelihood", "choices")
)
"""Needs for which a model is asked."""
USUAL_DISCORDANCE = 0.15
"""The share of rows that change between two versions of a prompt, before any was seen."""


class EvaluationSetup:
    """Answers what a set can be made of and what it would take."""

    def __init__(self, core: Core, datasets: DataSets, sweeping: Sweeping) -> None:
        self._pool = core.pool
        self._datasets = datasets
        self._sweeping = sweeping

    async def metrics(self) -> tuple[MetricInfo, ...]:
        """All metrics, in the order in which they are offered."""
        found = []
        for metric in METRICS:
            needs = metric.needed(metric.params())
            found.append(
                MetricInfo(
                    metric.id,
                    metric.title,
                    metric.description,
                    describe(metric.params),
                    asks_model=bool(_ASKING & set(needs)),
                    uses_expected="expected" in needs,
                )
            )
        return tuple(found)

    async def rows(self, given: EvaluationSet, *, held_out: bool = False) -> SetRows:
        """The rows of a set; of its held-out file where it has one and that is asked for.

        Raises:
            DataSetError: the data set cannot be read.
        """
        if not given.data:
            values = tuple(row.values for row in given.rows)
            return SetRows(columns=tuple({name: 0 for row in values for name in row}), rows=values)
        named = given.held_out if held_out and given.held_out else given.data
        near = Path(given.path).parent / named
        name = str(near) if await asyncio.to_thread(near.exists) else named
        data = await self._datasets.read(name)
        return SetRows(columns=data.columns, rows=data.rows, path=data.path)

    async def estimates(self, evaluation: Evaluation) -> dict[str, SweepEstimate]:
        """What each variant that can be run will take."""
        found = {}
        for name in evaluation.prepared:
            cells = {place: c for place, c in evaluation.cells.items() if place.variant == name}
            planned = tuple(cell for cell in evaluation.sweep.cells if cell.id.variant == name)
            found[name] = await self._sweeping.estimate(Sweep(planned), cells, evaluation.prepared)
        return found

    async def rows_needed(
        self, differences: Sequence[float], result: EvaluationResult | None
    ) -> tuple[float, bool, dict[float, int]]:
        """How many rows show differences of two pass rates four times in five.

        Args:
            differences: 0 to 1, none 0.
            result: where there is one, rows that changed are counted in it.

        Returns:
            The share of rows that change, whether it was seen, and rows by difference.
        """
        seen = _discordance(result)
        share = USUAL_DISCORDANCE if seen is None else seen
        needed = {each: rows_needed_for_shares(share, each) for each in differences}
        return share, seen is not None, needed

    async def preview(
        self, evaluation: Evaluation, check: Check, case: str = ""
    ) -> CheckPreview | None:
        """What a check says of the output of a case, or of the first that is there.

        None where there is no output yet, or a model would have to be asked.
        """
        if _ASKING & set(METRICS.get(check.metric).needed(METRICS.get(check.metric).params())):
            return None
        cells = [cell for cell in evaluation.cells.values() if cell.is_finished]
        cell = next((c for c in cells if c.id.case == case), next(iter(cells), None))
        if cell is None:
            return None
        of_case = next(each for each in evaluation.cases if each.id == cell.id.case)
        given = scoring.input_of(of_case, cell, [cell.output])
        found = (await judge_in(self._pool, CheckSet(checks=(check,)), [given]))[0]
        leaf = next(found.leaves())
        result = leaf.result
        reason = ""
        if isinstance(result, Score | FormatFailure | Undefined | Errored):
            reason = result.reason
        return CheckPreview(
            number=of_case.number, variant=cell.id.variant, passed=leaf.passed, reason=reason
        )


def _discordance(result: EvaluationResult | None) -> float | None:
    """The share of common rows that changed, in the comparison in which most did."""
    if result is None:
        return None
    verdicts = [each.verdict for each in result.comparisons]
    shares = [each.discordant / each.rows for each in verdicts if each.rows >= 1]
    return max(shares, default=None) or None
