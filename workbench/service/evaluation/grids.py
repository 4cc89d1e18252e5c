"""`core.grids`: the grid of an evaluation for the window, made apart from the window's thread."""

from __future__ import annotations

import asyncio

import msgspec

from workbench.domain.evaluation.grid.choice import RowsChosen, RowsWanted, choose_rows
from workbench.domain.evaluation.grid.earlier import Earlier, kept_scores
from workbench.domain.evaluation.grid.rows import GridTable, make_table, scores_of
from workbench.domain.evaluation.results import (
    CaseScore,
    EvaluationResult,
    EvaluationSummary,
)
from workbench.evaluation.analysis.analyse import difference_of
from workbench.evaluation.comparing import compare_with_earlier
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.evaluations import Evaluations

_BEFORE = "\0before"
"""A name that no variant has."""


class Grids:
    """Rows of grids: made, filtered, sorted, and compared with earlier evaluations."""

    def __init__(self, evaluations: Evaluations) -> None:
        self._evaluations = evaluations

    async def table(
        self,
        evaluation: Evaluation,
        result: EvaluationResult | None,
        earlier: Earlier | None = None,
    ) -> GridTable:
        """All rows as they are now.

        Args:
            evaluation: that is open, and may be at work.
            result: its newest scores; None before there are any.
            earlier: compared with instead of the baseline.
        """
        cells = dict(evaluation.cells)  # which change on this thread
        return await asyncio.to_thread(
            lambda: make_table(
                evaluation.cases,
                [each.spec.name for each in evaluation.variants],
                cells,
                evaluation.set.repeats,
                scores_of(result),
                evaluation.baseline,
                earlier.verdicts if earlier else None,
            )
        )

    async def choose(self, table: GridTable, wanted: RowsWanted) -> RowsChosen:
        """The rows that are wanted, in their order."""
        return await asyncio.to_thread(choose_rows, table, wanted)

    async def earlier(self, result: EvaluationResult, other: EvaluationSummary) -> Earlier:
        """What another evaluation found, and how variants of the same names compare with it.

        Each variant is compared on the cases whose ids both have; as the comparisons inside an
        evaluation, all are decided together (Holm).

        Args:
            result: of the evaluation that is open, with its cases.
            other: of :meth:`Evaluations.all`.

        Raises:
            StoreError: it cannot be read.
        """
        kept = await self._evaluations.cells(other.evaluation_id)
        return await asyncio.to_thread(_with_rows, result, other, kept_scores(kept))


def _with_rows(
    result: EvaluationResult, other: EvaluationSummary, before: dict[str, dict[str, CaseScore]]
) -> Earlier:
    """The comparisons with their rows that changed."""
    found = _compared(result, other, before)
    cases = {each.name: each.cases for each in result.variants}
    differences = tuple(
        difference_of(
            each,
            cases[each.variant],
            {case: score.score for case, score in before[each.variant].items()},
        )
        for each in found.comparisons
    )
    return msgspec.structs.replace(found, differences=differences)


def _compared(
    result: EvaluationResult, other: EvaluationSummary, before: dict[str, dict[str, CaseScore]]
) -> Earlier:
    now = {name: [*scores.values()] for name, scores in scores_of(result).items()}
    comparisons = compare_with_earlier(now, before, _BEFORE, result.target)
    return Earlier(
        summary=other,
        verdicts={
            name: {case: score.passed for case, score in scores.items()}
            for name, scores in before.items()
        },
        comparisons=comparisons,
        missing=tuple(each.name for each in result.variants if each.name not in before),
    )
