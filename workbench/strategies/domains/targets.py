"""Three-number targets: a target from three numbers from 1 to 9."""

from __future__ import annotations

import random
import re
from itertools import combinations_with_replacement

from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import DOMAINS, Domain
from workbench.strategies.domains.game24 import read_numbers
from workbench.strategies.domains.numbers import NumbersTask

_TARGET = re.compile(r"target\s*:\s*(-?\d+)", re.I)
USUAL = (10, 12)
"""The targets that instances have."""


def read(question: str) -> NumbersTask | None:
    """The task of a prompt that has the lines "Numbers: 2 3 7" and "Target: 10"."""
    numbers, targets = read_numbers(question, 3), _TARGET.findall(question)
    return NumbersTask(numbers, int(targets[-1])) if numbers and targets else None


def solvable(target: int) -> tuple[tuple[int, ...], ...]:
    """Every three numbers from 1 to 9 from which ``target`` can be made."""
    found = []
    for numbers in combinations_with_replacement(range(1, 10), 3):
        task = NumbersTask(numbers, target)
        if task.reachable(task.start):
            found.append(numbers)
    return tuple(found)


def make(seed: int) -> dict[str, Json]:
    """Three numbers and a target that can be made of them."""
    chance = random.Random(seed)  # noqa: S311 - puzzles, no secrets
    target = chance.choice(USUAL)
    numbers = chance.choice(solvable(target))
    return {"numbers": " ".join(map(str, numbers)), "target": target}


DOMAINS.register(
    "targets",
    Domain("targets", "Three-number targets", read, "Numbers: 2 3 7 and Target: 10", make),
)
