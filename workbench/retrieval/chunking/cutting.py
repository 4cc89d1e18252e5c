"""The chunks of a document.

It is cut at headings, then at paragraphs, sentences and words where a section is larger than a
chunk; tables and code are cut between lines. Sizes are counted by a model's tokenizer in another
process, so the work is a generator: it asks for the counts of many texts at once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass

from workbench.domain.sources.document import (
    Chunk,
    ChunkSettings,
    Extracted,
    embedded_text,
    heading_words,
)
from workbench.retrieval.chunking.packing import Piece, pack
from workbench.retrieval.chunking.sections import (
    Path,
    Section,
    Unit,
    groups,
    path_at,
    paths_of,
    units,
)
from workbench.retrieval.chunking.splitting import equal_parts, sentences, trimmed, word_start

Count = Callable[[Sequence[str]], Sequence[int]]
"""The tokens of each of some texts."""
CountLater = Callable[[Sequence[str]], Awaitable[Sequence[int]]]
Cutting = Generator[list[str], Sequence[int], tuple[Chunk, ...]]
_BATCH = 256
_BATCH_CHARACTERS = 400_000
_SURELY_LARGER = 16
"""Characters a token, beyond which a text is cut without being counted."""
_LEAST_COUNTED = 4_000
_PREFIX_SHARE = 4
"""Headings take at most this part of a chunk: one quarter."""


def cut(document: Extracted, settings: ChunkSettings, count: Count) -> tuple[Chunk, ...]:
    """The chunks of a document, in order; together they have all of its words.

    Args:
        document: what was read of a file.
        settings: the size of chunks, and what goes with them.
        count: gives the tokens of texts.
    """
    cutting = _Cutter(document, settings).chunks()
    try:
        texts = next(cutting)
        while True:
            texts = cutting.send(count(texts))
    except StopIteration as done:
        chunks: tuple[Chunk, ...] = done.value
        return chunks


async def cut_by(
    document: Extracted, settings: ChunkSettings, count: CountLater
) -> tuple[Chunk, ...]:
    """The same as :func:`cut`, with counts that are waited for."""
    cutting = _Cutter(document, settings).chunks()
    try:
        texts = next(cutting)
        while True:
            texts = cutting.send(await count(texts))
    except StopIteration as done:
        chunks: tuple[Chunk, ...] = done.value
        return chunks


@dataclass(frozen=True)
class _Draft:
    """A chunk that is not yet checked: its pieces, and where its overlap begins."""

    pieces: tuple[Piece, ...]
    overlap: int

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


class _Cutter:
    """One document on its way to chunks."""

    def __init__(self, document: Extracted, settings: ChunkSettings) -> None:
        self._document = document
        self._text = document.text
        self._settings = settings
        self._overlap = settings.tokens * settings.overlap_percent // 100
        self._groups = groups(document)
        self._sections = [each for group in self._groups for each in group]
        self._paths: dict[Path, Path] = {}
        """What is kept of each path, so that it leaves room for a text."""
        self._prefixes: dict[Path, int] = {}

    def chunks(self) -> Cutting:
        """All chunks."""
        if not self._text.strip():
            return ()
        yield from self._fit_paths()
        drafts: list[_Draft] = []
        for group in self._groups:
            drafts += yield from self._drafts(group)
        return (yield from self._checked(drafts))

    # --- headings ---------------------------------------------------------------------------

    def _fit_paths(self) -> Generator[list[str], Sequence[int], None]:
        """Leave the outer headings of a path out where it is too long."""
        paths = {path for each in self._sections for path in paths_of(self._document, each)}
        tails = sorted({path[at:] for path in paths for at in range(len(path))})
        counts = yield from _counts([f"{heading_words(each)}\n" for each in tails])
        tokens = dict(zip(tails, counts, strict=True))
        most = self._settings.tokens // _PREFIX_SHARE
        for path in paths:
            kept = (path[at:] for at in range(len(path)))
            self._paths[path] = next((each for each in kept if tokens[each] <= most), ())
        self._prefixes = {(): 0, **tokens}

    def _budget(self, group: Sequence[Section]) -> int:
        """The tokens that the texts of a group may have."""
        prefix = 0
        if self._settings.heading_prefix:
            paths = (path for each in group for path in paths_of(self._document, each))
            prefix = max(self._prefixes[self._paths[each]] for each in paths)
        return max(self._settings.tokens - prefix - self._overlap, 1)

    # --- texts ------------------------------------------------------------------------------

    def _drafts(
        self, group: Sequence[Section]
    ) -> Generator[list[str], Sequence[int], list[_Draft]]:
        budget = self._budget(group)
        found = [unit for section in group for unit in units(self._document, section)]
        pieces = yield from self._fit(found, budget)
        runs = pack(pieces, budget)
        starts = yield from self._overlaps([run[0].start for run in runs], group[0].start)
        return [_Draft(tuple(run), start) for run, start in zip(runs, starts, strict=True)]

    def _fit(
        self, waiting: list[Unit], budget: int
    ) -> Generator[list[str], Sequence[int], list[Piece]]:
        """Pieces that are not larger than the budget, in order."""
        done: list[Piece] = []
        sure = max(budget * _SURELY_LARGER, _LEAST_COUNTED)
        while waiting:
            counted = [each for each in waiting if each.end - each.start <= sure]
            larger = [
                (each, (each.end - each.start) // 3)
                for each in waiting
                if each.end - each.start > sure
            ]
            counts = yield from _counts([self._text[each.start : each.end] for each in counted])
            for unit, tokens in zip(counted, counts, strict=True):
                if tokens <= budget or unit.end - unit.start == 1:
                    done.append(Piece(unit.start, unit.end, tokens))
                else:
                    larger.append((unit, tokens))
            waiting = [
                part for unit, tokens in larger for part in self._parts(unit, tokens, budget)
            ]
        return sorted(done, key=lambda each: each.start)

    def _parts(self, unit: Unit, tokens: int, budget: int) -> list[Unit]:
        """A unit in its parts, by the first splitter that finds any."""
        for number, splitter in enumerate(unit.splitters, 1):
            spans = splitter(self._text, unit.start, unit.end)
            if len(spans) > 1:
                return [Unit(start, end, unit.splitters[number:]) for start, end in spans]
        count = math.ceil(tokens / budget * 4)
        spans = equal_parts(self._text, unit.start, unit.end, count)
        return [Unit(start, end, ()) for start, end in spans]

    def _overlaps(
        self, starts: list[int], least: int
    ) -> Generator[list[str], Sequence[int], list[int]]:
        """Where each chunk begins when it repeats the end of the one before."""
        if not self._overlap or len(starts) < 2:
            return starts
        found = starts[:1]
        choices = [
            (start, each)
            for before, start in itertools.pairwise(starts)
            for each in self._overlap_starts(max(before, least), start)
        ]
        counts = yield from _counts([self._text[each:start] for start, each in choices])
        fitting: dict[int, int] = {}
        for (start, each), tokens in zip(choices, counts, strict=True):
            if tokens <= self._overlap:
                fitting[start] = min(fitting.get(start, start), each)
        return found + [fitting.get(start, start) for start in starts[1:]]

    def _overlap_starts(self, before: int, start: int) -> list[int]:
        """Places before a chunk at which its overlap may begin: sentences, else words."""
        before, _ = trimmed(self._text, before, start)
        low = max(before, start - self._overlap * _SURELY_LARGER)
        spans = sentences(self._text, low, start)
        found = [first for first, _ in spans[-8:] if first > before]
        for share in (1, 2, 3, 4, 6, 8):
            place = word_start(self._text, before, max(start - self._overlap * share, before))
            if before < place < start:
                found.append(place)
        return found

    # --- the end ----------------------------------------------------------------------------

    def _checked(self, drafts: list[_Draft]) -> Cutting:
        """Chunks of drafts; those that are too large after all are cut again.

        The tokens of a text can be more than those of its pieces.
        """
        done: list[Chunk] = []
        while drafts:
            made = [chunk for each in drafts if (chunk := self._chunk(each)) is not None]
            drafts = [each for each in drafts if self._chunk(each) is not None]
            texts = [embedded_text(self._text, each, self._settings) for each in made]
            wholes = yield from _counts(texts)
            alone = yield from _counts([self._text[each.start : each.end] for each in made])
            again: list[_Draft] = []
            for draft, chunk, whole, tokens in zip(drafts, made, wholes, alone, strict=True):
                smaller = self._smaller(draft) if whole > self._settings.tokens else []
                if smaller:
                    again += smaller
                else:
                    done.append(Chunk(chunk.start, chunk.end, tokens, chunk.headings, chunk.page))
            drafts = again
        return tuple(sorted(done, key=lambda each: (each.start, each.end)))

    def _chunk(self, draft: _Draft) -> Chunk | None:
        """A chunk without its tokens, None where there is nothing to see in it."""
        start, end = trimmed(self._text, draft.overlap, draft.end)
        if start >= end or not self._text[draft.start : draft.end].strip():
            return None
        # The path is that of what is new in it.
        place, _ = trimmed(self._text, draft.start, draft.end)
        path = self._paths.get(path_at(self._document, self._sections, place), ())
        return Chunk(start, end, 0, path, self._document.page_at(place))

    def _smaller(self, draft: _Draft) -> list[_Draft]:
        """The draft without its overlap, else in two; nothing where it is one character."""
        if draft.overlap < draft.start:
            return [_Draft(draft.pieces, draft.start)]
        pieces = draft.pieces
        if len(pieces) == 1:
            (piece,) = pieces
            spans = equal_parts(self._text, piece.start, piece.end, 2)
            if len(spans) < 2:
                return []
            pieces = tuple(Piece(start, end, 0) for start, end in spans)
        half = len(pieces) // 2
        return [_Draft(each, each[0].start) for each in (pieces[:half], pieces[half:])]


def _counts(texts: list[str]) -> Generator[list[str], Sequence[int], list[int]]:
    """The tokens of texts, asked for in batches."""
    found: list[int] = []
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) >= _BATCH or size + len(text) > _BATCH_CHARACTERS):
            found += yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        found += yield batch
    return found
