"""Vectors for texts, from a second context on the loaded weights that lives for one request."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from workbench.domain.errors import ContextOverflowError, EngineError, UnsupportedError, UsageError
from workbench.engine.protocol import Embeddings
from workbench.engine.worker.batch import Batch
from workbench.engine.worker.llama import lib
from workbench.engine.worker.model import Model

MOST_TOKENS = 4096
"""Of one text: it is computed in one piece, and the attention scores grow with its square."""
_PAD_TOKENS = 64


class EmbeddingJob:
    """The texts of one request, embedded one a call, so that answers go on in between.

    Vectors of the tokens are put together as the model was trained to (its header says how), else
    by their mean, and brought to unit length.

    Args:
        job_id: of the request.
        texts: what to embed.
        model: whose weights are used.

    Raises:
        UsageError: there is no text, or one is empty.
        ContextOverflowError: a text is longer than the model, or this program, can take.
        UnsupportedError: the model makes no vectors.
    """

    def __init__(self, job_id: int, texts: tuple[str, ...], model: Model) -> None:
        self.id = job_id
        self._model = model
        self._tokens = [model.vocabulary.tokenize_whole(text) for text in texts]
        if not texts or not all(self._tokens):
            raise UsageError("There is nothing to embed: give texts that are not empty.")
        longest = max(map(len, self._tokens))
        most = min(model.loaded.trained_context_tokens or MOST_TOKENS, MOST_TOKENS)
        if longest > most:
            raise ContextOverflowError(
                f"A text has {longest:,} tokens, and {most:,} can be embedded at once: cut it into "
                "pieces."
            )
        size = math.ceil(longest / _PAD_TOKENS) * _PAD_TOKENS
        self._context = _open(model, size)
        self._batch = Batch(size)
        self._width = int(lib.llama_model_n_embd(model.handle))
        self._vectors: list[tuple[float, ...]] = []

    def embed_next(self) -> Embeddings | None:
        """Embed one more text; all vectors after the last.

        Raises:
            EngineError: llama.cpp failed.
        """
        tokens = self._tokens[len(self._vectors)]
        memory = lib.llama_get_memory(self._context)
        if memory:
            lib.llama_memory_clear(memory, True)
        self._batch.clear()
        for position, token in enumerate(tokens):
            self._batch.add(token, position=position, sequence=0, wants_logits=True)
        if lib.llama_decode(self._context, self._batch.native) != 0:
            raise EngineError("llama.cpp could not embed a text: load the model again.")
        pointer = lib.llama_get_embeddings_seq(self._context, 0)
        if not pointer:
            raise UnsupportedError("This model makes no embeddings: choose another.")
        vector = np.ctypeslib.as_array(pointer, shape=(self._width,)).astype(np.float64)
        length = float(np.linalg.norm(vector))
        if not math.isfinite(length) or not length:
            raise EngineError("The model computes values that are not numbers: get its file again.")
        self._vectors.append(tuple((vector / length).tolist()))
        if len(self._vectors) < len(self._tokens):
            return None
        return Embeddings(
            vectors=tuple(self._vectors),
            tokens=sum(map(len, self._tokens)),
            pooling=_POOLING.get(int(lib.llama_pooling_type(self._context)), "mean"),
        )

    def close(self) -> None:
        """Free the context."""
        self._batch.close()
        lib.llama_free(self._context)


_POOLING = {
    lib.LLAMA_POOLING_TYPE_MEAN: "mean",
    lib.LLAMA_POOLING_TYPE_CLS: "cls",
    lib.LLAMA_POOLING_TYPE_LAST: "last",
    lib.LLAMA_POOLING_TYPE_RANK: "rank",
}


def _open(model: Model, size: int) -> Any:
    for pooling in (lib.LLAMA_POOLING_TYPE_UNSPECIFIED, lib.LLAMA_POOLING_TYPE_MEAN):
        params = lib.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = size
        params.n_seq_max = 1
        params.n_threads = params.n_threads_batch = model.loaded.threads
        params.embeddings = True
        params.pooling_type = pooling
        params.no_perf = True
        context = lib.llama_init_from_model(model.handle, params)
        if not context:
            raise UnsupportedError("This model makes no embeddings: choose another.")
        if lib.llama_pooling_type(context) != lib.LLAMA_POOLING_TYPE_NONE:
            return context
        lib.llama_free(context)
    raise UnsupportedError("This model makes no embeddings: choose another.")
