"""llama.cpp's own samplers, in the order that was asked for."""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.domain.runs.sampling import Sampling
from workbench.engine.worker.llama import lib
from workbench.engine.worker.sampling.candidates import Tokens, shared_candidates
from workbench.engine.worker.sampling.distribution import Distribution
from workbench.engine.worker.sampling.matching import Matcher, new_matcher
from workbench.engine.worker.vocabulary import Vocabulary

_RANDOM_SEED = 0xFFFFFFFF
"""llama.cpp reads this seed as "choose one yourself"; its neighbour is used instead."""
_MIN_KEEP = 1
_MIROSTAT_CANDIDATES = 100
"""As llama.cpp's own programs set it."""
_BAN = -100.0
_MARGIN = math.log(10_000)
"""Where a grammar refused a draw, tokens 10,000 times less probable than the best that it allows
are left out."""

_NONE: Tokens = np.empty(0, dtype=np.int32)


class SamplerChain:
    """Draws the tokens of one sequence, in the order of :attr:`Sampling.samplers`.

    Logit biases come first; the draw comes last: by distribution, by mirostat or by adaptive-p; at
    temperature 0 the most probable token. Penalties and DRY look at the prompt's tokens too. A
    grammar is asked after the draw, and where it refuses, the draw is made again among what it
    allows: so an answer that fits anyway is drawn as without a grammar.

    Args:
        sampling: the parameters.
        seed: 0 to 2**32 - 1.
        prompt: tokens before the answer.
        vocabulary: of the model.
        context_tokens: what "the whole context" means for penalties.
        grammar: in the syntax of llguidance, or "".
        like: another chain of the same prompt and parameters that has drawn nothing yet; what is
            slow to make is copied from it.

    Raises:
        GrammarError: the grammar cannot be used with this vocabulary.
    """

    def __init__(
        self,
        sampling: Sampling,
        *,
        seed: int,
        prompt: Sequence[int],
        vocabulary: Vocabulary,
        context_tokens: int,
        grammar: str = "",
        like: SamplerChain | None = None,
    ) -> None:
        self._sampling = sampling
        self._vocabulary = vocabulary
        self._prompt = prompt
        self._context_tokens = context_tokens
        self._seed = seed if seed != _RANDOM_SEED else seed - 1
        self._like = like
        self._dry: Any = None
        self.untouched_matcher: Matcher | None = None
        """The grammar as it was before the first token."""
        self._window = 0
        """How many of the last tokens the samplers give other scores than the model."""
        self._biased: list[int] = []
        self._chain: Any = None
        self.candidates = shared_candidates(vocabulary.size)
        self._matcher: Matcher | None = None
        if grammar:
            before = like.untouched_matcher if like is not None else None
            self.untouched_matcher = before or new_matcher(grammar, vocabulary)
            self._matcher = self.untouched_matcher.copy()
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
        self._like = None
        self._reach = self._best_needed()
        self._history = array("i", self._prompt[-self._window :] if self._window else ())

    @property
    def names(self) -> tuple[str, ...]:
        """The samplers that work, in order, as llama.cpp calls them."""
        found = [
            lib.llama_sampler_name(lib.llama_sampler_chain_get(self._chain, index)).decode()
            for index in range(lib.llama_sampler_chain_n(self._chain))
        ]
        return (*(["grammar"] if self._matcher else []), *found)

    @property
    def native(self) -> Any:
        """llama.cpp's chain."""
        return self._chain

    @property
    def untouched_dry(self) -> Any:
        """The DRY sampler as it was after the prompt."""
        return self._dry

    def draw(self, distribution: Distribution) -> int | None:
        """The next token; None where the grammar lets none of the model's tokens follow."""
        candidates = self.candidates
        if self._reach is None:
            candidates.take_all(distribution.logits)
        else:
            candidates.take_best(
                distribution.logits, distribution.highest, self._reach, self._touched()
            )
        candidates.apply(self._chain)
        token = candidates.selected
        if self._matcher is not None:
            if not self._matcher.allows(token):
                allowed = self._draw_allowed(distribution, self._matcher)
                if allowed is None:
                    return None
                token = allowed
            self._matcher.accept(token)
        self.accept(token)
        return token

    def accept(self, token: int) -> None:
        """Take a token as drawn: the penalties look at it from now on."""
        lib.llama_sampler_accept(self._chain, token)
        if self._window:
            self._history.append(token)

    def allows_end(self) -> bool:
        """Whether the grammar is at an end; without one, always."""
        return self._matcher is None or self._matcher.at_end

    def close(self) -> None:
        """Free the native samplers; safe to call twice."""
        if self._chain is not None:
            lib.llama_sampler_free(self._chain)
            self._chain = None
        self._matcher = self.untouched_matcher = None

    # --- drawing ----------------------------------------------------------------------------

    def _draw_allowed(self, distribution: Distribution, matcher: Matcher) -> int | None:
        """A token that the grammar allows, None where there is none."""
        mask = matcher.mask()
        if not mask.any():
            return None
        best = float(distribution.logits[mask].max())
        margin = _MARGIN * max(1.0, self._sampling.temperature)
        self.candidates.take_within(distribution.logits, best - margin, self._touched())
        self.candidates.keep(mask)
        self.candidates.apply(self._chain)
        return self.candidates.selected

    def _touched(self) -> Tokens:
        """Tokens whose scores the biases, the penalties and DRY may change."""
        if not self._window:
            return np.array(self._biased, dtype=np.int32) if self._biased else _NONE
        history = np.frombuffer(self._history, dtype=np.int32)[-self._window :]
        return np.concatenate([np.array(self._biased, dtype=np.int32), history])

    def _best_needed(self) -> int | None:
        """How many of the best tokens are enough for the draw; None for all.

        What comes before top-k must change the scores of single tokens only, or all alike.
        """
        sampling = self._sampling
        if sampling.temperature == 0.0:
            return 1
        if sampling.mirostat:
            return None
        harmless = {"penalties", "dry", *(() if sampling.dynatemp_range else ("temperature",))}
        off = {
            "top_n_sigma": sampling.top_n_sigma <= 0,
            "typical_p": sampling.typical_p >= 1.0,
            "top_p": sampling.top_p >= 1.0,
            "min_p": not sampling.min_p,
            "xtc": not sampling.xtc_probability,
        }
        for name in sampling.samplers:
            if name == "top_k" and sampling.top_k:
                return sampling.top_k
            if name not in harmless and not off.get(name, True):
                return None
        return None

    # --- building ---------------------------------------------------------------------------

    def _add(self, sampler: Any) -> None:
        lib.llama_sampler_chain_add(self._chain, sampler)

    def _add_biases(self) -> None:
        biases, _ = resolve_biases(self._sampling, self._vocabulary)
        self._biased = list(biases)
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
        self._window = max(self._window, last)
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
        self._window = max(self._window, last)
        if self._like is not None:
            # Reading the breakers takes a look at every token: 40 ms with 49,000.
            self._dry = lib.llama_sampler_clone(self._like.untouched_dry)
            self._add(self._dry)
            return
        breakers = [text.encode() for text in sampling.dry_sequence_breakers if text]
        self._dry = lib.llama_sampler_init_dry(
            self._vocabulary.handle,
            sampling.dry_multiplier,
            sampling.dry_base,
            sampling.dry_allowed_length,
            last,
            (ctypes.c_char_p * len(breakers))(*breakers),
            len(breakers),
        )
        self._add_trained(self._dry, last)

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
