"""Names that are searched at every key: the same things as by comparing each name."""

from __future__ import annotations

import itertools

import pytest

from workbench.domain.finding import NameList, fit, name_words

_WORDS = ("Word", "problem", "word-list", "wörter", "世界", "Tree", "of", "thoughts", "17", "pro")
NAMES = [" ".join(each) for length in (1, 2, 3) for each in itertools.permutations(_WORDS, length)]


@pytest.mark.parametrize("most", [1, 6, 50])
@pytest.mark.parametrize(
    "typed", ["w", "wor", "word pro", "pro wor", "世", "界 tre", "tre 世", "17", "o t", "zebra", ""]
)
def test_a_list_finds_what_comparing_each_name_finds_in_the_same_order(typed, most):
    words = name_words(typed)
    ranked = ((fit(words, name_words(name)), place, name) for place, name in enumerate(NAMES))
    fitting = sorted(each for each in ranked if each[0] is not None)
    expected = [name for _, _, name in fitting][:most]
    assert NameList((name, name) for name in NAMES).best(words, most) == expected
