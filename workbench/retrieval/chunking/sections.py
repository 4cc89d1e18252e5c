"""The sections of a document, by its headings, and what is kept together in them."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.domain.sources.document import HEADING_CHARACTERS, Block, Extracted
from workbench.retrieval.chunking.splitting import Splitter, lines, paragraphs, sentences

Path = tuple[str, ...]
CODE = "code"
"""The kind of documents whose sections are definitions: short ones share a chunk."""
_start = operator.attrgetter("start")


@dataclass(frozen=True)
class Section:
    """A part of a document under one heading, with the path of headings to it."""

    start: int
    end: int
    path: Path


@dataclass(frozen=True)
class Unit:
    """A span that is kept together where it fits; else ``splitters`` cut it, one after another."""

    start: int
    end: int
    splitters: tuple[Splitter, ...]


def sections(document: Extracted) -> list[Section]:
    """All sections, without a gap. A heading with nothing below it goes with the next section."""
    text = document.text
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    begins, heading_at = 0, 0
    for heading in document.headings:
        bare = document.kind != CODE and _is_bare(text, heading_at, heading.start, path)
        if heading.start > begins and not bare:
            found.append(Section(begins, heading.start, _words(path)))
            begins = heading.start
        heading_at = heading.start
        while path and path[-1][0] >= heading.level:
            path.pop()
        path.append((heading.level, heading.text))
    if len(text) > begins:
        found.append(Section(begins, len(text), _words(path)))
    return found


def _words(path: Sequence[tuple[int, str]]) -> Path:
    return tuple(words for _, words in path)


def _is_bare(text: str, start: int, end: int, path: Sequence[tuple[int, str]]) -> bool:
    """Whether there is nothing below the last heading, which begins at ``start``."""
    if end - start > 2 * HEADING_CHARACTERS:
        return False
    heading = path[-1][1] if path else ""
    return _letters(text[start:end]) <= _letters(heading)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def groups(document: Extracted) -> list[list[Section]]:
    """The sections that may share chunks: of code all of them, else each alone."""
    found = sections(document)
    return [found] if document.kind == CODE and found else [[each] for each in found]


def units(document: Extracted, section: Section) -> Iterator[Unit]:
    """What is kept together in a section: paragraphs, tables, code; a definition of code."""
    text = document.text
    if document.kind == CODE:
        yield Unit(section.start, section.end, (paragraphs, lines))
        return
    place = section.start
    for block in blocks_in(document, section):
        start, end = max(block.start, place), min(block.end, section.end)
        if start >= end:
            continue
        yield from _paragraphs(text, place, start)
        while end < section.end and text[end] == "\n":
            end += 1
        yield Unit(start, end, (lines,) if block.kind == "table" else (paragraphs, lines))
        place = end
    yield from _paragraphs(text, place, section.end)


def blocks_in(document: Extracted, section: Section) -> Iterator[Block]:
    """The tables and code of a section."""
    first = bisect.bisect_right(document.blocks, section.start, key=_start)
    for block in document.blocks[max(first - 1, 0) :]:
        if block.start >= section.end:
            return
        if block.end > section.start:
            yield block


def _paragraphs(text: str, start: int, end: int) -> Iterator[Unit]:
    if start < end:
        for first, after in paragraphs(text, start, end):
            yield Unit(first, after, (sentences,))


def path_at(document: Extracted, found: Sequence[Section], place: int) -> Path:
    """The headings that lead to a place; in a table that has begun before it, its header too.

    Args:
        document: the document.
        found: its sections.
        place: a character of its text.
    """
    at = bisect.bisect_right(found, place, key=_start) - 1
    path = found[at].path if at >= 0 else ()
    header = _header_at(document, place)
    return (*path, header) if header else path


def _header_at(document: Extracted, place: int) -> str:
    at = bisect.bisect_left(document.blocks, place, key=_start) - 1
    if at < 0 or document.blocks[at].end <= place:
        return ""
    return document.blocks[at].header


def paths_of(document: Extracted, section: Section) -> set[Path]:
    """All paths that chunks of a section may have."""
    headers = {each.header for each in blocks_in(document, section) if each.header}
    return {section.path, *((*section.path, each) for each in headers)}
