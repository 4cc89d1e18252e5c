"""Cells as text: what spreadsheets put on the clipboard and take from it (TSV, or CSV)."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import TypeVar

_MOST_CELLS = 2_000_000
_AT_A_TIME = 256
"""Rows, after which work may be left for later."""
T = TypeVar("T")
Cells = list[list[str]]


def whole(work: Generator[None, None, T]) -> T:
    """What a work comes to, done at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: T = end.value
            return found


def cells_of(text: str) -> Cells:
    """Rows of cells of a pasted text, as :func:`reading_cells`."""
    return whole(reading_cells(text))


def reading_cells(text: str) -> Generator[None, None, Cells]:
    r"""Rows of cells of a pasted text.

    A cell in quotes may hold tabs, line breaks and doubled quotes; a quote that does not end at the
    end of a cell is a character as others. Without tabs it is CSV where each of several lines has
    the same number of cells, and else a line a row.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if "\t" in text:
        return (yield from _splitting(text, "\t"))
    for mark in ",;":
        found = (yield from _splitting(text, mark)) if mark in text else []
        widths = {len(row) for row in found}
        if len(found) > 1 and len(widths) == 1 and widths != {1}:
            return found
    return (yield from _splitting(text, "\t"))


def _splitting(text: str, mark: str) -> Generator[None, None, Cells]:
    if '"' not in text:
        found: Cells = []
        for number, line in enumerate(text.split("\n")):
            found.append(line.split(mark))
            if number % _AT_A_TIME == _AT_A_TIME - 1:
                yield
        return found
    cell = re.compile(rf'(?:"((?:[^"]|"")*)"(?=[{mark}\n]|\Z)|([^{mark}\n]*))([{mark}\n]|\Z)')
    rows: list[list[str]] = [[]]
    at = 0
    for _ in range(_MOST_CELLS):
        match = cell.match(text, at)
        assert match is not None
        quoted, plain, end = match.groups()
        rows[-1].append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end()
        if end == "":
            return rows
        if end == "\n":
            rows.append([])
            if len(rows) % _AT_A_TIME == 0:
                yield
    return rows


def text_of_cells(rows: Sequence[Sequence[str]]) -> str:
    """Cells as a spreadsheet pastes them."""
    return "\n".join(map(text_of_row, rows))


def text_of_row(cells: Sequence[str]) -> str:
    """A row of cells as a spreadsheet pastes it."""
    return "\t".join(map(_quoted, cells))


def _quoted(cell: str) -> str:
    if not any(mark in cell for mark in '\t\n\r"'):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'
