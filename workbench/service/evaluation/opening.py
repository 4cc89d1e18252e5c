"""Opening a set: its cases, its variants as runs, and the cells that are there already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import SetFileError, UsageError
from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.evaluation_set import (
    NO_BASELINE,
    EvaluationCase,
    EvaluationOptions,
    EvaluationSet,
    SetRow,
    Split,
)
from workbench.evaluation.sets.cases import build_cases, missing_columns
from workbench.runs.sweep import SweepVariant, plan
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.sweeping import Sweeping
from workbench.service.evaluation.variants import FilledCases, ReadyVariant, Variants
from workbench.service.prompts.datasets import DataSets


class Opening:
    """Makes an evaluation of a set."""

    def __init__(self, variants: Variants, datasets: DataSets, sweeping: Sweeping) -> None:
        self._variants = variants
        self._datasets = datasets
        self._sweeping = sweeping

    async def open(
        self,
        given: EvaluationSet,
        options: EvaluationOptions,
        before: Evaluation | None = None,
    ) -> Evaluation:
        """Cases, variants and cells of a set; cells that have a finished run are there already.

        A variant or a case that cannot be run is no error here: its cells have failed, with a
        sentence.

        Args:
            given: the set.
            options: how it is evaluated.
            before: the same set before an edit: where that changed no run, its cases and cells are
                taken and only what is new in the checks is to be scored.

        Raises:
            DataSetError: the data set cannot be read.
            UsageError: no such variant or column, or there is nothing to run on.
        """
        chosen, baseline = _chosen(given, options)
        variants = [await self._variants.ready(each, given, options.model) for each in chosen]
        if before is not None and await self._is_same(before, given, options, variants):
            return before.edited(given, baseline)
        inputs = {field.name for each in variants for field in each.inputs}
        split: Split = "held_out" if options.held_out else "tune"
        cases = await self._cases(given, inputs, split)
        usable = [case for case in cases if not case.problem and not case.duplicate_of]
        problems = {(v.spec.name, c.id): c.problem for v in variants for c in cases if c.problem}
        plans = []
        known: dict[bytes, FilledCases] = {}
        for each in variants:
            name = each.spec.name
            if each.run is None:
                problems |= {(name, case.id): each.problem for case in usable}
                continue
            key = msgspec.json.encode(each.inputs)
            if key not in known:  # most variants have the same inputs
                known[key] = await self._variants.fill(each, usable, given.columns)
            filled = known[key]
            problems |= {(name, case): message for case, message in filled.problems.items()}
            plans.append(SweepVariant(name, each.run.spec, filled.values))
        ids = [case.id for case in usable]
        sweep = await asyncio.to_thread(plan, plans, ids, given.repeats)
        found = await self._sweeping.find(sweep)
        cells = {}
        for each in variants:
            for case in cases:
                for repeat in range(0 if case.duplicate_of else given.repeats):
                    place = CellId(each.spec.name, case.id, repeat)
                    message = problems.get((each.spec.name, case.id), "")
                    cells[place] = found.get(place) or Cell(id=place, state="failed", error=message)
        return Evaluation(
            given,
            split,
            baseline,
            cases,
            tuple(variants),
            sweep,
            cells,
            options,
            loaded_with=await self._sweeping.loaded_with(sweep),
            runs_code=options.run_code,
        )

    async def _is_same(
        self,
        before: Evaluation,
        given: EvaluationSet,
        options: EvaluationOptions,
        variants: Sequence[ReadyVariant],
    ) -> bool:
        """Whether an edit left all cases and runs as they were, and prompts and models are too."""
        return (
            before.options == options
            and all(getattr(before.set, name) == getattr(given, name) for name in _OF_RUNS)
            and before.variants == tuple(variants)
            and before.loaded_with == await self._sweeping.loaded_with(before.sweep)
        )

    async def _cases(
        self, given: EvaluationSet, inputs: set[str], split: Split
    ) -> tuple[EvaluationCase, ...]:
        rows = given.rows
        where = given.path
        apart = given.held_out if split == "held_out" else ""
        if given.data:
            named = apart or given.data
            near = Path(given.path).parent / named
            name = str(near) if await asyncio.to_thread(near.exists) else named
            data = await self._datasets.read(name)
            rows = tuple(SetRow(values=row) for row in data.rows)
            where = data.path
        there = {name for row in rows for name in row.values}
        missing = missing_columns(given.columns, there)
        if missing:
            known = ", ".join(sorted(there)) or "none"
            raise SetFileError(f"there is no column “{missing[0]}”: there is {known}.", where)
        cases = await asyncio.to_thread(build_cases, rows, given.columns, inputs)
        if apart:
            return tuple(msgspec.structs.replace(case, split=split) for case in cases)
        return _of_split(cases, split, given.path)


_OF_RUNS = (
    "path", "data", "held_out", "rows", "columns", "variants", "repeats", "seed", "equal_tokens",
)  # fmt: skip
"""What of a set decides its cases and runs; the rest is what is made of them."""


def _chosen(given: EvaluationSet, options: EvaluationOptions) -> tuple[Sequence, str]:  # type: ignore[type-arg]
    """The variants to run, and the one that others are compared with."""
    names = [each.name for each in given.variants]
    for name in (*options.only, options.baseline):
        if name and name not in (*names, NO_BASELINE):
            raise UsageError(f"There is no variant “{name}”: there is {', '.join(names)}.")
    named = msgspec.structs.replace(given, baseline=options.baseline or given.baseline)
    baseline = named.compared_with
    wanted = {*options.only, baseline} if options.only else set(names)
    return [each for each in given.variants if each.name in wanted], baseline


def _of_split(
    cases: Sequence[EvaluationCase], split: Split, path: str
) -> tuple[EvaluationCase, ...]:
    found = tuple(case for case in cases if case.split == split)
    if not found and split == "held_out":
        raise UsageError(f"{path}: no row is held out; the column “split” says which are.")
    if not found:
        raise UsageError(f"{path}: all rows are held out; --held-out evaluates these.")
    return found
