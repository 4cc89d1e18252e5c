"""What a prompt asks of the user's own documents, and the passages that it gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from workbench.domain.sources.document import heading_words

MOST_PASSAGES = 100
"""Most that one question gets: more fill any prompt."""


class PassageQuery(msgspec.Struct, frozen=True):
    """A call of ``retrieve``: the question, how many passages at most, and where to look.

    ``collection`` is a name, "" for the only one there is.
    """

    query: str
    k: int = 4
    collection: str = ""


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A passage of a document, as it was there when it was found.

    ``start`` and ``end`` are characters of the document's text; ``page`` counts from 1, 0 where
    there are none; ``tokens`` is 0 where they were not counted. ``chunk`` finds it again.
    """

    text: str
    file: str
    page: int = 0
    headings: tuple[str, ...] = ()
    score: float = 0.0
    tokens: int = 0
    chunk: int = 0
    start: int = 0
    end: int = 0

    @property
    def name(self) -> str:
        """The file without its folders."""
        return self.file.replace("\\", "/").rpartition("/")[2]

    @property
    def place(self) -> str:
        """Where it is: "returns.pdf, page 3 › Refunds › When it is paid"."""
        page = f", page {self.page}" if self.page else ""
        return heading_words((f"{self.name}{page}", *self.headings))


Find = Callable[[PassageQuery], Awaitable[tuple[Passage, ...]]]
"""Looks into the documents; WorkbenchError where it cannot."""
