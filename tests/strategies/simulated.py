"""A simulated model for number puzzles: legal moves, and verdicts of a set reliability."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Any

from workbench.domain.parameters import build
from workbench.domain.runs.effects import Generate
from workbench.domain.runs.spec import derive_seed
from workbench.strategies import STRATEGIES
from workbench.strategies.domains.numbers import NumbersTask

from .driving import Record, drive, problem


class Simulated:
    """All legal moves of a state, in order; verdicts that are right with chance ``accuracy``."""

    def __init__(self, target: int, accuracy: float = 1.0, seed: int = 0) -> None:
        self._target = target
        self._accuracy = accuracy
        self._seed = seed

    def __call__(self, call: Generate) -> list[str]:
        _, _, shown = call.messages[-1].text.partition(": ")
        variables = dict(ast.literal_eval(shown))
        numbers = [Fraction(text) for text in variables["state"].split()]
        task = NumbersTask(numbers, self._target)
        if call.role.startswith(("propose", "sample")):
            moves = task.moves(task.start)
            return ["\n".join(f"{n}. {move}" for n, move in enumerate(moves, 1))] * call.n
        return [self._verdict(task, call, sample) for sample in range(call.n)]

    def _verdict(self, task: NumbersTask, call: Generate, sample: int) -> str:
        draw = derive_seed(self._seed, call.node, call.role, sample) / 2**32
        right = draw < self._accuracy
        return "So it is.\n" + ("sure" if task.reachable(task.start) == right else "impossible")


def search(
    numbers: str, target: int, strategy: str = "tree_of_thought", model: Any = None, **params: Any
) -> Record:
    """A search of a three-number target on a simulated model."""
    entry = STRATEGIES.get(strategy)
    values = {"domain": "targets", "candidates": 40, "evaluate": "check", **params}
    steps = entry.run(
        problem(f"Numbers: {numbers}\nTarget: {target}"), build(entry.params, values, entry.title)
    )
    return drive(steps, model or Simulated(target))
