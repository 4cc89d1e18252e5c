"""What the template languages have in common: texts, values, conditions, loops, roles.

Each language is read to these parts and written from them, so that a prompt can go from any of
them to any other as far as both can say it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from typing import TypeAlias

import msgspec

from workbench.domain.runs.spec import Json
from workbench.domain.text import Role as RoleName
from workbench.prompts.source_map.token_places import composed

Path: TypeAlias = tuple[str | int, ...]
"""A variable and what is taken out of it. Loops bring ("loop", "index0"), "first" and "last"."""

DEPTH = 50
"""Most blocks inside each other."""
_OPERATORS = {"and", "or", "not", "in", "is", "if", "else", "recursive"}
_CONSTANTS = {"true", "false", "none", "True", "False", "None"}
_OWN = {"loop", "range", "dict", "namespace", "self", "super", "caller", "varargs", "kwargs"}
RESERVED = frozenset(_OPERATORS | _CONSTANTS | _OWN | {"context"})
"""Names that mean something else in a template, so that no input may have them."""
_OTHER = re.compile(r"\W+")
_OTHER_ASCII = re.compile(r"[^A-Za-z0-9_]+")


class Text(msgspec.Struct, frozen=True, tag=True):
    """Text as it is."""

    text: str


class Filter(msgspec.Struct, frozen=True):
    """A filter of Jinja with constant arguments, in order and by name."""

    name: str
    arguments: tuple[Json, ...] = ()
    named: tuple[tuple[str, Json], ...] = ()


class Value(msgspec.Struct, frozen=True, tag=True):
    """A value; it goes through ``filters`` in their order, then ``as_json`` writes it as JSON."""

    path: Path
    as_json: bool = False
    filters: tuple[Filter, ...] = ()


class RoleMark(msgspec.Struct, frozen=True, tag=True):
    """A message of this role starts here."""

    role: RoleName


class Test(msgspec.Struct, frozen=True, tag=True):
    """Whether a value counts as true, or equals another value or constant (one in a tuple)."""

    path: Path
    negated: bool = False
    same_as: Path | None = None
    constant: tuple[Json, ...] = ()


class Either(msgspec.Struct, frozen=True, tag=True):
    """One of two texts."""

    test: Test
    then: tuple[Part, ...] = ()
    otherwise: tuple[Part, ...] = ()


class Each(msgspec.Struct, frozen=True, tag=True):
    """A text for each item of a list; ``otherwise`` where it has none."""

    path: Path
    name: str
    body: tuple[Part, ...] = ()
    otherwise: tuple[Part, ...] = ()


Part: TypeAlias = Text | Value | RoleMark | Either | Each
Parts: TypeAlias = tuple[Part, ...]


class Untranslatable(Exception):
    """Something that the other language cannot say. ``what`` is a noun, ``line`` counts from 1."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line

    def __str__(self) -> str:
        return f"{self.what} in line {self.line}" if self.line else self.what


class UnreadableTemplate(Untranslatable):
    """The template cannot be read in its own language."""

    def __init__(self, line: int) -> None:
        super().__init__("a syntax error", line)


def merged(parts: list[Part]) -> Parts:
    """Parts with texts that follow each other joined and empty ones left out."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Text):
            if not part.text:
                continue
            if found and isinstance(found[-1], Text):
                found[-1] = Text(found[-1].text + part.text)
                continue
        found.append(part)
    return tuple(found)


def changed(parts: Parts, change: Callable[[Value], tuple[Part, ...]]) -> Parts:
    """Parts with something else in place of each value."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Value):
            made += change(part)
        elif isinstance(part, Either):
            made.append(
                Either(part.test, changed(part.then, change), changed(part.otherwise, change))
            )
        elif isinstance(part, Each):
            body, otherwise = changed(part.body, change), changed(part.otherwise, change)
            made.append(Each(part.path, part.name, body, otherwise))
        else:
            made.append(part)
    return merged(made)


