"""Evaluations: read from a file, estimated, run, gone on with after a stop, and scored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import msgspec

from workbench import files
from workbench.domain.errors import SandboxError, SetFileError, UsageError, WorkbenchError
from workbench.domain.evaluation.analysis import Analysis, CopiedTables
from workbench.domain.evaluation.cells import Cell, CellId, KeptCell, SweepEstimate
from workbench.domain.evaluation.checks import CheckSet
from workbench.domain.evaluation.evaluation_set import (
    EvaluationOptions,
    EvaluationSet,
)
from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.evaluation.outcome import decide
from workbench.domain.evaluation.results import (
    REPORTS,
    CaseScore,
    CellScore,
    EvaluationResult,
    EvaluationSummary,
    ReportKind,
    VariantResult,
)
from workbench.domain.text import replace_surrogates
from workbench.evaluation import scoring
from workbench.evaluation.comparing import compare
from workbench.evaluation.metrics.job import judge_in
from workbench.evaluation.reports.junit import write_junit
from workbench.evaluation.reports.lines import write_jsonl
from workbench.evaluation.reports.markdown import write_markdown
from workbench.evaluation.reports.page import write_page
from workbench.evaluation.reports.table import write_csv
from workbench.evaluation.sets.writing import write_set
from workbench.history.evaluation import evaluations as kept
from workbench.service.core import Core
from workbench.service.evaluation.analysing import analyse_in
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.judges.asking import OnMeasured
from workbench.service.evaluation.judges.gating import Gating
from workbench.service.evaluation.judges.measuring import Measuring, is_measured, model_checks
from workbench.service.evaluation.opening import Opening
from workbench.service.evaluation.programs import Programs
from workbench.service.evaluation.sweeping import OnCell, Sweeping
from workbench.service.evaluation.variants import ReadyVariant
from workbench.service.prompts.exchange_files import referred

FILE_BYTES = 16 * 1024 * 1024
_READ_SECONDS = 20.0


class Evaluations:
    """Evaluations of prompts on many cases, with checks on what comes back."""

    def __init__(
        self,
        core: Core,
        opening: Opening,
        sweeping: Sweeping,
        measuring: Measuring,
        programs: Programs,
        gating: Gating,
    ) -> None:
        self._pool = core.pool
        self._store = core.store
        self._opening = opening
        self._sweeping = sweeping
        self._measuring = measuring
        self._programs = programs
        self._gating = gating

    async def read(self, path: str) -> EvaluationSet:
        """The evaluation that a file describes.

        Raises:
            SetFileError: with the line and one plain sentence.
        """
        place = await asyncio.to_thread(lambda: Path(path).absolute())
        text = await asyncio.to_thread(files.read_text, place, FILE_BYTES, _refused, "utf-8-sig")
        try:
            found = await self._pool.call(
                "workbench.evaluation.sets.jobs:read_job",
                text,
                str(place),
                await asyncio.to_thread(referred, place, text.encode("utf-8", "replace")),
                deadline_seconds=_READ_SECONDS,
            )
        except SandboxError as error:
            raise SetFileError(str(error), str(place)) from error
        return msgspec.convert(found, EvaluationSet)

    async def save(self, given: EvaluationSet, path: str) -> None:
        """Write a set into a file, the old or the new one but never half of it.

        Raises:
            UsageError: it has checks that were not imported.
            SetFileError: the file cannot be written.
        """
        text = write_set(given)
        try:
            await asyncio.to_thread(files.write_file, Path(path), text.encode())
        except OSError as error:
            raise SetFileError(f"it cannot be written ({error.strerror or error}).", path) from None

    async def open(
        self,
        given: EvaluationSet,
        options: EvaluationOptions,
        before: Evaluation | None = None,
    ) -> Evaluation:
        """As :meth:`Opening.open`, with what models and programs found in the outputs."""
        opened = await self._opening.open(given, options, before)
        await self._measuring.find(opened)
        await self._programs.find(opened)
        return opened

    async def estimate(self, evaluation: Evaluation) -> SweepEstimate:
        """What the cells that have no finished run will take."""
        found = await self._sweeping.estimate(
            evaluation.sweep, evaluation.cells, evaluation.prepared
        )
        questions = await self._measuring.count(evaluation)
        return msgspec.structs.replace(
            found, questions=questions, equal_tokens=evaluation.set.equal_tokens
        )

    async def run(
        self,
        evaluation: Evaluation,
        on_cell: OnCell,
        on_measured: OnMeasured | None = None,
        only: Collection[CellId] | None = None,
    ) -> None:
        """Run the cells that have no finished run, then ask judges; failed ones are tried again.

        Where this is cancelled, cells that finished stay, and another call goes on from there.

        Args:
            evaluation: that is open.
            on_cell: called for each cell when it begins and ends.
            on_measured: hears how many questions to judges and metrics have an answer, and how
                many there are.
            only: cells to run, None for all.

        Raises:
            StoreError: a run could not be saved; what finished before is kept.
        """
        expected = {
            case.id: text_of(case.expected[0])
            for case in evaluation.cases
            if len(case.expected) == 1 and not isinstance(case.expected[0], dict)
        }
        await self._sweeping.run(
            evaluation.sweep, evaluation.cells, evaluation.prepared, expected, on_cell, only
        )
        await self._programs.run(evaluation)
        await self._measuring.run(evaluation, on_measured)

    async def result(self, evaluation: Evaluation, *, keep: bool = True) -> EvaluationResult:
        """The scores of finished cells, the comparisons and the outcome; they are kept.

        No model is asked: a cell whose checks wait for one is not finished.

        Args:
            evaluation: that is open.
            keep: False for a look while it is worked on: nothing is written, and no look at
                held-out cases is counted.

        Raises:
            StoreError: they could not be kept.
        """
        await self._judge(evaluation)
        judges = await self._gating.apply(evaluation)
        scores = {
            each.spec.name: _case_scores(evaluation, each.spec.name) for each in evaluation.variants
        }
        variants = tuple(
            _described(
                scoring.count_variant(each.spec.name, evaluation.cases, scores[each.spec.name]),
                each,
            )
            for each in evaluation.variants
        )
        comparisons = compare(scores, evaluation.baseline, evaluation.set.target)
        checks = (*evaluation.set.checks.checks, *(c for e in evaluation.cases for c in e.checks))
        unknown = dict.fromkeys(each.kind for each in scoring.not_imported(checks))
        found = EvaluationResult(
            name=evaluation.set.name,
            path=evaluation.set.path,
            split=evaluation.split,
            outcome=decide(
                evaluation.set.goal, variants, comparisons, evaluation.baseline, tuple(unknown)
            ),
            variants=variants,
            comparisons=comparisons,
            baseline=evaluation.baseline,
            target=evaluation.set.target,
            repeats=evaluation.set.repeats,
            seed=evaluation.set.seed,
            equal_tokens=evaluation.set.equal_tokens,
            not_imported=tuple(unknown),
            notes=evaluation.set.notes,
            judges=judges,
            finished_cells=sum(cell.is_finished for cell in evaluation.cells.values()),
        )
        if keep:
            return await self._keep(evaluation, found)
        kept_id = await self._store.read(kept.find_id, evaluation.digest)
        return msgspec.structs.replace(found, evaluation_id=kept_id)

    async def _judge(self, evaluation: Evaluation) -> None:
        """Apply the checks to the outputs that they have not seen yet."""
        cases = {case.id: case for case in evaluation.cases}
        outputs: dict[tuple[str, str], list[str]] = {}
        waiting: dict[bytes, tuple[CheckSet, list[Cell]]] = {}
        encoded: dict[str, bytes] = {}
        keyed = await asyncio.to_thread(model_checks, evaluation)
        for cell in evaluation.cells.values():
            if not cell.is_finished:
                continue
            outputs.setdefault((cell.id.variant, cell.id.case), []).append(cell.output)
            if (cell.id, cell.run_id) in evaluation.scores:
                continue
            if scoring.is_unchecked(cases[cell.id.case], evaluation.set.checks):
                continue
            if not is_measured(evaluation, cell, keyed.get(cell.id.case, ())):
                continue
            checks = scoring.checks_of(cases[cell.id.case], evaluation.set.checks)
            if cell.id.case not in encoded:
                encoded[cell.id.case] = msgspec.json.encode(checks)
            waiting.setdefault(encoded[cell.id.case], (checks, []))[1].append(cell)
        for checks, cells in waiting.values():
            given = [
                scoring.input_of(
                    cases[cell.id.case],
                    cell,
                    outputs[cell.id.variant, cell.id.case],
                    evaluation.fetched.get((cell.id, cell.run_id), {}),
                )
                for cell in cells
            ]
            for cell, found in zip(cells, await judge_in(self._pool, checks, given), strict=True):
                evaluation.scores[cell.id, cell.run_id] = found

    async def _keep(self, evaluation: Evaluation, result: EvaluationResult) -> EvaluationResult:
        summary = EvaluationSummary(
            digest=evaluation.digest,
            name=result.name,
            path=result.path,
            status=result.outcome.status,
            cell_count=len(evaluation.cells),
        )
        short = msgspec.structs.replace(
            result,
            variants=tuple(msgspec.structs.replace(each, cases=()) for each in result.variants),
        )
        definition = msgspec.json.encode(evaluation.set).decode()
        cells = [_kept(cell, evaluation) for cell in evaluation.cells.values()]
        evaluation_id = await self._store.write(
            kept.keep, summary, definition, msgspec.json.encode(short).decode(), cells
        )
        looks = 0
        if evaluation.split == "held_out" and any(each.scored for each in result.variants):
            looks = await self._store.write(kept.count_look, evaluation.cases_digest, evaluation_id)
        return msgspec.structs.replace(result, evaluation_id=evaluation_id, looks=looks)

    async def analyse(
        self, evaluation: Evaluation, result: EvaluationResult, check: str = ""
    ) -> Analysis:
        """What a result says beyond its counts: cost, changed rows, tags, calibration.

        Args:
            evaluation: that was run.
            result: of it.
            check: the title of the one check that it is analysed by, "" for the score of all.

        Raises:
            SandboxError: it takes too long.
        """
        return await analyse_in(self._pool, evaluation, result, check)

    def report(
        self,
        results: Sequence[EvaluationResult],
        kind: str,
        analyses: Sequence[Analysis | None] = (),
    ) -> str:
        """Results as a text.

        Args:
            results: of sets that were evaluated together.
            kind: one of :data:`REPORTS`.
            analyses: of the results, in their order; "html" and "markdown" show them.

        Raises:
            UsageError: there is no such kind.
        """
        writers: dict[ReportKind, Callable[[], str]] = {
            "csv": lambda: write_csv(results),
            "jsonl": lambda: write_jsonl(results),
            "markdown": lambda: write_markdown(results, analyses),
            "html": lambda: write_page(results, analyses),
            "junit": lambda: write_junit(results, time.time()),
        }
        if kind not in REPORTS:
            raise UsageError(f"There is no report {kind}: there is {', '.join(REPORTS)}.")
        return replace_surrogates(writers[kind]())

    async def tables(self, evaluation: Evaluation, result: EvaluationResult) -> CopiedTables:
        """The tables of a result and its analysis, without its cases, to be pasted elsewhere.

        Raises:
            SandboxError: the analysis takes too long.
        """
        analyses = [await self.analyse(evaluation, result)]
        return CopiedTables(
            text=write_markdown([result], analyses, with_cases=False),
            page=replace_surrogates(write_page([result], analyses, with_cases=False)),
        )

    async def save_report(
        self,
        results: Sequence[EvaluationResult],
        kind: str,
        path: str,
        analyses: Sequence[Analysis | None] = (),
    ) -> None:
        """Write a report into a file, whole or not at all.

        Raises:
            UsageError: there is no such kind.
            WorkbenchError: the file cannot be written.
        """
        text = await asyncio.to_thread(self.report, results, kind, analyses)
        try:
            await asyncio.to_thread(files.write_file, Path(path), text.encode())
        except OSError as error:
            reason = error.strerror or error
            raise WorkbenchError(f"{path} cannot be written: {reason}.") from error

    async def all(self) -> tuple[EvaluationSummary, ...]:
        """The evaluations of the history, last worked on first."""
        return await self._store.read(kept.list_evaluations)

    async def cells(self, evaluation_id: int) -> tuple[KeptCell, ...]:
        """The cells of an evaluation with their scores, as they were last kept."""
        return await self._store.read(kept.load_cells, evaluation_id)


def _case_scores(evaluation: Evaluation, variant: str) -> list[CaseScore]:
    found = []
    for case in evaluation.cases:
        repeats = range(0 if case.duplicate_of else evaluation.set.repeats)
        cells = [evaluation.cells[CellId(variant, case.id, repeat)] for repeat in repeats]
        scored = [
            CellScore(cell=cell, result=evaluation.scores.get((cell.id, cell.run_id)))
            for cell in cells
        ]
        is_waiting = not scoring.is_unchecked(case, evaluation.set.checks)
        right_when = evaluation.set.right_when
        found.append(scoring.score_case(case, scored, is_waiting=is_waiting, right_when=right_when))
    return found


def _described(counts: VariantResult, variant: ReadyVariant) -> VariantResult:
    """The counts of a variant with what it was made of."""
    spec, run = variant.spec, variant.run
    return msgspec.structs.replace(
        counts,
        prompt=spec.prompt,
        version=spec.version,
        strategy=run.spec.strategy if run else spec.strategy,
        model=run.model.name if run else spec.model,
        stands_in_for=variant.stands_in_for,
        temperature=run.spec.sampling.temperature if run else None,
        problem=variant.problem,
    )


def _kept(cell: Cell, evaluation: Evaluation) -> KeptCell:
    result = evaluation.scores.get((cell.id, cell.run_id))
    details = {} if result is None else {"checks": msgspec.to_builtins(result.results)}
    if cell.error:
        details["error"] = cell.error
    state = "missing" if cell.state == "running" else cell.state
    return KeptCell(
        id=cell.id,
        key=cell.key,
        state=state,
        run_id=cell.run_id,
        score=result.score if result else None,
        passed=result.passed if result else None,
        details=details,
    )


def _refused(path: str, reason: str) -> SetFileError:
    return SetFileError(reason, path)
