"""What the repeats of a column came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.extraction import normalise
from workbench.domain.run_state import RunState


class Tally(NamedTuple):
    """Counts over the runs that are done. ``solved`` is None where the answer is not known.

    ``agree`` is how many gave the most frequent answer, ``distinct`` how many answers there are;
    ``tokens`` were generated and ``seconds`` taken by all of them together.
    """

    runs: int = 0
    agree: int = 0
    distinct: int = 0
    solved: int | None = None
    tokens: int = 0
    seconds: float = 0.0


def tally(states: Sequence[RunState], expected: str) -> Tally:
    """Count runs that are done; answers are compared in their normal form."""
    counts: dict[str, int] = {}
    for state in states:
        if state.answer is not None:
            key = normalise(state.answer)
            counts[key] = counts.get(key, 0) + 1
    return Tally(
        runs=len(states),
        agree=max(counts.values(), default=0),
        distinct=len(counts),
        solved=counts.get(normalise(expected), 0) if expected.strip() else None,
        tokens=sum(state.generated_tokens for state in states),
        seconds=sum(state.seconds for state in states),
    )


def is_right(answer: str | None, expected: str) -> bool:
    """Whether an answer is the expected one, in their normal form."""
    return answer is not None and normalise(answer) == normalise(expected)
