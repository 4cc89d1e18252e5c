"""All that models must say of the outputs of an evaluation: found in the history, or asked for."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.metric_input import Fetched
from workbench.domain.runs.spec import TemplatePrompt
from workbench.evaluation import scoring
from workbench.evaluation.metrics.checking import asks_models, fetch_key, leaves
from workbench.evaluation.metrics.judges.pairwise import PairwiseParams
from workbench.evaluation.metrics.judges.sampled import SampledParams
from workbench.evaluation.metrics.vectors.cosine import cosine
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.judges.asking import Asking, JudgeModel, OnMeasured, Put
from workbench.service.evaluation.judges.questions import Answer
from workbench.service.evaluation.judges.requests import (
    JudgePrompt,
    Request,
    Subject,
    model_of,
    params_of,
    prompt_of,
    request_for,
)

_UNRELATED_ROWS = 200
"""Most rows whose mean is the cosine of unrelated texts."""


class _Place(NamedTuple):
    """A check of the output of a run."""

    cell: CellId
    run_id: int
    check: str


class _Wanted(NamedTuple):
    place: _Place
    check: Check
    model: JudgeModel
    request: Request
    keys: tuple[str, ...]


class Measuring:
    """Fetches for the checks of an evaluation what only models can say."""

    def __init__(self, core: Core, asking: Asking) -> None:
        self._library = core.prompt_library
        self._asking = asking

    async def find(self, evaluation: Evaluation) -> None:
        """Take what the history has; no model is asked."""
        wanted = await self._wanted(evaluation)
        if wanted:
            known = await self._asking.known(key for each in wanted for key in each.keys)
            await asyncio.to_thread(_take, evaluation, wanted, known)

    async def count(self, evaluation: Evaluation) -> int:
        """How many questions are still to be asked, those of outputs that are to come included."""
        wanted = await self._wanted(evaluation)
        asked = {key for each in wanted for key in each.keys}
        checks = await asyncio.to_thread(model_checks, evaluation)
        coming = sum(
            _questions_of(check, evaluation, cell)
            for cell in evaluation.cells.values()
            if cell.key and not cell.is_finished
            for _, check in checks.get(cell.id.case, ())
        )
        return len(asked) + coming

    async def run(self, evaluation: Evaluation, on_measured: OnMeasured | None = None) -> None:
        """Ask for what is missing; checks that failed are tried again.

        Questions of one model come together, and among them those of one check, so that what
        their prompts begin with is read once.

        Raises:
            StoreError: an answer could not be kept.
        """
        _forget_problems(evaluation)
        await self.find(evaluation)
        wanted = await self._wanted(evaluation)
        if not wanted:
            return
        known: dict[str, Answer | WorkbenchError] = {
            **await self._asking.known(key for each in wanted for key in each.keys)
        }
        missing: dict[str, Put] = {}
        for each in sorted(wanted, key=lambda each: (each.model.entry.path, each.place.check)):
            for key, question in zip(each.keys, each.request.questions, strict=True):
                if key not in known:
                    missing.setdefault(key, Put(each.model, question))
        known |= await self._asking.ask(missing, on_measured)
        await asyncio.to_thread(_take, evaluation, wanted, known)

    async def _wanted(self, evaluation: Evaluation) -> list[_Wanted]:
        """The requests of all finished outputs that have not been answered."""
        checks = await asyncio.to_thread(model_checks, evaluation)
        if not checks:
            return []
        prompts, models, problems = await self._prepared(evaluation, checks)
        return await asyncio.to_thread(
            lambda: list(_Requests(evaluation, checks, prompts, models, problems).all())
        )

    async def _prepared(
        self, evaluation: Evaluation, checks: Mapping[str, tuple[tuple[str, Check], ...]]
    ) -> tuple[dict[str, JudgePrompt], dict[str, JudgeModel], dict[str, str]]:
        """Judges' prompts by name, models by reference, and why some cannot be had."""
        prompts: dict[str, JudgePrompt] = {}
        models: dict[str, JudgeModel] = {}
        problems: dict[str, str] = {}
        own = {name: each.spec.model for name, each in evaluation.prepared.items()}
        used = {key: check for of_case in checks.values() for key, check in of_case}
        for check in used.values():
            named, name = model_of(check), prompt_of(check)
            try:
                if name and name not in prompts:
                    file = await asyncio.to_thread(self._library.judge_prompt, name)
                    prompts[name] = await asyncio.to_thread(JudgePrompt.of, name, file)
            except WorkbenchError as error:
                problems[f"prompt {name}"] = str(error)
            for ref in [named] if named else own.values():
                if ref in models or f"model {ref}" in problems:
                    continue
                try:
                    models[ref] = await self._asking.model(ref)
                except WorkbenchError as error:
                    problems[f"model {ref}"] = str(error)
        return prompts, models, problems


