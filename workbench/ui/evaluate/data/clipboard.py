"""Cells as text: what spreadsheets put on the clipboard and take from it (TSV, or CSV)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST_CELLS = 2_000_000


def cells_of(text: str) -> list[list[str]]:
    r"""Rows of cells of a pasted text.

    A cell in quotes may hold tabs, line breaks and doubled quotes; a quote that does not end at the
    end of a cell is a character as others. Without tabs it is CSV where each of several lines has
    the same number of cells, and else a line a row.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if "\t" in text:
        return _split(text, "\t")
    for mark in ",;":
        found = _split(text, mark) if mark in text else []
        widths = {len(row) for row in found}
        if len(found) > 1 and len(widths) == 1 and widths != {1}:
            return found
    return _split(text, "\t")


def _split(text: str, mark: str) -> list[list[str]]:
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
    return rows


def text_of_cells(rows: Sequence[Sequence[str]]) -> str:
    """Cells as a spreadsheet pastes them."""
    return "\n".join("\t".join(map(_quoted, row)) for row in rows)


def _quoted(cell: str) -> str:
    if not any(mark in cell for mark in '\t\n\r"'):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'
