"""The interface of a task that a program knows: states, legal moves, ends, exact solver."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.domain.puzzles.reviews import Faults
from workbench.domain.registry import Registry
from workbench.domain.runs.spec import Json


class Review(NamedTuple):
    """What a program says of a finished answer.

    ``solved`` is None where no program can decide it; ``faults`` has a sentence for each thing that
    is wrong; ``share`` is how much of what is asked for is there, from 0 to 1.
    """

    solved: bool | None
    faults: tuple[str, ...] = ()
    share: float = 0.0


def review_of(faults: Faults) -> Review:
    """The review of an answer with these faults."""
    return Review(solved=not faults.sentences, faults=faults.sentences, share=faults.share)


class Task(ABC):
    """One task of a domain. Facts, its states, are hashable; all of it is exact and pure."""

    steps: int = 1
    """Moves from the start to an end, at most."""
    has_rules: bool = True
    """False for plain text, which no program can check."""

    @property
    @abstractmethod
    def start(self) -> Any:
        """The facts before the first move."""

    @abstractmethod
    def moves(self, facts: Any, /) -> tuple[str, ...]:
        """The legal moves, each as the text of a thought; () at an end."""

    @abstractmethod
    def apply(self, facts: Any, thought: str, /) -> Any:
        """The facts after a thought; None where it is against the rules."""

    @abstractmethod
    def describe(self, facts: Any, /) -> str:
        """The facts in a few words, for people and prompts."""

    @abstractmethod
    def reachable(self, facts: Any, /) -> bool | None:
        """Whether the goal can still be reached, by an exact solver."""

    @abstractmethod
    def solved(self, facts: Any, /) -> bool | None:
        """Whether the goal is reached; None where moves are left."""

    @abstractmethod
    def variables(self) -> dict[str, Json]:
        """``rules``, ``goal`` and ``example`` (a move), for the prompts."""

    @abstractmethod
    def answer(self, thoughts: Sequence[str], /) -> str:
        """The final answer that legal thoughts to a solved end amount to."""

    @abstractmethod
    def review(self, answer: str, /) -> Review:
        """Check a final answer that was written in one piece."""

    def grammar(self, _facts: Any, _without: frozenset[str] = frozenset(), /) -> str:
        """GBNF of one move that is not in ``without``; "" where it has no fixed shape."""
        return ""

    def answer_grammar(self) -> str:
        """GBNF of a final answer; "" where it has no shape."""
        return ""


@dataclass(frozen=True)
class Domain:
    """A kind of task.

    ``read(question)`` gives the task that a prompt asks, None where it asks none of this kind;
    ``asked`` says how a prompt must name it; ``make(seed)`` makes an instance: the variables of the
    prompt that ships for it.
    """

    id: str
    title: str
    read: Callable[[str], Task | None]
    asked: str
    make: Callable[[int], dict[str, Json]]


DOMAINS: Registry[Domain] = Registry("domain")
