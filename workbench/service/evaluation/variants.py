"""Variants of an evaluation as runs: the prompt's text, its inputs, a model, checked options."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from workbench.domain.errors import ModelNotFoundError, TemplateError, WorkbenchError
from workbench.domain.evaluation.evaluation_set import (
    Columns,
    EvaluationCase,
    EvaluationSet,
    VariantSpec,
)
from workbench.domain.parameters import build
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, Json, RunSpec, TemplatePrompt
from workbench.domain.text import replace_surrogates
from workbench.files import name_fault
from workbench.prompts.datasets import row_values
from workbench.service.models.models import Models
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.prompts import Prompts
from workbench.service.prompts.versions import Versions
from workbench.service.runs.runs import PreparedRun, Runs

_SUFFIX = ".prompty"


class ReadyVariant(NamedTuple):
    """A variant and the run that answers its cases.

    ``problem`` is a sentence where it cannot be run, and ``run`` None then. ``stands_in_for`` is
    the model that the set names and this machine does not have.
    """

    spec: VariantSpec
    run: PreparedRun | None = None
    inputs: tuple[InputField, ...] = ()
    problem: str = ""
    stands_in_for: str = ""


class FilledCases(NamedTuple):
    """Variables by case, and sentences for the cases that cannot be run."""

    values: dict[str, dict[str, Json]]
    problems: dict[str, str]


class Variants:
    """Makes runs of the variants of a set."""

    def __init__(
        self,
        models: Models,
        prompt_files: PromptFiles,
        prompts: Prompts,
        versions: Versions,
        runs: Runs,
    ) -> None:
        self._models = models
        self._prompt_files = prompt_files
        self._prompts = prompts
        self._versions = versions
        self._runs = runs

    async def ready(self, variant: VariantSpec, within: EvaluationSet, model: str) -> ReadyVariant:
        """A variant with its run, or with why it cannot be run.

        Args:
            variant: of the set.
            within: the set; its folder is where paths begin, its seed that of the runs.
            model: used where the variant names none, or one that this machine does not have.
        """
        try:
            return await self._ready(variant, within, model)
        except WorkbenchError as error:
            return ReadyVariant(variant, problem=str(error))

    async def _ready(self, variant: VariantSpec, within: EvaluationSet, model: str) -> ReadyVariant:
        path, text = await self._text(variant, Path(within.path).parent)
        analysis = await self._prompts.analyse(text, path)
        if not analysis.readable:
            broken = next((each for each in analysis.problems if each.severity == "error"), None)
            reason = broken.message if broken else "the template cannot be read."
            raise TemplateError(reason, path, broken.line if broken else 0)
        head = analysis.options
        strategy = variant.strategy or head.strategy or "direct"
        of_head = head.params if strategy == head.strategy else {}
        found, stands_in_for = await self._model(variant, head.model, model)
        spec = RunSpec(
            prompt=TemplatePrompt(path, text),
            strategy=strategy,
            params=of_head | variant.params,
            model=found,
            sampling=build(Sampling, {**head.sampling, **variant.sampling}, "Sampling"),
            seed=within.seed,
            budget=Budget(max_tokens=within.equal_tokens),
            mode=variant.mode or "fast",
        )
        run = await self._runs.prepare(spec)
        return ReadyVariant(variant, run, analysis.inputs, stands_in_for=stands_in_for)

    async def _text(self, variant: VariantSpec, folder: Path) -> tuple[str, str]:
        """Path and text of a variant's prompt; a text of the set has a path that is no file."""
        if variant.text:
            name = "variant" if name_fault(variant.name + _SUFFIX) else variant.name
            return str(folder / (name + _SUFFIX)), variant.text
        path = str((folder / variant.prompt).resolve())
        if variant.version is not None:
            return path, await self._versions.read(path, variant.version)
        return path, (await self._prompt_files.read(path)).text

    async def _model(self, variant: VariantSpec, of_head: str, model: str) -> tuple[str, str]:
        """The model's path or name, and the model for which it is used instead."""
        if not variant.model:
            return model or await self._models.named_in_front_matter(of_head), ""
        try:
            return (await self._models.find(variant.model)).path, ""
        except ModelNotFoundError as error:
            if model:
                return model, variant.model
            error.reason += " Choose another one for the variant, or replace it with --model NAME."
            raise

    async def fill(
        self, variant: ReadyVariant, cases: Sequence[EvaluationCase], columns: Columns
    ) -> FilledCases:
        """The variables that each case gives to the inputs of a variant's prompt.

        Args:
            variant: that can be run.
            cases: those that can be run.
            columns: what the set says of them.
        """
        return await asyncio.to_thread(_filled, variant.inputs, cases, columns)


def _filled(
    inputs: Sequence[InputField], cases: Sequence[EvaluationCase], columns: Columns
) -> FilledCases:
    filled = FilledCases({}, {})
    for case in cases:
        values = {n: each for n, each in case.values.items() if n not in columns.unused}
        bound = {name: case.values.get(column) for name, column in columns.inputs.items()}
        found = row_values.fill({**values, **bound}, inputs)
        missing = list(found.missing)
        if found.problems or missing:
            are = "is" if len(missing) == 1 else "are"
            empty = f"{', '.join(missing)} {are} empty." if missing else ""
            filled.problems[case.id] = " ".join((*found.problems, empty)).strip()
        else:
            filled.values[case.id] = replace_surrogates(msgspec.to_builtins(found.values))
    return filled
