"""Drawing the next token, and how probable it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.domain.sampling import Sampling
from workbench.engine.worker.llama import lib

_RANDOM_SEED = 0xFFFFFFFF
"""llama.cpp reads this seed as "choose one yourself"; it stands for its neighbour here."""


class SamplerChain:
    """llama.cpp's own samplers in its usual order, for one sequence.

    Penalties, top-k, top-p, min-p, temperature, and the draw; at temperature 0 penalties and the
    most probable token. The penalties look at the prompt's last tokens too.
    """

    def __init__(
        self,
        sampling: Sampling,
        *,
        seed: int,
        prompt: Sequence[int],
        vocabulary_size: int,
        context_tokens: int,
    ) -> None:
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        last_n = context_tokens if sampling.penalty_last_n < 0 else sampling.penalty_last_n
        penalised = (
            sampling.repeat_penalty not in (0.0, 1.0)
            or sampling.frequency_penalty != 0.0
            or sampling.presence_penalty != 0.0
        )
        if last_n and penalised:
            self._add(
                lib.llama_sampler_init_penalties(
                    vocabulary_size,
                    last_n,
                    sampling.repeat_penalty or 1.0,
                    sampling.frequency_penalty,
                    sampling.presence_penalty,
                )
            )
            for token in prompt[-last_n:]:
                lib.llama_sampler_accept(self._chain, token)
        if sampling.temperature == 0.0:
            self._add(lib.llama_sampler_init_greedy())
            return
        if sampling.top_k:
            self._add(lib.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1.0:
            self._add(lib.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p:
            self._add(lib.llama_sampler_init_min_p(sampling.min_p, 1))
        self._add(lib.llama_sampler_init_temp(sampling.temperature))
        self._add(lib.llama_sampler_init_dist(seed if seed != _RANDOM_SEED else seed - 1))

    def _add(self, sampler: Any) -> None:
        lib.llama_sampler_chain_add(self._chain, sampler)

    def draw(self, context: Any, row: int) -> int:
        """The next token, from the logits of batch entry ``row``."""
        return int(lib.llama_sampler_sample(self._chain, context, row))

    def close(self) -> None:
        """Free the native sampler; safe to call twice."""
        if self._chain is not None:
            lib.llama_sampler_free(self._chain)
            self._chain = None


class Distribution:
    """The model's own probabilities for one next token, before any sampler touched them."""

    def __init__(self, logits: npt.NDArray[np.float32]) -> None:
        self._logits = logits
        highest = float(logits.max())
        # The sum of tens of thousands of small numbers needs the wider type.
        total = float(np.exp(logits - highest).sum(dtype=np.float64))
        self._normaliser = highest + math.log(total) if total > 0 else math.nan

    @property
    def is_sound(self) -> bool:
        """False where the model computed something that is not a number."""
        return math.isfinite(self._normaliser)

    def logprob(self, token: int) -> float:
        """Natural-log probability of a token."""
        return float(self._logits[token]) - self._normaliser

    def strongest(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` most probable tokens with their log-probabilities, best first."""
        count = min(count, self._logits.size)
        if not count:
            return []
        best = np.argpartition(self._logits, -count)[-count:]
        ordered = best[np.argsort(-self._logits[best], kind="stable")]
        pairs = [(int(token), self.logprob(int(token))) for token in ordered]
        return [pair for pair in pairs if math.isfinite(pair[1])]


def read_distribution(context: Any, row: int, vocabulary_size: int) -> Distribution:
    """The distribution behind batch entry ``row`` of the last evaluation.

    It reads llama.cpp's own buffer and is valid until the next evaluation.
    """
    pointer = lib.llama_get_logits_ith(context, row)
    return Distribution(np.ctypeslib.as_array(pointer, shape=(vocabulary_size,)))
