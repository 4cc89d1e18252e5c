"""Looks at what a chain of samplers does with each distribution, without drawing from it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workbench.domain.errors import UsageError
from workbench.domain.runs.microscope import SamplerPlace, WeighedToken
from workbench.domain.runs.sampling import Sampling
from workbench.engine.worker.llama import lib
from workbench.engine.worker.sampling.distribution import Distribution
from workbench.engine.worker.sampling.sampler_chain import SamplerChain
from workbench.engine.worker.vocabulary import Vocabulary

_GREEDY = "greedy"
_DRAWS = ("dist", "mirostat", "mirostat-v2", "adaptive-p")


def check(sampling: Sampling) -> None:
    """Refuse samplers that have no answer without a draw of their own (UsageError)."""
    if sampling.temperature and (sampling.mirostat or sampling.adaptive_target >= 0):
        name = "Mirostat" if sampling.mirostat else "Adaptive-p"
        raise UsageError(
            f"{name} depends on its own earlier draws, so what it would have cut in another "
            "answer is not known: switch it off here."
        )


class ChainInspector:
    """The samplers of a request, applied one by one to the tokens of a text that is there.

    XTC draws whether it works at a place: that is as chance has it. A grammar is not looked at.

    Args:
        sampling: the parameters.
        seed: for XTC.
        prompt: tokens before the text; the penalties look at them.
        vocabulary: of the model.
        context_tokens: what "the whole context" means for penalties.
    """

    def __init__(
        self,
        sampling: Sampling,
        *,
        seed: int,
        prompt: Sequence[int],
        vocabulary: Vocabulary,
        context_tokens: int,
    ) -> None:
        check(sampling)
        self._vocabulary = vocabulary
        self._chain = SamplerChain(
            sampling,
            seed=seed,
            prompt=prompt,
            vocabulary=vocabulary,
            context_tokens=context_tokens,
        )
        self.names = tuple(name for name in self._chain.names if name not in _DRAWS)

    def place(self, distribution: Distribution, token: int, shown: int) -> SamplerPlace:
        """What the chain does at a place where ``token`` follows, and take it as drawn.

        ``shown`` is how many of the most probable tokens are reported.
        """
        candidates = self._chain.candidates
        candidates.take_all(distribution.logits)
        strongest = [number for number, _ in distribution.strongest(max(shown, 1))]
        followed = np.array([token, *strongest], dtype=np.int32)
        cut_by = [""] * len(followed)
        counts = []
        ids, logits = candidates.remaining()
        for index, name in enumerate(self.names):
            if name == _GREEDY:
                best = int(np.argmax(logits))
                ids, logits = ids[best : best + 1], logits[best : best + 1]
            else:
                candidates.apply(lib.llama_sampler_chain_get(self._chain.native, index))
                ids, logits = candidates.remaining()
            counts.append(int(ids.size))
            for at, there in enumerate(np.isin(followed, ids)):
                if not there and not cut_by[at]:
                    cut_by[at] = name
        shares = _log_shares(logits)
        left = {int(number): float(share) for number, share in zip(ids, shares, strict=True)}
        weighed = [
            WeighedToken(
                int(number),
                self._vocabulary.text(int(number)),
                distribution.logprob(int(number)),
                left.get(int(number)),
                cut_by[at],
            )
            for at, number in enumerate(followed)
        ]
        rank = 1 + int(np.count_nonzero(distribution.logits > distribution.logits[token]))
        self._chain.accept(token)
        return SamplerPlace(weighed[0], rank, tuple(counts), tuple(weighed[1 : shown + 1]))

    def close(self) -> None:
        """Free the native samplers."""
        self._chain.close()


def _log_shares(logits: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[float]:
    """The logarithms of the probabilities with which tokens of these scores are drawn."""
    if not logits.size:
        return []
    highest = float(logits.max())
    total = math.log(float(np.exp(logits - np.float32(highest)).sum())) + highest
    return [float(logit) - total for logit in logits]
