"""What is wrong with a finished answer to a puzzle: a sentence for each fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from workbench.domain.puzzles.rational import NotArithmetic, evaluate, plain_signs, show_number
from workbench.domain.text import count_text

Grid = tuple[tuple[int, ...], ...]
"""Rows of numbers; 0 is blank."""


class Faults(NamedTuple):
    """What is wrong with an answer, and the share of what is asked for that is right."""

    sentences: tuple[str, ...]
    share: float
    is_readable: bool = True
    """False where it does not have the form of an answer."""


_ANSWER = re.compile(r"^.*answer\s*:\s*", re.I)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+", re.UNICODE)
_LEADING = re.compile(r"^\s*(?:answer|text)\s*:\s*", re.I)


def target_faults(numbers: Sequence[Fraction], target: Fraction, answer: str) -> Faults:
    """Whether the last line of an answer is an expression that makes a target.

    Args:
        numbers: each must be used once.
        target: the value that it must have.
        answer: with the expression in its last line.
    """
    text = _ANSWER.sub("", plain_signs(answer.strip().split("\n")[-1])).split("=")[0]
    try:
        value = evaluate(text.strip(" .`*$"))
    except NotArithmetic:
        return _unreadable("It is not an expression of + - * / and brackets.")
    wanted = sorted(numbers)
    faults = []
    if sorted(Fraction(number) for number in _DIGITS.findall(text)) != wanted:
        shown = " ".join(map(show_number, wanted))
        faults.append(f"It does not use each of {shown} exactly once.")
    if value != target:
        faults.append(f"Its value is {value}, not {target}.")
    return Faults(tuple(faults), 1 - len(faults) / 2)


def square_faults(given: Grid, answer: str) -> Faults:
    """Whether the last rows of an answer are a Latin square that keeps the numbers given.

    Args:
        given: the square with its blanks.
        answer: with a row a line, or rows separated by "/".
    """
    size = len(given)
    rows = [
        tuple(map(int, re.findall(r"\d", line))) for line in answer.replace("/", "\n").split("\n")
    ]
    grid = tuple(row for row in rows if row)[-size:]
    if len(grid) != size or any(len(row) != size for row in grid):
        return _unreadable(f"It is not {size} rows of {size} numbers.")
    faults = []
    cells = [(r, c) for r in range(size) for c in range(size) if given[r][c]]
    if any(grid[r][c] != given[r][c] for r, c in cells):
        faults.append("It changes a number that was given.")
    whole = set(range(1, size + 1))
    if any(set(row) != whole for row in grid):
        faults.append("A row does not hold each number once.")
    if any({row[column] for row in grid} != whole for column in range(size)):
        faults.append("A column does not hold each number once.")
    return Faults(tuple(faults), 1 - len(faults) / 3)


def read_square(text: str) -> Grid:
    """The rows of a square, a line each; "_" is a blank. Empty where it is no square."""
    lines = [line for line in text.replace("/", "\n").split("\n") if line.strip()]
    grid = tuple(
        tuple(0 if cell == "_" else int(cell) for cell in re.findall(r"[1-9_]", line))
        for line in lines
    )
    fits = all(len(row) == len(grid) and max(row) <= len(grid) for row in grid)
    return grid if fits else ()


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, case-folded; digits count as a word."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def writing_faults(
    count: int, wanted: Sequence[str], refused: Sequence[str], answer: str
) -> Faults:
    """Every constraint that a text breaks.

    Args:
        count: of its words.
        wanted: case-folded words that it must have.
        refused: case-folded words that it must not have.
        answer: the text; an "Answer:" before it does not count.
    """
    words = words_of(_LEADING.sub("", answer.strip()))
    faults = []
    if len(words) != count:
        faults.append(f"It has {count_text(len(words), 'word')}, not {count:,}.")
    faults += [f"It lacks the word “{word}”." for word in wanted if word not in words]
    faults += [f"It has the word “{word}”." for word in refused if word in words]
    return Faults(tuple(faults), 1 - len(faults) / (1 + len(wanted) + len(refused)))


def _unreadable(sentence: str) -> Faults:
    return Faults((sentence,), 0.0, is_readable=False)
