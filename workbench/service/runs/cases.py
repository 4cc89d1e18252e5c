"""Running a prompt on all its sample sets, or on the rows of a data set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.prompts.cases import Case, CaseResult, result_of
from workbench.domain.prompts.datasets import HEAD_SET, Filled, SampleSet, expected_of
from workbench.domain.prompts.prompt import InputField, TemplateAnalysis
from workbench.domain.runs.spec import Json, RunSpec, TemplatePrompt
from workbench.service.prompts.datasets import DataSets
from workbench.service.prompts.prompts import Prompts
from workbench.service.prompts.samples import Samples
from workbench.service.runs.runs import Runs

_AT_ONCE = 4
"""Runs at work together: the engine decodes them in one batch, and the first rows come soon."""

OnResult = Callable[[int, CaseResult], None]


class Cases:
    """Runs a prompt on many inputs."""

    def __init__(self, prompts: Prompts, samples: Samples, datasets: DataSets, runs: Runs) -> None:
        self._prompts = prompts
        self._samples = samples
        self._datasets = datasets
        self._runs = runs

    async def of_samples(self, text: str, path: str) -> tuple[Case, ...]:
        """A case for each sample set of a prompt, that of its front matter first.

        Raises:
            LibraryError: the sets cannot be read.
        """
        analysis = await self._prompts.analyse(text, path)
        sets = (await self._samples.read(path)).sets
        if analysis.sample and not any(each.name == HEAD_SET for each in sets):
            sets = (SampleSet(HEAD_SET, analysis.sample, own=False), *sets)
        return tuple(_case_of_set(each, analysis) for each in sets)

    async def of_rows(
        self,
        text: str,
        path: str,
        data: str,
        *,
        most: int = 0,
        other: Mapping[str, Json] | None = None,
    ) -> tuple[Case, ...]:
        """A case for each row of a data set.

        Args:
            text: of the prompt.
            path: of the prompt.
            data: the file of the data set.
            most: how many rows from the first on; 0 is all.
            other: values of inputs for which a row has none.

        Raises:
            DataSetError: the data set cannot be read.
        """
        inputs = (await self._prompts.analyse(text, path)).inputs
        rows = (await self._datasets.read(data)).rows
        found = rows[:most] if most else rows
        cases = []
        for number, row in enumerate(found, start=1):
            cases.append(
                _case_of_row(number, await self._datasets.apply_row(row, inputs), other or {})
            )
        return tuple(cases)

    async def run(
        self, spec: RunSpec, cases: Sequence[Case], on_result: OnResult
    ) -> tuple[CaseResult, ...]:
        """Run a prompt on cases, a few at a time; each is an ordinary run of the history.

        Where this is cancelled, runs at work are stopped, what they wrote stays, and what was
        reported so far counts.

        Args:
            spec: how each is run; its prompt's variables are those of the case.
            cases: in the order in which they are begun.
            on_result: called with a case's place and how far it is: when it begins and ends.

        Raises:
            UsageError: the spec is not of a template, or cannot be run at all.
        """
        prompt = spec.prompt
        if not isinstance(prompt, TemplatePrompt):
            raise UsageError("Only a prompt file can be run on several inputs.")
        await self._runs.prepare(spec)
        results = [CaseResult(case=case) for case in cases]
        waiting = iter(range(len(cases)))

        def report(place: int, result: CaseResult) -> None:
            results[place] = result
            on_result(place, result)

        async def work() -> None:
            for place in waiting:
                case = cases[place]
                own = msgspec.structs.replace(prompt, variables=case.values)
                await self._run_case(place, case, msgspec.structs.replace(spec, prompt=own), report)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(cases))):
                group.create_task(work())
        return tuple(results)

    async def _run_case(self, place: int, case: Case, spec: RunSpec, report: OnResult) -> None:
        if case.problem:
            report(place, CaseResult(case=case, status="skipped", error=case.problem))
            return
        run_id = 0
        try:
            run_id = await self._runs.start(spec, case.expected)
            report(place, CaseResult(case=case, status="running", run_id=run_id))
            state = await self._runs.wait(run_id)
            error = str(WorkbenchError.from_wire(state.error)) if state.error else ""
            report(place, result_of(case, run_id, state, error))
        except WorkbenchError as error:
            failed = CaseResult(case=case, status="failed", run_id=run_id, error=str(error))
            report(place, failed)
        except asyncio.CancelledError:
            if run_id:
                await self._runs.cancel(run_id)
                report(place, result_of(case, run_id, await self._runs.load(run_id)))
            raise


def _case_of_set(found: SampleSet, analysis: TemplateAnalysis) -> Case:
    names = {each.name for each in analysis.inputs}
    values = {
        name: value
        for name, value in found.values.items()
        if name in names and value is not None and not _is_blank(name, value, analysis.inputs)
    }
    return Case(
        name=found.name,
        values=values,
        expected=expected_of(found.values, names),
        problem=_missing(analysis.inputs, values),
    )


def _case_of_row(number: int, filled: Filled, other: Mapping[str, Json]) -> Case:
    values = {**other, **filled.values}
    missing = [name for name in filled.missing if name not in values]
    problem = " ".join(filled.problems) or _empty(missing)
    return Case(name=f"{number:,}", values=values, expected=filled.expected, problem=problem)


def _is_blank(name: str, value: Json, inputs: Sequence[InputField]) -> bool:
    required = any(each.name == name and each.required for each in inputs)
    return required and isinstance(value, str) and not value.strip()


def _missing(inputs: Sequence[InputField], values: Mapping[str, Json]) -> str:
    needed = [each.name for each in inputs if each.required and each.default is None]
    return _empty([name for name in needed if name not in values])


def _empty(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} empty." if names else ""
