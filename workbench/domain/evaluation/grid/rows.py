"""All rows of an evaluation's grid, made from its cells and what is known of their scores."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from enum import IntFlag, auto

import msgspec

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.grid.cells import GridCell, grid_cell, one_line
from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.evaluation.results import CaseScore, EvaluationResult

Before = Mapping[str, Mapping[str, bool | None]]
"""Verdicts that another evaluation has, by variant and case."""
Scores = Mapping[str, Mapping[str, CaseScore]]
"""What the checks found, by variant and case."""
_MADE_ID = re.compile(r"[0-9a-f]{12}(#\d+)?")
_SEARCHED = 20_000


class RowTraits(IntFlag):
    """What filters ask of a row."""

    CHANGED = auto()
    """A variant gained or lost it."""
    FAILED = auto()
    """A variant does not pass it."""
    DISPUTED = auto()
    """One variant passes it and another does not."""
    FORMAT = auto()
    """An answer could not be read."""
    ERROR = auto()
    """A variant failed on it with an error."""


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case in the grid. ``words`` is what a search looks at, folded to lower case."""

    id: str
    number: int
    title: str
    expected: str
    tags: tuple[str, ...]
    words: str
    cells: tuple[GridCell, ...]
    traits: RowTraits


class GridTable(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, in the order of the set. ``baseline`` is "" where nothing is compared."""

    variants: tuple[str, ...]
    baseline: str
    rows: list[GridRow]
    """A row is replaced while the evaluation is at work."""
    tags: tuple[tuple[str, int], ...] = ()
    """Those of the cases, with how many cases have them."""
    scores: Scores = {}
    """What the rows were made from, by variant and case."""


def scores_of(result: EvaluationResult | None) -> dict[str, dict[str, CaseScore]]:
    """The scores of a result by variant and case; None has none."""
    if result is None:
        return {}
    return {each.name: {score.case: score for score in each.cases} for each in result.variants}


def make_table(
    cases: Sequence[EvaluationCase],
    variants: Sequence[str],
    cells: Mapping[CellId, Cell],
    repeats: int,
    scores: Scores,
    baseline: str,
    before: Before | None = None,
) -> GridTable:
    """The rows of an evaluation.

    Args:
        cases: all of them.
        variants: names, in the order of the columns.
        cells: as far as they are; a duplicate row has none.
        repeats: of each case.
        scores: what the checks found, by variant and case.
        baseline: the variant that others are compared with, "" for none.
        before: verdicts of another evaluation, with which each variant is compared instead.
    """
    counts: dict[str, int] = {}
    for tag in (tag for case in cases for tag in case.tags):
        counts[tag] = counts.get(tag, 0) + 1
    return GridTable(
        variants=tuple(variants),
        baseline=baseline,
        rows=[make_row(case, variants, cells, repeats, scores, baseline, before) for case in cases],
        tags=tuple(counts.items()),
        scores=scores,
    )


def make_row(
    case: EvaluationCase,
    variants: Sequence[str],
    cells: Mapping[CellId, Cell],
    repeats: int,
    scores: Scores,
    baseline: str,
    before: Before | None = None,
    known: GridRow | None = None,
) -> GridRow:
    """One row; the arguments are those of :func:`make_table`, and the row as it was, if any."""
    base = scores.get(baseline, {}).get(case.id)
    was = base.passed if base is not None else None
    numbers = range(0 if case.duplicate_of else repeats)
    shown = []
    for name in variants:
        if before is not None:
            was = before.get(name, {}).get(case.id)
        places = [cells[CellId(name, case.id, number)] for number in numbers]
        score = scores.get(name, {}).get(case.id)
        # Compared with itself the baseline is what it was, so that it needs no exception.
        shown.append(grid_cell(places, score, was))
    found = tuple(shown)
    if known is not None:
        return msgspec.structs.replace(known, cells=found, traits=_traits(found))
    return _row(case, found)


def _traits(cells: Sequence[GridCell]) -> RowTraits:
    verdicts = {cell.passed for cell in cells}
    kinds = {"lost" if cell.is_lost else cell.kind for cell in cells}
    return _trait_of(
        not kinds.isdisjoint(("lost", "gained")),
        False in verdicts,
        verdicts >= {True, False},
        any(cell.kind == "format" for cell in cells),
        "error" in kinds,
    )


@functools.cache
def _trait_of(*has: bool) -> RowTraits:
    """The traits, in the order of their definition, each there or not."""
    found = RowTraits(0)
    for trait, is_there in zip(RowTraits, has, strict=True):
        found |= trait if is_there else RowTraits(0)
    return found


def _row(case: EvaluationCase, cells: tuple[GridCell, ...]) -> GridRow:
    values = [text_of(value)[:_SEARCHED] for value in case.values.values() if value is not None]
    title = case.id
    if _MADE_ID.fullmatch(case.id):
        title = next((one_line(value) for value in values if value.strip()), case.id)
    return GridRow(
        id=case.id,
        number=case.number,
        title=title,
        expected=" or ".join(one_line(text_of(each)) for each in case.expected),
        tags=case.tags,
        words="\n".join((case.id, *values)).casefold(),
        cells=cells,
        traits=_traits(cells),
    )
