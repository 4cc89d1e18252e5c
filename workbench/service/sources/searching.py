"""Words, meaning, both; what was cut and why."""

from __future__ import annotations

import asyncio
import time

import msgspec
import numpy as np

from workbench.domain.errors import ModelError, UsageError
from workbench.domain.sources.collection import Collection
from workbench.domain.sources.hits import (
    CANDIDATES,
    Hit,
    LeftOut,
    SearchReport,
    SourceQuery,
    WhyNot,
)
from workbench.history.sources import collections, passages, words
from workbench.history.store import HistoryStore
from workbench.retrieval.ranking.diversity import diverse_order
from workbench.retrieval.ranking.fusion import fuse
from workbench.retrieval.ranking.overlaps import Span, merge_spans, repeats
from workbench.retrieval.ranking.query_words import match_query, search_words
from workbench.service.sources.embedding import Embedding, index_key, vectors_of
from workbench.service.sources.matrix import Matrices, Matrix, Numbers

_LEFT_OUT = 20
_ALL = 1_000_000
_NO_WORD = "The question has no word that the word index knows: only its meaning is looked for."


class _Found(msgspec.Struct, frozen=True):
    """The rankings of one question: chunk ids with their scores, and what was not searched."""

    by_words: list[tuple[int, float]]
    by_meaning: list[tuple[int, float]]
    matrix: Matrix | None
    question: Numbers | None
    notes: tuple[str, ...]
    model_seconds: float


class Searching:
    """Finds passages in collections.

    Args:
        store: has the index.
        embedding: finds and describes models.
    """

    def __init__(self, store: HistoryStore, embedding: Embedding) -> None:
        self._store = store
        self._embedding = embedding
        self.matrices = Matrices(store)

    async def search(self, asked: SourceQuery, collection: Collection) -> SearchReport:
        """The passages of a collection that fit a question, best first.

        Raises:
            EngineError: the embedding model failed.
            UsageError: ``by`` is "meaning", and the collection has no usable vectors.
        """
        began = time.monotonic()
        found = await self._rank(asked, collection, CANDIDATES)
        order = fuse([[key for key, _ in found.by_words], [key for key, _ in found.by_meaning]])
        hits = await self._hits(found, order[: 2 * asked.k + 2 * _LEFT_OUT])
        hits = await asyncio.to_thread(_diverse, hits, found, asked)
        shown, left_out = _cut(hits, asked.k)
        return SearchReport(
            collection=collection.name,
            hits=shown,
            left_out=left_out[:_LEFT_OUT],
            notes=found.notes,
            seconds=time.monotonic() - began - found.model_seconds,
            model_seconds=found.model_seconds,
            words=search_words(asked.text) if asked.by != "meaning" else (),
        )

    async def why_not(
        self, asked: SourceQuery, collection: Collection, file: str
    ) -> tuple[WhyNot, ...]:
        """Where the passages of the files with ``file`` in their path are, and why not shown.

        Raises:
            UsageError: no file has that in its path. As for :meth:`search`.
        """
        ids = await self._store.read(passages.matching_files, collection.collection_id, (file,), ())
        if not ids:
            raise UsageError(f"No file of {collection.name} has {file} in its path.")
        chunks = [key for each in ids for key in await self._store.read(passages.file_chunks, each)]
        found = await self._rank(asked, collection, _ALL)
        report = await self.search(asked, collection)
        shown = {key for hit in report.hits for key in (hit.chunk_id, *hit.merged)}
        reasons = {each.hit.chunk_id: each.reason for each in report.left_out}
        by_words = {key: rank for rank, (key, _) in enumerate(found.by_words, 1)}
        by_meaning = {key: rank for rank, (key, _) in enumerate(found.by_meaning, 1)}
        order = fuse([list(by_words), list(by_meaning)])
        places = {key: place for place, (key, _) in enumerate(order, 1)}
        hits = await self._hits(found, [each for each in order if each[0] in set(chunks)])
        bare = await self._store.read(passages.load_hits, chunks)
        ranked = {each.chunk_id: each for each in hits}
        rows = [
            WhyNot(
                hit=ranked.get(key, bare[key]),
                words_rank=by_words.get(key, 0),
                meaning_rank=by_meaning.get(key, 0),
                place=places.get(key, 0),
                reason="It is shown."
                if key in shown
                else reasons.get(key, "") or _reason(places.get(key, 0), asked),
            )
            for key in chunks
            if key in bare
        ]
        return tuple(sorted(rows, key=lambda each: each.place or _ALL))

    # --- ranking ----------------------------------------------------------------------------

    async def _rank(self, asked: SourceQuery, collection: Collection, count: int) -> _Found:
        key = collection.collection_id
        notes: list[str] = []
        chosen: list[int] | None = None
        ranges: list[tuple[int, int]] | None = None
        if asked.files or asked.kinds:
            chosen = await self._store.read(passages.matching_files, key, asked.files, asked.kinds)
            found = await self._store.read(passages.chunk_ranges, chosen)
            ranges = [(first, last) for _, first, last in found]
        by_words: list[tuple[int, float]] = []
        if asked.by != "meaning":
            query = match_query(asked.text, collection.words)
            if not query and asked.text.strip():
                notes.append(_NO_WORD)
            if query and not await self._store.read(words.exists, key):
                await self._store.write(collections.ensure_words, key)
            by_words = await self._store.read(words.search, key, query, count, chosen)
        matrix, question, seconds = None, None, 0.0
        by_meaning: list[tuple[int, float]] = []
        problem = await self._meaning_problem(collection) if asked.by != "words" else ""
        if asked.by == "meaning" and problem:
            raise UsageError(problem)
        if problem and collection.model:
            notes.append(problem)
        if asked.by != "words" and not problem and asked.text.strip():
            matrix = await self.matrices.of(key, collection.index_key)
            began = time.monotonic()
            question = await self._question(asked.text, collection)
            seconds = time.monotonic() - began
            by_meaning = await asyncio.to_thread(matrix.nearest, question, count, ranges)
        return _Found(by_words, by_meaning, matrix, question, tuple(notes), seconds)

    async def _meaning_problem(self, collection: Collection) -> str:
        """Why vectors cannot be searched, "" where they can."""
        if not collection.model:
            return f"{collection.name} has no embedding model: only words are searched."
        if not collection.index_key:
            return f"{collection.name} has no vectors yet: index it."
        try:
            model = await self._embedding.describe(collection.model)
        except ModelError as error:
            return f"Only words are searched: {error}"
        if index_key(model, collection) != collection.index_key:
            return (
                f"The vectors of {collection.name} were made with another model file or other "
                "settings: index it again. Only words are searched."
            )
        return ""

    async def _question(self, text: str, collection: Collection) -> Numbers:
        model = await self._embedding.describe(collection.model)
        async with self._embedding.models.hold(model.path) as engine:
            numbers, _ = await vectors_of(engine, (model.of_query(text),))
        return np.frombuffer(numbers, dtype=np.float32)

    async def _hits(self, found: _Found, order: list[tuple[int, float]]) -> list[Hit]:
        """The chunks in order, with what each ranking says of them."""
        bare = await self._store.read(passages.load_hits, [key for key, _ in order])
        by_words = {key: (rank, score) for rank, (key, score) in enumerate(found.by_words, 1)}
        by_meaning = {key: (rank, score) for rank, (key, score) in enumerate(found.by_meaning, 1)}
        hits = []
        for key, fused in order:
            if key in bare:
                words_rank, words_score = by_words.get(key, (0, 0.0))
                meaning_rank, meaning_score = by_meaning.get(key, (0, 0.0))
                hits.append(
                    msgspec.structs.replace(
                        bare[key],
                        words_rank=words_rank,
                        words_score=words_score,
                        meaning_rank=meaning_rank,
                        meaning_score=meaning_score,
                        fused=fused,
                    )
                )
        return hits


