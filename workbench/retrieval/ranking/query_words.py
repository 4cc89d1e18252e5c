"""The words of a question as a query of SQLite's full-text search.

What a user types is no query: `fox-hound`, `C++` and `don't` are errors there. So each word is
quoted, and the words are joined with OR: a passage need not have all of them to answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from workbench.domain.sources.collection import WordForms

MOST_WORDS = 64
"""More words than this make a query slower, not better."""
_WORD = re.compile(r"\w+")
_GRAM = 3
STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before but by can could did
    do does doing done for from had has have having he her here him his how i if in into is it its
    just may me might more most must my no nor not of off on or our out over own please shall she
    should so some such tell than that the their them then there these they this those to too under
    up us was we were what when where which while who whom whose why will with would you
    your""".split()  # noqa: SIM905 - a list would be forty lines
)
"""English words that say nothing of what is looked for."""


def search_words(question: str) -> tuple[str, ...]:
    """The words of a question that say what is looked for, each once, in order."""
    kept: dict[str, None] = {}
    for found in _WORD.findall(unicodedata.normalize("NFC", question)):
        folded = found.casefold()
        if folded not in STOP_WORDS and len(folded.strip("_")) > 0:
            kept.setdefault(folded)
    return tuple(kept)[:MOST_WORDS]


def match_query(question: str, forms: WordForms) -> str:
    """The query for a question, "" where it has no word that an index of these forms can find.

    Args:
        question: what was typed.
        forms: how the index takes words.
    """
    words = search_words(question)
    if forms == "trigram":
        words = tuple(dict.fromkeys(gram for word in words for gram in _grams(word)))[:MOST_WORDS]
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


def _grams(word: str) -> Iterator[str]:
    """The parts of a word that are found as parts of a text: three characters at least.

    Text without spaces is one "word" here, as a sentence in Japanese, so all its triples count.
    """
    if len(word) < _GRAM:
        return
    if word.isascii():
        yield word
        return
    for start in range(len(word) - _GRAM + 1):
        yield word[start : start + _GRAM]
