"""Finds the tags of a Jinja template, also while it is half typed.

This reads no expression: it finds ``{{ }}``, ``{% %}``, ``{# #}`` and raw text, and which of them
belong together. Window and core need the same answer at once, for every key. Time grows with the
length of the text alone. All offsets count characters from 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

TagKind = Literal["expression", "statement", "comment", "raw"]

_OPENING = re.compile(r"\{[{%#]")
_WORD = re.compile(r"\{%[-+]?\s*([A-Za-z_]\w*)?")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_PART = re.compile(
    r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[()\[\]]|\{[{%]?|[-+]?%\}|\}", re.DOTALL
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_FENCE = re.compile(r"\s*^[ \t]*(?:---|\+\+\+)[ \t]*(?:\n|\Z)", re.MULTILINE)
_NEXT_FENCE = re.compile(r"^(?:---|\+\+\+)[ \t]*(?:\n|\Z)", re.MULTILINE)
_OPENERS = frozenset({"if", "for", "macro", "call", "filter", "with", "block", "set"})
_MIDDLES = {"elif": ("if",), "else": ("if", "for")}


class Tag(NamedTuple):
    """One tag, its delimiters included; ``end`` is the offset after it.

    ``word`` is the first word of a statement. A tag that is not closed ends with its line. A raw
    tag is all of it, from ``{% raw %}`` to ``{% endraw %}``.
    """

    kind: TagKind
    start: int
    end: int
    closed: bool = True
    word: str = ""
    word_start: int = 0


class Block(NamedTuple):
    """A statement with its middles (``else``) and its end, in order."""

    word: str
    tags: tuple[Tag, ...]


def body_start(text: str) -> int:
    """The offset at which the body starts, after front matter between lines ``---`` (or ``+++``).

    0 where there is no front matter, or one that is not closed yet. Blank lines may precede it.
    """
    opening = _FENCE.match(text)
    if opening is None:
        return 0
    closing = _NEXT_FENCE.search(text, opening.end())
    return closing.end() if closing else 0


def is_in_front_matter(text: str, position: int) -> bool:
    """Whether an offset lies in the front matter, also in one that is not closed yet."""
    body = body_start(text)
    return position < body if body else _FENCE.match(text, 0, position) is not None


def find_tags(text: str, start: int = 0) -> list[Tag]:
    """All tags in order, from ``start`` on."""
    tags: list[Tag] = []
    missing: set[str] = set()
    position = start
    while (opening := _OPENING.search(text, position)) is not None:
        tag = _tag_at(text, opening.start(), missing)
        tags.append(tag)
        position = max(tag.end, opening.end())
    return tags


def _tag_at(text: str, start: int, missing: set[str]) -> Tag:
    """The tag that starts at ``start``; ends that do not come any more are noted in ``missing``."""
    mark = text[start + 1]
    if mark == "#":
        end = -1 if "comment" in missing else text.find("#}", start + 2)
        if end >= 0:
            return Tag("comment", start, end + 2)
        missing.add("comment")
        return _open_tag(text, "comment", start)
    if mark == "{":
        end = _end(text, start + 2, "expression")
        kind: TagKind = "expression"
        return Tag(kind, start, end) if end else _open_tag(text, kind, start)
    raw = None if "raw" in missing else _RAW.match(text, start)
    if raw is not None:
        closing = _END_RAW.search(text, raw.end())
        if closing is not None:
            return Tag("raw", start, closing.end(), True, "raw", text.index("raw", start))
        missing.add("raw")
    word = _WORD.match(text, start)
    assert word is not None
    name, name_start = word.group(1) or "", max(word.start(1), 0)
    end = _end(text, start + 2, "statement")
    if end:
        return Tag("statement", start, end, True, name, name_start)
    return _open_tag(text, "statement", start)._replace(word=name, word_start=name_start)


def _end(text: str, position: int, kind: TagKind) -> int:
    """The offset after the delimiter that closes a tag, 0 where none does."""
    opened: list[str] = []
    while (part := _PART.search(text, position)) is not None:
        found, position = part[0], part.end()
        if found.endswith("%}"):
            return position if kind == "statement" else 0
        if found in ("{%", "{{"):  # no expression has them: a mapping cannot be a key
            return 0
        if found[0] in "([{":
            opened += found
        elif found in _PAIRS:
            if opened and opened[-1] == _PAIRS[found]:
                opened.pop()
            elif found == "}" and text[position : position + 1] == "}":
                return position + 1 if kind == "expression" else 0
    return 0


def _open_tag(text: str, kind: TagKind, start: int) -> Tag:
    line_end = text.find("\n", start)
    return Tag(kind, start, line_end if line_end >= 0 else len(text), closed=False)


def find_blocks(text: str, tags: Sequence[Tag]) -> list[Block]:
    """Statements that belong together, in the order in which they end.

    An end without a beginning belongs to none; a beginning without an end comes last, alone or
    with its middles.
    """
    blocks: list[Block] = []
    opened: list[list[Tag]] = []
    count: Counter[str] = Counter()
    for tag in tags:
        if tag.kind != "statement":
            continue
        if tag.word in _MIDDLES:
            if opened and opened[-1][0].word in _MIDDLES[tag.word]:
                opened[-1].append(tag)
        elif tag.word.startswith("end"):
            word = tag.word.removeprefix("end")
            while count[word]:
                group = opened.pop()
                count[group[0].word] -= 1
                if group[0].word == word:
                    blocks.append(Block(word, (*group, tag)))
                    break
        elif tag.word in _OPENERS and not (tag.word == "set" and assigns(text, tag)):
            opened.append([tag])
            count[tag.word] += 1
    return [*blocks, *(Block(group[0].word, tuple(group)) for group in opened)]


def assigns(text: str, tag: Tag) -> bool:
    """Whether a ``set`` gives its value at once and so has no end."""
    return "=" in text[tag.word_start : tag.end]


def tag_at(tags: Sequence[Tag], offset: int) -> Tag | None:
    """The tag around a cursor: behind its opening and not behind its closing delimiter."""
    for tag in tags:
        if tag.start + 2 <= offset and (offset < tag.end or (offset == tag.end and not tag.closed)):
            return tag
        if tag.start > offset:
            break
    return None


def text_in_quotes(text: str, start: int, offset: int) -> tuple[str, int]:
    """The quotation mark that is open at ``offset`` and where its text starts, ("", 0) if none.

    Args:
        text: the template.
        start: where the tag starts.
        offset: the place asked for.
    """
    mark, opened = "", 0
    position = start
    while position < offset:
        found = text[position]
        if mark and found == "\\":
            position += 1
        elif mark and found == mark:
            mark = ""
        elif not mark and found in "'\"":
            mark, opened = found, position + 1
        position += 1
    return (mark, opened) if mark else ("", 0)
