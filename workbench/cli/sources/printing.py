"""Passages, files and progress as lines."""

from __future__ import annotations

import sys
import time

import click

from workbench.cli.terminal import Column, figures, print_table, show_line, texts
from workbench.domain.sources.collection import (
    CollectionStatus,
    IndexProgress,
    IndexReport,
    SourceFile,
)
from workbench.domain.sources.document import heading_words
from workbench.domain.sources.hits import Hit, SearchBy, SearchReport, WhyNot
from workbench.domain.sources.measured import MeasuredWay, SourceMeasure
from workbench.domain.text import count_text

_EVERY_SECONDS = 0.2
_SHOWN = 400
_WAYS: dict[SearchBy, str] = {"both": "Fused, RRF", "words": "Words, BM25", "meaning": "Meaning"}
_DOING = {"looking": "Looking for changes", "reading": "Reading", "embedding": "Embedding"}


class Progress:
    """How far indexing is, on one line of a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, progress: IndexProgress) -> None:
        """Show it, a few times a second."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        doing = _DOING.get(progress.doing, "")
        if doing and progress.total:
            show_line(f"{doing} {progress.done + 1:,} of {progress.total:,} {progress.name}")
        elif doing:
            show_line(doing)

    def end(self) -> None:
        """Clear the line."""
        if self._last:
            show_line("")


class Counter:
    """How many of many are done, on one line of a terminal; nothing elsewhere.

    Args:
        doing: what is done.
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show it, a few times a second."""
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._last >= _EVERY_SECONDS:
            self._last = now
            show_line(f"{self._doing} {done:,} of {total:,}")

    def end(self) -> None:
        """Clear the line."""
        if self._last:
            show_line("")


def print_measure(found: SourceMeasure) -> None:
    """A line for each way to search, and how they differ."""
    for note in found.notes:
        click.echo(note, err=True)
    for sentence in found.missing:
        click.echo(f"In no document: {sentence}", err=True)
    columns = (
        *texts("Search"),
        *figures("In first 1", "In first 3", "95 %", "In first 5", "Recall 5", "MRR", "nDCG 10",
                 "Characters 5", "False finds"),
    )  # fmt: skip
    print_table(columns, [_measured(each) for each in found.ways])
    for each in found.differences:
        low, high = (round(100 * end) for end in (each.interval.low, each.interval.high))
        rows = found.ways[0].questions
        points = round(100 * (each.gained - each.lost) / rows)
        click.echo(
            f"{_WAYS[each.by]} against words, in first 3: {points:+d} points [{low}, {high}], "
            f"{each.gained} gained, {each.lost} lost, {count_text(rows, 'question')}."
        )


def _measured(way: MeasuredWay) -> tuple[str, ...]:
    low, high = (round(100 * end) for end in (way.first_3_interval.low, way.first_3_interval.high))
    return (
        _WAYS[way.by],
        f"{way.first_1}/{way.questions}",
        f"{way.first_3}/{way.questions}",
        f"{low} to {high}",
        f"{way.first_5}/{way.questions}",
        f"{way.recall_5:.2f}",
        f"{way.mrr:.2f}",
        f"{way.ndcg_10:.2f}",
        f"{way.characters_5:.2f}",
        f"{way.false_finds} of {way.unanswerable}",
    )


def print_report(report: IndexReport, status: CollectionStatus) -> None:
    """What indexing did, with one line for each file that cannot be read."""
    for path, problem in report.refused:
        click.echo(problem if path in problem else f"{path}: {problem}", err=True)
    done = [f"{report.read:,} read", f"{report.unchanged:,} unchanged"]
    if report.removed:
        done.append(f"{report.removed:,} no longer there")
    if report.embedded:
        done.append(f"{count_text(report.embedded, 'chunk')} embedded")
    click.echo(f"{', '.join(done)}, in {report.seconds:.1f} s.")
    click.echo(f"{status.collection.name}: {status.words}.")


def print_collections(found: tuple[CollectionStatus, ...]) -> None:
    """A line for each collection."""
    columns = (
        *figures("Number"), *texts("Name"), *figures("Files", "Refused", "Chunks", "Vectors"),
        Column("Model"),
    )  # fmt: skip
    print_table(columns, [_cells(each) for each in found])
    for each in found:
        if each.stale:
            click.echo(f"{each.collection.name}: {each.stale}", err=True)


def _cells(status: CollectionStatus) -> tuple[str, ...]:
    collection = status.collection
    return (
        str(collection.collection_id),
        collection.name,
        f"{status.files:,}",
        f"{status.refused:,}",
        f"{status.chunks:,}",
        f"{status.embedded:,}",
        collection.model or "none: words alone",
    )


def print_files(found: tuple[SourceFile, ...]) -> None:
    """A line for each file."""
    columns = (*figures("Number", "Chunks"), Column("State"), *texts("Kind", "Path"))
    print_table(
        columns,
        [(str(e.file_id), f"{e.chunks:,}", e.state, e.kind, e.path) for e in found],
    )
    for each in found:
        for sentence in filter(None, (each.problem, *each.notes)):
            click.echo(sentence if each.path in sentence else f"{each.path}: {sentence}", err=True)


def print_hits(report: SearchReport) -> None:
    """The passages with where they are and what each ranking says."""
    for note in report.notes:
        click.echo(note, err=True)
    if not report.hits:
        click.echo("Nothing was found.", err=True)
    for number, hit in enumerate(report.hits, 1):
        click.echo(f"{number}. {place(hit)}  ({ranks(hit)})")
        click.echo(_indented(hit.text))


def print_reasons(found: tuple[WhyNot, ...]) -> None:
    """Where the passages of a file are in the rankings."""
    columns = (*figures("Place", "Words", "Meaning"), *texts("Passage", "Reason"))
    rows = [
        (
            _rank(each.place),
            _rank(each.words_rank),
            _rank(each.meaning_rank),
            " ".join(each.hit.text.split())[:60],
            each.reason,
        )
        for each in found
    ]
    print_table(columns, rows)


def place(hit: Hit) -> str:
    """File, page and headings of a passage."""
    page = f", page {hit.page}" if hit.page else ""
    headings = f", {heading_words(hit.headings)}" if hit.headings else ""
    return f"{hit.file}{page}{headings}"


def ranks(hit: Hit) -> str:
    """What each ranking says of a passage."""
    parts = []
    if hit.words_rank:
        parts.append(f"words {hit.words_rank}, BM25 {hit.words_score:.2f}")
    if hit.meaning_rank:
        parts.append(f"meaning {hit.meaning_rank}, cosine {hit.meaning_score:.3f}")
    return "; ".join([*parts, count_text(hit.tokens, "token")])


def _rank(number: int) -> str:
    return f"{number:,}" if number else "-"


def _indented(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"
    return "".join(f"   {line}\n" for line in shown.splitlines() if line.strip())
