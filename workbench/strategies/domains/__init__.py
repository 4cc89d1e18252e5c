"""Tasks that a program knows: states, legal moves, exact solvers. One file a domain."""

from __future__ import annotations

from typing import Literal

from workbench.domain.errors import UsageError
from workbench.strategies.domains import arithmetic, game24, latin_square, targets, writing
from workbench.strategies.domains.domain import DOMAINS, Domain, Review, Task
from workbench.strategies.domains.text import TextTask

DomainId = Literal["text", "game24", "targets", "latin_square", "arithmetic", "writing"]

__all__ = [
    "DOMAINS",
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
