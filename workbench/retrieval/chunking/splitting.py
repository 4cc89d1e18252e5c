"""Where a text can be cut: after paragraphs, lines, sentences, words.

Every function cuts a span into spans that follow each other without a gap; the space between two of
them belongs to the first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Span = tuple[int, int]
Splitter = Callable[[str, int, int], list[Span]]

_PARAGRAPH = re.compile(r"\n(?:[ \t]*\n)+")
_LINE = re.compile(r"\n")
# A sentence ends at a full stop before a capital, at the marks of Chinese and Japanese, and before
# an item of a list.
_SENTENCE = re.compile(
    r"[.!?…][\"'”’»)\]]{0,3}\s+(?=[^\sa-z])|[。！？｡][”」』）]{0,2}\s*"
    r"|\n(?=[ \t]*(?:[-*+•–]|\d{1,3}[.)])\s)"
)
_NEAR = 400
"""Characters before a place in which a space is looked for."""


def paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Paragraphs, between empty lines."""
    return _after(_PARAGRAPH, text, start, end)


def lines(text: str, start: int, end: int) -> list[Span]:
    """Lines."""
    return _after(_LINE, text, start, end)


def sentences(text: str, start: int, end: int) -> list[Span]:
    """Sentences and items of lists."""
    return _after(_SENTENCE, text, start, end)


def equal_parts(text: str, start: int, end: int, count: int) -> list[Span]:
    """Parts of about the same length, cut between words where there are any."""
    size = max(math.ceil((end - start) / max(count, 2)), 1)
    spans = []
    while end - start > size:
        place = word_start(text, start, start + size)
        spans.append((start, place))
        start = place
    return [*spans, (start, end)]


def word_start(text: str, start: int, place: int) -> int:
    """Where the last word begins that begins at ``place`` or before; ``place`` in a long one."""
    low = max(start + 1, place - _NEAR)
    for at in range(place, low - 1, -1):
        if text[at - 1].isspace() and not text[at : at + 1].isspace():
            return at
    return place


def trimmed(text: str, start: int, end: int) -> Span:
    """A span without empty lines before it and space after it; indentation stays."""
    while end > start and text[end - 1].isspace():
        end -= 1
    at = start
    while at < end and text[at].isspace():
        if text[at] == "\n":
            start = at + 1
        at += 1
    return start, end


def _after(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[Span]:
    spans = []
    for found in pattern.finditer(text, start, end):
        if found.end() < end:
            spans.append((start, found.end()))
            start = found.end()
    return [*spans, (start, end)]
