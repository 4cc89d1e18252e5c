"""Arithmetic, counting and tracking: rows whose answer is one number or word."""

from __future__ import annotations

import random

from workbench.domain.evaluation.checks import Check
from workbench.domain.prompts.datasets import GeneratedKind
from workbench.domain.puzzles.rational import evaluate, show_number
from workbench.domain.text import count_text
from workbench.service.evaluation.generated.kind import KINDS, Kind, Row
from workbench.strategies.domains.arithmetic import expression

# --- arithmetic -----------------------------------------------------------------------------

_ARITHMETIC = ((1, 9), (2, 20), (3, 50), (4, 100), (6, 500))
"""Operations and the largest number of each difficulty."""


def _arithmetic(chance: random.Random, difficulty: int) -> Row:
    operations, largest = _ARITHMETIC[difficulty - 1]
    text = expression(chance, (operations, operations), largest)
    return {"expression": text, "expected": show_number(evaluate(text))}


KINDS.register(
    "arithmetic",
    Kind(
        about=GeneratedKind(
            id="arithmetic",
            title="Arithmetic",
            description="Expressions of whole numbers with +, -, * and brackets.",
            levels=tuple(
                f"{count_text(operations, 'operation')}, numbers up to {largest}"
                for operations, largest in _ARITHMETIC
            ),
        ),
        prompt="puzzles/arithmetic.prompty",
        check=Check(metric="numeric"),
        row=_arithmetic,
    ),
)

# --- counting -------------------------------------------------------------------------------

_THINGS = {
    "fruits": ("apple", "banana", "orange", "pear", "plum", "lemon", "peach", "mango"),
    "animals": ("cat", "dog", "horse", "goat", "rabbit", "duck", "cow", "hen"),
    "instruments": ("drum", "piano", "flute", "violin", "trumpet", "guitar", "harp", "cello"),
    "pieces of furniture": ("chair", "table", "bed", "sofa", "desk", "stool", "bench", "cupboard"),
}
_NUMBERS = ("", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_COUNTING = ((2, 1, 2), (3, 2, 3), (4, 3, 5), (6, 5, 7), (8, 8, 9))
"""Kinds of the things asked for, kinds of other things, and the most of each."""


def _counting(chance: random.Random, difficulty: int) -> Row:
    wanted, others, most = _COUNTING[difficulty - 1]
    group = chance.choice(list(_THINGS))
    rest = [name for each, names in _THINGS.items() if each != group for name in names]
    names = [*chance.sample(_THINGS[group], wanted), *chance.sample(rest, others)]
    counts = {name: chance.randint(1, most) for name in names}
    total = sum(count for name, count in counts.items() if name in _THINGS[group])
    chance.shuffle(names)
    listed = [_named(name, counts[name]) for name in names]
    text = f"I have {', '.join(listed[:-1])} and {listed[-1]}. How many {group} do I have?"
    return {"question": text, "expected": str(total)}


def _named(name: str, count: int) -> str:
    if count == 1:
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    plural = {"peach": "peaches", "bench": "benches", "mango": "mangoes"}.get(name, f"{name}s")
    return f"{_NUMBERS[count]} {plural}"


KINDS.register(
    "counting",
    Kind(
        about=GeneratedKind(
            id="counting",
            title="Counting",
            description="How many things of one kind a list has.",
            levels=tuple(
                f"{wanted + others} things, {wanted} of them counted, up to {most} of each"
                for wanted, others, most in _COUNTING
            ),
        ),
        prompt="reasoning/object-counting.prompty",
        check=Check(metric="numeric"),
        row=_counting,
    ),
)

# --- tracking -------------------------------------------------------------------------------

_PEOPLE = ("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus")
_COLOURS = ("red", "blue", "green", "white", "black", "yellow", "orange")
_TRACKING = ((3, 2), (3, 4), (4, 6), (5, 9), (7, 14))
"""People and swaps."""


def _tracking(chance: random.Random, difficulty: int) -> Row:
    people_count, swap_count = _TRACKING[difficulty - 1]
    people = list(_PEOPLE[:people_count])
    held = dict(zip(people, chance.sample(_COLOURS, people_count), strict=True))
    start = ", ".join(
        f"{who} has {'an' if c[0] == 'o' else 'a'} {c} ball" for who, c in held.items()
    )
    swaps = []
    for _ in range(swap_count):
        one, other = chance.sample(people, 2)
        held[one], held[other] = held[other], held[one]
        swaps.append(f"{one} and {other} swap balls.")
    who = chance.choice(people)
    colour = held[who]
    article = "an" if colour[0] == "o" else "a"
    return {
        "start": start + ".",
        "swaps": swaps,
        "question": f"Which ball does {who} have at the end?",
        "expected": [
            colour,
            f"{colour} ball",
            f"the {colour} ball",
            f"{article} {colour} ball",
            f"{who} has the {colour} ball",
            f"{who} has {article} {colour} ball",
        ],
    }


KINDS.register(
    "tracking",
    Kind(
        about=GeneratedKind(
            id="tracking",
            title="Tracking",
            description="Who holds which ball after some swaps.",
            levels=tuple(f"{people} people, {swaps} swaps" for people, swaps in _TRACKING),
        ),
        prompt="reasoning/track-the-ball.prompty",
        check=Check(metric="exact", params={"extraction": "answer", "alike": "answer"}),
        row=_tracking,
    ),
)
