"""Tokens that a grammar allows next, by llguidance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.lark import LIMITS
from workbench.engine.worker.vocabulary import Vocabulary

Mask = npt.NDArray[np.bool_]
_TOKEN = re.compile(r"(!?)<(?:\[(\d+)\]|([^>]*))>")


class Matcher:
    """Where an answer is in its grammar.

    Args:
        native: llguidance's own; belongs to this one.
        size: of the vocabulary.
    """

    def __init__(self, native: LLMatcher, size: int) -> None:
        self._native = native
        self._size = size

    def allows(self, token: int) -> bool:
        """Whether this token may follow."""
        return not self._native.is_error() and self._native.validate_tokens([token]) == 1

    def mask(self) -> Mask:
        """Which tokens may follow; none after an error, such as a grammar with too many ways."""
        bits = np.frombuffer(self._native.compute_bitmask(), dtype=np.uint8)
        if self._native.is_error():
            return np.zeros(self._size, dtype=np.bool_)
        return np.unpackbits(bits, count=self._size, bitorder="little").view(np.bool_)

    def accept(self, token: int) -> None:
        """Go on by a token."""
        self._native.consume_token(token)

    @property
    def at_end(self) -> bool:
        """Whether the answer may end here."""
        return not self._native.is_error() and self._native.is_accepting()

    def copy(self) -> Matcher:
        """A copy at the same place."""
        return Matcher(self._native.deep_copy(), self._size)


def new_matcher(grammar: str, vocabulary: Vocabulary) -> Matcher:
    """At the beginning of a grammar, in the syntax of llguidance.

    Raises:
        GrammarError: no token of the model fits it, or it names tokens that the model has not.
    """

    def numbered(match: re.Match[str]) -> str:
        negated, number, name = match.groups()
        token = int(number) if number else vocabulary.control_token(f"<{name}>")
        if token is None or token >= vocabulary.size:
            raise GrammarError(f"The grammar cannot be used: the model has no token {match[0]}.")
        return f"<[{'^' if negated else ''}{token}]>"

    text = _TOKEN.sub(numbered, grammar)
    native = LLMatcher(_tokenizer(vocabulary), text, log_level=0, limits=LIMITS)
    if native.is_error():
        reason = native.get_error().strip().splitlines()[0].rstrip(".")
        raise GrammarError(f"The grammar cannot be used, simplify it: {reason}.")
    made = Matcher(native, vocabulary.size)
    if not made.mask().any():
        raise GrammarError("No token of the model fits the grammar: it can never be followed.")
    return made


def _tokenizer(vocabulary: Vocabulary) -> LLTokenizer:
    """The vocabulary as llguidance takes it; made once, 0.3 s for 49,000 tokens."""
    if vocabulary.matching is None:
        ends = [token for token in range(vocabulary.size) if vocabulary.is_end(token)]
        tokens = vocabulary.pieces()
        if not ends:
            ends, tokens = [len(tokens)], [*tokens, b""]
        special = sorted({*ends, *vocabulary.control_ids})
        wrapper = TokenizerWrapper(_Tokens(tokens, ends[0], special))
        vocabulary.matching = LLTokenizer(wrapper, eos_token=ends)
    found: LLTokenizer = vocabulary.matching
    return found


class _Tokens:
    """A tokenizer as llguidance wants it; it is never asked to read a text."""

    bos_token_id: int | None = None

    def __init__(self, tokens: Sequence[bytes], end: int, special: Sequence[int]) -> None:
        self.tokens = tokens
        self.eos_token_id = end
        self.special_token_ids = special

    def __call__(self, text: Any) -> list[int]:
        raise RuntimeError(f"nothing is forced, so nothing is read: {text!r}")
