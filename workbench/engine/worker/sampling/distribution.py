"""How probable the model finds each next token."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from workbench.engine.worker.llama import lib
from workbench.engine.worker.sampling.candidates import Logits

_SAFE = 60.0
"""Below this, exp() of a score is far from the limits of 32 bits."""
_NEAR = 12.0


class Distribution:
    """The model's own probabilities for one next token, before any sampler touched them.

    Args:
        logits: the scores of all tokens; not copied.
    """

    def __init__(self, logits: Logits) -> None:
        self.logits = logits
        self.highest = float(logits.max())
        shift = 0.0 if abs(self.highest) < _SAFE else self.highest
        weights = _buffer(logits.size)
        if shift:
            np.subtract(logits, np.float32(shift), out=weights)
            np.exp(weights, out=weights)
        else:
            np.exp(logits, out=weights)
        # Adds up in vector registers: 32 bits are exact to seven digits here, in a third of the
        # time of sum(). A BLAS would wake threads that get in the way of the model's.
        total = float(np.einsum("i->", weights))
        self._normaliser = shift + math.log(total) if total > 0 else math.nan

    @property
    def is_sound(self) -> bool:
        """False where the model computed something that is not a number."""
        return math.isfinite(self._normaliser)

    def logprob(self, token: int) -> float:
        """Natural-log probability of a token."""
        return float(self.logits[token]) - self._normaliser

    def strongest(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` most probable tokens with their log-probabilities, best first."""
        count = min(count, self.logits.size)
        if not count:
            return []
        (near,) = (self.logits > self.highest - _NEAR).nonzero()
        if near.size < count:
            near = np.arange(self.logits.size)
        logits = self.logits[near]
        best = np.argpartition(logits, -count)[-count:]
        ordered = best[np.argsort(-logits[best], kind="stable")]
        pairs = [(int(token), self.logprob(int(token))) for token in near[ordered]]
        return [pair for pair in pairs if math.isfinite(pair[1])]


def read_distribution(context: Any, row: int, vocabulary_size: int) -> Distribution:
    """The distribution behind batch entry ``row`` of the last evaluation.

    It reads llama.cpp's own buffer and is valid until the next evaluation.
    """
    pointer = lib.llama_get_logits_ith(context, row)
    return Distribution(np.ctypeslib.as_array(pointer, shape=(vocabulary_size,)))


@functools.lru_cache(maxsize=1)
def _buffer(size: int) -> Logits:
    """Room for the weights; only the thread that evaluates works here."""
    return np.empty(size, dtype=np.float32)
