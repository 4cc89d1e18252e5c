"""Drawing the next token, and how probable it was."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.domain.errors import GrammarError
from workbench.domain.sampling import Sampling
from workbench.engine.worker.llama import lib
from workbench.engine.worker.vocabulary import Vocabulary

_RANDOM_SEED = 0xFFFFFFFF
"""llama.cpp reads this seed as "choose one yourself"; it stands for its neighbour here."""
_MIN_KEEP = 1
_MIROSTAT_CANDIDATES = 100
"""As llama.cpp's own programs set it."""
_BAN = -100.0


class SamplerChain:
    """llama.cpp's own samplers for one sequence, in the order of :attr:`Sampling.samplers`.

    Logit biases come first; the draw comes last: by distribution, by mirostat or by adaptive-p; at
    temperature 0 the most probable token. Penalties and DRY look at the prompt's tokens too. A
    grammar is asked after the draw, and where it refuses, the draw is made again among what it
    allows: that is many times faster than asking it about every token.

    Args:
        sampling: the parameters.
        seed: 0 to 2**32 - 1.
        prompt: tokens before the answer.
        vocabulary: of the model.
        context_tokens: what "the whole context" means for penalties.

    Raises:
        GrammarError: llama.cpp does not take the grammar.
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
        self._sampling = sampling
        self._vocabulary = vocabulary
        self._prompt = prompt
        self._context_tokens = context_tokens
        self._seed = seed if seed != _RANDOM_SEED else seed - 1
        self._grammar = self._new_grammar()
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        self._add_biases()
        if sampling.temperature == 0.0:
            self._add_named(("penalties", "dry"))
            self._add(lib.llama_sampler_init_greedy())
        elif sampling.mirostat:
            self._add_named(("penalties", "dry", "temperature"))
            self._add_mirostat()
        else:
            self._add_named(sampling.samplers)
            self._add_draw()

    @property
    def names(self) -> tuple[str, ...]:
        """The samplers that work, in order, as llama.cpp calls them."""
        found = [
            lib.llama_sampler_name(lib.llama_sampler_chain_get(self._chain, index)).decode()
            for index in range(lib.llama_sampler_chain_n(self._chain))
        ]
        return (*(["grammar"] if self._grammar else []), *found)

    def draw(self, context: Any, row: int) -> int:
        """The next token, from the logits of batch entry ``row``."""
        if self._grammar is None:
            return int(lib.llama_sampler_sample(self._chain, context, row))
        candidates = _Candidates(context, row, self._vocabulary.size)
        token = candidates.draw(self._chain)
        if not candidates.allows(self._grammar, token):
            token = candidates.draw(self._grammar, self._chain)
        lib.llama_sampler_accept(self._grammar, token)
        lib.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the native samplers; safe to call twice."""
        if self._chain is not None:
            lib.llama_sampler_free(self._chain)
            self._chain = None
        if self._grammar is not None:
            lib.llama_sampler_free(self._grammar)
            self._grammar = None

    # --- building ---------------------------------------------------------------------------

    def _add(self, sampler: Any) -> None:
        lib.llama_sampler_chain_add(self._chain, sampler)

    def _new_grammar(self) -> Any:
        if not self._sampling.grammar:
            return None
        text = self._sampling.grammar.encode()
        grammar = lib.llama_sampler_init_grammar(self._vocabulary.handle, text, b"root")
        if not grammar:
            raise GrammarError("llama.cpp cannot use the grammar: simplify it.")
        return grammar

    def _add_biases(self) -> None:
        biases, _ = resolve_biases(self._sampling, self._vocabulary)
        if not biases:
            return
        native = (lib.llama_logit_bias * len(biases))()
        for entry, (token, bias) in zip(native, biases.items(), strict=True):
            entry.token, entry.bias = token, -math.inf if bias <= _BAN else bias
        size = self._vocabulary.size
        self._add(lib.llama_sampler_init_logit_bias(size, len(biases), native))

    def _add_named(self, names: Sequence[str]) -> None:
        for name in self._sampling.samplers:
            if name in names:
                getattr(self, f"_add_{name}")()

    def _add_penalties(self) -> None:
        sampling = self._sampling
        last = self._context_tokens if sampling.penalty_last_n < 0 else sampling.penalty_last_n
        neutral = (
            sampling.repeat_penalty in (0.0, 1.0)
            and not sampling.frequency_penalty
            and not sampling.presence_penalty
        )
        if not last or neutral:
            return
        sampler = lib.llama_sampler_init_penalties(
            self._vocabulary.size,
            last,
            sampling.repeat_penalty or 1.0,
            sampling.frequency_penalty,
            sampling.presence_penalty,
        )
        self._add_trained(sampler, last)

    def _add_dry(self) -> None:
        sampling = self._sampling
        last = sampling.dry_penalty_last_n
        last = self._context_tokens if last < 0 else last
        if not sampling.dry_multiplier or not last:
            return
        breakers = [text.encode() for text in sampling.dry_sequence_breakers if text]
        sampler = lib.llama_sampler_init_dry(
            self._vocabulary.handle,
            sampling.dry_multiplier,
            sampling.dry_base,
            sampling.dry_allowed_length,
            last,
            (ctypes.c_char_p * len(breakers))(*breakers),
            len(breakers),
        )
        self._add_trained(sampler, last)

    def _add_trained(self, sampler: Any, last: int) -> None:
        """Add a sampler that has seen the end of the prompt."""
        for token in self._prompt[-last:]:
            lib.llama_sampler_accept(sampler, token)
        self._add(sampler)

    def _add_top_n_sigma(self) -> None:
        if self._sampling.top_n_sigma > 0:
            self._add(lib.llama_sampler_init_top_n_sigma(self._sampling.top_n_sigma))

    def _add_top_k(self) -> None:
        if self._sampling.top_k:
            self._add(lib.llama_sampler_init_top_k(self._sampling.top_k))

    def _add_typical_p(self) -> None:
        if self._sampling.typical_p < 1.0:
            self._add(lib.llama_sampler_init_typical(self._sampling.typical_p, _MIN_KEEP))

    def _add_top_p(self) -> None:
        if self._sampling.top_p < 1.0:
            self._add(lib.llama_sampler_init_top_p(self._sampling.top_p, _MIN_KEEP))

    def _add_min_p(self) -> None:
        if self._sampling.min_p:
            self._add(lib.llama_sampler_init_min_p(self._sampling.min_p, _MIN_KEEP))

    def _add_xtc(self) -> None:
        sampling = self._sampling
        if sampling.xtc_probability:
            chance, threshold = sampling.xtc_probability, sampling.xtc_threshold
            self._add(lib.llama_sampler_init_xtc(chance, threshold, _MIN_KEEP, self._seed))

    def _add_temperature(self) -> None:
        sampling = self._sampling
        if sampling.dynatemp_range:
            spread, exponent = sampling.dynatemp_range, sampling.dynatemp_exponent
            self._add(lib.llama_sampler_init_temp_ext(sampling.temperature, spread, exponent))
        else:
            self._add(lib.llama_sampler_init_temp(sampling.temperature))

    def _add_mirostat(self) -> None:
        tau, eta = self._sampling.mirostat_tau, self._sampling.mirostat_eta
        if self._sampling.mirostat == 1:
            size = self._vocabulary.size
            sampler = lib.llama_sampler_init_mirostat(
                size, self._seed, tau, eta, _MIROSTAT_CANDIDATES
            )
        else:
            sampler = lib.llama_sampler_init_mirostat_v2(self._seed, tau, eta)
        self._add(sampler)

    def _add_draw(self) -> None:
        sampling = self._sampling
        if sampling.adaptive_target >= 0:
            target, decay = sampling.adaptive_target, sampling.adaptive_decay
            self._add(lib.llama_sampler_init_adaptive_p(target, decay, self._seed))
        else:
            self._add(lib.llama_sampler_init_dist(self._seed))


