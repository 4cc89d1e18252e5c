"""A state of a search: the thoughts on the way to it, and what is known of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from workbench.domain.runs.effects import Effect

Part = Generator[Sequence[Effect], Sequence[Any], Any]
"""A piece of a strategy: it yields batches of effects and returns what its docstring says."""


class State(NamedTuple):
    """A partial solution.

    ``facts`` is the task's own form of it (None where no program knows the task), ``finished`` says
    that it does not grow, ``solved`` whether it is an end that counts (None where it is no end).
    """

    node: str
    thoughts: tuple[str, ...] = ()
    score: float = 0.0
    finished: bool = False
    facts: Any = None
    solved: bool | None = None

    @property
    def depth(self) -> int:
        """How many thoughts led here."""
        return len(self.thoughts)
