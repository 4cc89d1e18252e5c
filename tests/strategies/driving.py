"""Drives a strategy by hand: answers its effects from a rule, and keeps its requests and notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.runs.effects import (
    Completion,
    Effect,
    Emit,
    Extract,
    FinishReason,
    Generate,
    LabelScores,
    Problem,
    Render,
    Score,
    Steering,
    StrategySteps,
)
from workbench.domain.runs.events import Event
from workbench.domain.text import Message
from workbench.evaluation.extraction import extract
from workbench.strategies.search.state import Part

Answers = Callable[[Generate], Sequence[str]]
Beliefs = Callable[[Score], Sequence[float]]
"""From a Score to the logarithms of its labels' probabilities."""


@dataclass
class Record:
    """What a strategy did. ``batches`` holds the calls of each batch that had any.

    ``outcome`` is what it returned: an Outcome, or what a part of a strategy gives.
    """

    outcome: Any = None
    events: list[Event] = field(default_factory=list)
    batches: list[list[Generate]] = field(default_factory=list)
    rendered: list[Render] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


def problem(text: str = "2 + 2?") -> Problem:
    return Problem((Message.literal("system", "Be brief."), Message.value("user", text)))


def drive(
    steps: StrategySteps | Part,
    answers: Answers,
    beliefs: Beliefs | None = None,
    finish_reason: FinishReason = "stop",
) -> Record:
    record = Record()

    def result(effect: Effect):
        if isinstance(effect, Render):
            record.rendered.append(effect)
            shown = f"{effect.template}: {sorted(effect.variables.items())}"
            asking = "End with a line that begins with “Answer:”."
            return (Message.literal("system", asking), Message.literal("user", shown))
        if isinstance(effect, Generate):
            texts = answers(effect)
            assert len(texts) == effect.n
            return tuple(Completion(text=text, finish_reason=finish_reason) for text in texts)
        if isinstance(effect, Score):
            record.scores.append(effect)
            assert beliefs is not None
            return LabelScores.of(effect.labels, tuple(beliefs(effect)))
        if isinstance(effect, Extract):
            return extract(effect.texts, effect.rule)
        if isinstance(effect, Steering):
            return ()
        assert isinstance(effect, Emit)
        record.events.append(effect.event)
        return None

    try:
        batch = next(steps)
        while True:
            calls = [effect for effect in batch if isinstance(effect, Generate)]
            if calls:
                record.batches.append(calls)
            batch = steps.send(tuple(result(effect) for effect in batch))
    except StopIteration as stop:
        record.outcome = stop.value
    return record
