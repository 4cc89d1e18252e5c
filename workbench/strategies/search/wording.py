"""Prompts of a search: which prompt file, and its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.domain.runs.effects import Problem, Render
from workbench.strategies.domains.domain import Task
from workbench.strategies.search.state import State

TEMPLATES = (
    "tot-propose",
    "tot-sample",
    "tot-value",
    "tot-verdict",
    "tot-score",
    "tot-vote",
    "tot-answer",
    "move-propose",
    "move-value",
    "move-verdict",
)
"""Every prompt file that a search can render."""


class Wording:
    """Prompts of a search. Where a program knows the task they show its state, not the way to it.

    Args:
        problem: what was asked.
        task: what is known of it.
    """

    def __init__(self, problem: Problem, task: Task) -> None:
        self._question = problem.question
        self._task = task

    def propose(self, state: State, count: int) -> Render:
        """Ask for ``count`` different next steps in one answer."""
        if self._task.has_rules:
            return Render("move-propose", self._known(state) | {"count": count})
        return Render("tot-propose", self._so_far(state) | {"count": count})

    def sample(self, state: State) -> Render:
        """Ask for the next step alone."""
        if self._task.has_rules:
            return Render("move-propose", self._known(state) | {"count": 1})
        return Render("tot-sample", self._so_far(state))

    def value(self, state: State) -> Render:
        """Ask for a verdict in words."""
        return self._judging("value", state)

    def verdict(self, state: State) -> Render:
        """Ask for a verdict in one word, whose probability is read."""
        return self._judging("verdict", state)

    def score(self, state: State) -> Render:
        """Ask for a score from 0 to 10."""
        return Render("tot-score", self._candidate(state))

    def vote(self, states: Sequence[State]) -> Render:
        """Ask which of the states is best."""
        candidates = ["\n".join(state.thoughts) for state in states]
        return Render("tot-vote", {"question": self._question, "candidates": candidates})

    def answer(self, state: State) -> Render:
        """Ask for the answer from where the search ended."""
        return Render("tot-answer", self._so_far(state))

    def _judging(self, kind: str, state: State) -> Render:
        if self._task.has_rules:
            return Render(f"move-{kind}", self._known(state))
        return Render(f"tot-{kind}", self._candidate(state))

    def _so_far(self, state: State) -> dict[str, Any]:
        return {"question": self._question, "thoughts": list(state.thoughts)}

    def _candidate(self, state: State) -> dict[str, Any]:
        return {
            "question": self._question,
            "thoughts": list(state.thoughts[:-1]),
            "candidate": state.thoughts[-1],
        }

    def _known(self, state: State) -> dict[str, Any]:
        return {**self._task.variables(), "state": self._task.describe(state.facts)}
