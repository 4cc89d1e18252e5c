"""Latin squares of 3 to 5: every row and column has each number once."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache

from workbench.domain.puzzles.reviews import Grid, square_faults
from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import DOMAINS, Domain, Review, Task, review_of
from workbench.strategies.shapes import one_of, quoted

SMALLEST, LARGEST = 3, 5
_ROW = re.compile(r"^\s*[1-5_](?:[ |]+[1-5_]){2,4}\s*$")
_CELL = re.compile(
    r"^\s*row\s*(\d)\s*,?\s*column\s*(\d)\s*(?:=|is|:)\s*(\d)\s*(?:\(.*\))?\s*\.?$", re.I
)


class LatinSquareTask(Task):
    """Fill the blanks of a square."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.steps = sum(row.count(0) for row in grid)

    @property
    def start(self) -> Grid:
        """The square with its blanks."""
        return self.grid

    def moves(self, facts: Grid) -> tuple[str, ...]:
        """The numbers that fit the first blank cell: the order of cells does not matter."""
        blank = _first_blank(facts)
        if blank is None:
            return ()
        row, column = blank
        numbers = _candidates(facts, row, column)
        return tuple(f"row {row + 1} column {column + 1} = {number}" for number in numbers)

    def apply(self, facts: Grid, thought: str) -> Grid | None:
        """The square with one more number; None where the cell is taken or the number clashes."""
        match = _CELL.match(thought)
        if match is None:
            return None
        row, column, number = int(match.group(1)) - 1, int(match.group(2)) - 1, int(match.group(3))
        size = len(facts)
        if not (0 <= row < size and 0 <= column < size) or facts[row][column]:
            return None
        return (
            _put(facts, row, column, number) if number in _candidates(facts, row, column) else None
        )

    def describe(self, facts: Grid) -> str:
        """The rows, separated by " / "; a blank is "_"."""
        return " / ".join(
            " ".join(str(number) if number else "_" for number in row) for row in facts
        )

    def reachable(self, facts: Grid) -> bool:
        """Whether the square can be filled."""
        return _can_fill(facts)

    def solved(self, facts: Grid) -> bool | None:
        """True when it is full (every move was legal); False where no number fits any more."""
        if _first_blank(facts) is None:
            return True
        return None if self.moves(facts) else False

    def variables(self) -> dict[str, Json]:
        """Rules, goal and the form of a move."""
        size = len(self.grid)
        return {
            "rules": f"Every row and every column holds each of the numbers 1 to {size} exactly "
            "once. Fill one blank cell (_) at a time, the first blank cell first.",
            "goal": "No cell is blank.",
            "example": "row 2 column 3 = 1",
        }

    def answer(self, thoughts: Sequence[str]) -> str:
        """The full square."""
        facts: Grid | None = self.grid
        for thought in thoughts:
            assert facts is not None
            facts = self.apply(facts, thought)
        assert facts is not None
        return self.describe(facts)

    def review(self, answer: str) -> Review:
        """Whether rows of numbers are the square, filled."""
        return review_of(square_faults(self.grid, answer))

    def grammar(self, facts: Grid, without: frozenset[str] = frozenset(), /) -> str:
        """One of the legal moves."""
        left = [move for move in self.moves(facts) if move not in without]
        return one_of(left) if left else ""

    def answer_grammar(self) -> str:
        """Rows with the given numbers in their places."""
        size = len(self.grid)
        rows = (
            ' " " '.join(quoted(str(number)) if number else f"[1-{size}]" for number in row)
            for row in self.grid
        )
        return "root ::= " + ' " / " '.join(rows)


def _first_blank(grid: Grid) -> tuple[int, int] | None:
    for row, numbers in enumerate(grid):
        if 0 in numbers:
            return row, numbers.index(0)
    return None


def _candidates(grid: Grid, row: int, column: int) -> list[int]:
    used = set(grid[row]) | {numbers[column] for numbers in grid}
    return [number for number in range(1, len(grid) + 1) if number not in used]


def _put(grid: Grid, row: int, column: int, number: int) -> Grid:
    changed = (*grid[row][:column], number, *grid[row][column + 1 :])
    return (*grid[:row], changed, *grid[row + 1 :])


@lru_cache(maxsize=100_000)
def _can_fill(grid: Grid) -> bool:
    blank = _first_blank(grid)
    if blank is None:
        return True
    return any(_can_fill(_put(grid, *blank, number)) for number in _candidates(grid, *blank))


def read(question: str) -> LatinSquareTask | None:
    """The task of a prompt that has the rows of a square, a blank as "_"."""
    rows = [
        tuple(0 if cell == "_" else int(cell) for cell in re.findall(r"[1-5_]", line))
        for line in question.split("\n")
        if _ROW.match(line)
    ]
    size = len(rows[-1]) if rows else 0
    grid = tuple(rows[-size:]) if size else ()
    fits = len(grid) == size and all(len(row) == size and max(row) <= size for row in grid)
    return LatinSquareTask(grid) if SMALLEST <= size <= LARGEST and fits else None


def make(seed: int) -> dict[str, Json]:
    """A square of 3 to 5 with about half of its cells blank."""
    chance = random.Random(seed)  # noqa: S311 - puzzles, no secrets
    size = chance.randint(SMALLEST, LARGEST)
    numbers = chance.sample(range(1, size + 1), size)
    rows = [[numbers[(row + column) % size] for column in range(size)] for row in range(size)]
    chance.shuffle(rows)
    cells = [(row, column) for row in range(size) for column in range(size)]
    for row, column in chance.sample(cells, size * size // 2 + 1):
        rows[row][column] = 0
    shown = "\n".join(" ".join(str(n) if n else "_" for n in row) for row in rows)
    return {"square": shown}


DOMAINS.register(
    "latin_square",
    Domain("latin_square", "Latin square", read, "its rows, such as 1 _ 3, a line each", make),
)
