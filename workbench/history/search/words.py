"""Texts as the index takes them, and what is typed as a query for it.

A text is normalised by NFKC, so that wide and narrow forms are the same. Between the characters
of Chinese, Japanese and Korean, which are written without spaces, spaces are put: each is a word,
and what is typed of them is a phrase. The parts of ``camelCaseNames`` are words as well; they come
last, so that what is next to each other stays so.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from workbench.domain.text import replace_surrogates

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK_CHARACTER = re.compile(f"([{_CJK}])")
_CAMEL = re.compile(r"[^\W\d_]*[a-z0-9][A-Z]\w*")
_CAMEL_INSIDE = re.compile("[a-z0-9][A-Z]")
"""What each of these has in it: most texts have none, and looking for this alone is quick."""
_CAMEL_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z_]+")
_TOKEN = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+")
_LEAST_PREFIX = 2
"""Letters of a beginning; shorter ones are words of their own."""
MOST_CHARACTERS = 1_000_000
"""Of one text that are indexed."""


def searchable(text: str) -> str:
    """The text as a query and the index take it: normalised, clean, and without NUL."""
    clean = replace_surrogates(text[:MOST_CHARACTERS]).replace("\0", "")
    if clean.isascii():
        return clean
    return _CJK_CHARACTER.sub(r" \1 ", unicodedata.normalize("NFKC", clean))


def indexed(text: str) -> str:
    """The text with the parts of camel-case names behind it."""
    normal = searchable(text)
    if not _CAMEL_INSIDE.search(normal):
        return normal
    names = set(_CAMEL.findall(normal))
    parts = {part for name in names for part in _CAMEL_PARTS.findall(name)}
    return f"{normal}\n{' '.join(sorted(parts))}"


def phrases(typed: str) -> str | None:
    """The words of a query: all must occur, the last may be the beginning of a word.

    Every word is quoted, so that nothing typed is an operator. None where there is no word.
    """
    words = [normal for word in typed.split() if (normal := searchable(word).strip())]
    if not words:
        return None
    quoted = [f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words]
    last = folded_tokens(words[-1])
    star = "*" if not last or len(last[-1]) >= _LEAST_PREFIX or len(last) > 1 else ""
    # Joined by spaces, not AND: a word without letters ("%") is then left out, not a failure.
    return " ".join(quoted) + star


def folded_tokens(text: str) -> list[str]:
    """The words of a text without case and accents, about as the index has them."""
    return [fold(match.group()) for match in _TOKEN.finditer(text)]


def token_spans(text: str) -> Iterable[tuple[int, int, str]]:
    """Where each word of a text begins and ends, and the word without case and accents."""
    for match in _TOKEN.finditer(text):
        yield match.start(), match.end(), fold(match.group())


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word)
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def fold_in_place(text: str) -> str:
    """The text without case and accents, each character in its place."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    folded = fold(character)
    return folded if len(folded) == 1 else character.lower()[:1] or character


def is_cjk(word: str) -> bool:
    """Whether a word is a character of a language that is written without spaces."""
    return bool(_CJK_CHARACTER.fullmatch(word))


def name_parts(word: str) -> list[str]:
    """The parts of a camel-case name, folded; none of other words."""
    return [fold(part) for part in _CAMEL_PARTS.findall(word)] if _CAMEL.fullmatch(word) else []


@lru_cache(maxsize=4096)
def tag_token(letter: str, name: str) -> str:
    """The word of the tags column for a name of any spelling: a letter for its kind, a digest."""
    clean = replace_surrogates(name).casefold().encode()
    return letter + hashlib.blake2b(clean, digest_size=5).hexdigest()


def all_of(tokens: Iterable[str]) -> str:
    """A condition: the tags have all of these words."""
    return f"{{tags}} : ({' '.join(_quoted(tokens))})"


def any_of(tokens: Iterable[str]) -> str:
    """A condition: the tags have one of these words."""
    return f"{{tags}} : ({' OR '.join(_quoted(tokens))})"


def _quoted(tokens: Iterable[str]) -> list[str]:
    return [f'"{token}"' for token in tokens]
