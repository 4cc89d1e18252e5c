"""A rendered prompt cut into the segments of its template, and the prompt without some of them.

What "removed" means: the rendered text that comes from the segment's place in the template is taken
out of the messages. The template is rendered once, with all its values, so conditions and loops
run as they did, and no template can arise that is wrong. The spans of the messages know their line
and variable; each span belongs to exactly one segment of a level. White space without a word of its
own (a blank line) goes with the segment before it. Messages are then trimmed as the renderer trims
them, and a message without text is dropped.

Examples are the exception: an example is an item of a list that the template loops over, and
without it the template is rendered again with the shorter list, so that numbers of loops, commas
between items and the like are right.
"""

from __future__ import annotations

import bisect
import functools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import msgspec
from jinja2 import nodes

from workbench.domain.runs.spec import Json
from workbench.domain.runs.xray import Level, PromptSegment
from workbench.domain.text import Message, Span
from workbench.prompts.document import PromptDocument
from workbench.prompts.jinja.diagnosis import parse
from workbench.prompts.jinja.environment import BoundedEnvironment, RecordingUndefined
from workbench.prompts.roles import MARKER
from workbench.prompts.source_map.token_places import token_places

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_OPENERS = frozenset({"if", "for", "macro", "call", "filter", "with", "block"})
_OWN_TEXT = "the template's own text"
_TITLE_CHARACTERS = 120
_Key = int | str
"""What identifies a segment of a level: its first line, or its variable."""
MOST_EXAMPLES = 200
"""Items of lists beyond this are not looked at one by one."""


class SegmentedPrompt:
    """Messages whose spans each belong to one segment.

    Args:
        messages: as they were rendered.
        segments: those that have text, in the order of the template.
        owners: for each message, the index of the segment of each span.
    """

    def __init__(
        self,
        messages: tuple[Message, ...],
        segments: tuple[PromptSegment, ...],
        owners: Sequence[Sequence[int]],
    ) -> None:
        self.messages = messages
        self.segments = segments
        self._owners = owners

    def text_of(self, index: int) -> str:
        """All text of a segment, in the order of the prompt."""
        return "".join(span.text for span, owner in self._spans() if owner == index)

    def order(self) -> tuple[int, ...]:
        """The segments in the order in which their text begins in the prompt."""
        return tuple(dict.fromkeys(owner for _, owner in self._spans()))

    def behind(self) -> tuple[int, ...]:
        """For each segment, the characters of the prompt after its first, without its own."""
        starts: dict[int, int] = {}
        own: dict[int, int] = {}
        position = 0
        for span, owner in self._spans():
            starts.setdefault(owner, position)
            own[owner] = own.get(owner, 0) + len(span.text)
            position += len(span.text)
        return tuple(position - starts[at] - own[at] for at in range(len(self.segments)))

    def without(self, removed: Collection[int], *, keep_empty: bool = False) -> tuple[Message, ...]:
        """The prompt without some segments.

        Args:
            removed: their indices.
            keep_empty: keep a message that loses all its text, for chat formats in which roles
                must take turns.
        """
        gone = frozenset(removed)
        found = []
        for message, owners in zip(self.messages, self._owners, strict=True):
            pairs = zip(message.spans, owners, strict=True)
            spans = _trimmed([span for span, owner in pairs if owner not in gone])
            if spans or keep_empty:
                found.append(msgspec.structs.replace(message, spans=spans))
        return tuple(found)

    def _spans(self) -> Iterator[tuple[Span, int]]:
        for message, owners in zip(self.messages, self._owners, strict=True):
            yield from zip(message.spans, owners, strict=True)


def segment(
    document: PromptDocument, messages: tuple[Message, ...], level: Level
) -> SegmentedPrompt:
    """Cut rendered messages into segments.

    Args:
        document: what was rendered.
        messages: as rendered.
        level: any but "example"; see :func:`examples`.
    """
    if level == "passage":
        return _by_passage(messages)
    if level == "variable":
        return _assembled(messages, level, _variable_key, _variable_title)
    starts, titles = _ranges(document, level)

    def key(span: Span) -> _Key:
        return starts[max(0, bisect.bisect_right(starts, span.line) - 1)] if span.line else 0

    def title(start: _Key) -> str:
        return titles.get(int(start), "") or "text of unknown origin"

    return _assembled(messages, level, key, title)


