"""Which words two texts share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.domain.runs.comparison import DiffPart
from workbench.evaluation.diff import MOST_CHARACTERS, word_diff

_texts = st.text(st.sampled_from("ab \n"), max_size=40)


def _of(kind: str, parts: tuple[DiffPart, ...]) -> list[str]:
    return [part.text.strip() for part in parts if part.kind == kind]


def test_a_word_that_was_put_in_place_of_another():
    assert word_diff("It costs 42 dollars.", "It costs 51 dollars.") == (
        DiffPart("same", "It costs "),
        DiffPart("deleted", "42 "),
        DiffPart("inserted", "51 "),
        DiffPart("same", "dollars."),
    )


def test_white_space_alone_is_no_change():
    assert {part.kind for part in word_diff("one two\nthree", "one  two three\n")} == {"same"}


def test_a_sentence_that_was_written_anew_reads_as_one():
    parts = word_diff("Add it. Chalk costs plenty of money. End.", "Add it. We pay plenty "
                      "for all this. End.")  # fmt: skip
    assert _of("deleted", parts) == ["Chalk costs plenty of money."]
    assert _of("inserted", parts) == ["We pay plenty for all this."]


def test_from_nothing_and_to_nothing():
    assert word_diff("", "") == ()
    assert word_diff("", "all new") == (DiffPart("inserted", "all new"),)
    assert word_diff("all gone", "") == (DiffPart("deleted", "all gone"),)


@given(_texts, _texts)
def test_the_parts_are_the_two_texts(before: str, after: str):
    parts = word_diff(before, after)
    assert "".join(part.text for part in parts if part.kind != "deleted") == after
    left = [word for part in parts if part.kind != "inserted" for word in part.text.split()]
    assert left == before.split()


def test_long_repeating_texts_are_compared():
    before = "the same words again and again " * 500
    parts = word_diff(before, before.replace("words", "texts", 1))
    assert _of("deleted", parts) == ["words"]


def test_texts_without_end_are_refused_in_a_sentence():
    with pytest.raises(UsageError, match="60,000 characters"):
        word_diff("", "x" * (MOST_CHARACTERS + 1))
