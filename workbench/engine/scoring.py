"""Choosing, perplexity and ranking, computed from an engine's scores of texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.runs.effects import LabelScores
from workbench.domain.text import Message, Segment, Token
from workbench.engine.protocol import Engine, ScoreRequest


class Perplexity(msgspec.Struct, frozen=True, kw_only=True):
    """How well a model foresees a text; comparable only between texts cut by the same tokenizer.

    ``perplexity`` is exp of the mean negative natural-log likelihood of a token (1 is certain).
    """

    perplexity: float
    logprob: float
    tokens: tuple[Token, ...]
    model: str


async def choose(
    engine: Engine,
    segments: tuple[Segment, ...],
    labels: Sequence[str],
    messages: tuple[Message, ...] = (),
) -> LabelScores:
    """How probable each label is as the continuation of a prompt, normalised over the labels.

    Args:
        engine: with a model.
        segments: the prompt.
        labels: to choose from.
        messages: what the prompt was made from, where it was made from messages.

    Raises:
        UsageError: fewer than two labels, an empty one, the same twice, or one that begins another
            (which could never lose to it).
        EngineError: as the engine raises it.
    """
    if len(labels) < 2 or not all(labels):
        raise UsageError("To choose there must be at least two labels, and none may be empty.")
    for label in labels:
        others = [other for other in labels if other.startswith(label)]
        if len(others) > 1:
            raise UsageError(
                f"The label “{label}” is the beginning of “{max(others, key=len)}”, or is given "
                "twice: the two could not be distinguished."
            )
    scores = await engine.score(
        ScoreRequest(segments=segments, continuations=tuple(labels), messages=messages)
    )
    return LabelScores.of(tuple(labels), tuple(each.logprob for each in scores.continuations))


async def perplexity(engine: Engine, text: str) -> Perplexity:
    """How well the loaded model foresees a text by itself.

    Raises:
        UsageError: the text is empty.
        ContextOverflowError: it does not fit into the context.
    """
    if not text.strip():
        raise UsageError("An empty text has no perplexity: give one with words in it.")
    scores = await engine.score(ScoreRequest(segments=(), continuations=(text,)))
    (found,) = scores.continuations
    if not found.tokens:
        raise UsageError("A text of one token has no perplexity: give a longer one.")
    model = engine.model
    return Perplexity(
        perplexity=math.exp(-found.logprob / len(found.tokens)),
        logprob=found.logprob,
        tokens=found.tokens,
        model=model.name if model is not None else "",
    )
