"""Edits of many rows, as work that can be left and gone on with: each comes to a list of edits."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

from workbench.domain.prompts.sheets import SheetColumn
from workbench.ui.evaluate.data.cell_values import Kind, NotOfKindError, as_kind, text_of, typed
from workbench.ui.evaluate.data.clipboard import Cells
from workbench.ui.evaluate.data.sheet_edits import Edit, Row, RowsEdit, runs_of

Box = tuple[int, int, int, int]
"""A rectangle of cells: first row and column, last row and column."""
Edits = Generator[None, None, list[Edit]]
Columns = Sequence[SheetColumn]
AT_A_TIME = 256
"""Rows, after which work may be left for later."""


def clearing(columns: Columns, rows: Sequence[Row], boxes: Sequence[Box]) -> Edits:
    """Cells are made empty."""

    def emptied(row: Row, keys: Sequence[str]) -> Row:
        new = row.copy()
        for key in keys:
            new.pop(key, None)
        return new

    return (yield from _replacing(columns, rows, boxes, emptied))


def _replacing(
    columns: Columns,
    rows: Sequence[Row],
    boxes: Sequence[Box],
    new: Callable[[Row, Sequence[str]], Row],
) -> Edits:
    """Each row of some cells is replaced by what comes of it and their keys."""
    edits: list[Edit] = []
    left_of: dict[int, Row] = {}
    for top, left, bottom, right in boxes:
        keys = [each.key for each in columns[left : right + 1]]
        before = tuple(rows[top : bottom + 1])
        if left_of:  # an earlier rectangle may have been of the same rows
            before = tuple(left_of.get(n, row) for n, row in enumerate(before, top))
        after: list[Row] = []
        for number, row in enumerate(before, start=1):
            after.append(new(row, keys))
            if number % AT_A_TIME == 0:
                yield
        if len(boxes) > 1:
            left_of.update(enumerate(after, top))
        edits.append(RowsEdit(top, before, tuple(after)))
    return edits


def pasting(
    columns: Columns, rows: Sequence[Row], kinds: Sequence[Kind], cells: Cells, at: tuple[int, int]
) -> Edits:
    """Texts are written from a place on; there are columns enough, and ``kinds`` of them."""
    row, column = at
    before = tuple(rows[row : row + len(cells)])
    after: list[Row] = []
    for number, texts in enumerate(cells, start=1):
        values = dict(before[number - 1]) if number <= len(before) else {}
        for place, text in enumerate(texts, column):
            write(values, columns[place].key, text, kinds[place])
        after.append(values)
        if number % AT_A_TIME == 0:
            yield
    return [RowsEdit(row, before, tuple(after))]


def changing_kind(
    columns: Columns, rows: Sequence[Row], boxes: Sequence[Box], kind: Kind, lost: list[int]
) -> Edits:
    """Cells become values of another type; ``lost`` gets how many cannot, and stay as before."""
    failed = 0

    def changed(row: Row, keys: Sequence[str]) -> Row:
        nonlocal failed
        new = row.copy()
        for key in keys:
            try:
                new[key] = as_kind(text_of(row.get(key)), kind)
            except NotOfKindError:
                failed += 1
        return new

    edits = yield from _replacing(columns, rows, boxes, changed)
    lost.append(failed)
    return edits


def edits_of(rows: Sequence[Row], changed: Mapping[int, Row]) -> list[Edit]:
    """The edits that put changed rows in the place of others."""
    numbers = [number for number, row in changed.items() if row != rows[number]]
    return [
        RowsEdit(
            first,
            tuple(rows[first : last + 1]),
            tuple(changed[number] for number in range(first, last + 1)),
        )
        for first, last in runs_of(numbers)
    ]


def write(values: Row, key: str, text: str | None, usual: Kind) -> None:
    """Put a text into a row; an empty cell of what is no text has no value."""
    if text is None or (not text and (usual != "text" or key not in values)):
        values.pop(key, None)
    else:
        values[key] = typed(text, values.get(key), usual)
