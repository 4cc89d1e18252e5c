"""Likelihoods and vectors of texts, with any model."""

from __future__ import annotations

from workbench.domain.runs.effects import LabelScores
from workbench.domain.text import Message
from workbench.engine import scoring
from workbench.engine.protocol import Embeddings, ScoreRequest, Scores
from workbench.engine.scoring import Perplexity
from workbench.service.models.models import Models


class Scoring:
    """Likelihoods and vectors of texts. ``model`` is a name or path, "" the usual one.

    All methods raise ModelError or EngineError where the model cannot be had or cannot do it.
    """

    def __init__(self, models: Models) -> None:
        self._models = models

    async def score(
        self, messages: tuple[Message, ...], continuations: tuple[str, ...], model: str = ""
    ) -> Scores:
        """How probable each text is as the answer to ``messages``."""
        async with self._models.hold(model) as engine:
            segments = await engine.format_chat(messages)
            return await engine.score(
                ScoreRequest(
                    segments=segments,
                    continuations=continuations,
                    alternatives=5,
                    messages=messages,
                )
            )

    async def choose(
        self, messages: tuple[Message, ...], labels: tuple[str, ...], model: str = ""
    ) -> LabelScores:
        """How probable each label is as the answer, normalised over the labels."""
        async with self._models.hold(model) as engine:
            segments = await engine.format_chat(messages)
            return await scoring.choose(engine, segments, labels, messages)

    async def perplexity(self, text: str, model: str = "") -> Perplexity:
        """How well a model foresees a text."""
        async with self._models.hold(model) as engine:
            return await scoring.perplexity(engine, text)

    async def embed(self, texts: tuple[str, ...], model: str = "") -> Embeddings:
        """A vector of unit length for each text."""
        async with self._models.hold(model) as engine:
            return await engine.embed(texts)
