"""Vectors of passages and questions, and what they are made with."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from array import array
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import UnsupportedError
from workbench.domain.servers import PREFIX
from workbench.domain.sources.collection import Collection, EmbeddingModel
from workbench.domain.text import Segment
from workbench.engine.protocol import Engine
from workbench.models.embedding import describe_embedding
from workbench.service.models.models import Models

_VERSION = 1
"""Counts up whenever the same passages get other vectors."""
_PIECE = re.compile(r"\w{1,4}|[^\w\s]")
Count = Callable[[Sequence[str]], Awaitable[Sequence[int]]]


class Embedding:
    """What models make of texts.

    Args:
        models: finds and holds them.
    """

    def __init__(self, models: Models) -> None:
        self.models = models
        self._known: dict[tuple[str, float, int], EmbeddingModel] = {}

    async def describe(self, ref: str) -> EmbeddingModel:
        """How a model makes vectors, by its name or path.

        Raises:
            ModelError: there is none, or its header cannot be read.
        """
        if ref.startswith(os.sep) and (known := await asyncio.to_thread(self._described, ref)):
            return known
        entry = await self.models.find(ref)
        if entry.path.startswith(PREFIX):
            return EmbeddingModel(path=entry.path, digest=entry.path)
        return await asyncio.to_thread(self._describe, entry.path)

    def _described(self, path: str) -> EmbeddingModel | None:
        """What is known of a file that did not change, without looking for it among all models."""
        try:
            status = Path(path).stat()
        except OSError:
            return None
        return self._known.get((path, status.st_mtime, status.st_size))

    def _describe(self, path: str) -> EmbeddingModel:
        try:
            status = Path(path).stat()
            key = path, status.st_mtime, status.st_size
        except OSError:  # the header's reader says why
            return describe_embedding(path)
        if key not in self._known:
            self._known[key] = describe_embedding(path)
        return self._known[key]


def index_key(model: EmbeddingModel, collection: Collection) -> str:
    """What decides the vectors of a collection: with another key they cannot be compared."""
    content = (
        _VERSION,
        model.digest,
        model.pooling,
        model.query_prefix,
        model.document_prefix,
        "l2",
        msgspec.to_builtins(collection.chunks),
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:32]


async def vectors_of(engine: Engine, texts: Sequence[str]) -> tuple[bytes, int]:
    """The vectors of texts as float32, one after another, and the width of one.

    Raises:
        EngineError: the engine cannot embed them.
    """
    found = await engine.embed(tuple(texts))
    widths = {len(each) for each in found.vectors}
    if len(widths) != 1 or len(found.vectors) != len(texts):
        raise UnsupportedError("This model gives vectors of different lengths: choose another.")
    numbers = array("f")
    for vector in found.vectors:
        numbers.extend(vector)
    return numbers.tobytes(), widths.pop()


def counting_with(engine: Engine) -> Count:
    """Counts tokens with the model that an engine has."""

    async def count(texts: Sequence[str]) -> Sequence[int]:
        return [len(await engine.tokenize((Segment(each, special=False),))) for each in texts]

    return count


async def estimate(texts: Sequence[str]) -> Sequence[int]:
    """About how many tokens texts have, where no model counts them: four letters a token."""
    return [len(_PIECE.findall(each)) for each in texts]
