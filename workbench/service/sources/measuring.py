"""Asks a collection the questions of a set, each way, and counts what was found."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from workbench.domain.errors import DataSetError, UsageError
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.sources.collection import Collection
from workbench.domain.sources.hits import Hit, SearchBy, SourceQuery
from workbench.domain.sources.measured import (
    MeasuredWay,
    SourceMeasure,
    SourceQuestion,
    WayDifference,
)
from workbench.evaluation.statistics.intervals import wilson
from workbench.evaluation.statistics.paired import paired_share_interval
from workbench.files import read_bytes
from workbench.retrieval.ranking import measures
from workbench.retrieval.ranking.overlaps import Span

if TYPE_CHECKING:
    from workbench.service.sources.sources import Sources

OnMeasured = Callable[[int, int], None]
"""Is called with how many searches are done, and of how many."""
_LOOKED_AT = 10
_FILE_BYTES = 20_000_000
_HELD = 0.5
"""The share of a gold sentence that makes a passage right."""


class _Gold(NamedTuple):
    """A question with its gold sentences as places, and the chunks that hold them."""

    question: str
    spans: tuple[Span, ...]
    chunks: frozenset[int]


class _Found(NamedTuple):
    """What one search found for one question."""

    gold: _Gold
    hits: tuple[Hit, ...]

    @property
    def ids(self) -> list[int]:
        return [each.chunk_id for each in self.hits]

    def is_right(self, count: int) -> bool:
        return bool(measures.hit_at(self.ids, self.gold.chunks, count))


async def measure(
    sources: Sources, collection: Collection, path: str, report: OnMeasured | None = None
) -> SourceMeasure:
    """Measure a collection by a set of questions: words, meaning, and both fused.

    Args:
        sources: searches.
        collection: is to be indexed.
        path: of the set: JSON lines with ``question`` and ``spans`` of ``document`` and ``quote``.
        report: hears how far it is.

    Raises:
        DataSetError: the set cannot be read.
        UsageError: none of its sentences is in a document of the collection.
    """
    questions = await asyncio.to_thread(read_questions, path)
    golds, missing = await _placed(sources, collection, questions)
    if not any(each.chunks for each in golds):
        raise UsageError(
            f"No answer of {Path(path).name} is in a document of {collection.name}: index the "
            "documents that the questions were written for."
        )
    status = await sources.status(collection.collection_id)
    has_vectors = bool(collection.model) and status.embedded > 0 and not status.stale
    ways: list[SearchBy] = list(get_args(SearchBy)) if has_vectors else ["words"]
    notes = () if has_vectors else ("It has no vectors: only words are measured.",)
    found: dict[SearchBy, list[_Found]] = {}
    done, total = 0, len(ways) * len(golds)
    for way in ways:
        found[way] = []
        for gold in golds:
            asked = SourceQuery(
                text=gold.question, collection=collection.name, k=_LOOKED_AT, by=way
            )
            found[way].append(_Found(gold, (await sources.search(asked)).hits))
            done += 1
            if report is not None:
                report(done, total)
    return SourceMeasure(
        collection=collection.name,
        file=path,
        ways=tuple(_measured(way, each) for way, each in found.items()),
        differences=tuple(
            _difference(way, found[way], found["words"]) for way in ways if way != "words"
        ),
        missing=missing,
        notes=notes,
    )


def read_questions(path: str) -> tuple[SourceQuestion, ...]:
    """The questions of a file.

    Raises:
        DataSetError: it cannot be read, a line is no question, or there is none.
    """
    lines = read_bytes(Path(path), _FILE_BYTES, DataSetError).splitlines()
    found: list[SourceQuestion] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = msgspec.json.decode(line, type=SourceQuestion)
        except msgspec.DecodeError as error:
            reason = f"line {number} is no question with its spans: {error}."
            raise DataSetError(path, reason) from error
        if read.question.strip():
            found.append(read)
    if not found:
        raise DataSetError(path, "there are no questions in it.")
    return tuple(found)


async def _placed(
    sources: Sources, collection: Collection, questions: Sequence[SourceQuestion]
) -> tuple[list[_Gold], tuple[str, ...]]:
    """The questions with their sentences found in the documents, and those that are nowhere.

    A question whose sentences are all missing is left out: what it should find cannot be known.
    """
    wanted = {gold.document for each in questions for gold in each.spans}
    texts: dict[str, list[tuple[int, str]]] = {}
    chunks: dict[int, tuple[Hit, ...]] = {}
    for file in await sources.files(collection.collection_id):
        names = [name for name in wanted if _is_end(name, file.path)]
        if not names or file.state == "refused" or not file.chunks:
            continue
        text = (await sources.extracted(file.file_id)).text
        chunks[file.file_id] = await sources.chunks(file.file_id)
        for name in names:
            texts.setdefault(name, []).append((file.file_id, text))
    golds, missing = [], []
    for each in questions:
        spans: list[Span] = []
        for gold in each.spans:
            places = [
                Span(file_id, *place)
                for file_id, text in texts.get(gold.document, ())
                for place in _places(gold.quote, text)
            ]
            spans += places
            missing += [] if places else [f"{gold.document}: {gold.quote}"]
        if spans or not each.spans:
            golds.append(_Gold(each.question, tuple(spans), _holding(spans, chunks)))
    return golds, tuple(missing)


def _is_end(name: str, path: str) -> bool:
    plain, whole = name.replace("\\", "/"), path.replace("\\", "/")
    return whole == plain or whole.endswith(f"/{plain}")


def _places(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence is in a text, whatever the spaces and line ends."""
    words = quote.split()
    if words:
        pattern = r"\s+".join(map(re.escape, words))
        yield from (match.span() for match in re.finditer(pattern, text))


