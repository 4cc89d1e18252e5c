"""What is searched in collections, and what is found."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from workbench.domain.parameters import about

SearchBy = Literal["both", "words", "meaning"]
"""What decides: words and vectors fused, the word index alone, or vectors alone."""
CANDIDATES = 100
"""How many of each ranking are looked at before they are fused and cut."""


class SourceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a collection.

    ``files`` and ``kinds`` leave only passages whose path has one of these texts in it, or whose
    loader is one of these. ``nearness`` below 1 has each next passage differ from those before.
    """

    text: str
    collection: str = ""
    k: Annotated[int, about(description="How many passages are shown.", ge=1, le=100)] = 8
    by: SearchBy = "both"
    nearness: float = 1.0
    files: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that was found. Ranks count from 1, 0 where that index did not find it.

    ``words_score`` is BM25 (larger is better), ``meaning_score`` the cosine, ``fused`` the sum of
    reciprocal ranks. ``start`` and ``end`` are characters of the document's text.
    """

    chunk_id: int
    file_id: int
    file: str
    text: str
    start: int
    end: int
    tokens: int
    page: int = 0
    headings: tuple[str, ...] = ()
    words_rank: int = 0
    words_score: float = 0.0
    meaning_rank: int = 0
    meaning_score: float = 0.0
    fused: float = 0.0
    merged: tuple[int, ...] = ()
    """Chunks that overlap this one and were joined to it."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that is not shown, and why not, as a sentence."""

    hit: Hit
    reason: str


class SearchReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, best first, and the next ones that were cut.

    ``notes`` are sentences about what was not searched; ``seconds`` leave out ``model_seconds``,
    which the embedding of the question took.
    """

    collection: str
    hits: tuple[Hit, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    model_seconds: float = 0.0
    words: tuple[str, ...] = ()
    """The words that were looked for, in lower case: not those that say nothing ("the")."""


class WhyNot(msgspec.Struct, frozen=True, kw_only=True):
    """Why passages of a file, or one passage, are not among those shown.

    ``words_rank`` and ``meaning_rank`` are among all chunks, 0 where it was not found at all.
    """

    hit: Hit
    words_rank: int = 0
    meaning_rank: int = 0
    place: int = 0
    reason: str = ""
