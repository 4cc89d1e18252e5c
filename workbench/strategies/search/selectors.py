"""Selectors of states: the best ones stably, a seeded draw, or all above a threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from workbench.domain.runs.spec import derive_seed
from workbench.strategies.search.state import State

_HASHES = 2**32


class Choice(NamedTuple):
    """Indices that go on, best first, and those that are dropped with the reason."""

    kept: tuple[int, ...]
    dropped: tuple[tuple[int, str], ...]


class Selector(Protocol):
    """Chooses among states that have been judged."""

    def choose(self, states: Sequence[State], width: int) -> Choice:
        """At most ``width`` of ``states``."""


def select_best(scores: Sequence[float], width: int) -> tuple[int, ...]:
    """Indices of the ``width`` highest scores, best first; equal scores keep their order."""
    order = sorted(range(len(scores)), key=lambda index: scores[index], reverse=True)
    return tuple(order[:width])


@dataclass(frozen=True)
class Greedy:
    """The best, stably: of equals the one that was written first."""

    def choose(self, states: Sequence[State], width: int) -> Choice:
        """The ``width`` best."""
        kept = select_best([state.score for state in states], width)
        return Choice(kept, _rest(states, kept, f"not among the best {width}"))


@dataclass(frozen=True)
class Softmax:
    """A draw without replacement, in proportion to exp(value / (scale * temperature)).

    The randomness is a hash of the seed and the node (the Gumbel top-k trick of Kool et al. 2019),
    so that a search with the same seed chooses the same.
    """

    seed: int
    temperature: float
    scale: float = 1.0

    def choose(self, states: Sequence[State], width: int) -> Choice:
        """``width`` drawn ones, best first."""
        keys = [
            state.score / (self.scale * self.temperature) + self._gumbel(state) for state in states
        ]
        drawn = select_best(keys, width)
        order = select_best([states[index].score for index in drawn], width)
        kept = tuple(drawn[index] for index in order)
        return Choice(kept, _rest(states, kept, f"not among the {width} that were drawn"))

    def _gumbel(self, state: State) -> float:
        draw = (derive_seed(self.seed, state.node, "select", state.depth) + 0.5) / _HASHES
        return -math.log(-math.log(draw))


@dataclass(frozen=True)
class Threshold:
    """Drops what is valued below ``least`` before another selector chooses."""

    least: float
    then: Selector

    def choose(self, states: Sequence[State], width: int) -> Choice:
        """Of those that are good enough, what ``then`` chooses."""
        fit = [index for index, state in enumerate(states) if state.score >= self.least]
        refused = tuple(
            (index, f"valued below {self.least:g}")
            for index, state in enumerate(states)
            if state.score < self.least
        )
        choice = self.then.choose([states[index] for index in fit], width)
        return Choice(
            tuple(fit[index] for index in choice.kept),
            refused + tuple((fit[index], reason) for index, reason in choice.dropped),
        )


def _rest(states: Sequence[State], kept: Sequence[int], reason: str) -> tuple[tuple[int, str], ...]:
    chosen = set(kept)
    return tuple((index, reason) for index in range(len(states)) if index not in chosen)
