"""Which rows of a grid are shown, and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from workbench.domain.evaluation.grid.cells import CellKind
from workbench.domain.evaluation.grid.rows import GridRow, GridTable, RowTraits

RowFilter = Literal["all", "changed", "failures", "disagree", "format", "errors"]
OrderMode = Literal["regressions", "set", "columns"]
CASE, EXPECTED = "\0case", "\0expected"
"""Columns to sort by that are no variant."""

_ASKS: dict[RowFilter, RowTraits] = {
    "all": RowTraits(0),
    "changed": RowTraits.CHANGED,
    "failures": RowTraits.FAILED,
    "disagree": RowTraits.DISPUTED,
    "format": RowTraits.FORMAT,
    "errors": RowTraits.ERROR,
}
FILTERS: tuple[RowFilter, ...] = tuple(_ASKS)
_GROUPS: dict[CellKind, str] = {
    "lost": "Lost against the baseline",
    "gained": "Gained",
    "error": "Errors",
    "format": "Format failures",
    "wrong": "Wrong",
    "right": "Right",
    "measured": "Measured",
    "excluded": "Excluded",
    "running": "Running",
    "waiting": "Waiting",
}
_RANK: dict[CellKind, int] = {kind: rank for rank, kind in enumerate(_GROUPS)}


class SortKey(msgspec.Struct, frozen=True):
    """A column to sort by: a variant's name, :data:`CASE` or :data:`EXPECTED`."""

    column: str
    is_descending: bool = False


class RowsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants to see.

    ``regressions`` groups rows by what ``of`` (a variant) did on them, lost ones first; ``columns``
    sorts by ``keys``. A row has all of ``tags``; ``cases`` are ids, empty for any.
    """

    show: RowFilter = "all"
    tags: tuple[str, ...] = ()
    text: str = ""
    cases: tuple[str, ...] = ()
    order: OrderMode = "regressions"
    of: str = ""
    keys: tuple[SortKey, ...] = ()
    folded: frozenset[CellKind] = frozenset()
    """Groups whose rows are hidden."""


class RowGroup(msgspec.Struct, frozen=True):
    """The heading of a group of rows."""

    kind: CellKind
    title: str
    count: int
    is_folded: bool


class RowsChosen(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of the grid from top to bottom: places of rows, and headings of groups.

    ``counts`` is how many rows each filter shows of those with the text and the tags.
    """

    lines: tuple[int | RowGroup, ...] = ()
    counts: dict[RowFilter, int] = {}


def choose_rows(table: GridTable, wanted: RowsWanted) -> RowsChosen:
    """The rows that are wanted, in the order that is wanted."""
    there = _with_words(table.rows, wanted)
    rows = table.rows
    kinds = Counter(rows[place].traits for place in there)
    counts = {
        name: sum(count for traits, count in kinds.items() if asked in traits)
        for name, asked in _ASKS.items()
    }
    shown = {traits for traits in kinds if _ASKS[wanted.show] in traits}
    places = [place for place in there if rows[place].traits in shown]
    if wanted.order == "columns":
        return RowsChosen(lines=tuple(_sorted(table, places, wanted.keys)), counts=counts)
    if wanted.order == "set" or wanted.of not in table.variants:
        return RowsChosen(lines=tuple(places), counts=counts)
    return RowsChosen(lines=tuple(_grouped(table, places, wanted)), counts=counts)


def _with_words(rows: Sequence[GridRow], wanted: RowsWanted) -> list[int]:
    """The places of the rows that have the text, the tags and the ids."""
    words, tags, cases = wanted.text.casefold().split(), set(wanted.tags), set(wanted.cases)
    if not (words or tags or cases):
        return list(range(len(rows)))
    found = []
    for place, row in enumerate(rows):
        if (cases and row.id not in cases) or not tags <= set(row.tags):
            continue
        if all(word in row.words or _answers(row, word) for word in words):
            found.append(place)
    return found


def _answers(row: GridRow, word: str) -> bool:
    return any(word in cell.text.casefold() for cell in row.cells)


def _grouped(table: GridTable, places: Sequence[int], wanted: RowsWanted) -> list[int | RowGroup]:
    column = table.variants.index(wanted.of)
    groups: dict[CellKind, list[int]] = {kind: [] for kind in _GROUPS}
    for place in places:
        cell = table.rows[place].cells[column]
        groups["lost" if cell.is_lost else cell.kind].append(place)
    lines: list[int | RowGroup] = []
    for kind, members in groups.items():
        if members:
            is_folded = kind in wanted.folded
            lines.append(RowGroup(kind, _GROUPS[kind], len(members), is_folded))
            lines += () if is_folded else members
    return lines


def _sorted(table: GridTable, places: Sequence[int], keys: Sequence[SortKey]) -> list[int]:
    """The places by several keys, the first one counts most; equal ones keep the set's order."""
    found = list(places)
    for key in reversed(keys):
        found.sort(key=_sort_value(table, key.column), reverse=key.is_descending)
    return found


def _sort_value(table: GridTable, column: str) -> Callable[[int], tuple[float | str, ...]]:
    rows = table.rows
    if column == EXPECTED:
        return lambda place: (rows[place].expected.casefold(),)
    if column not in table.variants:
        return lambda place: (rows[place].title.casefold(),)
    index = table.variants.index(column)

    def value(place: int) -> tuple[float | str, ...]:
        cell = rows[place].cells[index]
        return (_RANK["lost" if cell.is_lost else cell.kind], cell.score or 0.0)

    return value
