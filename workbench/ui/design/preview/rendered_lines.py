"""A rendered message as lines on the page: the text of each, and what is folded."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.domain.prompts.prompt import Preview
from workbench.domain.sources.passages import Passage
from workbench.domain.text import Message, Span, count_text

FOLDED_CHARACTERS = 240
"""Repeated items that are shorter than this together are not folded."""


class Bit(NamedTuple):
    """A part of one line, from one span; ``place`` is the span's in its message."""

    text: str
    span: Span
    place: int


class Line(NamedTuple):
    """A line of a message."""

    bits: list[Bit]

    @property
    def number(self) -> int:
        """The template line of its first text, 0 unknown."""
        return next((bit.span.line for bit in self.bits if bit.text.strip()), 0)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read on it."""
        return not any(bit.text.strip() for bit in self.bits)


class Repeats(NamedTuple):
    """The items of a loop beyond the first: what they are called, and their lines."""

    name: str
    loop: int
    first: int
    last: int
    indices: range
    """Of their spans in the message."""
    lines: list[Line]

    @property
    def words(self) -> str:
        """How they are called: "examples 2 and 3"."""
        joint = "and" if self.last == self.first + 1 else "to"
        span = f"{self.first} {joint} {self.last}" if self.last > self.first else f"{self.first}"
        return f"{self.name} {span}"


def parts_of(message: Message) -> Iterator[Line | Repeats]:
    """The lines of a message in order, with long repeats of loops set apart."""
    spans = list(enumerate(message.spans))
    for loop, group in itertools.groupby(spans, key=lambda pair: _repeated_in(pair[1])):
        found = list(group)
        length = sum(len(span.text) for _, span in found)
        if not loop or length < FOLDED_CHARACTERS:
            yield from lines_of(found)
            continue
        passes = [span.at.iteration for _, span in found]
        indices = range(found[0][0], found[-1][0] + 1)
        yield Repeats(
            _name([span for _, span in found]), loop, min(passes), max(passes), indices,
            list(lines_of(found)),
        )  # fmt: skip


def _repeated_in(span: Span) -> int:
    return span.at.loop if span.at.iteration > 1 else 0


def _name(spans: Sequence[Span]) -> str:
    """What a loop goes over: the variable that most of its values come from."""
    variables = Counter(span.variable for span in spans if span.variable)
    return variables.most_common(1)[0][0] if variables else "items"


def lines_of(spans: Sequence[tuple[int, Span]]) -> Iterator[Line]:
    """Spans, with their places, cut at the line breaks of their text."""
    bits: list[Bit] = []
    for index, span in spans:
        for number, text in enumerate(span.text.split("\n")):
            if number:
                yield Line(bits)
                bits = []
            if text:
                bits.append(Bit(text, span, index))
    if bits:
        yield Line(bits)


class Drawn(NamedTuple):
    """A piece of a span on the page: its characters from ``start`` to ``end``."""

    start: int
    end: int
    span: Span
    tokens: int | None
    key: tuple[int, int]
    """Message and span."""


def words_of(span: Span, tokens: int | None, passages: Sequence[Passage] = ()) -> str:
    """Say where a span is from: "question · line 24 · 44 tokens"; of a passage, its file first."""
    words = [span.variable] if span.variable else []
    if 0 < span.at.passage <= len(passages):
        words = [f"passage {span.at.passage}", passages[span.at.passage - 1].place, *words]
    if span.at.template:
        words.append(f"{span.at.template} line {span.at.template_line}")
    if span.line:
        words.append(f"line {span.line}")
    if span.block and not span.at.template:
        words.append(span.block)
    if span.at.iteration:
        words.append(f"item {span.at.iteration}")
    if span.at.derived:
        words.append("computed")
    if tokens is not None:
        words.append(count_text(tokens, "token"))
    return " · ".join(words)


def words_for_all(preview: Preview, found: Sequence[Drawn], variable: str, line: int) -> str:
    """The same for a variable, a line or a loop; what is folded away counts too.

    Args:
        preview: all messages and counts.
        found: what of it is drawn, at least one.
        variable: "" where a line is meant.
        line: of text, or of a loop.
    """
    first = found[0].span
    spans = [span for message in preview.messages for span in message.spans]
    if variable:
        same = [span for span in spans if span.variable == variable]
        words, tokens = variable, preview.variable_tokens.get(variable)
    elif first.line == line:
        same = [span for span in spans if span.line == line]
        words, tokens = f"line {line}", preview.line_tokens.get(line)
    else:
        words = next((block for block in first.at.blocks if block.startswith("for")), "")
        items = max(span.at.iteration for span in spans if span.at.loop == line)
        tokens = preview.block_tokens.get(words)
        count = f" · {count_text(tokens, 'token')}" if tokens is not None else ""
        return f"{words} · {count_text(items, 'item')}{count}"
    if len(same) == 1:
        return words_of(first, found[0].tokens, preview.passages)
    count = f" · {count_text(tokens, 'token')}" if tokens is not None else ""
    return f"{words} · {len(same)} places{count}"
