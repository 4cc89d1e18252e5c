"""Strings that keep the origin of each piece, and the filters that preserve it.

A :class:`Traced` string is an ordinary string to the template; whatever is done to it that is not
named here gives a plain string, which then counts as one derived value. Nothing here can change a
text: where pieces would not join to what Jinja's own filter gives, they are dropped.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from markupsafe import Markup

from workbench.prompts.source_map.source_places import UNKNOWN, Stretch

NOTHING_GIVEN: Mapping[str, str] = {}
MOST_PIECES = 20_000
"""Pieces that one value keeps; a macro or block of more becomes one derived value."""
_PIECEWISE = ("upper", "lower", "replace", "escape", "e")


class Origin(NamedTuple):
    """What an output of a template is. ``template`` is None for the main one."""

    literal: bool
    line: int
    variable: str
    template: str | None
    stretch: Stretch
    blocks: tuple[str, ...]
    derived: bool
    argument: str
    """The macro parameter that the value is made of, "" for none or several."""
    given: Mapping[str, str]
    """For a call of a macro: the variable behind each of its parameters."""
    data: str
    """The whole literal text, "" for an expression."""


class Leaf(NamedTuple):
    """A run of text from one output. ``start`` counts characters into a literal text."""

    text: str
    origin: Origin
    start: int
    literal: bool
    variable: str
    blocks: tuple[str, ...]
    loop: tuple[str | None, int]
    iteration: int
    derived: bool
    passage: int = 0
    """The passage of the user's documents that it is, from 1; 0 where it is none."""


class Printed(ABC):
    """A value that is printed in pieces of its own."""

    @abstractmethod
    def leaves(self) -> Sequence[Leaf]:
        """The pieces, in order."""


class Traced(str):
    """Text with its pieces; ``str()`` keeps them."""

    # The leading underscore hides them from templates.
    __slots__ = ("_leaves",)
    _leaves: tuple[Leaf, ...]

    def __str__(self) -> str:
        return self


class TracedMarkup(Markup):
    """The same for text that counts as escaped."""

    _leaves: tuple[Leaf, ...] | None = None  # what Markup's methods give has none

    def __repr__(self) -> str:
        return f"Markup({str.__repr__(self)})"


UNPRINTED = Origin(False, 0, "", None, UNKNOWN, (), False, "", NOTHING_GIVEN, "")
"""The origin of a piece before it is printed somewhere."""


def passage_leaf(text: str, variable: str, passage: int) -> Leaf:
    """A piece that was given to the template; ``passage`` as in :class:`Leaf`."""
    return Leaf(str.__str__(text), UNPRINTED, 0, False, variable, (), (None, 0), 0, False, passage)


def leaves_of(value: object) -> tuple[Leaf, ...] | None:
    """The pieces of a text, None where they are not known."""
    return value._leaves if isinstance(value, (Traced, TracedMarkup)) else None  # noqa: SLF001


def traced(text: str, leaves: Iterable[Leaf]) -> Traced | TracedMarkup:
    """A text with pieces that join to it; it stays :class:`Markup` if it is."""
    made: Traced | TracedMarkup
    made = TracedMarkup(text) if isinstance(text, Markup) else Traced(text)
    made._leaves = tuple(leaves)  # noqa: SLF001
    return made


def joined(parts: Iterable[str], unknown: Origin) -> str:
    """The parts in one text, with their pieces: what macros, blocks and ``set`` gather.

    Nothing of it is the author's own any more where role markers and control tokens are looked for.

    Args:
        parts: in order.
        unknown: the origin of parts without pieces.
    """
    texts: list[str] = []
    leaves: list[Leaf] = []
    for part in parts:
        texts.append(part)
        if not part or len(leaves) > MOST_PIECES:
            continue
        found = leaves_of(part)
        if found is None:
            found = (Leaf(part, unknown, 0, False, "", (), (None, 0), 0, True),)
        leaves += [leaf._replace(literal=False) if leaf.literal else leaf for leaf in found]
    text = "".join(texts)
    return text if len(leaves) > MOST_PIECES else traced(text, leaves)


