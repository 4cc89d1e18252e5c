"""``workbench sources``: collections: add, index, list, show, search, measure, remove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from workbench.cli.main import CANCELLED, with_workbench
from workbench.cli.options import as_json
from workbench.cli.sources import printing
from workbench.domain.errors import UsageError
from workbench.domain.sources.collection import (
    Collection,
    CollectionStatus,
    IndexReport,
    WordForms,
)
from workbench.domain.sources.document import ChunkSettings
from workbench.domain.sources.hits import SearchBy, SourceQuery
from workbench.domain.sources.measured import SourceMeasure
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_DEFAULT = ChunkSettings()
_NAME = click.argument("name", metavar="COLLECTION", default="")


@click.group()
def sources() -> None:
    """Add, index, list, show, search, measure and remove collections of your own documents."""


@sources.command()
@click.argument("name", metavar="COLLECTION")
@click.argument("paths_", metavar="PATH...", nargs=-1, type=click.Path())
@click.option(
    "--model",
    metavar="NAME|PATH",
    help="An embedding model, for search by meaning; '' for none. Default: none.",
)
@click.option(
    "--words",
    type=click.Choice(get_args(WordForms)),
    help="How words are indexed: porter (English, endings cut off; the default), plain (code), "
    "trigram (languages without spaces).",
)
@click.option(
    "--chunk-tokens", type=click.IntRange(16, 8192), help="Most tokens of a chunk. Default: 320."
)
@click.option(
    "--overlap", type=click.IntRange(0, 50), help="Percent that neighbours share. Default: 0."
)
@click.option("--no-index", is_flag=True, help="Only keep the collection; index it later.")
@as_json
@click.pass_obj
def add(
    paths: Paths,
    name: str,
    paths_: tuple[str, ...],
    model: str | None,
    words: WordForms | None,
    chunk_tokens: int | None,
    overlap: int | None,
    no_index: bool,
    as_json: bool,
) -> int:
    """Make a collection of files and folders, or add to one, and index it.

    Options that are given change a collection that is there.
    """
    changes: dict[str, Any] = {"model": model, "words": words}
    sizes: dict[str, Any] = {"tokens": chunk_tokens, "overlap_percent": overlap}

    async def work(core: Workbench) -> tuple[CollectionStatus, IndexReport | None]:
        known = next(
            (e.collection for e in await core.sources.all() if e.collection.name == name), None
        )
        if known is None and not paths_:
            raise UsageError("Name a file or folder that the collection is made of.")
        begun = known or Collection(name=name, chunks=_DEFAULT)
        wanted = msgspec.structs.replace(
            begun,
            paths=(*begun.paths, *paths_),
            chunks=msgspec.structs.replace(begun.chunks, **_given(sizes)),
            **_given(changes),
        )
        saved = await core.sources.save(wanted)
        if saved.model and not as_json:
            problem = (await core.sources.embedding_model(saved.model)).problem
            if problem:
                click.echo(problem, err=True)
        return await _indexed(core, saved, skip=no_index)

    status, report = with_workbench(paths, work)
    return _print_indexed(status, report, as_json=as_json)


@sources.command("index")
@_NAME
@as_json
@click.pass_obj
def index(paths: Paths, name: str, as_json: bool) -> int:
    """Read what is new or changed in a collection. Ctrl+C pauses; the next time goes on."""

    async def work(core: Workbench) -> tuple[CollectionStatus, IndexReport | None]:
        return await _indexed(core, await core.sources.find(name))

    status, report = with_workbench(paths, work)
    return _print_indexed(status, report, as_json=as_json)


@sources.command("list")
@as_json
@click.pass_obj
def list_collections(paths: Paths, as_json: bool) -> int:
    """List the collections."""
    found = with_workbench(paths, lambda core: core.sources.all())
    if as_json:
        return _echo([_status(each) for each in found])
    if not found:
        click.echo("There are no collections yet: workbench sources add makes one.", err=True)
        return 0
    printing.print_collections(found)
    return 0


@sources.command()
@_NAME
@click.option("--file", "file", metavar="TEXT", default="", help="Show the file with this path.")
@click.option("--chunks", is_flag=True, help="With --file: show how it is cut.")
@as_json
@click.pass_obj
def show(paths: Paths, name: str, file: str, chunks: bool, as_json: bool) -> int:
    """Show the files of a collection, or what was read of one."""
    if chunks and not file:
        raise UsageError("--chunks shows those of one file: give --file too.")

    async def work(core: Workbench) -> int:
        collection = await core.sources.find(name)
        files = await core.sources.files(collection.collection_id)
        if not file:
            if as_json:
                return _echo(msgspec.to_builtins(files))
            printing.print_files(files)
            return 0
        fits = [each for each in files if file in (each.path, Path(each.path).name)]
        fits = fits or [each for each in files if file.casefold() in each.path.casefold()]
        if len(fits) != 1:
            found = ", ".join(each.path for each in fits[:5]) or "none"
            raise UsageError(f"{file} must fit one file of {collection.name}; it fits {found}.")
        if chunks:
            cut = await core.sources.chunks(fits[0].file_id)
            if as_json:
                return _echo(msgspec.to_builtins(cut))
            for number, each in enumerate(cut, 1):
                click.echo(f"--- {number}. {printing.place(each)} ({each.tokens:,} tokens)")
                click.echo(each.text)
            return 0
        read = await core.sources.extracted(fits[0].file_id)
        if as_json:
            return _echo(msgspec.to_builtins(read))
        click.echo(read.text)
        return 0

    return with_workbench(paths, work)


@sources.command()
@click.argument("question")
@click.option("--collection", "name", default="", help="Default: the only one.")
@click.option("-k", "count", type=click.IntRange(1, 100), default=8, show_default=True)
@click.option(
    "--by",
    type=click.Choice(get_args(SearchBy)),
    default="both",
    show_default=True,
    help="What decides: words, meaning (vectors), or both fused.",
)
@click.option(
    "--nearness",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Below 1, passages that are like one before come later (MMR).",
)
@click.option("--file", "files", multiple=True, help="Only paths with this in them. Repeatable.")
@click.option("--kind", "kinds", multiple=True, help="Only files of this kind. Repeatable.")
@click.option("--why-not", metavar="TEXT", help="Say why passages of this file are not shown.")
@as_json
@click.pass_obj
def search(
    paths: Paths,
    question: str,
    name: str,
    count: int,
    by: SearchBy,
    nearness: float,
    files: tuple[str, ...],
    kinds: tuple[str, ...],
    why_not: str | None,
    as_json: bool,
) -> int:
    """Find the passages that answer QUESTION."""
    asked = SourceQuery(
        text=question, collection=name, k=count, by=by, nearness=nearness, files=files, kinds=kinds
    )
    if why_not is not None:
        reasons = with_workbench(paths, lambda core: core.sources.why_not(asked, why_not))
        if as_json:
            return _echo(msgspec.to_builtins(reasons))
        printing.print_reasons(reasons)
        return 0
    report = with_workbench(paths, lambda core: core.sources.search(asked))
    if as_json:
        return _echo(msgspec.to_builtins(report))
    printing.print_hits(report)
    return 0


@sources.command()
@click.argument("questions", metavar="FILE", type=click.Path())
@click.option("--collection", "name", default="", help="Default: the only one.")
@as_json
@click.pass_obj
def measure(paths: Paths, questions: str, name: str, as_json: bool) -> int:
    """Measure how well a collection finds what the questions of FILE ask for.

    FILE has a JSON object a line: "question", and in "spans" the sentences that answer it, each as
    a "document" and a "quote"; no spans means that no document answers it.
    """
    progress = printing.Counter("Searching")

    async def work(core: Workbench) -> SourceMeasure:
        found = await core.sources.find(name)
        return await core.sources.measure(found.collection_id, questions, progress)

    try:
        measured = with_workbench(paths, work)
    finally:
        progress.end()
    if as_json:
        return _echo(msgspec.to_builtins(measured))
    printing.print_measure(measured)
    return 0


@sources.command()
@click.argument("name", metavar="COLLECTION")
@click.pass_obj
def remove(paths: Paths, name: str) -> int:
    """Remove a collection with all that was read; the files on the disk stay."""

    async def work(core: Workbench) -> Collection:
        found = await core.sources.find(name)
        await core.sources.remove(found.collection_id)
        return found

    click.echo(f"Removed {with_workbench(paths, work).name}. The files on the disk stay.")
    return 0


async def _indexed(
    core: Workbench, collection: Collection, *, skip: bool = False
) -> tuple[CollectionStatus, IndexReport | None]:
    report = None
    if not skip:
        progress = printing.Progress()
        try:
            report = await core.sources.index(collection.collection_id, progress)
        finally:
            progress.end()
    return await core.sources.status(collection.collection_id), report


def _print_indexed(status: CollectionStatus, report: IndexReport | None, *, as_json: bool) -> int:
    if as_json:
        return _echo(_status(status) | {"report": msgspec.to_builtins(report)})
    if report is None:
        click.echo(f"{status.collection.name} is kept; workbench sources index reads it.")
        return 0
    printing.print_report(report, status)
    return CANCELLED if report.paused else 0


def _status(status: CollectionStatus) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(status)
    return made | {"complete": status.is_complete}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _echo(value: Any) -> int:
    click.echo(json.dumps(value, ensure_ascii=False))
    return 0
