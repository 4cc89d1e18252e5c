"""The results of a column's repeats, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.answers.forms import group_answers, same_answer
from workbench.domain.runs.run_state import RunState


class Tally(NamedTuple):
    """Counts over the runs that are done. ``solved`` is None where the answer is not known.

    ``agree`` is how many gave the most frequent answer, ``distinct`` how many answers there are,
    ``answered`` how many gave one; ``tokens`` were generated and ``seconds`` taken by all of them
    together.
    """

    runs: int = 0
    agree: int = 0
    distinct: int = 0
    answered: int = 0
    solved: int | None = None
    tokens: int = 0
    seconds: float = 0.0


def tally(states: Sequence[RunState], expected: str) -> Tally:
    """Count runs that are done."""
    groups = group_answers([state.answer for state in states])
    right = sum(same_answer(state.answer, expected) for state in states)
    return Tally(
        runs=len(states),
        agree=max(map(len, groups), default=0),
        distinct=len(groups),
        answered=sum(map(len, groups)),
        solved=right if expected.strip() else None,
        tokens=sum(state.generated_tokens for state in states),
        seconds=sum(state.seconds for state in states),
    )
