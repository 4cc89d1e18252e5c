"""Numbers to a target: combine two of the numbers left until one is left, which is the target.

Game of 24 and three-number targets are this task; arithmetic is exact (fractions), and the solver
tries every pair and operation, remembering each set of numbers it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, permutations

from workbench.domain.puzzles.rational import (
    NotArithmetic,
    combine,
    plain_signs,
    read_number,
    show_number,
)
from workbench.domain.puzzles.reviews import target_faults
from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import Review, Task, review_of
from workbench.strategies.shapes import one_of

Numbers = tuple[Fraction, ...]
"""What is left, in rising order."""

_VALUE = r"-?\d+(?:\.\d+|/\d+)?"
_MOVE = re.compile(
    rf"^\s*({_VALUE})\s*([-+*/])\s*({_VALUE})\s*=\s*({_VALUE})\s*(?:\(\s*left:?\s*([^)]*)\))?\s*$",
    re.I,
)
SIGNS = "+-*/"


class NumbersTask(Task):
    """Reach ``target`` from ``numbers``, each used once."""

    def __init__(self, numbers: Sequence[int | Fraction], target: int | Fraction) -> None:
        self.numbers: Numbers = tuple(sorted(Fraction(number) for number in numbers))
        self.target = Fraction(target)
        self.steps = len(self.numbers) - 1

    @property
    def start(self) -> Numbers:
        """All numbers."""
        return self.numbers

    def moves(self, facts: Numbers) -> tuple[str, ...]:
        """Every operation on two of the numbers, in the form "4 * 5 = 20 (left: 6 10 20)"."""
        return _moves(facts)

    def apply(self, facts: Numbers, thought: str) -> Numbers | None:
        """What is left; None for a wrong result or numbers that are not there."""
        match = _MOVE.match(plain_signs(thought))
        if match is None:
            return None
        try:
            left, right, result = (read_number(match.group(place)) for place in (1, 3, 4))
            rest = list(facts)
            rest.remove(left)
            rest.remove(right)
            if combine(left, match.group(2), right) != result:
                return None
            after = tuple(sorted([*rest, result]))
            if match.group(5) is not None:
                stated = sorted(read_number(text) for text in match.group(5).split())
                if tuple(stated) != after:
                    return None
        except (NotArithmetic, ValueError):
            return None
        return after

    def describe(self, facts: Numbers) -> str:
        """The numbers left."""
        return _shown(facts)

    def reachable(self, facts: Numbers) -> bool:
        """Whether some order of operations gives the target."""
        return _can_make(facts, self.target)

    def solved(self, facts: Numbers) -> bool | None:
        """Whether the one number left is the target."""
        return facts[0] == self.target if len(facts) == 1 else None

    def variables(self) -> dict[str, Json]:
        """Rules, goal and a move of other numbers."""
        return {
            "rules": "Take two of the numbers and combine them with +, -, * or /. The result takes "
            "their place. Go on until one number is left.",
            "goal": f"The last number is {show_number(self.target)}.",
            "example": "2 + 8 = 10 (left: 8 10 14)",
        }

    def answer(self, thoughts: Sequence[str]) -> str:
        """The operations as one expression."""
        known = [(number, show_number(number)) for number in self.numbers]
        for thought in thoughts:
            match = _MOVE.match(plain_signs(thought))
            assert match is not None
            left = _take(known, read_number(match.group(1)))
            right = _take(known, read_number(match.group(3)))
            made = f"({left} {match.group(2)} {right})"
            known.append((read_number(match.group(4)), made))
        text = known[-1][1]
        return text[1:-1] if text.startswith("(") else text

    def review(self, answer: str) -> Review:
        """Whether an expression uses each number once and has the value of the target."""
        return review_of(target_faults(self.numbers, self.target, answer))

    def grammar(self, facts: Numbers, without: frozenset[str] = frozenset(), /) -> str:
        """One of the legal moves."""
        left = [move for move in self.moves(facts) if move not in without]
        return one_of(left) if left else ""

    def answer_grammar(self) -> str:
        """Any expression that uses each number once."""
        if len(self.numbers) > 4:
            return ""
        orders = dict.fromkeys(permutations(show_number(number) for number in self.numbers))
        shapes = [shape for order in orders for shape in _brackets([f'"{n}"' for n in order])]
        return "root ::= " + " | ".join(shapes) + '\nsign ::= " + " | " - " | " * " | " / "'


def _brackets(parts: Sequence[str]) -> list[str]:
    """Every way to bracket numbers in this order, in GBNF with ``sign`` between them."""
    if len(parts) == 1:
        return [parts[0]]
    found = []
    for cut in range(1, len(parts)):
        for left in _brackets(parts[:cut]):
            for right in _brackets(parts[cut:]):
                one = left if cut == 1 else f'"(" {left} ")"'
                two = right if cut == len(parts) - 1 else f'"(" {right} ")"'
                found.append(f"{one} sign {two}")
    return found


def _take(known: list[tuple[Fraction, str]], number: Fraction) -> str:
    """Take a number out, and how it was made; the latest first."""
    for index in range(len(known) - 1, -1, -1):
        if known[index][0] == number:
            return known.pop(index)[1]
    raise KeyError(number)


def _shown(numbers: Numbers) -> str:
    return " ".join(show_number(number) for number in numbers)


@lru_cache(maxsize=50_000)
def _moves(numbers: Numbers) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one, two in combinations(range(len(numbers)), 2):
        rest = [n for index, n in enumerate(numbers) if index not in (one, two)]
        for left, right in ((numbers[one], numbers[two]), (numbers[two], numbers[one])):
            for sign in SIGNS:
                if sign in "+*" and left > right:
                    continue
                try:
                    result = combine(left, sign, right)
                except NotArithmetic:
                    continue
                after = _shown(tuple(sorted([*rest, result])))
                text = f"{show_number(left)} {sign} {show_number(right)} = {show_number(result)}"
                found[f"{text} (left: {after})"] = None
    return tuple(found)


@lru_cache(maxsize=200_000)
def _can_make(numbers: Numbers, target: Fraction) -> bool:
    if len(numbers) == 1:
        return numbers[0] == target
    for one, two in combinations(range(len(numbers)), 2):
        rest = [n for index, n in enumerate(numbers) if index not in (one, two)]
        left, right = numbers[one], numbers[two]
        results = {left + right, left * right, left - right, right - left}
        if right:
            results.add(left / right)
        if left:
            results.add(right / left)
        if any(_can_make(tuple(sorted([*rest, result])), target) for result in results):
            return True
    return False
