"""What a kind of generated data set is, and how its rows are made."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.prompts.datasets import GENERATED_LEVELS, GeneratedKind
from workbench.domain.registry import Registry
from workbench.domain.runs.spec import Json

MOST_ROWS = 10_000
_TRIES = 200
"""Rows in a row that are there already, after which there are no others."""

Row = dict[str, Json]


@dataclass(frozen=True)
class Kind:
    """A kind of rows.

    Args:
        about: what the window and the command line say of it.
        prompt: of the library, which takes its columns.
        check: that fits its expected values.
        row: makes a row of a difficulty, from 1.
    """

    about: GeneratedKind
    prompt: str
    check: Check
    row: Callable[[random.Random, int], Row]


KINDS: Registry[Kind] = Registry("kind of generated data")


def make_rows(kind: str, difficulty: int, count: int, seed: int) -> list[Row]:
    """Different rows of one kind; the same seed gives the same, and more rows begin with them.

    Raises:
        UsageError: there is no such kind or difficulty, or there are fewer different rows.
    """
    entry = KINDS.get(kind)
    if not 1 <= difficulty <= GENERATED_LEVELS:
        raise UsageError(f"The difficulty is from 1 to {GENERATED_LEVELS}, not {difficulty}.")
    if not 1 <= count <= MOST_ROWS:
        raise UsageError(f"A generated data set has 1 to {MOST_ROWS:,} rows, not {count:,}.")
    chance = random.Random(f"{kind} {difficulty} {seed}")  # noqa: S311 - puzzles, no secrets
    found: dict[bytes, Row] = {}
    fruitless = 0
    while len(found) < count:
        row = entry.row(chance, difficulty)
        before = len(found)
        found.setdefault(msgspec.json.encode(row), row)
        fruitless = fruitless + 1 if len(found) == before else 0
        if fruitless > _TRIES:
            raise UsageError(
                f"There are only about {len(found):,} different rows of difficulty {difficulty}: "
                "ask for fewer, or a higher difficulty."
            )
    return list(found.values())