def cut(leaves: Sequence[Leaf], start: int, end: int) -> Iterator[Leaf]:
    """The pieces between two places of their text."""
    position = 0
    for leaf in leaves:
        first, last = max(start - position, 0), min(end - position, len(leaf.text))
        position += len(leaf.text)
        if first < last:
            yield leaf._replace(text=leaf.text[first:last], start=leaf.start + first)


# --- filters --------------------------------------------------------------------------------------

Filter = Callable[..., Any]


def keep_pieces(filters: dict[str, Filter]) -> None:
    """Put filters that keep the pieces in the place of Jinja's own of the same effect."""
    for name in _PIECEWISE:
        filters[name] = _keeping(filters[name], _each_changed)
    filters["trim"] = _keeping(filters["trim"], _trimmed)
    filters["indent"] = _keeping(filters["indent"], _indented)


class _Call(NamedTuple):
    """A filter being applied to a traced text. ``apply`` is Jinja's own filter and its options."""

    value: Traced
    leaves: tuple[Leaf, ...]
    result: str
    apply: Callable[[str], str]
    chars: str | None


def _keeping(plain: Filter, mapped: Callable[[_Call], Iterable[Leaf] | None]) -> Filter:
    """Jinja's filter, whose result gets the pieces that ``mapped`` finds (None: none)."""
    first = 1 if hasattr(plain, "jinja_pass_arg") else 0

    @functools.wraps(plain)
    def kept(*arguments: Any, **options: Any) -> Any:
        result = plain(*arguments, **options)
        value = arguments[first] if len(arguments) > first else None
        leaves = leaves_of(value)
        if type(value) is not Traced or leaves is None or not isinstance(result, str):
            return result
        before, after = arguments[:first], arguments[first + 1 :]
        chars = options.get("chars", after[0] if after else None)

        def apply(text: str) -> str:
            return str(plain(*before, text, *after, **options))

        found = mapped(_Call(value, leaves, result, apply, chars))
        return result if found is None else traced(result, found)

    return kept


def _each_changed(call: _Call) -> Iterable[Leaf] | None:
    """Pieces changed one by one, where that gives the same text as changing it whole."""
    texts = [call.apply(leaf.text) for leaf in call.leaves]
    if "".join(texts) != call.result:
        return None
    pairs = zip(texts, call.leaves, strict=True)
    return [
        leaf if text == leaf.text else leaf._replace(text=text, derived=True)
        for text, leaf in pairs
        if text
    ]


def _trimmed(call: _Call) -> Iterable[Leaf]:
    start = len(call.value) - len(call.value.lstrip(call.chars))
    return cut(call.leaves, start, start + len(call.result))


def _indented(call: _Call) -> Iterable[Leaf] | None:
    """Lines with what was put before them; None where lines are not what they were."""
    before, after = str.split(call.value, "\n"), str.split(call.result, "\n")
    if len(before) != len(after):
        return None
    leaves: list[Leaf] = []
    position = 0
    for line, indented in zip(before, after, strict=True):
        if not indented.endswith(line):
            return None
        own = list(cut(call.leaves, position, position + len(line) + 1))
        margin = indented[: len(indented) - len(line)]
        if margin:
            near = own[0] if own else leaves[-1] if leaves else None
            if near is None:
                return None
            leaves.append(near._replace(text=margin, derived=True))
        leaves += own
        position += len(line) + 1
    return leaves


class Loops:
    """The loops that are under way, from outside to inside: template and line of each, and pass.

    ``outermost`` is the place and the pass of the first; it is read for every output.
    """

    NONE: ClassVar[tuple[tuple[str | None, int], int]] = ((None, 0), 0)

    def __init__(self) -> None:
        self._running: list[tuple[str | None, int]] = []
        self.outermost = self.NONE

    def enter(self, template: str | None, line: int) -> None:
        """A loop begins."""
        self._running.append((template, line))
        if len(self._running) == 1:
            self.outermost = (self._running[0], 0)

    def next(self) -> None:
        """The innermost loop begins another pass."""
        if len(self._running) == 1:
            self.outermost = (self._running[0], self.outermost[1] + 1)

    def leave(self) -> None:
        """The innermost loop is over."""
        self._running.pop()
        if not self._running:
            self.outermost = self.NONE