Keyed = tuple[tuple[str, Check], ...]


def model_checks(evaluation: Evaluation) -> dict[str, Keyed]:
    """The checks of each case that ask models, with their keys; cases without any are left out."""
    of_set = tuple(_asking_ones(evaluation.set.checks.checks))
    found: dict[str, Keyed] = {}
    for case in evaluation.cases:
        own = (*of_set, *_asking_ones(case.checks)) if case.checks else of_set
        if own:
            found[case.id] = own
    return found


def _asking_ones(checks: Sequence[AnyCheck]) -> Iterator[tuple[str, Check]]:
    for each in leaves(CheckSet(checks=scoring.applicable(checks))):
        assert isinstance(each, Check)
        try:
            if asks_models(each):
                yield fetch_key(each), each
        except UsageError:
            continue  # its result is an error already


def is_measured(evaluation: Evaluation, cell: Cell, keys: Keyed) -> bool:
    """Whether everything that the checks of a finished cell ask of models is known."""
    found = evaluation.fetched.get((cell.id, cell.run_id), {})
    return all(key in found for key, _ in keys)


def _questions_of(check: Check, evaluation: Evaluation, cell: Cell) -> int:
    """How many questions a check asks about an output."""
    params = params_of(check)
    if isinstance(params, PairwiseParams):
        is_baseline = params.against == "baseline" and cell.id.variant == evaluation.baseline
        return 0 if is_baseline else 2
    if isinstance(params, SampledParams):
        return evaluation.set.repeats - 1
    return 1


class _Requests:
    """Makes the requests of an evaluation; what is known without asking is taken at once."""

    def __init__(
        self,
        evaluation: Evaluation,
        checks: Mapping[str, Keyed],
        prompts: Mapping[str, JudgePrompt],
        models: Mapping[str, JudgeModel],
        problems: Mapping[str, str],
    ) -> None:
        self._evaluation = evaluation
        self._checks = checks
        self._prompts = prompts
        self._models = models
        self._problems = problems
        self._cases = {case.id: case for case in evaluation.cases}
        self._runs = {
            cell.id: cell.spec
            for cell in evaluation.sweep.cells
            if isinstance(cell.spec.prompt, TemplatePrompt)
        }
        self._repeats: dict[tuple[str, str], list[Cell]] = {}
        for cell in evaluation.cells.values():
            self._repeats.setdefault((cell.id.variant, cell.id.case), []).append(cell)

    def all(self) -> Iterator[_Wanted]:
        """One after the other."""
        for cell in tuple(self._evaluation.cells.values()):
            keyed = self._checks.get(cell.id.case, ())
            if not keyed or not cell.is_finished or cell.id not in self._runs:
                continue
            found = self._evaluation.fetched.setdefault((cell.id, cell.run_id), {})
            for key, check in keyed:
                if key in found:
                    continue
                made = self._one(cell, check)
                if isinstance(made, Fetched):
                    found[key] = made
                elif made is not None:
                    model, request = made
                    keys = tuple(Put(model, each).key for each in request.questions)
                    yield _Wanted(_Place(cell.id, cell.run_id, key), check, model, request, keys)

    def _one(self, cell: Cell, check: Check) -> tuple[JudgeModel, Request] | Fetched | None:
        """None where another cell must be finished first."""
        ref = model_of(check) or self._runs[cell.id].model
        name = prompt_of(check)
        for what in (f"prompt {name}", f"model {ref}"):
            if what in self._problems:
                return Fetched(problem=self._problems[what])
        subject = self._subject(cell, self._cases[cell.id.case], check)
        if subject is None:
            return None
        model = self._models[ref]
        made = request_for(check, subject, model, self._prompts.get(name))
        return made if isinstance(made, Fetched) else (model, made)

    def _subject(self, cell: Cell, case: EvaluationCase, check: Check) -> Subject | None:
        prompt = self._runs[cell.id].prompt
        assert isinstance(prompt, TemplatePrompt)
        subject = Subject(cell.output, prompt, case.values, case.expected)
        params = params_of(check)
        if isinstance(params, SampledParams):
            repeats = self._repeats[cell.id.variant, cell.id.case]
            if not all(each.is_over for each in repeats):
                return None
            others = [each.output for each in repeats if each.is_finished and each.id != cell.id]
            return subject._replace(others=tuple(others))
        if isinstance(params, PairwiseParams) and params.against == "baseline":
            baseline = self._evaluation.baseline
            if cell.id.variant == baseline:
                return subject._replace(is_baseline=True)
            place = CellId(baseline, cell.id.case, cell.id.repeat)
            other = self._evaluation.cells.get(place)
            if other is not None and not other.is_over:
                return None
            if other is not None and other.is_finished:
                return subject._replace(baseline=other.output)
        return subject


