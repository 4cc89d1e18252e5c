"""Finding in a text: words, patterns, and patterns that never end."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.prompts.text_search import TextSearch
from workbench.prompts.jinja.searching import find_in

TEXT = "Cat cat category\ncat. CAT"


async def _places(pool, content: str, **search) -> list[tuple[int, int, str]]:
    return list((await find_in(pool, content, TextSearch(**search))).places)


@pytest.mark.parametrize(
    ("search", "starts"),
    [
        ({"text": "cat"}, [0, 4, 8, 17, 22]),
        ({"text": "cat", "case": True}, [4, 8, 17]),
        ({"text": "cat", "whole_word": True}, [0, 4, 17, 22]),
        ({"text": "cat."}, [17]),
        ({"text": "^cat", "regex": True}, [0, 17]),
        ({"text": "c(a)t\\b", "regex": True, "case": True}, [4, 17]),
        ({"text": "cat|x", "regex": True, "whole_word": True}, [0, 4, 17, 22]),
        ({"text": "x*", "regex": True}, []),
        ({"text": ""}, []),
    ],
)
async def test_what_is_found(pool, search: dict, starts: list[int]) -> None:
    assert [start for start, _, _ in await _places(pool, TEXT, **search)] == starts


async def test_replacements_may_name_groups(pool) -> None:
    found = await _places(pool, "ab12", text=r"([a-z]+)(\d)", regex=True, replacement=r"\2\1")
    assert found == [(0, 3, "1ab")]
    assert await _places(pool, "ab", text="a", replacement=r"\1") == [(0, 1, r"\1")]


@pytest.mark.parametrize("pattern", ["(", "[a", "a**", "(?<n>"])
async def test_a_wrong_pattern_is_a_sentence(pool, pattern: str) -> None:
    with pytest.raises(UsageError, match="This is no regular expression"):
        await find_in(pool, TEXT, TextSearch(text=pattern, regex=True))


async def test_a_wrong_replacement_is_a_sentence(pool) -> None:
    with pytest.raises(UsageError):
        await find_in(pool, TEXT, TextSearch(text="cat", regex=True, replacement=r"\7"))


async def test_a_pattern_that_never_ends_is_stopped(pool) -> None:
    search = TextSearch(text="(a|aa|b?a?)+$", regex=True, case=True)
    with pytest.raises(UsageError, match="takes too long"):
        await find_in(pool, "a" * 5_000 + "!", search)
    assert await _places(pool, "aab", text="b", regex=True) == [(2, 3, "")]
