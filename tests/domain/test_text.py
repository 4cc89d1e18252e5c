"""Text that can be stored and sent, and numbers in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.text import (
    count_text,
    has_surrogates,
    replace_surrogates,
    rough_seconds,
    seconds_text,
    size_text,
)

_ANY = st.text(alphabet=st.characters(codec=None, categories=None))


@given(_ANY)
def test_any_text_can_be_stored_and_only_lone_surrogates_change(text: str) -> None:
    cleaned = replace_surrogates(text)
    assert cleaned.encode().decode() == cleaned
    assert replace_surrogates(cleaned) == cleaned
    if not has_surrogates(text):
        assert cleaned == text


def test_half_a_character_becomes_one_sign_and_two_halves_their_character() -> None:
    assert replace_surrogates("a\ud83db\udc00c") == "a\ufffdb\ufffdc"
    assert replace_surrogates("\ud83d\ude00") == "\U0001f600"
    assert replace_surrogates("\ude00\ud83d") == "\ufffd\ufffd"


def test_lists_and_mappings_are_cleaned_inside() -> None:
    value = {"k\ud800": ["a", ("b\udfff", 1.5, None)]}
    assert replace_surrogates(value) == {"k\ufffd": ["a", ["b\ufffd", 1.5, None]]}


def test_numbers_have_units() -> None:
    assert count_text(1, "node") == "1 node"
    assert count_text(1024, "node") == "1,024 nodes"
    assert seconds_text(0.291) == "0.29 s"
    assert seconds_text(18.94) == "18.9 s"
    assert seconds_text(187) == "3:07 min"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "0.1 s"), (0.84, "0.8 s"), (9.0, "9 s"), (12.4, "12 s"), (90, "2 min"), (5400, "2 h")],
)
def test_a_duration_that_was_estimated_is_rounded(seconds: float, words: str) -> None:
    assert rough_seconds(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 kB"), (1_499, "1 kB"), (98_000_000, "98 MB"), (999_400_000, "999 MB"),
        (4_700_000_000, "4.7 GB"), (1_234_500_000_000, "1,234.5 GB"),
    ],
)  # fmt: skip
def test_sizes_are_in_units_of_a_thousand(size: int, words: str) -> None:
    assert size_text(size) == words
