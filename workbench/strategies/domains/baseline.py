"""A player without a model: it draws among the legal moves, each as likely as the other.

What a search solves beyond this is due to the model or the search, not to the rules.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from workbench.strategies.domains.domain import Task

MOST_STATES = 3_000


def chance_of_solving(task: Task, most_states: int = MOST_STATES) -> Fraction | None:
    """The exact chance that one game of random legal moves is solved.

    Returns:
        None where the task has more than ``most_states`` states.
    """
    known: dict[Any, Fraction] = {}

    def chance(facts: Any) -> Fraction:
        if facts not in known:
            if len(known) >= most_states:
                raise _TooLarge
            moves = task.moves(facts) if task.solved(facts) is None else ()
            if moves:
                after = [task.apply(facts, move) for move in moves]
                won = sum((chance(each) for each in after if each is not None), Fraction(0))
                known[facts] = won / len(moves)
            else:
                known[facts] = Fraction(int(task.solved(facts) is True))
        return known[facts]

    try:
        return chance(task.start)
    except _TooLarge:
        return None


class _TooLarge(Exception):
    """The task has too many states to visit them all."""


def play(task: Task, seed: int) -> bool:
    """One game of seeded random legal moves: whether it is solved."""
    chance = random.Random(seed)  # noqa: S311 - a game, no secrets
    facts = task.start
    for _ in range(1_000):
        if task.solved(facts) is not None:
            break
        moves = task.moves(facts)
        if not moves:
            break
        after = task.apply(facts, chance.choice(moves))
        if after is None:
            break
        facts = after
    return task.solved(facts) is True


def estimated_chance(task: Task, games: int = 200) -> tuple[float, bool]:
    """The chance of one random game, and whether it is exact; else it is the share of ``games``."""
    exact = chance_of_solving(task)
    if exact is not None:
        return float(exact), True
    return sum(play(task, seed) for seed in range(games)) / games, False


def best_of(chance: float, games: int) -> float:
    """The chance that at least one of ``games`` is solved."""
    return 1.0 - (1.0 - chance) ** games
