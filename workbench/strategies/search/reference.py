"""What tree-of-thought-llm does where correct semantics differ: switches for comparing with it.

Verdicts count only as an exact last line and are added, not averaged; what cannot be read is worth
nothing; the second of two equal states of a level is worth nothing; four lines without an answer
are worth nothing; values are kept by prompt for a whole run, that nothing with them.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.strategies.search.evaluators import Value, Verdict
from workbench.strategies.search.reading import LABEL_WEIGHTS, read_last_line
from workbench.strategies.search.state import State

_LINES = 4


def written(state: State) -> str:
    """The partial output as that code holds it: a line for each thought."""
    return "".join(f"{thought}\n" for thought in state.thoughts)


def is_unanswered(state: State) -> bool:
    """The four-line rule: all steps are there, and none is an answer."""
    text = written(state)
    return len(text.strip().split("\n")) == _LINES and "answer" not in text.lower()


def total_of(labels: Sequence[str | None]) -> Verdict:
    """The sum of the weights, from the lowest up, and how often each label was given."""
    counts = {label: labels.count(label) for label in reversed(LABEL_WEIGHTS)}
    total = sum(LABEL_WEIGHTS[label] * count for label, count in counts.items())
    return total, {label: count for label, count in counts.items() if count}


def value(samples: int, tokens: int, cache: dict[bytes, Verdict]) -> Value:
    """The evaluator with all of these switches on."""
    return Value(
        samples,
        tokens,
        constrain=False,
        cache=cache,
        read=read_last_line,
        total=total_of,
        veto=is_unanswered,
        zero_duplicates=True,
    )