def with_filters(parts: Parts, known: Collection[str], notes: list[str]) -> Parts:
    """Parts without the filters that a language does not have; a note says so of each."""

    def known_only(value: Value) -> tuple[Part, ...]:
        for each in value.filters:
            note = f"The filter {each.name} is left out: the text is the value as it is."
            if each.name not in known and note not in notes:
                notes.append(note)
        kept = tuple(each for each in value.filters if each.name in known)
        return (Value(value.path, value.as_json, kept),)

    return changed(parts, known_only)


def printed(parts: Parts) -> Iterator[Value]:
    """All values that parts write."""
    for part in parts:
        if isinstance(part, Value):
            yield part
        elif isinstance(part, Either):
            yield from printed(part.then + part.otherwise)
        elif isinstance(part, Each):
            yield from printed(part.body + part.otherwise)


def texts(parts: Parts) -> Iterator[str]:
    """All texts of parts."""
    for part in parts:
        if isinstance(part, Text):
            yield part.text
        elif isinstance(part, Either):
            yield from texts(part.then + part.otherwise)
        elif isinstance(part, Each):
            yield from texts(part.body + part.otherwise)


_GIVEN: ContextVar[dict[str, str] | None] = ContextVar("given names", default=None)
"""The names of the file that is being read, with what they are called here."""


@contextlib.contextmanager
def names_of_one_file() -> Iterator[None]:
    """While it lasts, :func:`usable_name` gives different names to different variables."""
    token = _GIVEN.set({})
    try:
        yield
    finally:
        _GIVEN.reset(token)


def usable_name(name: str) -> str:
    """A name that a template can use for an input, as near as possible to the given one.

    Inside of :func:`names_of_one_file` no two variables get the same one.
    """
    given = _GIVEN.get()
    if given is None:
        return _usable(name)
    if name not in given:
        found, number = _usable(name), 1
        plain, taken = found, set(given.values())
        while found in taken:
            number += 1
            found = f"{plain}_{number}"
        given[name] = found
    return given[name]


def _usable(name: str) -> str:
    found = composed(_OTHER.sub("_", name).strip("_")) or "value"
    if not f"_{found}".isidentifier():
        found = _OTHER_ASCII.sub("_", found)
    if not found.isidentifier():
        found = f"_{found}"
    return f"{found}_" if found in RESERVED else found


def roots(parts: Parts, own: frozenset[str] = frozenset()) -> dict[str, str]:
    """The inputs that parts need, in order of use, with "array" for those of loops.

    Args:
        parts: what to look through.
        own: names that loops around them bring.
    """
    found: dict[str, str] = {}
    for path, kind in _uses(parts, own):
        if found.get(str(path[0]), "string") == "string":
            inside = "array" if len(path) > 1 and isinstance(path[1], int) else "object"
            found[str(path[0])] = inside if len(path) > 1 else kind
    return found


def tested(parts: Parts) -> frozenset[str]:
    """Inputs that conditions ask for, or that have a default in place: they can be missing."""
    found: set[str] = set()
    for part in parts:
        if isinstance(part, Value):
            if any(each.name in {"default", "d"} for each in part.filters):
                found.add(str(part.path[0]))
        elif isinstance(part, Either):
            if part.test.same_as is None and not part.test.constant and len(part.test.path) == 1:
                found.add(str(part.test.path[0]))
            found |= tested(part.then) | tested(part.otherwise)
        elif isinstance(part, Each):
            found |= tested(part.body) | tested(part.otherwise)
    return frozenset(found)


def _uses(parts: Parts, own: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Each place where an input is used, and as what."""
    for part in parts:
        if isinstance(part, Value):
            yield from _outer(part.path, own)
        elif isinstance(part, Either):
            yield from _outer(part.test.path, own, _kind(part.test.constant))
            yield from _outer(part.test.same_as or (), own)
            yield from _uses(part.then, own)
            yield from _uses(part.otherwise, own)
        elif isinstance(part, Each):
            yield from _outer(part.path, own, "array")
            yield from _uses(part.body, own | {part.name})
            yield from _uses(part.otherwise, own)


def _kind(constant: tuple[Json, ...]) -> str:
    """The type of an input that is compared with a constant."""
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(constant[0]), "string") if constant else "string"


def _outer(path: Path, own: frozenset[str], kind: str = "string") -> Iterator[tuple[Path, str]]:
    if path and path[0] not in own | {"loop"}:
        yield path, kind
