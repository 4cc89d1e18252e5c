"""Random texts that a grammar allows, and whether it allows one, byte by byte."""

from __future__ import annotations

import random

from llguidance import LLMatcher, LLTokenizer

from workbench.engine.constraints.lark import LIMITS

_BYTES = LLTokenizer("byte")
_ENDS = b'"}]'
_LONG = 40
"""From here on what closes is preferred."""


def _begun(grammar: str) -> LLMatcher:
    matcher = LLMatcher(_BYTES, grammar, log_level=0, limits=LIMITS)
    assert not matcher.is_error(), matcher.get_error()
    return matcher


def derive(grammar: str, chance: random.Random, most: int = 400) -> str | None:
    """One text of the grammar, by choosing at random; None where it does not come to an end."""
    matcher, found = _begun(grammar), bytearray()
    while not matcher.is_stopped() and len(found) < most:
        allowed = [byte for byte, bias in enumerate(matcher.compute_logit_bias()[:256]) if bias]
        assert not matcher.is_error(), matcher.get_error()
        if matcher.is_accepting() and (not allowed or len(found) > _LONG or chance.random() < 0.2):
            break
        closing = [byte for byte in allowed if byte in _ENDS] if len(found) > _LONG else []
        found.append(chance.choice(closing or allowed))
        assert matcher.consume_token(found[-1]), matcher.get_error()
    return found.decode() if matcher.is_accepting() else None


def allows(grammar: str, text: str) -> bool:
    """Whether a grammar allows exactly this text."""
    matcher = _begun(grammar)
    data = list(text.encode())
    return matcher.validate_tokens(data) == len(data) and (
        all(matcher.consume_token(byte) for byte in data) and matcher.is_accepting()
    )
