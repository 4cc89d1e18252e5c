"""Puts a text together, with the places of its pages, headings and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from workbench.domain.errors import FormatError
from workbench.domain.sources.document import (
    HEADING_CHARACTERS,
    Block,
    BlockKind,
    Extracted,
    Heading,
    Page,
    scanned_words,
)
from workbench.domain.text import replace_surrogates, size_text
from workbench.retrieval.loaders.loader import TEXT_CHARACTERS

MOST_HEADINGS = 20_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile("\r\n?|\f|\u2028|\u2029|\x85")
_DEEPEST = 6


def clean(text: str) -> str:
    """A text with line ends of one kind, without control characters and lone surrogates."""
    return replace_surrogates(_CONTROL.sub("", _LINE_ENDS.sub("\n", text)))


class TextBuilder:
    """A document that grows at its end.

    Args:
        kind: the loader's id.
        title: what the document is called.
    """

    def __init__(self, kind: str, title: str = "") -> None:
        self.kind = kind
        self.title = title
        self.notes: list[str] = []
        self._pieces: list[str] = []
        self._length = 0
        self._pages: list[Page] = []
        self._headings: list[Heading] = []
        self._blocks: list[Block] = []

    @property
    def length(self) -> int:
        """How many characters there are."""
        return self._length

    def add(self, text: str, *, apart: bool = True) -> int:
        """Add a paragraph, and return where it begins; nothing is added of an empty one.

        Args:
            text: its lines.
            apart: with an empty line before it.
        """
        lines = (line.rstrip() for line in clean(text).split("\n"))
        return self._append("\n".join(lines).strip("\n"), "\n\n" if apart else "\n")

    def heading(self, text: str, level: int) -> None:
        """Add a heading, marked as in Markdown."""
        words = " ".join(clean(text).split())
        if not words:
            return
        level = min(max(level, 1), _DEEPEST)
        start = self._append(f"{'#' * level} {words}", "\n\n")
        self.mark_heading(start, level, words)

    def mark_heading(self, start: int, level: int, text: str) -> None:
        """Note that what is at ``start`` is a heading."""
        if len(self._headings) < MOST_HEADINGS:
            self._headings.append(Heading(start, level, short_heading(text)))

    def table(self, rows: Iterable[Iterable[str]]) -> None:
        """Add a table, a line a row with tabs between its cells."""
        lines = ["\t".join(" ".join(clean(cell).split()) for cell in row).rstrip() for row in rows]
        lines = [line for line in lines if line.strip()]
        if lines:
            start = self._append("\n".join(lines), "\n\n")
            self.mark_block(start, "table")

    def code(self, text: str) -> None:
        """Add lines of code."""
        start = self.add(text)
        if self._length > start:
            self.mark_block(start, "code")

    def mark_block(self, start: int, kind: BlockKind) -> None:
        """Note that what is from ``start`` to the end is a table or code."""
        self._blocks.append(Block(start, self._length, kind))

    def page(self, text: str) -> int:
        """Add a page, which may be empty, and return where its text begins."""
        before = self._length
        start = self.add(text)
        if self._length == before:
            start = before
        self.mark_page(start)
        return start

    def mark_page(self, start: int, title: str = "") -> None:
        """Note that what is from ``start`` to the end is a page or a chapter."""
        number = len(self._pages) + 1
        self._pages.append(Page(number, start, self._length, short_heading(title)))

    def build(self) -> Extracted:
        """The document."""
        scanned = tuple(each.number for each in self._pages if each.end == each.start)
        notes = [scanned_words(scanned, len(self._pages))] if scanned else []
        text = "".join(self._pieces)
        return Extracted(
            kind=self.kind,
            title=short_heading(clean(self.title)),
            text=text,
            pages=tuple(self._pages),
            headings=tuple(sorted(self._headings, key=lambda each: each.start)),
            blocks=tuple(with_header(each, text) for each in self._blocks),
            scanned=scanned,
            notes=(*self.notes, *notes),
        )

    def _append(self, text: str, between: str) -> int:
        if not text.strip():
            return self._length
        if self._pieces:
            text = between + text
        start = self._length + (len(between) if self._pieces else 0)
        self._length += len(text)
        if self._length > TEXT_CHARACTERS:
            raise too_much_text()
        self._pieces.append(text)
        return start


def with_header(block: Block, text: str) -> Block:
    """A block with its first line as the header, where it is a table."""
    if block.kind != "table":
        return block
    end = text.find("\n", block.start, block.end)
    header = text[block.start : block.end if end < 0 else end]
    return msgspec.structs.replace(block, header=short_heading(header))


def short_heading(text: str) -> str:
    """A heading on one line, cut off where it is too long for one."""
    words = " ".join(text.split())
    return words if len(words) <= HEADING_CHARACTERS else f"{words[: HEADING_CHARACTERS - 1]}…"


def too_much_text(most: int = TEXT_CHARACTERS) -> FormatError:
    """The error for a document with more text than is read; the job adds the path."""
    return FormatError("", f"it has more than {size_text(most)} of text, the most that is read.")
