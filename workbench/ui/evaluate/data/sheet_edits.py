"""One edit of a sheet: what it replaces by what, so that it can be done and undone."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.prompts.sheets import SheetColumn
from workbench.domain.runs.spec import Json

Row = dict[str, Json]


@dataclass(frozen=True)
class RowsEdit:
    """Rows from ``start`` on are replaced: fewer, more or none are added and removed by it."""

    start: int
    before: tuple[Row, ...]
    after: tuple[Row, ...]

    def undone(self) -> RowsEdit:
        """The edit that takes it back."""
        return RowsEdit(self.start, self.after, self.before)


@dataclass(frozen=True)
class ColumnsEdit:
    """Columns are replaced; the rows stay as they are, since a column knows its key in them."""

    before: tuple[SheetColumn, ...]
    after: tuple[SheetColumn, ...]

    def undone(self) -> ColumnsEdit:
        """The edit that takes it back."""
        return ColumnsEdit(self.after, self.before)


Edit = RowsEdit | ColumnsEdit


@dataclass(frozen=True)
class Step:
    """Edits that are undone together, and where the current cell is after them."""

    edits: tuple[Edit, ...]
    title: str
    row: int = 0
    column: int = 0

    def undone(self) -> tuple[Edit, ...]:
        """The edits that take it back, the last first."""
        return tuple(each.undone() for each in reversed(self.edits))


def runs_of(numbers: list[int]) -> list[tuple[int, int]]:
    """Sorted numbers as ranges, first and last, from the last range to the first."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found[::-1]