def _forget_problems(evaluation: Evaluation) -> None:
    """What failed is asked again."""
    for place, found in evaluation.fetched.items():
        failed = [key for key, each in found.items() if each.problem]
        for key in failed:
            del found[key]
        if failed:
            evaluation.scores.pop(place, None)


def _take(
    evaluation: Evaluation,
    wanted: Sequence[_Wanted],
    answers: Mapping[str, Answer | WorkbenchError],
) -> None:
    """Put answers where the checks find them; requests without all their answers wait."""
    vectors: dict[str, list[tuple[_Place, Fetched]]] = {}
    for each in wanted:
        found = [answers[key] for key in each.keys if key in answers]
        if len(found) < len(each.keys):
            continue
        fetched = _fetched(each.request, found)
        place = each.place
        evaluation.fetched.setdefault((place.cell, place.run_id), {})[place.check] = fetched
        if fetched.embeddings is not None:
            vectors.setdefault(place.check, []).append((place, fetched))
    for of_check in vectors.values():
        unrelated = _unrelated(of_check)
        for place, fetched in of_check:
            assert fetched.embeddings is not None
            embeddings = msgspec.structs.replace(fetched.embeddings, unrelated=unrelated)
            changed = msgspec.structs.replace(fetched, embeddings=embeddings)
            evaluation.fetched[place.cell, place.run_id][place.check] = changed


def _fetched(request: Request, found: Sequence[Answer | WorkbenchError]) -> Fetched:
    answers = [each for each in found if not isinstance(each, WorkbenchError)]
    errors = [each for each in found if isinstance(each, WorkbenchError)]
    if not errors:
        return request.build(answers)
    if isinstance(errors[0], UsageError):  # there is nothing to measure in this text
        return Fetched(undefined=str(errors[0]))
    return Fetched(problem=str(errors[0]))


def _unrelated(given: Sequence[tuple[_Place, Fetched]]) -> float | None:
    """The mean cosine of outputs with the expected texts of the next row, None of one row."""
    by_case = {place.cell.case: fetched for place, fetched in given}
    rows = [each.embeddings for each in by_case.values() if each.embeddings is not None]
    rows = rows[:_UNRELATED_ROWS]
    if len(rows) < 2:
        return None
    found = [
        value
        for at, row in enumerate(rows)
        if (value := cosine(row.output, rows[(at + 1) % len(rows)].expected[0])) is not None
    ]
    return math.fsum(found) / len(found) if found else None
