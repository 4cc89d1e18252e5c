"""A model made of the official log: what GPT-4 must have written for the log to be what it is.

The log keeps candidates and values, not texts. A proposal is put together from the children of each
parent; a value comes apart in one way only into the three verdicts that add up to it. Verdicts that
could not be read count nothing and are unknown; so are those of four lines without an answer, whose
value is nothing whatever the verdict: "sure" is recorded, so that the rule is what makes it
nothing.
"""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from typing import Any

from workbench.domain.runs.effects import Generate, Problem, Render
from workbench.strategies.domains.text import TextTask
from workbench.strategies.search.reference import is_unanswered, written
from workbench.strategies.search.state import State
from workbench.strategies.search.wording import Wording

SAMPLES = 3


def numbers_left(numbers: str, text: str) -> str:
    """What the last line leaves, as that code reads it: split at "left: " and at a bracket."""
    if not text:
        return numbers
    return text.strip().split("\n")[-1].split("left: ")[-1].split(")")[0]


def propose_key(numbers: str, text: str) -> str:
    """What the proposal's prompt depends on: the numbers left, or the steps when they are 24."""
    left = numbers_left(numbers, text)
    return f"answer {numbers}|{text}" if left == "24" else f"left {left}"


def value_key(numbers: str, text: str) -> str:
    """What the judge's prompt depends on: the numbers left, or the answer."""
    last = text.strip().split("\n")[-1]
    if "left: " not in last:
        return f"answer {numbers}|{last.lower().replace('answer: ', '')}"
    return f"left {numbers_left(numbers, text)}"


class OfficialWording(Wording):
    """Prompts that show what the official ones show."""

    def __init__(self, numbers: str) -> None:
        super().__init__(Problem(()), TextTask())
        self._numbers = numbers

    def propose(self, state: State, count: int) -> Render:
        return Render("propose", {"key": propose_key(self._numbers, written(state))})

    def value(self, state: State) -> Render:
        return Render("value", {"key": value_key(self._numbers, written(state))})


class RecordedModel:
    """Gives each prompt the texts it got, first in, first out."""

    def __init__(self, puzzles: list[dict[str, Any]]) -> None:
        self._texts: dict[tuple[str, str], deque[list[str]]] = defaultdict(deque)
        self.calls = {"propose": 0, "value": 0}
        judged: set[str] = set()
        for puzzle in puzzles:
            for step in puzzle["steps"]:
                self._read_proposals(step)
                self._read_values(step, judged)

    def _read_proposals(self, step: dict[str, Any]) -> None:
        for parent, lines in zip(step["ys"], children_of(step), strict=True):
            key = propose_key(step["x"], parent)
            self._texts["propose", key].append(["\n".join(lines)])

    def _read_values(self, step: dict[str, Any], judged: set[str]) -> None:
        seen: set[str] = set()
        for text, value in zip(step["new_ys"], step["values"], strict=True):
            key = value_key(step["x"], text)
            if text not in seen and key not in judged:
                judged.add(key)
                thoughts = tuple(text[:-1].split("\n"))
                self._texts["value", key].append(verdicts(value, State("0", thoughts)))
            seen.add(text)

    def __call__(self, call: Generate) -> list[str]:
        role, _, variables = call.messages[-1].text.partition(": ")
        key = dict(ast.literal_eval(variables))["key"]
        texts = self._texts[role, key].popleft()
        assert len(texts) == call.n
        self.calls[role] += call.n
        return texts

    @property
    def left_over(self) -> int:
        """Answers that were not asked for."""
        return sum(len(texts) for texts in self._texts.values())


def children_of(step: dict[str, Any]) -> list[list[str]]:
    """The lines that were proposed under each parent, in order.

    Children are in the order of their parents. Of two equal parents each has at least one child:
    where the line is between them is unknown, and does not matter.
    """
    parents = step["ys"]
    found: list[list[str]] = [[] for _ in parents]
    at = 0
    for child in step["new_ys"]:
        while not child.startswith(parents[at]):
            at += 1
        equal = at + 1 < len(parents) and parents[at + 1] == parents[at]
        if equal and found[at]:
            at += 1
        found[at].append(child[len(parents[at]) : -1])
    assert all(found)
    return found


def verdicts(value: float, state: State) -> list[str]:
    """Three texts whose last lines add up to ``value``."""
    if is_unanswered(state):
        assert not value
        return ["So it may be.\nsure"] * SAMPLES
    sure, rest = divmod(round(value * 1000), 20_000)
    likely, impossible = divmod(rest, 1000)
    labels = ["sure"] * sure + ["likely"] * likely + ["impossible"] * impossible
    labels += ["I cannot tell."] * (SAMPLES - len(labels))
    assert len(labels) == SAMPLES
    return [f"So it is.\n{label}" for label in labels]
