"""Working on a sweep: finished cells are found in the history, the others are run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from workbench.domain.errors import ModelError, StoreError, WorkbenchError
from workbench.domain.evaluation.cells import Cell, CellId, SweepEstimate
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.views import ModelEntry
from workbench.history.evaluation import evaluations
from workbench.history.evaluation.evaluations import FinishedRun
from workbench.models.discovery.scan import describe
from workbench.models.memory.context_size import deciding_settings
from workbench.runs.manifest import included_digests
from workbench.runs.sweep import PlannedCell, Sweep, source_of
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.runs.answers import Answers
from workbench.service.runs.runs import PreparedRun, Runs

RESERVE = 4
"""One run more for each 4 that are decoded together: the engine has its prompt when one ends."""
FEWEST = 8
"""Runs at work together, however many answers each asks for."""

OnCell = Callable[[Cell], None]


class Sweeping:
    """Runs the cells of sweeps; each is an ordinary run of the history."""

    def __init__(self, core: Core, models: Models, runs: Runs, answers: Answers) -> None:
        self._store = core.store
        self._library = core.prompt_library
        self._models = models
        self.runs = runs
        self._answers = answers

    async def find(self, sweep: Sweep) -> dict[CellId, Cell]:
        """All cells of a sweep: those that have a finished run are cached."""
        by_key = sweep.by_key()
        await self._store.flush()
        finished = await self._store.read(evaluations.find_finished, tuple(by_key))
        usable: dict[str, FinishedRun] = {}
        changed: dict[str, float] = {}
        prompts: dict[str, Mapping[str, str]] = {}
        conditions: dict[tuple[str, str], _Conditions] = {}
        for run in finished:
            spec = by_key[run.key][0].spec
            if spec.model not in changed:
                changed[spec.model] = await asyncio.to_thread(_changed_at, spec.model)
            if spec.strategy not in prompts:
                prompts[spec.strategy] = await self._answers.strategy_prompts(spec.strategy)
            same_prompts = run.manifest.get("strategy_prompts", {}) == prompts[spec.strategy]
            is_usable = same_prompts and changed[spec.model] <= run.started_at
            if run.key in usable or not is_usable:
                continue
            of = (spec.model, source_of(spec))
            if of not in conditions:
                conditions[of] = await self._conditions(spec)
            if conditions[of].fit(run.manifest):
                usable[run.key] = run
        return {
            cell.id: _cached(cell, usable[key]) if key in usable else Cell(id=cell.id, key=key)
            for key, cells in by_key.items()
            for cell in cells
        }

    async def loaded_with(self, sweep: Sweep) -> dict[str, Json]:
        """How the models of a sweep are loaded, where that changes answers, by their paths."""
        found: dict[str, Json] = {}
        for path in dict.fromkeys(cell.spec.model for cell in sweep.cells):
            settings = await self._models.settings_for(path)
            notes: dict[str, Json] = {**deciding_settings(settings)}
            if settings.adapters:
                notes["adapters"] = [each.note for each in settings.adapters]
            if notes:
                found[path] = notes
        return found

    async def _conditions(self, spec: RunSpec) -> _Conditions:
        """Under which conditions a run of this spec would be made now."""
        settings = await self._models.settings_for(spec.model)
        short = (await asyncio.to_thread(describe, Path(spec.model))).short_context_tokens
        return _Conditions(
            adapters=[each.note for each in settings.adapters],
            included=included_digests(spec, self._library.sources()),
            deciding=deciding_settings(settings),
            short_context=short,
            context=settings.context_tokens,
        )

    async def run(
        self,
        sweep: Sweep,
        cells: dict[CellId, Cell],
        prepared: Mapping[str, PreparedRun],
        expected: Mapping[str, str],
        on_cell: OnCell,
        only: Collection[CellId] | None = None,
    ) -> None:
        """Run the cells that have no finished run, several at once, one model after the other.

        Where this is cancelled, runs at work are stopped; cells that finished stay.

        Args:
            sweep: the plan.
            cells: how far each is; changed as the work goes on.
            prepared: the run of each variant, without variables.
            expected: the right answer of each case, "" or missing where there is no single one.
            on_cell: called for each cell when it begins and ends.
            only: cells to run, None for all.

        Raises:
            StoreError: a run could not be saved; what finished before is kept.
        """

        def tell(cell: Cell) -> None:
            cells[cell.id] = cell
            on_cell(cell)

        waiting = [
            group
            for group in sweep.by_key().values()
            if not all(cells[cell.id].is_finished for cell in group)
            and (only is None or any(cell.id in only for cell in group))
        ]
        for of_model in _by_model(waiting):
            work = _ModelWork(self, prepared, expected, tell)
            await work.run(of_model)

    async def estimate(
        self, sweep: Sweep, cells: Mapping[CellId, Cell], prepared: Mapping[str, PreparedRun]
    ) -> SweepEstimate:
        """What the cells without a finished run will take.

        Seconds are the sum of single runs: several at once take less.
        """
        waiting = [
            group[0]
            for group in sweep.by_key().values()
            if not all(cells[cell.id].is_finished for cell in group)
        ]
        by_variant: dict[str, list[PlannedCell]] = {}
        for cell in waiting:
            by_variant.setdefault(cell.id.variant, []).append(cell)
        calls = most = likely = 0
        is_known = True
        seconds: float | None = 0.0
        for of_variant in by_variant.values():
            each = await self.runs.estimate(of_variant[0].spec)
            count = len(of_variant)
            calls += each.calls * count
            most += each.new_tokens * count
            likely += each.tokens * count
            is_known = is_known and each.likely_tokens is not None
            each_seconds = each.seconds
            known = seconds is not None and each_seconds is not None
            seconds = seconds + each_seconds * count if known else None  # type: ignore[operator]
        models = {cell.spec.model: prepared[cell.id.variant].model for cell in waiting}
        return SweepEstimate(
            cells=len(cells),
            cached=sum(cell.is_finished for cell in cells.values()),
            to_run=len(waiting),
            calls=calls,
            new_tokens=most,
            likely_tokens=likely if is_known else None,
            seconds=seconds,
            models=tuple(entry.name for entry in models.values()),
            memory_bytes=max([await self._memory(path) for path in models], default=0),
        )

    async def decode_width(self, model: ModelEntry) -> int:
        """How many answers a model decodes together, or its server at a time; it is loaded.

        Raises:
            ModelError, EngineError: it cannot be loaded, or the server not be reached.
        """
        async with self._models.hold(model) as engine:
            return engine.model.decode_width if engine.model is not None else 1

    async def _memory(self, path: str) -> int:
        try:
            return (await self._models.inspect(path)).memory.total_bytes
        except WorkbenchError:  # on a server, or its header says too little
            return 0


class _Conditions(NamedTuple):
    """What decides a run and is in no spec: included files, and how its model is loaded.

    A larger context changes no answer, only which prompts fit, but for models that have two sets of
    rope factors and take one or the other by it.
    """

    adapters: list[str]
    included: dict[str, str]
    deciding: dict[str, Json]
    short_context: int
    context: int

    def fit(self, manifest: Mapping[str, Any]) -> bool:
        """Whether a run was made so.

        Earlier versions did not note what a prompt included, nor load settings: those were the
        defaults.
        """
        engine = manifest.get("engine", {})
        short, context = self.short_context, engine.get("context_tokens", self.context)
        return bool(
            engine.get("adapters", self.adapters) == self.adapters
            and manifest.get("included", self.included) == self.included
            and engine.get("deciding", {}) == self.deciding
            and (not short or (context > short) == (self.context > short))
        )


class _ModelWork:
    """The cells of one model, as many at once as suit the engine."""

    def __init__(
        self,
        sweeping: Sweeping,
        prepared: Mapping[str, PreparedRun],
        expected: Mapping[str, str],
        tell: OnCell,
    ) -> None:
        self._sweeping = sweeping
        self._runs = sweeping.runs
        self._prepared = prepared
        self._expected = expected
        self._tell = tell
        self._lost = ""
        """Why the model is gone; nothing more is tried with it then."""

    async def run(self, groups: Sequence[Sequence[PlannedCell]]) -> None:
        """Run them in their order: what prompts share is read by the first and kept for others."""
        places = await self._places(groups[0][0])
        calls = {
            variant: (await self._runs.estimate(prepared.spec)).calls
            for variant, prepared in self._prepared.items()
        }
        at_work: dict[asyncio.Task[None], int] = {}
        try:
            for group in groups:
                # A run that asks for many answers at a time takes as many places.
                takes = max(1, min(calls[group[0].id.variant], places // FEWEST))
                while sum(at_work.values()) + takes > places:
                    await self._until_one_ends(at_work)
                at_work[asyncio.create_task(self._one(group))] = takes
            while at_work:
                await self._until_one_ends(at_work)
        finally:  # each is cancelled once, so that it can end its run in order
            for task in at_work:
                task.cancel()
            for error in await asyncio.gather(*at_work, return_exceptions=True):
                if isinstance(error, Exception):
                    raise error

    async def _places(self, cell: PlannedCell) -> int:
        """How many answers may be asked for together; the model is loaded to know that."""
        try:
            width = await self._sweeping.decode_width(self._prepared[cell.id.variant].model)
        except WorkbenchError:  # the runs say why
            return FEWEST
        return width + width // RESERVE

    async def _until_one_ends(self, at_work: dict[asyncio.Task[None], int]) -> None:
        """Take those that have ended away, with the error of the first that has one."""
        ended, _ = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            del at_work[task]
        for task in ended:
            task.result()

    async def _one(self, group: Sequence[PlannedCell]) -> None:
        """Run the first of some cells that have the same run; the others show it."""
        first = group[0]
        if self._lost:
            self._fail(group, 0, self._lost)
            return
        run_id = 0
        try:
            run_id = await self._start(first)
            self._tell(Cell(id=first.id, key=first.key, state="running", run_id=run_id))
            self._end(group, run_id, await self._runs.wait(run_id))
        except StoreError:
            raise
        except WorkbenchError as error:
            self._fail(group, run_id, str(error))
        except asyncio.CancelledError:
            if run_id:
                await self._runs.cancel(run_id)
                state = await self._runs.load(run_id)
                if state.status == "done":
                    self._end(group, run_id, state)
                else:
                    self._tell(Cell(id=first.id, key=first.key))
            raise

    async def _start(self, cell: PlannedCell) -> int:
        prepared = PreparedRun(cell.spec, self._prepared[cell.id.variant].model)
        async with self._runs.starting:
            return await self._runs.start_prepared(prepared, self._expected.get(cell.id.case, ""))

    def _end(self, group: Sequence[PlannedCell], run_id: int, state: RunState) -> None:
        if state.status != "done":
            error = WorkbenchError.from_wire(state.error) if state.error else None
            if isinstance(error, ModelError):
                self._lost = str(error)
            if state.status in ("cancelled", "interrupted"):
                for cell in group:
                    self._tell(Cell(id=cell.id, key=cell.key))
                return
            self._fail(group, run_id, str(error) if error else f"Run {run_id} failed.")
            return
        for place, cell in enumerate(group):
            self._tell(
                Cell(
                    id=cell.id,
                    key=cell.key,
                    state="cached" if place else "done",
                    run_id=run_id,
                    output=state.output,
                    answer=state.answer,
                    prompt_tokens=state.prompt_tokens,
                    tokens=state.completion_tokens,
                    seconds=state.seconds,
                    calls=state.call_count,
                    finish_reason=state.finish_reason,
                    limit=state.limit,
                )
            )

    def _fail(self, group: Iterable[PlannedCell], run_id: int, error: str) -> None:
        for cell in group:
            self._tell(Cell(id=cell.id, key=cell.key, state="failed", run_id=run_id, error=error))


def _cached(cell: PlannedCell, run: FinishedRun) -> Cell:
    return Cell(
        id=cell.id,
        key=cell.key,
        state="cached",
        run_id=run.run_id,
        output=run.output,
        answer=run.answer,
        prompt_tokens=run.prompt_tokens,
        tokens=run.completion_tokens,
        seconds=run.seconds,
        calls=run.call_count,
        finish_reason=run.finish_reason,
        limit=run.limit,
    )


def _by_model(groups: Iterable[Sequence[PlannedCell]]) -> list[list[Sequence[PlannedCell]]]:
    found: dict[str, list[Sequence[PlannedCell]]] = {}
    for group in groups:
        found.setdefault(group[0].spec.model, []).append(group)
    return list(found.values())


def _changed_at(path: str) -> float:
    """When a model's file was last written; 0 where there is no such file, as on a server."""
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return 0.0