def resolve_biases(
    sampling: Sampling, vocabulary: Vocabulary
) -> tuple[dict[int, float], tuple[str, ...]]:
    """Biases by token id, and the keys that mean no token."""
    found: dict[int, float] = {}
    unknown: list[str] = []
    for key, bias in sampling.logit_bias.items():
        if key.startswith("#") and key[1:].isdigit():
            tokens = [int(key[1:])] if int(key[1:]) < vocabulary.size else []
        else:
            control = vocabulary.control_token(key)
            tokens = vocabulary.tokenize_plain(key) if control is None else [control]
        if not tokens:
            unknown.append(key)
        for token in tokens:
            found[token] = found.get(token, 0.0) + bias
    return found, tuple(unknown)


_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama_token_data."""


class _Candidates:
    """The logits of one batch entry, to be drawn from more than once."""

    def __init__(self, context: Any, row: int, size: int) -> None:
        self._logits = _logits(context, row, size)
        self._all = np.zeros(size, dtype=_CANDIDATE)

    def draw(self, *samplers: Any) -> int:
        """What the samplers choose, one after the other, from all tokens."""
        self._all["id"] = np.arange(self._all.size, dtype=np.int32)
        self._all["logit"] = self._logits
        array = _native(self._all)
        for sampler in samplers:
            lib.llama_sampler_apply(sampler, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def allows(self, grammar: Any, token: int) -> bool:
        """Whether the grammar lets this token follow."""
        one = np.array([(token, 1.0, 0.0)], dtype=_CANDIDATE)
        array = _native(one)
        lib.llama_sampler_apply(grammar, ctypes.byref(array))
        return bool(np.isfinite(one["logit"][0]))


def native_candidates(size: int) -> tuple[npt.NDArray[Any], Any]:
    """All tokens, equally likely, for trying a sampler; the array and llama.cpp's view of it."""
    candidates = np.zeros(size, dtype=_CANDIDATE)
    candidates["id"] = np.arange(size, dtype=np.int32)
    return candidates, _native(candidates)


def _native(candidates: npt.NDArray[Any]) -> Any:
    pointer = candidates.ctypes.data_as(lib.llama_token_data_p)
    return lib.llama_token_data_array(data=pointer, size=candidates.size, selected=-1, sorted=False)


class Distribution:
    """The model's own probabilities for one next token, before any sampler touched them."""

    def __init__(self, logits: npt.NDArray[np.float32]) -> None:
        self._logits = logits
        highest = logits.max()
        weights = logits - highest
        np.exp(weights, out=weights)
        # numpy adds up in pairs: 32 bits are exact to six digits here, at a third of the time.
        total = float(weights.sum())
        self._normaliser = float(highest) + math.log(total) if total > 0 else math.nan

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
    return Distribution(_logits(context, row, vocabulary_size))


def _logits(context: Any, row: int, size: int) -> npt.NDArray[np.float32]:
    pointer = lib.llama_get_logits_ith(context, row)
    return np.ctypeslib.as_array(pointer, shape=(size,))
