"""What a strategy may ask for.

A strategy is a generator: it yields a batch (a tuple of effects), receives a tuple of results of
the same length and order, and returns an :class:`Outcome`. It holds no model, clock, randomness or
I/O, so the same code runs live, recorded, simulated, in tests and in replay::

    def direct(problem: Problem, params: DirectParams) -> StrategySteps:
        ((completion,),) = yield (Generate(node="0", role="answer", messages=problem.messages),)
        ...
        return Outcome(...)

| effect   | result                                                          |
|----------|-----------------------------------------------------------------|
| Render   | ``tuple[Message, ...]``                                         |
| Generate | ``tuple[Completion, ...]``, one a sample, in order              |
| Score    | ``LabelScores``                                                 |
| Extract  | ``tuple[str | None, ...]``, one a text; None is "no answer"     |
| Emit     | ``None``                                                        |
| Steering | ``tuple[SteerAction, ...]``: what the user did since last asked |
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import Any, Literal

import msgspec

from workbench.domain.runs.events import Event
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.spec import Json
from workbench.domain.text import Message, Token

FinishReason = Literal[
    "stop", "answer", "length", "cancelled", "limit", "repeating", "error", "superseded"
]
"""stop: end of turn or a stop text; answer: its first answer line is whole; length: max_tokens or
the context; limit: the run's budget; superseded: see ``Generate.steerable``."""


class Render(msgspec.Struct, frozen=True):
    """Render ``prompts/strategies/<template>.prompty`` (the user's copy wins) with variables."""

    template: str
    variables: dict[str, Json]


class Generate(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the model for ``n`` answers to one prompt.

    ``node`` is the path of the node the call belongs to ("0", "0.2.1"), ``role`` what the call is
    for ("answer", "propose", "value", "vote"); (node, role) is unique within a run. ``None`` takes
    the run's own sampling value. ``grammar`` (GBNF) is the shape that the step must have; "" leaves
    it to the run's sampling.
    ``prefix`` is text that every answer begins with; the completion's
    text has it, its tokens do not. ``end_at_answer`` ends each answer once its first answer line
    (:mod:`workbench.domain.answers.lines`) is whole.
    A ``steerable`` call is made from the thoughts up to its node. Where a user changes one of them
    or prunes the node before its answers are used, the call is stopped and its result is
    ``SUPERSEDED``: the strategy then reads Steering and asks again from the current states.
    """

    node: str
    role: str
    messages: tuple[Message, ...]
    n: int = 1
    max_tokens: int | None = None
    temperature: float | None = None
    stop: tuple[str, ...] | None = None
    grammar: str = ""
    prefix: str = ""
    end_at_answer: bool = False
    steerable: bool = False


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the model how probable each of ``labels`` is as its answer's beginning.

    ``node`` and ``role`` as for Generate. ``prefix`` is text that the answer is taken to begin
    with.
    """

    node: str
    role: str
    messages: tuple[Message, ...]
    labels: tuple[str, ...]
    prefix: str = ""


class Extract(msgspec.Struct, frozen=True):
    """Apply an extraction rule to texts, outside this process where the rule is a pattern."""

    texts: tuple[str, ...]
    rule: ExtractionRule


class Emit(msgspec.Struct, frozen=True):
    """Put an event into the run's log."""

    event: Event


class Steering(msgspec.Struct, frozen=True):
    """Ask what the user did to the search since this was asked last.

    Only actions that a search can apply while it runs are returned: EditThought, PruneNode,
    BoostNode, and AddThought with the path of its node.
    """


Effect = Render | Generate | Score | Extract | Emit | Steering


class LabelScores(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a Score, in the order of its labels.

    ``probabilities`` are normalised over the labels (they add up to 1); ``logprobs`` are the
    model's own natural-log likelihoods.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    logprobs: tuple[float, ...]

    @classmethod
    def of(cls, labels: tuple[str, ...], logprobs: tuple[float, ...]) -> LabelScores:
        """Normalise likelihoods over their labels (a softmax of the logs)."""
        highest = max(logprobs)
        weights = [math.exp(logprob - highest) for logprob in logprobs]
        total = sum(weights)
        return cls(
            labels=labels,
            probabilities=tuple(weight / total for weight in weights),
            logprobs=logprobs,
        )


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """One finished answer. ``evaluated_tokens`` counts prompt tokens computed, not reused.

    ``text`` is the answer alone; what a reasoning model thought before it is in ``reasoning``.
    ``completion_tokens`` counts both, ``reasoning_tokens`` the latter.
    """

    text: str
    finish_reason: FinishReason
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    tokens: tuple[Token, ...] = ()
    reasoning: str = ""
    reasoning_tokens: int = 0


SUPERSEDED = (Completion(text="", finish_reason="superseded"),)
"""The result of a steerable call whose prompt is out of date."""


class Start(msgspec.Struct, frozen=True):
    """A node of an earlier search from which this one goes on.

    ``thoughts`` are those on the way from the root to the node, its own the last; ``children`` is
    the first number that is free for a child of it.
    """

    node: str
    thoughts: tuple[str, ...] = ()
    children: int = 0


class Problem(msgspec.Struct, frozen=True):
    """What the strategy works on: the rendered prompt, and where to begin if not at the root.

    ``begun`` is the beginning of the answer, where it is there already and has to go on.
    """

    messages: tuple[Message, ...]
    start: Start | None = None
    begun: str = ""

    @property
    def question(self) -> str:
        """The text of the last user message ("" where there is none)."""
        for message in reversed(self.messages):
            if message.role == "user":
                return message.text
        return ""

    def with_question(self, last: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages with the last user message replaced by ``last``."""
        for index in range(len(self.messages) - 1, -1, -1):
            if self.messages[index].role == "user":
                return self.messages[:index] + last
        return self.messages + last


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a strategy ends with. ``answer`` None means that no answer could be extracted."""

    answer: str | None
    output: str
    node: str = "0"
    finish_reason: FinishReason = "stop"


Result = Any
StrategySteps = Generator[Sequence[Effect], Sequence[Result], Outcome]
