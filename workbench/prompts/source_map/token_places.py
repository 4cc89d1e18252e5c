"""The place of each token of a template."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import jinja2
from jinja2.lexer import Token

_OPENERS = frozenset({"if", "for", "macro", "call", "filter", "with", "block", "set"})


class Place(NamedTuple):
    """A token and its place: line and column from 1, ``offset`` in characters from 0."""

    kind: str
    value: str
    line: int
    column: int
    offset: int

    @property
    def end(self) -> int:
        """The offset after the token."""
        return self.offset + len(self.value)


def token_places(environment: jinja2.Environment, source: str) -> list[Place]:
    """All tokens of a template in order, white space too, up to the first unreadable one."""
    places: list[Place] = []
    position = 0
    try:
        for line, kind, value in environment.lexer.tokeniter(source, None):
            # Text that a tag strips belongs to no token, so each token is looked up.
            found = source.find(value, position)
            if found < 0:
                break
            places.append(place_at(source, found, kind, value, line))
            position = found + len(value)
    except jinja2.TemplateSyntaxError:
        pass  # the places before it are what is asked for
    return places


def place_at(source: str, offset: int, kind: str, value: str, line: int) -> Place:
    """A place with a known offset."""
    return Place(kind, value, line, offset - source.rfind("\n", 0, offset), offset)


def name_place(places: list[Place], name: str, line: int) -> Place | None:
    """Where a variable, filter or test is named: on that line or, in long expressions, below."""
    for place in places:
        if place.kind == "name" and composed(place.value) == name and place.line >= line:
            return place
    return None


def variable_place(places: list[Place], name: str, line: int = 0) -> Place | None:
    """Where a variable is used: not as an attribute, and not as a filter's name."""
    before = ""
    for place in places:
        named = place.kind == "name" and composed(place.value) == name and place.line >= line
        if named and before not in {".", "|"}:
            return place
        if place.kind != "whitespace":
            before = place.value
    return None


def variable_uses(places: Sequence[Place]) -> dict[str, list[Place]]:
    """Every place where a variable is used, by its name."""
    found: dict[str, list[Place]] = {}
    before = ""
    for place in places:
        if place.kind == "name" and before not in {".", "|"}:
            found.setdefault(composed(place.value), []).append(place)
        if place.kind != "whitespace":
            before = place.value
    return found


def composed(name: str) -> str:
    """A name in the one form that templates compare: "é" can be written in two ways."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def parser_place(places: list[Place], token: Token) -> Place | None:
    """The place of the token at which a parser stopped: the first on its line that is the same."""
    value = str(token.value)
    for place in places:
        if place.line != token.lineno:
            continue
        if place.kind == token.type and token.type.endswith("_end"):
            return place
        if place.value in {value, f'"{value}"', f"'{value}'"}:
            return place
    return None


def unclosed_block(places: list[Place]) -> Place | None:
    """The name of the innermost block that is opened and not closed."""
    opened: list[Place] = []
    words = [place for place in places if place.kind != "whitespace"]
    for index, (begin, word) in enumerate(pairwise(words)):
        if begin.kind != "block_begin":
            continue
        if word.value.startswith("end"):
            if opened and opened[-1].value == word.value.removeprefix("end"):
                opened.pop()
        elif word.value == "set" and _assigns(words[index + 2 :]):
            continue
        elif word.value in _OPENERS:
            opened.append(word)
    return opened[-1] if opened else None


def _assigns(words: list[Place]) -> bool:
    """Whether a ``set`` gives its value at once."""
    for place in words:
        if place.kind == "block_end":
            return False
        if place.value == "=":
            return True
    return False
