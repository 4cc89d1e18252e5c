"""Targets, Latin squares and constraint writing: many right answers, which a program checks."""

from __future__ import annotations

import random
from itertools import product

from workbench.domain.evaluation.checks import Check
from workbench.domain.prompts.datasets import GeneratedKind
from workbench.service.evaluation.generated.kind import KINDS, Kind, Row
from workbench.strategies.domains.numbers import NumbersTask

_PUZZLE = Check(metric="puzzle")

# --- targets --------------------------------------------------------------------------------

_TARGETS = ((9, 5, 20, True), (9, 10, 30, False), (15, 20, 60, False), (25, 50, 200, False),
            (60, 200, 1_000, False))  # fmt: skip
"""The largest number, the range of targets, and whether + and - are enough."""


def _targets(chance: random.Random, difficulty: int) -> Row:
    largest, low, high, is_sum = _TARGETS[difficulty - 1]
    while True:
        numbers = sorted(chance.randint(1, largest) for _ in range(3))
        found = [each for each in _reached(numbers) if low <= each <= high]
        usable = [each for each in found if (each in _sums(numbers)) == is_sum]
        if usable:
            target = chance.choice(usable)
            puzzle: Row = {"numbers": numbers, "target": target}
            text = " ".join(map(str, numbers))
            return {"numbers": text, "target": target, "expected": puzzle}


def _reached(numbers: list[int]) -> list[int]:
    """Whole numbers that can be made of three, in order."""
    task = NumbersTask(numbers, 0)
    ends = {
        after[0]
        for move in task.moves(task.start)
        if (left := task.apply(task.start, move)) is not None
        for last in task.moves(left)
        if (after := task.apply(left, last)) is not None
    }
    return sorted(int(each) for each in ends if each > 0 and each.denominator == 1)


def _sums(numbers: list[int]) -> set[int]:
    signs = product((1, -1), repeat=len(numbers))
    return {sum(s * n for s, n in zip(each, numbers, strict=True)) for each in signs}


KINDS.register(
    "targets",
    Kind(
        about=GeneratedKind(
            id="targets",
            title="Targets",
            description="Make a number of three others; some expression does it.",
            levels=tuple(
                f"numbers up to {largest}, targets {low} to {high:,}, "
                + ("+ and - are enough" if is_sum else "* or / is needed")
                for largest, low, high, is_sum in _TARGETS
            ),
        ),
        prompt="puzzles/targets.prompty",
        check=_PUZZLE,
        row=_targets,
    ),
)

# --- Latin squares --------------------------------------------------------------------------

_SQUARES = ((3, 3), (3, 5), (4, 7), (4, 10), (5, 14))
"""Size and blank cells."""


def _square(chance: random.Random, difficulty: int) -> Row:
    size, blanks = _SQUARES[difficulty - 1]
    numbers, columns, order = (chance.sample(range(size), size) for _ in range(3))
    rows = [[str(numbers[(row + column) % size] + 1) for column in columns] for row in order]
    for cell in chance.sample(range(size * size), blanks):
        rows[cell // size][cell % size] = "_"
    text = "\n".join(" ".join(row) for row in rows)
    return {"square": text, "expected": {"square": text}}


KINDS.register(
    "latin_square",
    Kind(
        about=GeneratedKind(
            id="latin_square",
            title="Latin squares",
            description="Fill the blanks so that rows and columns have each number once.",
            levels=tuple(f"{size} x {size}, {blanks} blank cells" for size, blanks in _SQUARES),
        ),
        prompt="puzzles/latin-square.prompty",
        check=_PUZZLE,
        row=_square,
    ),
)

# --- constraint writing ---------------------------------------------------------------------

_WRITING = ((6, 1, 0), (8, 1, 1), (12, 2, 2), (18, 3, 3), (30, 5, 5))
"""Words, words that must be there, and words that must not."""
_WANTED = (
    "river", "garden", "lantern", "market", "harbour", "letter", "window", "morning", "bridge",
    "orchard", "ladder", "violin", "winter", "teacher", "mountain", "candle",
)  # fmt: skip
_REFUSED = ("the", "and", "very", "is", "was", "a", "of", "in", "to", "with")


def _writing(chance: random.Random, difficulty: int) -> Row:
    words, wanted, refused = _WRITING[difficulty - 1]
    puzzle: Row = {
        "words": words + chance.randint(0, words // 2),
        "contain": chance.sample(_WANTED, wanted),
        "avoid": chance.sample(_REFUSED, refused),
    }
    return {**puzzle, "expected": puzzle}


KINDS.register(
    "writing",
    Kind(
        about=GeneratedKind(
            id="writing",
            title="Constraint writing",
            description="A text of an exact number of words that has some words and lacks others.",
            levels=tuple(
                f"{words} to {words + words // 2} words, {wanted} wanted, {refused} refused"
                for words, wanted, refused in _WRITING
            ),
        ),
        prompt="puzzles/constraint-writing.prompty",
        check=_PUZZLE,
        row=_writing,
    ),
)
