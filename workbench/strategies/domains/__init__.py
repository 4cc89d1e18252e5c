"""Tasks that a program knows: states, legal moves, exact solvers. One file a domain.

domain.py: `Domain`: states, legal moves, ends, solver
text.py: plain text, without a solver
game24.py: Game of 24
targets.py: a target from three numbers
latin_square.py: Latin squares of 3 to 5
arithmetic.py: an expression, one operation a step
writing.py: a text with required and forbidden words
numbers.py: combining numbers to a target, for game24 and targets
baseline.py: a random player, to compare with
"""

from __future__ import annotations

from typing import Literal

from workbench.domain.errors import UsageError
from workbench.strategies.domains import arithmetic, game24, latin_square, targets, writing
from workbench.strategies.domains.domain import DOMAINS, Domain, Review, Task
from workbench.strategies.domains.text import TextTask

DomainId = Literal["text", "game24", "targets", "latin_square", "arithmetic", "writing"]
DOMAIN_TITLES = {
    "text": "Any text",
    "game24": "Game of 24",
    "targets": "Number targets",
    "latin_square": "Latin square",
    "arithmetic": "Arithmetic",
    "writing": "Writing under constraints",
}

__all__ = [
    "DOMAINS",
    "DOMAIN_TITLES",
    "Domain",
    "DomainId",
    "Review",
    "Task",
    "TextTask",
    "arithmetic",
    "game24",
    "latin_square",
    "read_task",
    "targets",
    "writing",
]


def read_task(domain: DomainId, question: str) -> Task:
    """The task that a prompt asks.

    Raises:
        UsageError: the prompt asks no task of this domain.
    """
    if domain == "text":
        return TextTask()
    entry = DOMAINS.get(domain)
    task = entry.read(question)
    if task is None:
        raise UsageError(
            f"The prompt is no task of the domain {domain}: it must have {entry.asked}."
        )
    return task
