"""The plan of a sweep: variants x cases x repeats as cells, each with its run, in a good order.

Pure: no model, no disk. A cell's key is the digest of its run's spec, and the seed of its repeat is
a part of that, so that two repeats are never answered by one run.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.evaluation.cells import CellId
from workbench.domain.runs.spec import Json, RunSpec, TemplatePrompt, repeat_seed


class SweepVariant(NamedTuple):
    """A variant that can be run.

    ``spec`` is a checked spec without variables; ``values`` are the variables by case, without
    those cases that cannot be run.
    """

    name: str
    spec: RunSpec
    values: Mapping[str, dict[str, Json]]


class PlannedCell(NamedTuple):
    """A cell and the run that it needs."""

    id: CellId
    spec: RunSpec
    key: str


class Sweep(NamedTuple):
    """All cells that can be run, in the order in which their runs are begun."""

    cells: tuple[PlannedCell, ...]

    def by_key(self) -> dict[str, list[PlannedCell]]:
        """Cells that have the same run, in order: it is made once."""
        found: dict[str, list[PlannedCell]] = {}
        for cell in self.cells:
            found.setdefault(cell.key, []).append(cell)
        return found


def plan(variants: Sequence[SweepVariant], cases: Sequence[str], repeats: int) -> Sweep:
    """The cells of a sweep.

    All cells of one model come together, so that it is loaded once. Among them those of one prompt
    and strategy come together, case by case, so that what their prompts begin with is read once;
    the repeats of a case follow each other, because their prompts are the same.

    Args:
        variants: in the order in which they are shown.
        cases: identities, in their order.
        repeats: how often each is run.
    """
    cells: list[PlannedCell] = []
    for of_model in _grouped(variants, _model):
        for alike in _grouped(of_model, _shared_prefix):
            for case in cases:
                for variant in alike:
                    values = variant.values.get(case)
                    if values is not None:
                        cells += _repeats(variant, case, values, repeats)
    return Sweep(tuple(cells))


def _grouped(
    variants: Sequence[SweepVariant], key: Callable[[SweepVariant], Hashable]
) -> list[list[SweepVariant]]:
    """Variants with the same key together, in the order in which the keys first come."""
    found: dict[Hashable, list[SweepVariant]] = {}
    for variant in variants:
        found.setdefault(key(variant), []).append(variant)
    return list(found.values())


def _model(variant: SweepVariant) -> str:
    return variant.spec.model


def _shared_prefix(variant: SweepVariant) -> tuple[str, str]:
    return (source_of(variant.spec), variant.spec.strategy)


def source_of(spec: RunSpec) -> str:
    """The text of a run's template, "" for a conversation."""
    return spec.prompt.source if isinstance(spec.prompt, TemplatePrompt) else ""


def _repeats(
    variant: SweepVariant, case: str, values: dict[str, Json], repeats: int
) -> Iterator[PlannedCell]:
    prompt = variant.spec.prompt
    assert isinstance(prompt, TemplatePrompt)
    filled = msgspec.structs.replace(prompt, variables=values)
    for repeat in range(repeats):
        seed = repeat_seed(variant.spec.seed, repeat)
        spec = msgspec.structs.replace(variant.spec, prompt=filled, seed=seed)
        yield PlannedCell(CellId(variant.name, case, repeat), spec, spec.digest())
