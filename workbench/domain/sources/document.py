"""What is read of a document, and the chunks that it is cut into.

All places are characters of :attr:`Extracted.text`, which is kept as it is: ``text[start:end]`` is
what a page, a block or a chunk says.
"""

from __future__ import annotations

import bisect
import operator
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from workbench.domain.parameters import about
from workbench.domain.text import count_text

BlockKind = Literal["table", "code"]
HEADING_CHARACTERS = 120
"""A heading is cut off here: what is longer is a paragraph that looks like one."""
_BETWEEN = " › "
_SHOWN_PAGES = 12


class Page(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A page, or a chapter of a book: then it has a title. Numbers count from 1."""

    number: int
    start: int
    end: int
    title: str = ""


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading, or the definition of code that begins at ``start``. Level 1 is the highest."""

    start: int
    level: int
    text: str


class Block(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A table or code: it is cut between its lines. ``header`` is a table's first row."""

    start: int
    end: int
    kind: BlockKind
    header: str = ""


class Extracted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is read of a file. ``kind`` is the loader's id."""

    kind: str
    title: str = ""
    text: str = ""
    bytes: int = 0
    """The size of the file."""
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    blocks: tuple[Block, ...] = ()
    scanned: tuple[int, ...] = ()
    """Numbers of the pages without a text."""
    notes: tuple[str, ...] = ()
    """Sentences about what was not read, or was read in a way that may be wrong."""

    @property
    def is_scanned(self) -> bool:
        """Whether there is no text at all since all pages are pictures."""
        return bool(self.scanned) and len(self.scanned) == len(self.pages)

    def page_at(self, place: int) -> int:
        """The number of the page that has the character at ``place``, 0 where there are none."""
        at = bisect.bisect_right(self.pages, place, key=operator.attrgetter("start"))
        return self.pages[at - 1].number if at else 0

    def page_text(self, page: Page) -> str:
        """The text of a page."""
        return self.text[page.start : page.end]


class Chunk(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A passage of a document: ``text[start:end]``.

    ``tokens`` are those of the passage alone; ``headings`` is the path to it, from outside to
    inside; ``page`` is that of its beginning, 0 where there are none.
    """

    start: int
    end: int
    tokens: int
    headings: tuple[str, ...] = ()
    page: int = 0


class ChunkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How documents are cut."""

    tokens: Annotated[
        int,
        about(
            description="The most that a chunk has, with the headings before it. It is cut at "
            "headings, paragraphs, sentences and words, in this order.",
            title="Chunk size", unit="tokens", ge=16, le=8192,
        ),
    ] = 320  # fmt: skip
    overlap_percent: Annotated[
        int,
        about(
            description="How much of a chunk repeats the end of the one before.",
            title="Overlap", unit="%", lowest="None", ge=0, le=50,
        ),
    ] = 0  # fmt: skip
    heading_prefix: Annotated[
        bool,
        about(
            description="Puts the headings that lead to a chunk before it when it is embedded.",
            title="Headings before chunks",
        ),
    ] = True  # fmt: skip


def heading_words(headings: Sequence[str]) -> str:
    """A path of headings on one line: "Refunds › When it is paid"."""
    return _BETWEEN.join(" ".join(each.split()) for each in headings)


def embedded_text(text: str, chunk: Chunk, settings: ChunkSettings) -> str:
    """What an embedding model gets of a chunk: its headings on a line, then its text.

    Args:
        text: that of the document.
        chunk: one of its chunks.
        settings: those that it was cut with.
    """
    passage = text[chunk.start : chunk.end]
    headings = chunk.headings
    if headings and headings[-1] in passage[: 2 * HEADING_CHARACTERS].partition("\n")[0]:
        headings = headings[:-1]  # the passage begins with it
    if not headings or not settings.heading_prefix:
        return passage
    return f"{heading_words(headings)}\n{passage}"


def scanned_words(pages: Sequence[int], total: int) -> str:
    """One sentence for pages without a text."""
    if len(pages) == total:
        what = "Its page is" if total == 1 else f"All {total:,} pages are"
        return f"{what} scanned: there is no text to read, only pictures."
    shown = ", ".join(f"{each:,}" for each in pages[:_SHOWN_PAGES])
    more = len(pages) - _SHOWN_PAGES
    if more > 0:
        shown += f" and {count_text(more, 'more page')}"
    if len(pages) == 1:
        return f"Page {shown} has no text: it may be scanned."
    return f"Pages {shown} have no text: they may be scanned."
