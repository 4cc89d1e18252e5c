"""Where the tokens of an answer are in its text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.runs.tokens import (
    AnswerTokens,
    common_bytes,
    pieces_of,
    sample_tokens,
)
from workbench.domain.text import PART, Token

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def _cut(data: bytes, cuts: list[int], *, sized: bool) -> list[Token]:
    """Tokens that cut bytes anywhere, as a tokenizer that knows single bytes does."""
    places = sorted({0, len(data), *(each % (len(data) + 1) for each in cuts)})
    tokens = []
    for number, (start, end) in enumerate(itertools.pairwise(places)):
        text = data[start:end].decode("utf-8", "replace")
        size = end - start if PART in text and sized else 0
        tokens.append(Token(number, text, -0.1, (), (), size))
    return tokens


@given(_text, _text, st.lists(st.integers(0, 200), max_size=20))
def test_pieces_cover_the_text_in_order_and_cut_no_character(prefix, text, cuts):
    whole = prefix + text
    tokens = _cut(text.encode(), cuts, sized=True)
    stored = sample_tokens([*tokens, Token(99, "<|im_end|>", -0.2)], whole, prefix=prefix)
    pieces = [each for each in pieces_of(stored, whole) if each.end <= len(whole.encode())]
    assert "".join(each.text for each in pieces) == text
    data = whole.encode()
    at = len(prefix.encode())
    for piece in pieces:
        assert (piece.start, data[piece.start : piece.end].decode()) == (at, piece.text)
        at = piece.end
    assert at == len(data)
    assert sum(each.count for each in pieces) == len(tokens)


def test_thoughts_come_before_the_first_byte():
    texts = ["<think>", "\n", "Hm", "</think>", "\n\n", "Four", "."]
    tokens = [Token(number, text, -0.1) for number, text in enumerate(texts)]
    stored = sample_tokens([*tokens, Token(9, "<|im_end|>", 0.0)], "Four.")
    found = pieces_of(stored, "Four.")
    assert [(each.text, each.start, each.first) for each in found] == [("Four", 0, 5), (".", 4, 6)]


def test_a_part_of_a_character_of_unknown_size_is_found_by_what_follows():
    texts = ["A", " \ufffd", "\ufffd", "\ufffd", "B", "\ufffd", "\ufffd"]
    tokens = [Token(number, text, -1.0) for number, text in enumerate(texts)]
    text = "A 🌍Bé"
    found = pieces_of(sample_tokens(tokens, text), text)
    assert [(each.text, each.count) for each in found] == [("A", 1), (" 🌍", 3), ("B", 1), ("é", 2)]
    assert [each.logprob for each in found] == [-1.0, -3.0, -1.0, -2.0]


def test_an_edited_text_has_its_tokens_up_to_the_first_changed_byte():
    words = ["One", " two", " three", " four"]
    stored = sample_tokens([Token(1, word, -0.1) for word in words], "One two three four")
    edited = "One two thrice four"
    same = common_bytes("One two three four", edited)
    found = pieces_of(stored, edited, same)
    assert [each.text for each in found] == ["One", " two"]


@pytest.mark.parametrize(("byte", "place"), [(0, -1), (2, 0), (4, 0), (5, 1), (8, 1), (9, -1)])
def test_the_token_at_a_byte_is_found(byte, place):
    tokens = [Token(1, "abc", -0.1), Token(2, "defg", -0.1)]
    text = "__abcdefg"
    pieces = pieces_of(sample_tokens(tokens, text, prefix="__"), text)
    assert AnswerTokens(text=text, tokens=pieces).at(byte) == place
