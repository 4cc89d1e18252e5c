"""N-grams, and which texts cannot be divided into words at spaces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f]"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def ngrams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """The n-grams of a text with their counts; none where it is shorter than n."""
    return Counter(tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1))


def shared(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> int:
    """How many n-grams two texts have in common, each as often as both have it."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(count, other[gram]) for gram, count in one.items() if gram in other)


def is_spaceless(text: str) -> bool:
    """Whether a text is mostly in a script that has no spaces between words."""
    return 2 * len(_SPACELESS.findall(text)) > len(_LETTER.findall(text))


def words(text: str) -> list[str]:
    """The words of a text of any script that has spaces, in small letters, without punctuation."""
    return _WORD.findall(text.casefold())


def f_measure(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