def _holding(spans: Sequence[Span], chunks: dict[int, tuple[Hit, ...]]) -> frozenset[int]:
    """The chunks that hold at least half of one of the spans."""
    return frozenset(
        chunk.chunk_id
        for span in spans
        for chunk in chunks[span.document]
        if min(chunk.end, span.end) - max(chunk.start, span.start)
        >= _HELD * (span.end - span.start)
    )


def _measured(way: SearchBy, found: Sequence[_Found]) -> MeasuredWay:
    answered = [each for each in found if each.gold.chunks]
    empty = [each for each in found if not each.gold.spans]
    right = {count: sum(each.is_right(count) for each in answered) for count in (1, 3, 5)}
    return MeasuredWay(
        by=way,
        questions=len(answered),
        unanswerable=len(empty),
        first_1=right[1],
        first_3=right[3],
        first_5=right[5],
        first_3_interval=wilson(right[3], len(answered)),
        recall_5=_mean(measures.recall_at(each.ids, each.gold.chunks, 5) for each in answered),
        mrr=_mean(measures.reciprocal_rank(each.ids, each.gold.chunks) for each in answered),
        ndcg_10=_mean(
            measures.ndcg_at(each.ids, each.gold.chunks, _LOOKED_AT) for each in answered
        ),
        characters_5=_mean(
            measures.span_recall(
                [Span(hit.file_id, hit.start, hit.end) for hit in each.hits[:5]], each.gold.spans
            )
            for each in answered
        ),
        false_finds=sum(bool(each.hits) for each in empty),
    )


def _mean(values: Iterator[float | None]) -> float:
    known = [each for each in values if each is not None]
    return fmean(known) if known else 0.0


def _difference(way: SearchBy, ours: Sequence[_Found], theirs: Sequence[_Found]) -> WayDifference:
    pairs = [
        (one.is_right(3), other.is_right(3))
        for one, other in zip(ours, theirs, strict=True)
        if one.gold.chunks
    ]
    gained = sum(one and not other for one, other in pairs)
    lost = sum(other and not one for one, other in pairs)
    interval: Bounds = paired_share_interval(gained, lost, len(pairs))
    return WayDifference(by=way, against="words", gained=gained, lost=lost, interval=interval)
