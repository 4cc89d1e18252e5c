"""The shared parts of searches."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.strategies.search.reading import (
    parse_choice,
    parse_label,
    parse_proposals,
    value_of,
)
from workbench.strategies.search.selectors import select_best
from workbench.strategies.search.voting import majority


def test_equal_scores_keep_their_order():
    assert select_best([1.0, 3.0, 1.0, 3.0, 1.0], 4) == (1, 3, 0, 2)


@given(st.lists(st.sampled_from([0.0, 1.0, 20.0])), st.integers(1, 8))
def test_selection_is_sorting_stably_and_cutting(scores, width):
    chosen = select_best(scores, width)
    assert len(chosen) == min(width, len(scores))
    worst = min((scores[index] for index in chosen), default=0.0)
    assert all(scores[i] <= worst for i in range(len(scores)) if i not in chosen)
    for first, second in pairwise(chosen):
        assert (-scores[first], first) < (-scores[second], second)


@pytest.mark.parametrize(
    ("text", "thoughts"),
    [
        ("1. Add 2 and 3.\n2) Draw a table\n- Guess", ("Add 2 and 3.", "Draw a table", "Guess")),
        ("Here are some ideas:\n\n1. First\n2. Second", ("First", "Second")),
        ("Only a sentence.", ("Only a sentence.",)),
        ("**Step 1:** Count the boxes", ("Count the boxes",)),
        ("\n  \n***\n", ()),
        ("1.\n2.\n", ()),
    ],
)
def test_proposals_lose_numbers_and_introductions(text, thoughts):
    assert parse_proposals(text, 5) == thoughts


def test_no_more_proposals_than_wanted():
    assert parse_proposals("1. a\n2. b\n3. c", 2) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("It holds.\nsure", "sure"),
        ("Not impossible, rather LIKELY.", "likely"),
        ("**Impossible**", "impossible"),
        ("unlikely to be surely known", None),
        ("I am not sure.", None),
        ("It isn't likely.", None),
        ("First sure, but I am not really sure", None),
        ("not impossible", None),
        ("I was not sure at first. It holds: sure", "sure"),
        ("", None),
    ],
)
def test_the_last_whole_word_is_the_verdict(text, label):
    assert parse_label(text) == label


def test_an_unreadable_verdict_is_counted_apart_and_is_no_zero():
    assert value_of(["sure", None]) == (20.0, {"sure": 1, "unreadable": 1})
    assert value_of([None, None]) == (1.0, {"unreadable": 2})
    assert value_of(["sure", "likely"])[0] == pytest.approx(10.5)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("The best choice is 2", 1),
        ("Choice 1 is weak. The best choice is 3.", 2),
        ("The best choice is 2. Choice 1 is wrong.", 1),
        ("Option 3 is the best, choice 1 is not.", 2),
        ("The best choice is 1. No: the best choice is 2.", 1),
        ("I take choice 2, not 1.", 1),
        ("The best choice is **1**", 0),
        ("The best choice is 9", None),
        ("I cannot say", None),
    ],
)
def test_votes_name_a_candidate_or_nothing(text, index):
    assert parse_choice(text, 3) == index


def test_majority_ignores_missing_answers_and_form():
    vote = majority(["17.", None, "18", "17", None, None], "first_seen")
    assert vote.winner == "17."
    assert vote.agreeing == (0, 3)
    assert vote.tally == (("17.", 2), ("18", 1), (None, 3))


def test_a_tie_goes_to_the_first_seen_or_to_nobody():
    assert majority(["b", "a", "a", "b"], "first_seen").winner == "b"
    assert majority(["b", "a", "a", "b"], "none").winner is None
    assert majority([None, None], "first_seen").winner is None
