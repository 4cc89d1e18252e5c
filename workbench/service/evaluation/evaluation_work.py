"""Working on an evaluation until it is through or paused, and how its held-out rows were used."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import msgspec

from workbench.domain.evaluation.cells import CellId
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.history.evaluation import evaluations as kept
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.evaluations import Evaluations
from workbench.service.evaluation.judges.asking import OnMeasured
from workbench.service.evaluation.sweeping import OnCell


class EvaluationWork:
    """Runs evaluations for a window, in which they are paused and gone on with."""

    def __init__(self, core: Core, evaluations: Evaluations) -> None:
        self._store = core.store
        self._evaluations = evaluations
        self._at_work: dict[int, asyncio.Task[None]] = {}

    async def run(
        self,
        evaluation: Evaluation,
        on_cell: OnCell,
        only: Collection[CellId] | None = None,
        on_measured: OnMeasured | None = None,
    ) -> bool:
        """As :meth:`Evaluations.run`, until it is through or :meth:`pause` is called.

        The evaluation is in the history from the beginning, so that it can be gone on with
        whatever happens.

        Returns:
            Whether it went through.

        Raises:
            StoreError: a run could not be saved; what finished before is kept.
        """
        await self._keep_as_begun(evaluation)
        task = asyncio.create_task(self._evaluations.run(evaluation, on_cell, on_measured, only))
        self._at_work[id(evaluation)] = task
        try:
            await asyncio.wait({task})
        finally:
            del self._at_work[id(evaluation)]
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            return False
        task.result()
        return True

    async def pause(self, evaluation: Evaluation) -> None:
        """Stop :meth:`run`; returns when what was being run has ended."""
        task = self._at_work.get(id(evaluation))
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def looks(self, evaluation: Evaluation) -> int:
        """How often the scores of an evaluation's held-out cases were shown."""
        return await self._store.read(kept.count_looks, evaluation.cases_digest)

    async def _keep_as_begun(self, evaluation: Evaluation) -> None:
        """Put an evaluation into the history that is not there yet."""
        if not await self._store.read(kept.find_id, evaluation.digest):
            definition = msgspec.json.encode(evaluation.set).decode()
            summary = EvaluationSummary(
                digest=evaluation.digest,
                name=evaluation.set.name,
                path=evaluation.set.path,
                status="incomplete",
                cell_count=len(evaluation.cells),
            )
            await self._store.write(kept.keep, summary, definition, "{}", ())