def _by_passage(messages: tuple[Message, ...]) -> SegmentedPrompt:
    """Each passage, and what is around them as one; nothing where there is no passage."""
    texts: dict[int, str] = {}
    for span in (span for message in messages for span in message.spans):
        texts[span.at.passage] = texts.get(span.at.passage, "") + span.text
    if not any(texts):
        return SegmentedPrompt(messages, (), ())

    def title(number: _Key) -> str:
        if not number:
            return "all else"
        return f"passage {number}: {' '.join(texts[int(number)].split())}"

    return _assembled(messages, "passage", lambda span: span.at.passage, title)


class Example(msgspec.Struct, frozen=True):
    """An item of a list variable, by its index from 0."""

    segment: PromptSegment
    variable: str
    index: int


def examples(document: PromptDocument, values: Mapping[str, Json]) -> tuple[Example, ...]:
    """The items of all lists that a template loops over, at most :data:`MOST_EXAMPLES`.

    Args:
        document: the template.
        values: complete and typed, as they are rendered.
    """
    tree, _ = parse(_environment(), document.body)
    if tree is None:
        return ()
    found: dict[str, tuple[int, int]] = {}
    for loop in tree.find_all(nodes.For):
        variable = _looped_variable(loop.iter)
        if isinstance(values.get(variable), list) and variable not in found:
            lines = [node.lineno for node in loop.find_all(nodes.Node) if node.lineno]
            found[variable] = (loop.lineno, max(lines, default=loop.lineno))
    return tuple(
        Example(
            PromptSegment(
                id=f"{variable}[{index}]",
                level="example",
                title=f"{variable} {index + 1}: {_shown(item)}",
                lines=tuple(
                    line + document.body_line - 1 for line in range(lines[0], lines[1] + 1)
                ),
            ),
            variable,
            index,
        )
        for variable, lines in found.items()
        for index, item in enumerate(values[variable])
    )[:MOST_EXAMPLES]


def without_examples(values: Mapping[str, Json], removed: Collection[Example]) -> dict[str, Json]:
    """The values with some items left out of their lists."""
    gone = {(each.variable, each.index) for each in removed}
    return {
        name: [item for index, item in enumerate(value) if (name, index) not in gone]
        if isinstance(value, list)
        else value
        for name, value in values.items()
    }


# --- inside -----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _environment() -> BoundedEnvironment:
    return BoundedEnvironment(RecordingUndefined, {})


def _looped_variable(iterated: nodes.Node | None) -> str:
    """The variable behind what a loop goes over, through filters; "" where there is none."""
    while isinstance(iterated, nodes.Filter):
        iterated = iterated.node
    return iterated.name if isinstance(iterated, nodes.Name) else ""


def _shown(item: Json) -> str:
    text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
    return " ".join(text.split())[:_TITLE_CHARACTERS]


def _variable_key(span: Span) -> _Key:
    return span.variable


def _variable_title(key: _Key) -> str:
    return str(key) or _OWN_TEXT


def _assembled(
    messages: tuple[Message, ...],
    level: Level,
    key_of: Callable[[Span], _Key],
    title_of: Callable[[_Key], str],
) -> SegmentedPrompt:
    """Spans by the key of their segment; keys that only have white space join what is before."""
    keys = [[key_of(span) for span in message.spans] for message in messages]
    texts: dict[_Key, str] = {}
    lines: dict[_Key, set[int]] = {}
    for message, of_message in zip(messages, keys, strict=True):
        for span, key in zip(message.spans, of_message, strict=True):
            texts[key] = texts.get(key, "") + span.text
            if span.text.strip():
                lines.setdefault(key, set()).add(span.line)
    wordless = {key for key, text in texts.items() if not text.strip()}
    keys = [_joined(of_message, wordless) for of_message in keys]
    order = sorted(
        (key for key in texts if key not in wordless),
        key=lambda key: (min(lines[key], default=0), f"{key:>9}"),
    )
    segments = tuple(
        PromptSegment(
            id=str(key) or "(template)",
            level=level,
            title=title_of(key)[:_TITLE_CHARACTERS],
            lines=tuple(sorted(lines[key] - {0})),
        )
        for key in order
    )
    place = {key: index for index, key in enumerate(order)}
    owners = [[place[key] for key in of_message] for of_message in keys]
    return SegmentedPrompt(messages, segments, owners)


