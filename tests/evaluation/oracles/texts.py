"""Random texts for comparing with reference programs: empties, CJK, punctuation, numbers."""

from __future__ import annotations

import random

CASES = 500
_TEXT = (
    "the a cat dog sat runs running runners happily relational 1,234.5 3-4 U.S. don't e-mail x² "
    "café naïve <skipped> &amp; &quot; ... -- ( ) [x] {y} \" ' $5 50% A/B #1 @me ~ 我爱北京 天安门 "
    "кошка ﬁ \u00a0 . , ! ? ; : the the cat"
)
_WORDS = _TEXT.split(" ")
_GAPS = (" ", " ", " ", " ", "  ", "\n", "\n\n", "-\n", "\t", "")


def text(rng: random.Random, longest: int = 14) -> str:
    """A text with fewer words than ``longest``."""
    if rng.random() < 0.06:
        return rng.choice(["", " ", "\n", ".", "我", "a"])
    found = ""
    for _ in range(rng.randrange(1, longest)):
        found += rng.choice(_WORDS) + rng.choice(_GAPS)
    return found


def pair(rng: random.Random) -> tuple[str, str]:
    """A text, and one that often shares words with it."""
    one = text(rng)
    if rng.random() < 0.1:
        return one, one
    words = one.split(" ")
    if rng.random() < 0.7 and len(words) > 1:
        at = rng.randrange(len(words))
        return one, " ".join([*words[:at], text(rng, 4), *words[at + rng.randrange(3) :]])
    return one, text(rng)
