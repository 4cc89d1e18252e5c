"""The texts of the workload: a search for 24 out of five numbers, in the manner of Yao et al. 2023.

Every thought is a legal move, so the prompts look like those of a real search, and all of them are
known before a model says anything.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

NUMBERS = (2, 3, 5, 7, 11)

PROPOSE_PREFIX = """\
Use all numbers and the operations + - * to reach 24. Each step takes two of the numbers and puts \
their result back. Write the next step with the numbers that are left, then say in one sentence \
why it was chosen.

Input: 4 4 6 8
Steps:
1. 4 + 8 = 12 (left: 4 6 12)
Next step: 6 - 4 = 2 (left: 2 12)
Reason: 2 and 12 give 24 when they are multiplied, so a difference of 2 is what is wanted.

Input: 2 9 10 12
Steps:
1. 12 * 2 = 24 (left: 9 10 24)
Next step: 10 - 9 = 1 (left: 1 24)
Reason: 24 is there already, and a factor of 1 leaves it as it is.

Input: 1 2 4 7 9
Steps:
1. 9 - 7 = 2 (left: 1 2 2 4)
2. 4 + 2 = 6 (left: 1 2 6)
Next step: 2 * 6 = 12 (left: 1 12)
Reason: 12 is half of 24; the 1 that is left can only be added, so this line is worth a look.

Input: 3 5 6 8
Steps:
Next step: 8 - 5 = 3 (left: 3 3 6)
Reason: small equal numbers beside a 6 keep many ways to 24 open.

"""

VALUE_PREFIX = """\
Judge whether the numbers that are left can reach 24. Give the reason in one short sentence, then \
one word: sure, likely or impossible.

Input: 4 4 6 8
Steps:
1. 4 + 8 = 12 (left: 4 6 12)
2. 6 - 4 = 2 (left: 2 12)
Judge: 2 * 12 is 24. sure

Input: 1 4 8 11
Steps:
1. 11 - 8 = 3 (left: 1 3 4)
Judge: 3 * 4 * 2 would do but the 1 is no 2, and 1 + 3 + 4 is 8; a factor is missing. likely

Input: 5 6 10 13
Steps:
1. 13 - 10 = 3 (left: 3 5 6)
Judge: 3 + 5 + 6 is 14, 5 * 6 - 3 is 27, 3 * 6 + 5 is 23, all close to 24. likely

Input: 1 1 2 11
Steps:
1. 11 - 2 = 9 (left: 1 1 9)
2. 1 + 1 = 2 (left: 2 9)
Judge: 2 * 9 is 18 and 2 + 9 is 11, there is no way to 24. impossible

Input: 2 5 8 11
Steps:
1. 8 + 5 = 13 (left: 2 11 13)
2. 11 + 13 = 24 (left: 2 24)
Judge: 24 is reached but the 2 is left over and spoils it. impossible

Input: 4 9 10 13
Steps:
1. 13 - 9 = 4 (left: 4 4 10)
2. 10 - 4 = 6 (left: 4 6)
Judge: 4 * 6 is 24. sure

"""


class State(NamedTuple):
    """Numbers that are left, and the moves that led there."""

    left: tuple[int, ...]
    steps: tuple[str, ...] = ()


def moves(state: State, count: int) -> list[State]:
    """``count`` different next states, spread evenly over all legal moves."""
    found: dict[str, State] = {}
    for first, second in combinations(range(len(state.left)), 2):
        rest = tuple(n for at, n in enumerate(state.left) if at not in (first, second))
        for a, b in ((first, second), (second, first)):
            for sign, result in _results(state.left[a], state.left[b]):
                left = tuple(sorted((*rest, result)))
                numbers = " ".join(map(str, left))
                text = f"{state.left[a]} {sign} {state.left[b]} = {result} (left: {numbers})"
                found.setdefault(text, State(left, (*state.steps, text)))
    states = [found[text] for text in sorted(found)]
    assert len(states) >= count, "the numbers give too few moves"
    return [states[index * len(states) // count] for index in range(count)]


def _results(a: int, b: int) -> tuple[tuple[str, int], ...]:
    return (("+", a + b), ("-", a - b), ("*", a * b))


def propose_prompt(state: State) -> str:
    """What a next step is asked with."""
    return f"{PROPOSE_PREFIX}{_body(state)}Next step:"


def value_prompt(state: State) -> str:
    """What the last step of ``state`` is judged with."""
    return f"{VALUE_PREFIX}{_body(state)}Judge:"


def _body(state: State) -> str:
    numbers = " ".join(map(str, NUMBERS))
    steps = "".join(f"{at}. {step}\n" for at, step in enumerate(state.steps, 1))
    return f"Input: {numbers}\nSteps:\n{steps}"
