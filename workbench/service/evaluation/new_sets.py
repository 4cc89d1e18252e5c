"""New sets: of a prompt with the data that fit it best, and where such a set is to be saved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import Columns, EvaluationSet, SetRow, VariantSpec
from workbench.domain.prompts.datasets import EXPECTED, HEAD_SET, loose_key
from workbench.domain.prompts.matching import DataFit, columns_of
from workbench.domain.prompts.prompt import InputField
from workbench.service.core import Core
from workbench.service.prompts.datasets import DataSets
from workbench.service.prompts.library import Library
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.prompts import Prompts
from workbench.service.prompts.samples import Samples
from workbench.service.prompts.versions import Versions

_EDITED = "as edited"


class NewSets:
    """Makes sets to begin with; nothing is written before they are saved."""

    def __init__(
        self,
        core: Core,
        library: Library,
        prompt_files: PromptFiles,
        prompts: Prompts,
        samples: Samples,
        versions: Versions,
        datasets: DataSets,
    ) -> None:
        self._paths = core.paths
        self._library = library
        self._prompt_files = prompt_files
        self._prompts = prompts
        self._samples = samples
        self._versions = versions
        self._datasets = datasets

    async def from_prompt(self, path: str, text: str = "") -> EvaluationSet:
        """A set that compares a prompt with its version before, on the data that fit it.

        The rows are those of the data set that fills its inputs, else its sample sets.

        Args:
            path: of the prompt.
            text: as it is in the editor; where that is not the file's, it is a variant too.

        Raises:
            LibraryError: the prompt cannot be read.
        """
        file = await self._prompt_files.read(path)
        analysis = await self._prompts.analyse(text or file.text, path)
        place = await self._place(Path(path))
        prompt = _relative(Path(path), place.parent)
        variants = await self._variants(path, prompt, file.text, text)
        fit = await self._fit(path, analysis.inputs)
        rows = () if fit is not None else await self._rows(path, analysis.sample)
        names = {name for row in rows for name in row.values}
        columns = fit.columns if fit is not None else tuple(names)
        bound = {
            name: column
            for name, column in columns_of(columns, analysis.inputs).items()
            if name != column
        }
        has_expected = bool({loose_key(name) for name in columns} & set(EXPECTED))
        return EvaluationSet(
            name=_name(Path(path).stem, variants),
            path=str(place),
            data=fit.file.path if fit is not None else "",
            rows=rows,
            columns=Columns(inputs=bound),
            variants=variants,
            checks=CheckSet(checks=(Check(metric="exact"),) if has_expected else ()),
        )

    async def _variants(
        self, path: str, prompt: str, saved: str, edited: str
    ) -> tuple[VariantSpec, ...]:
        number = await self._versions.number_of(path, saved)
        current = VariantSpec(name=f"v{number}" if number else Path(path).stem, prompt=prompt)
        found = [current]
        if edited and edited != saved:
            found.append(VariantSpec(name=_EDITED, text=edited))
        elif number is not None and number > 1:
            before = VariantSpec(name=f"v{number - 1}", prompt=prompt, version=number - 1)
            found.insert(0, before)
        return tuple(found)

    async def _fit(self, path: str, inputs: Sequence[InputField]) -> DataFit | None:
        """The data set that gives every input that needs one its value."""
        found = await self._datasets.matching(path, inputs)
        needed = {field.name for field in inputs if field.required and field.default is None}
        for fit in found:
            if fit.serves and needed and needed <= set(fit.fills):
                return fit
        return None

    async def _rows(self, path: str, sample: dict[str, object]) -> tuple[SetRow, ...]:
        """The prompt's sample sets as rows, by their names."""
        try:
            sets = {each.name: each.values for each in (await self._samples.read(path)).sets}
        except LibraryError:
            sets = {}
        if sample and HEAD_SET not in sets:
            sets = {HEAD_SET: sample} | sets
        return tuple(SetRow(values={"id": name} | values) for name, values in sets.items())

    async def _place(self, prompt: Path) -> Path:
        """A file that is not there yet, next to the prompt or, where it may not be, in the user's.

        A set of the same name is never written over: the next number is taken.
        """
        folder = prompt.parent
        try:
            await self._library.ensure_writable(str(prompt))
        except LibraryError:
            folder = self._paths.prompts

        def free() -> Path:
            number, place = 1, folder / f"{prompt.stem}.eval.yaml"
            while place.exists():
                number += 1
                place = folder / f"{prompt.stem}-{number}.eval.yaml"
            return place

        return await asyncio.to_thread(free)


def _name(stem: str, variants: Sequence[VariantSpec]) -> str:
    title = stem.replace("_", " ").replace("-", " ").capitalize()
    if len(variants) == 1:
        return title
    return f"{title}, {variants[-1].name} against {variants[0].name}"


def _relative(path: Path, folder: Path) -> str:
    """A path as it is written into a set: relative where it is in the set's folder or below."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
