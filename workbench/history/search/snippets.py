"""The place of a text where the searched words occur, in one line, marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workbench.history.search.words import (
    fold_in_place,
    folded_tokens,
    is_cjk,
    name_parts,
    searchable,
    token_spans,
)

BEGIN, END = "\x02", "\x03"
"""Around each word that was searched."""
_BEFORE, _LENGTH = 48, 180
_MOST_CHARACTERS = 200_000


class Wanted:
    """The words that are looked for: those typed, the last of them may be a beginning."""

    def __init__(self, typed: str) -> None:
        self.words = folded_tokens(searchable(typed))
        self._whole = frozenset(self.words)
        last = self.words[-1] if self.words else ""
        self._start = last if len(last) > 1 else ""
        # Longer ones first, and the beginning last: it would take the whole words that it begins.
        tried = [_pattern(each) for each in sorted(self._whole, key=len, reverse=True)]
        if self._start:
            tried.append(rf"(?<![^\W_]){re.escape(self._start)}[^\W_]*")
        self._any = re.compile("|".join(tried)) if tried else None

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Where the words occur in a text: begin, end, and which word it is."""
        if self._any is None:
            return []
        text = text[:_MOST_CHARACTERS]
        found = [
            (match.start(), match.end(), self._word(match.group()))
            for match in self._any.finditer(fold_in_place(text))
        ]
        return found or self._parts(text)

    def _word(self, found: str) -> str:
        return found if found in self._whole else self._start

    def _parts(self, text: str) -> list[tuple[int, int, str]]:
        """The same for parts of camel-case names, and for texts whose letters fold to several."""
        return [
            (begin, end, word)
            for begin, end, token in token_spans(text)
            if (word := self._find(text[begin:end], token))
        ]

    def _find(self, word: str, token: str) -> str:
        for each in (token, *name_parts(word)):
            if each in self._whole:
                return each
            if self._start and each.startswith(self._start):
                return self._start
        return ""


def _pattern(word: str) -> str:
    """A whole word; of a text without spaces each character is one."""
    escaped = re.escape(word)
    return escaped if is_cjk(word) else rf"(?<![^\W_]){escaped}(?![^\W_])"


def snippet(texts: Iterable[str], wanted: Wanted) -> str:
    """The best place of several texts: where the most different words are near each other.

    Without any of the words it is the beginning of the first text that has one.
    """
    best, most, fallback = "", 0, ""
    for text in texts:
        fallback = fallback or text
        spans = wanted.spans(text)
        if not spans:
            continue
        place, count = _densest(spans)
        if count > most:
            best, most = _cut(text, spans, spans[place][0]), count
    return best or _cut(fallback, [], 0)


def _densest(spans: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """The span from which on the most different words are seen, and how many."""
    best, most = 0, 0
    for place, (begin, _, _) in enumerate(spans):
        seen = set()
        for _, end, word in spans[place:]:
            if end > begin + _LENGTH - _BEFORE:
                break
            seen.add(word)
        if len(seen) > most:
            best, most = place, len(seen)
    return best, most


def _cut(text: str, spans: Sequence[tuple[int, int, str]], at: int) -> str:
    begin = max(at - _BEFORE, 0)
    if begin:
        space = text.find(" ", begin, at)
        begin = begin if space < 0 else space + 1
    end = min(begin + _LENGTH, len(text))
    if end < len(text):
        space = text.rfind(" ", at, end)
        end = end if space <= at else space
    pieces, place = ["…" if begin else ""], begin
    for start, stop, _ in spans:
        if start < begin or stop > end:
            continue
        pieces += [_line(text[place:start]), BEGIN, text[start:stop], END]
        place = stop
    pieces += [_line(text[place:end]), "…" if end < len(text) else ""]
    return "".join(pieces).strip()


def _line(text: str) -> str:
    """The text without line ends, and without what would be a mark."""
    clean = text.replace(BEGIN, "").replace(END, "")
    words = " ".join(clean.split())
    if not words:
        return " " if clean else ""
    return f"{' ' * clean[:1].isspace()}{words}{' ' * clean[-1:].isspace()}"
