"""``workbench data``: data sets, and the sample sets of a prompt."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import print_table, texts
from workbench.domain.prompts.datasets import HEAD_SET, GeneratedKind, SampleSet
from workbench.domain.prompts.matching import DataFit, said_of_fit
from workbench.domain.prompts.prompt import TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text, size_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


@click.group()
def data() -> None:
    """List, show and make data sets, and list the sample sets of a prompt."""


@data.command("list")
@click.option(
    "--for",
    "prompt",
    type=click.Path(exists=True, dir_okay=False),
    help="Only those that fill inputs of this prompt, the best first.",
)
@as_json
@click.pass_obj
def list_data(paths: Paths, prompt: str | None, as_json: bool) -> int:
    """List the data sets of your data folder, and those that come with the program."""
    if prompt:
        return _list_matching(paths, prompt, as_json=as_json)
    found = with_workbench(paths, lambda core: core.datasets.all())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo(f"There are none. Put a JSONL, JSON, CSV or YAML file into {paths.data_sets}.")
        return 0
    rows = ((each.name, size_text(each.bytes), each.path) for each in found)
    _print(("Name", "Size", "File"), rows)
    return 0


def _list_matching(paths: Paths, prompt: str, *, as_json: bool) -> int:
    place = str(Path(prompt).resolve())

    async def work(core: Workbench) -> tuple[TemplateAnalysis, tuple[DataFit, ...]]:
        file = await core.prompt_files.read(prompt)
        analysis = await core.prompts.analyse(file.text, file.path)
        return analysis, await core.datasets.matching(place, analysis.inputs, (analysis.name,))

    analysis, fits = with_workbench(paths, work)
    found = [fit for fit in fits if fit.fills]
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo(f"None fits. {said_of_fit((), analysis.inputs)}")
        return 0
    rows = ((f.file.name, said_of_fit(f.fills, analysis.inputs), f.file.path) for f in found)
    _print(("Name", "Fit", "File"), rows)
    return 0


@data.command()
@click.argument("file")
@click.option("--offset", type=click.IntRange(0), default=0, help="Rows to skip.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows.")
@click.option("--filter", "words", default="", metavar="WORDS", help="Only rows that have them.")
@as_json
@click.pass_obj
def show(paths: Paths, file: str, offset: int, limit: int, words: str, as_json: bool) -> int:
    """Show rows of a data set, with the numbers that --row takes.

    FILE is a file, or a name that "data list" prints.
    """
    page = with_workbench(paths, lambda core: core.datasets.page(file, offset, limit, words))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(page), ensure_ascii=False))
        return 0
    rows = (
        (f"{row.number:,}", *(_cell(row.values.get(name)) for name in page.columns))
        for row in page.rows
    )
    _print(("Row", *page.columns), rows)
    if page.shape:
        click.echo(f"Read as {page.shape}.", err=True)
    last = offset + len(page.rows)
    click.echo(f"{offset + 1:,} to {last:,} of {count_text(page.matched, 'row')}", err=True)
    return 0


@data.command()
@click.argument("kind", required=False, default="")
@click.option("--difficulty", type=int, default=1, show_default=True, help="1 to 5.")
@click.option("--rows", type=int, default=100, show_default=True, help="How many rows.")
@click.option("--seed", type=int, default=1, show_default=True, help="Other rows for another one.")
@click.option("--output", default="", metavar="FILE.jsonl", help="A new file, else a data set.")
@click.option("--set", "set_file", default="", metavar="FILE.yaml", help="A set for it, too.")
@click.pass_obj
def make(
    paths: Paths, kind: str, difficulty: int, rows: int, seed: int, output: str, set_file: str
) -> int:
    """Make a data set by rule; without KIND the kinds are listed.

    The same kind, difficulty and seed make the same rows. Expected values are in the rows.
    """

    async def work(core: Workbench) -> list[str]:
        written = [await core.generated.make(kind, difficulty, rows, seed, output)]
        if set_file:
            data_file = await asyncio.to_thread(lambda: str(Path(written[0]).resolve()))
            made = core.generated.evaluation_set(kind, data_file, set_file)
            await core.evaluations.save(made, set_file)
            written.append(set_file)
        return written

    if not kind:
        kinds = with_workbench(paths, _kinds)
        levels = [
            (each.id if number == 1 else "", f"{number}", level)
            for each in kinds
            for number, level in enumerate(each.levels, 1)
        ]
        _print(("Kind", "Difficulty", "Rows"), levels)
        return 0
    for path in with_workbench(paths, work):
        click.echo(path)
    return 0


async def _kinds(core: Workbench) -> tuple[GeneratedKind, ...]:
    return core.generated.kinds()


@data.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@as_json
@click.pass_obj
def samples(paths: Paths, prompt: str, as_json: bool) -> int:
    """List the sample sets of a prompt, with the names that --sample takes."""

    async def work(core: Workbench) -> tuple[SampleSet, ...]:
        file = await core.prompt_files.read(prompt)
        sample = (await core.prompts.analyse(file.text, file.path)).sample
        sets = (await core.samples.read(prompt)).sets
        if any(each.name == HEAD_SET for each in sets) or not sample:
            return sets
        return (SampleSet(HEAD_SET, sample, own=False), *sets)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo("There are none.")
        return 0
    _print(("Set", "Values"), ((each.name, _summary(each.values)) for each in found))
    return 0


def _summary(values: Mapping[str, Json]) -> str:
    return ", ".join(f"{name}={_cell(value)}" for name, value in values.items())


def _cell(value: Json) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _print(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    print_table(texts(*headings), list(rows))
