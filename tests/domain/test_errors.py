"""Sentences of errors that are made of numbers."""

from __future__ import annotations

from workbench.domain.errors import ContextOverflowError


def test_one_token_is_one_token_and_two_are_tokens() -> None:
    one = str(ContextOverflowError.of(1, 2_048, 2_048))
    assert "The prompt has 1 token and 2,048 are kept" in one
    assert "shorten the prompt by 1 token, keep fewer" in one
    assert "The text has 2,049 tokens" in str(ContextOverflowError.of_text(2_049, 2_048))
    assert "shorten it by 1 token, or" in str(ContextOverflowError.of_text(2_049, 2_048))
    assert "shorten it by 2 tokens, or" in str(ContextOverflowError.of_text(2_050, 2_048))
