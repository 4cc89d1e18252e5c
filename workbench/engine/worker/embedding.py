"""Vectors for texts, from a second context on the loaded weights that lives for one request."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from workbench.domain.errors import ContextOverflowError, EngineError, UnsupportedError, UsageError
from workbench.engine.protocol import Embeddings, TokenVectors
from workbench.engine.worker.batch import Batch
from workbench.engine.worker.llama import lib
from workbench.engine.worker.model import Model
from workbench.models.memory.context_size import embedded_tokens, embedding_piece

_PAD_TOKENS = 64
Pooling = Literal["mean", "cls", "last"]
_TRAINED: dict[str, Pooling] = {"1": "mean", "2": "cls", "3": "last"}
"""Values of ``pooling_type`` in a header (llama.h, enum llama_pooling_type)."""
_RANKS = "4"


class EmbeddingJob:
    """The texts of one request, embedded a piece a call, so that answers go on in between.

    Vectors of the tokens are put together as the model was trained to (its header says how), else
    by their mean, and brought to unit length. A causal model computes a text in pieces of a fixed
    size, so that the memory it takes does not grow with the text but by its KV cells.

    Args:
        job_id: of the request.
        texts: what to embed.
        model: whose weights and adapters are used.
        per_token: give the vectors of the tokens of the one text, and do not put them together.

    Raises:
        UsageError: there is no text, or one is empty.
        ContextOverflowError: a text is longer than the model, or this program, can take.
        UnsupportedError: the model makes no vectors.
    """

    def __init__(
        self, job_id: int, texts: tuple[str, ...], model: Model, *, per_token: bool = False
    ) -> None:
        self.id = job_id
        self._rows: list[np.ndarray[Any, np.dtype[np.float32]]] | None = [] if per_token else None
        self._inner = _without_marks(texts[0], model) if per_token else slice(None)
        self._tokens = [model.vocabulary.tokenize_whole(text) for text in texts]
        if not texts or not all(self._tokens):
            raise UsageError("There is nothing to embed: give texts that are not empty.")
        longest = max(map(len, self._tokens))
        most = embedded_tokens(model.loaded.trained_context_tokens)
        if longest > most:
            raise ContextOverflowError(
                f"A text has {longest:,} tokens, and {most:,} can be embedded at once: cut it into "
                "pieces."
            )
        trained = model.metadata(f"{model.loaded.architecture}.pooling_type")
        if trained == _RANKS:
            raise UnsupportedError("This model ranks pairs of texts, it embeds none: use another.")
        self._pooling: Pooling = _TRAINED.get(trained, "mean")
        size = math.ceil(longest / _PAD_TOKENS) * _PAD_TOKENS
        self._piece = min(size, embedding_piece(model.vocabulary.size)) if model.is_causal else size
        self._context = _open(model, size, self._piece)
        self._batch = Batch(self._piece)
        self._width = int(lib.llama_model_n_embd_out(model.handle))
        self._done = 0
        self._sum = np.zeros(self._width)
        self._vectors: list[tuple[float, ...]] = []

    def embed_next(self) -> Embeddings | TokenVectors | None:
        """Compute one more piece of a text; all vectors after the last.

        Raises:
            EngineError: llama.cpp failed.
        """
        tokens = self._tokens[len(self._vectors)]
        if self._done == 0:
            self._sum[:] = 0.0
            memory = lib.llama_get_memory(self._context)
            if memory:
                lib.llama_memory_clear(memory, True)
        rows = self._compute(tokens[self._done : self._done + self._piece])
        if self._rows is not None:
            self._rows.append(rows.copy())
        if self._pooling == "mean":
            self._sum += rows.sum(axis=0, dtype=np.float64)
        elif self._pooling == "last" or self._done == 0:
            self._sum[:] = rows[-1 if self._pooling == "last" else 0]
        self._done += len(rows)
        if self._done < len(tokens):
            return None
        self._done = 0
        if self._rows is not None:
            kept = np.concatenate(self._rows)[self._inner]
            return TokenVectors(width=self._width, numbers=kept.astype(np.float32).tobytes())
        length = float(np.linalg.norm(self._sum))
        if not math.isfinite(length) or not length:
            raise EngineError("The model computes values that are not numbers: get its file again.")
        self._vectors.append(tuple((self._sum / length).tolist()))
        if len(self._vectors) < len(self._tokens):
            return None
        return Embeddings(
            vectors=tuple(self._vectors),
            tokens=sum(map(len, self._tokens)),
            pooling=self._pooling,
        )

    def _compute(self, tokens: list[int]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The model's last vectors of some tokens, a row each."""
        self._batch.clear()
        for place, token in enumerate(tokens, self._done):
            self._batch.add(token, position=place, sequence=0, wants_logits=True)
        if lib.llama_decode(self._context, self._batch.native) != 0:
            raise EngineError("llama.cpp could not embed a text: load the model again.")
        pointer = lib.llama_get_embeddings(self._context)
        if not pointer:
            raise UnsupportedError("This model makes no embeddings: choose another.")
        return np.ctypeslib.as_array(pointer, shape=(len(tokens), self._width))

    def close(self) -> None:
        """Free the context."""
        self._batch.close()
        lib.llama_free(self._context)


def _without_marks(text: str, model: Model) -> slice:
    """Where the text's own tokens are between the marks of beginning and end."""
    whole = model.vocabulary.tokenize_whole(text)
    own = model.vocabulary.tokenize_plain(text)
    for start in range(len(whole) - len(own) + 1):
        if whole[start : start + len(own)] == own:
            return slice(start, start + len(own))
    return slice(None)


def _open(model: Model, size: int, piece: int) -> Any:
    params = lib.llama_context_default_params()
    params.n_ctx = size
    params.n_batch = params.n_ubatch = piece
    params.n_seq_max = 1
    params.n_threads = params.n_threads_batch = model.loaded.threads
    params.embeddings = True
    # The vectors of all tokens, put together here: llama.cpp pools over one batch alone.
    params.pooling_type = lib.LLAMA_POOLING_TYPE_NONE
    params.no_perf = True
    context = lib.llama_init_from_model(model.handle, params)
    if not context:
        raise UnsupportedError("This model makes no embeddings: choose another.")
    model.apply_adapters(context)
    return context