def _joined(keys: list[_Key], wordless: Collection[_Key]) -> list[_Key]:
    """Keys with those that have no words replaced by the one before, at the start by the next.

    A message has words, or the renderer would have dropped it.
    """
    words = [key for key in keys if key not in wordless]
    found, last = [], words[0]
    for key in keys:
        last = last if key in wordless else key
        found.append(last)
    return found


def _ranges(document: PromptDocument, level: Level) -> tuple[list[int], dict[int, str]]:
    """The file lines on which segments start, rising, and the title of each."""
    lines = document.body.split("\n")
    first = document.body_line
    if level == "line":
        starts = {number: line.strip() for number, line in enumerate(lines, first)}
    elif level == "paragraph":
        starts = _paragraphs(document, lines)
    else:
        starts = _blocks(document, lines)
    starts.setdefault(first, "")
    return sorted(starts), starts


def _paragraphs(document: PromptDocument, lines: Sequence[str]) -> dict[int, str]:
    """Runs of lines between blank lines and role markers."""
    starts: dict[int, str] = {}
    is_open = False
    for number, line in enumerate(lines, document.body_line):
        if not line.strip() or (document.has_roles and MARKER.fullmatch(line)):
            is_open = False
        elif not is_open:
            is_open = True
            starts[number] = line.strip()
    return starts


def _blocks(document: PromptDocument, lines: Sequence[str]) -> dict[int, str]:
    """Outermost blocks of more than a line, and the text between them, message by message."""
    blocks = list(_outer_blocks(document.body))
    markers = {
        number: match.group(1).lower()
        for number, line in enumerate(lines, 1)
        if document.has_roles and (match := MARKER.fullmatch(line))
    }
    starts: dict[int, str] = {}
    role, number = "", 1
    while number <= len(lines):
        role = markers.get(number, role)
        block = next((block for block in blocks if block[0] == number), None)
        if block is not None:
            starts[number] = block[2]
            starts.setdefault(block[1] + 1, _rest_title(role))
            number = block[1]
        elif number in markers or number == 1:
            starts[number] = _rest_title(role)
        number += 1
    return {number + document.body_line - 1: title for number, title in starts.items()}


def _rest_title(role: str) -> str:
    return f"{role or 'prompt'} text"


def _outer_blocks(body: str) -> Iterator[tuple[int, int, str]]:
    """First line, last line (of the body, from 1) and statement of each outermost long block."""
    places = token_places(_environment(), body)
    words = [place for place in places if place.kind != "whitespace"]
    depth, opened, last = 0, words[0] if words else None, 0
    for index, place in enumerate(words[:-1]):
        if place.kind != "block_begin":
            continue
        name = words[index + 1]
        if name.value in _OPENERS:
            depth += 1
            opened = name if depth == 1 else opened
        elif name.value.removeprefix("end") in _OPENERS and depth:
            depth -= 1
            first = opened.line if opened is not None else 0
            if depth == 0 and opened is not None and name.line > first > last:
                end = body.find("%}", opened.offset)
                yield first, name.line, body[opened.offset : end].strip("-+ \t\n")
                last = name.line


def _trimmed(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans without blank lines before and white space after, as the renderer leaves them."""
    text = "".join(span.text for span in spans)
    end = len(text.rstrip())
    blank = _BLANK_LINES.match(text, 0, end)
    start = blank.end() if blank else 0
    found, position = [], 0
    for span in spans:
        kept = span.text[max(0, start - position) : max(0, end - position)]
        if kept:
            found.append(msgspec.structs.replace(span, text=kept) if kept != span.text else span)
        position += len(span.text)
    return tuple(found)
