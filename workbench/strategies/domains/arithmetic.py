"""Arithmetic, a step at a time: replace one operation whose numbers are known by its result."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from workbench.domain.puzzles.rational import (
    NotArithmetic,
    combine,
    evaluate,
    plain_signs,
    read_number,
    show_number,
)
from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import DOMAINS, Domain, Review, Task
from workbench.strategies.shapes import quoted

_LABELLED = re.compile(r"expression\s*:\s*([-+*/().\d\s×÷−]+?)\s*$", re.I | re.M)
_STEP = re.compile(
    r"^\s*(-?\d+)\s*([-+*])\s*(-?\d+)\s*=\s*(-?\d+)\s*(?:\(\s*left:?\s*.*\))?\s*$", re.I
)
_PART = re.compile(r"\d+|[-+*()]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+|/\d+)?")
SIGNS = "+-*"

Parts = tuple[str, ...]
"""Numbers (with their sign), operators and brackets."""


class ArithmeticTask(Task):
    """The value of an expression of whole numbers."""

    def __init__(self, expression: str) -> None:
        self.expression = _split(expression)
        self.value = evaluate(expression)
        self.steps = max(1, sum(part in SIGNS for part in self.expression))

    @property
    def start(self) -> Parts:
        """The whole expression."""
        return self.expression

    def moves(self, facts: Parts) -> tuple[str, ...]:
        """The operations that are next by the usual precedence, with their right results."""
        found: dict[str, None] = {}
        for at in _ready(facts):
            left, sign, right = facts[at - 1 : at + 2]
            found[f"{left} {sign} {right} = {_result(facts, at)}"] = None
        return tuple(found)

    def apply(self, facts: Parts, thought: str) -> Parts | None:
        """The shorter expression; None for a wrong result or an operation that is not next."""
        match = _STEP.match(plain_signs(thought))
        if match is None:
            return None
        for at in _ready(facts):
            if facts[at - 1 : at + 2] == match.group(1, 2, 3):
                return _reduced(facts, at) if _result(facts, at) == match.group(4) else None
        return None

    def describe(self, facts: Parts) -> str:
        """The expression that is left."""
        return _text(facts)

    def reachable(self, facts: Parts) -> bool:
        """Whether it still has the value of the whole."""
        return evaluate(_text(facts)) == self.value

    def solved(self, facts: Parts) -> bool | None:
        """Whether the one number left is the value."""
        return read_number(facts[0]) == self.value if len(facts) == 1 else None

    def variables(self) -> dict[str, Json]:
        """Rules, goal and a step of another expression."""
        return {
            "rules": "Work out one operation at a time, in the usual order: brackets first, then "
            "*, then + and -. Its result takes its place.",
            "goal": "One number is left.",
            "example": "7 * 3 = 21",
        }

    def answer(self, _thoughts: Sequence[str], /) -> str:
        """The value."""
        return show_number(self.value)

    def review(self, answer: str) -> Review:
        """Whether the last number of the answer is the value."""
        numbers = _NUMBER.findall(plain_signs(answer).replace(",", ""))
        try:
            solved = bool(numbers) and read_number(numbers[-1]) == self.value
        except NotArithmetic:
            solved = False
        faults = () if solved else ("It is not the value of the expression.",)
        return Review(solved=solved, faults=faults, share=float(solved))

    def grammar(self, facts: Parts, _without: frozenset[str] = frozenset(), /) -> str:
        """One of the next operations and any whole number: the result is the model's own."""
        starts = {" ".join(facts[at - 1 : at + 2]) + " = " for at in _ready(facts)}
        if not starts:
            return ""
        options = " | ".join(quoted(start) for start in sorted(starts))
        return f'root ::= ({options}) "-"? [0-9]{{1,9}}'

    def answer_grammar(self) -> str:
        """A whole number."""
        return 'root ::= "-"? [0-9]{1,9}'


def _split(expression: str) -> Parts:
    """The parts; a minus that begins an operand belongs to its number."""
    found: list[str] = []
    for part in _PART.findall(plain_signs(expression)):
        signed = len(found) > 0 and found[-1] == "-" and (len(found) < 2 or found[-2] in "+-*(")
        if part.isdigit() and signed:
            found[-1] = f"-{part}"
        else:
            found.append(part)
    return tuple(found)


def _is_number(part: str) -> bool:
    return part.lstrip("-").isdigit()


def _ready(parts: Parts) -> list[int]:
    """Indices of operators between two numbers that no neighbour goes before."""
    found = []
    for at in range(1, len(parts) - 1):
        sign = parts[at]
        if sign not in SIGNS or not (_is_number(parts[at - 1]) and _is_number(parts[at + 1])):
            continue
        before = parts[at - 2] if at >= 2 else "("
        after = parts[at + 2] if at + 2 < len(parts) else ")"
        fits = before != "*" if sign == "*" else before not in SIGNS and after != "*"
        if fits:
            found.append(at)
    return found


def _result(parts: Parts, at: int) -> str:
    left, right = read_number(parts[at - 1]), read_number(parts[at + 1])
    return show_number(combine(left, parts[at], right))


def _reduced(parts: Parts, at: int) -> Parts:
    """With one operation done, and brackets around a single number gone."""
    shorter = [*parts[: at - 1], _result(parts, at), *parts[at + 2 :]]
    place = at - 1
    while 0 < place < len(shorter) - 1 and (shorter[place - 1], shorter[place + 1]) == ("(", ")"):
        shorter[place - 1 : place + 2] = [shorter[place]]
        place -= 1
    return tuple(shorter)


def _text(parts: Parts) -> str:
    text = ""
    for part in parts:
        glued = not text or text.endswith("(") or part == ")"
        text += part if glued else f" {part}"
    return text


def read(question: str) -> ArithmeticTask | None:
    """The task of a prompt that has a line "Expression: 3 * (4 - 9)"."""
    found = _LABELLED.findall(question)
    if not found:
        return None
    try:
        task = ArithmeticTask(found[-1])
    except NotArithmetic:
        return None
    whole = _text(task.expression).replace(" ", "") == plain_signs(found[-1]).replace(
        " ", ""
    ).replace("\n", "")
    return task if whole and len(task.expression) > 1 else None


def expression(chance: random.Random, operations: tuple[int, int], largest: int) -> str:
    """A random expression; factors are small, so that it can be worked out by hand.

    Args:
        chance: where it comes from.
        operations: the fewest and the most.
        largest: of its numbers; the smallest is 2.
    """
    text = str(chance.randint(2, largest))
    for _ in range(chance.randint(*operations)):
        sign = chance.choice(SIGNS)
        other = chance.randint(2, 9 if sign == "*" else largest)
        bracketed = f"({text})" if " " in text and chance.random() < 0.5 else text
        text = (
            f"{bracketed} {sign} {other}"
            if chance.random() < 0.5
            else f"{other} {sign} {bracketed}"
        )
    return text


def make(seed: int) -> dict[str, Json]:
    """An expression of two to four operations on numbers from 2 to 20."""
    chance = random.Random(seed)  # noqa: S311 - puzzles, no secrets
    return {"expression": expression(chance, (2, 4), 20)}


DOMAINS.register(
    "arithmetic", Domain("arithmetic", "Arithmetic", read, "Expression: 3 * (4 - 9)", make)
)
