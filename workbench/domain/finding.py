"""Search results by name in the whole program, and when typed words match a name."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")
FoundKind = Literal["prompt", "run", "chat", "model"]

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Scripts in which words are written without blanks: any place of a text may begin a word."""


class FoundItem(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt, run, chat or model that fits what was typed."""

    kind: FoundKind
    id: str
    """A path (prompt, model), or the number of a run or conversation."""
    title: str
    detail: str = ""
    """Where it is, or the words around those that were typed."""
    message_id: int | None = None
    """The message of a chat in which the typed words occur."""


@functools.lru_cache(maxsize=1 << 14)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a text without case and accents, as :func:`fit` compares them."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def fit(typed: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """How well a name fits typed words: None not at all, else 0 for the best.

    Each typed word must be the beginning of a word of the name. Best is a name that begins with
    the words in their order, then one that has them in this order, then any order.

    Args:
        typed: of :func:`name_words`; without words nothing fits.
        words: of the name, from the same function.
    """
    if not typed or not all(any(_begins(t, w) for w in words) for t in typed):
        return None
    if len(words) >= len(typed) and all(map(_begins, typed, words)):
        return 0
    left = iter(words)
    in_order = all(any(_begins(t, w) for w in left) for t in typed)
    return 1 if in_order else 2


def _begins(typed: str, word: str) -> bool:
    if _UNSPACED.match(typed):
        return typed in word
    return word.startswith(typed)


class NameList(Generic[T]):
    """Things by name, made once for all keys of a word: of thousands, few are compared.

    Args:
        named: names and things, in the order in which equally good ones are found.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._rows = [(f" {' '.join(words := name_words(name))}", words, it) for name, it in named]

    def best(self, typed: tuple[str, ...], most: int) -> list[T]:
        """Those that fit typed words as :func:`fit` says, the best first, at most ``most``."""
        if not typed:
            return []
        marks = [word if _UNSPACED.match(word) else f" {word}" for word in typed]
        first = marks[0] if marks[0][0] == " " else ""
        ranked: tuple[list[T], ...] = ([], [], [])
        for line, words, thing in self._rows:
            if len(ranked[0]) + len(ranked[1]) >= most and not line.startswith(first):
                continue  # at best as good as those that there are
            if not all(mark in line for mark in marks):
                continue
            rank = fit(typed, words)
            if rank is not None:
                ranked[rank].append(thing)
                if len(ranked[0]) >= most:
                    break
        return [thing for group in ranked for thing in group][:most]
