"""Game of 24 (Yao et al. 2023): four numbers from 1 to 13 to 24."""

from __future__ import annotations

import random
import re

from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import DOMAINS, Domain
from workbench.strategies.domains.numbers import NumbersTask

_LABELLED = re.compile(r"numbers?\s*:\s*((?:\d+[\s,]*(?:and\s+)?)+)", re.I)
_WHOLE = re.compile(r"\d+")
TARGET = 24


def read_numbers(question: str, count: int) -> list[int] | None:
    """The numbers after the last "Numbers:"; None unless there are ``count``."""
    labelled = _LABELLED.findall(question)
    if not labelled:
        return None
    numbers = [int(text) for text in _WHOLE.findall(labelled[-1])]
    return numbers if len(numbers) == count else None


def read(question: str) -> NumbersTask | None:
    """The task of a prompt that has a line "Numbers: 4 5 6 10"."""
    numbers = read_numbers(question, 4)
    return NumbersTask(numbers, TARGET) if numbers else None


def make(seed: int) -> dict[str, Json]:
    """Four numbers from which 24 can be made."""
    chance = random.Random(seed)  # noqa: S311 - puzzles, no secrets
    while True:
        numbers = sorted(chance.randint(1, 13) for _ in range(4))
        task = NumbersTask(numbers, TARGET)
        if task.reachable(task.start):
            return {"numbers": " ".join(map(str, numbers))}


DOMAINS.register("game24", Domain("game24", "Game of 24", read, "Numbers: 4 5 6 10", make))