def _diverse(hits: list[Hit], found: _Found, asked: SourceQuery) -> list[Hit]:
    """The same passages, so that each next one differs from those before."""
    if asked.nearness >= 1 or found.matrix is None or found.question is None or len(hits) < 2:
        return hits
    kept = found.matrix.of([each.chunk_id for each in hits])
    with_vectors = [each for each in hits if each.chunk_id in kept]
    rest = [each for each in hits if each.chunk_id not in kept]
    if not with_vectors:
        return hits
    rows = np.stack([kept[each.chunk_id] for each in with_vectors])
    order = diverse_order(rows @ found.question, rows, len(rows), asked.nearness)
    return [with_vectors[place] for place in order] + rest


def _cut(hits: list[Hit], count: int) -> tuple[tuple[Hit, ...], tuple[LeftOut, ...]]:
    """The first passages, without repeats and with those that overlap as one; and the others."""
    repeated = repeats([each.text for each in hits])
    left_out = [
        LeftOut(hit=hits[place], reason=f"It says the same as {hits[first].file}, which is there.")
        for place, first in repeated.items()
    ]
    unique = [each for place, each in enumerate(hits) if place not in repeated]
    groups = merge_spans([Span(each.file_id, each.start, each.end) for each in unique])
    shown = tuple(_merged([unique[place] for place in group]) for group in groups[:count])
    for number, group in enumerate(groups[count:], count + 1):
        left_out.append(
            LeftOut(
                hit=_merged([unique[place] for place in group]),
                reason=_beyond(number, count),
            )
        )
    return shown, tuple(left_out)


def _merged(group: list[Hit]) -> Hit:
    """Overlapping passages as one, with the ranks of the best."""
    best = group[0]
    if len(group) == 1:
        return best
    text, start, end = "", best.start, best.end
    for each in sorted(group, key=lambda hit: hit.start):
        if not text:
            text, start, end = each.text, each.start, each.end
        elif each.end > end:
            text += each.text[end - each.start :]
            end = each.end
    return msgspec.structs.replace(
        best,
        text=text,
        start=start,
        end=end,
        tokens=sum(each.tokens for each in group),
        merged=tuple(each.chunk_id for each in group[1:]),
    )


def _reason(place: int, asked: SourceQuery) -> str:
    if not place:
        return "It has no word of the question, and no vector."
    if place > CANDIDATES:
        return f"It is number {place:,}; only the first {CANDIDATES} of each ranking are compared."
    return _beyond(place, asked.k)


def _beyond(place: int, count: int) -> str:
    shown = "only the first is shown" if count == 1 else f"only the first {count:,} are shown"
    return f"It is number {place:,}; {shown}."
