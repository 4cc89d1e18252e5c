"""``workbench prompts``: import, export, show, check and change prompt files."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import FAILED, with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.cli.terminal import in_a_line, print_table, texts
from workbench.domain.errors import FormatError, NameTakenError, UsageError
from workbench.domain.prompts.exchange import SANDBOXED, Exported, ImportPreview
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import PromptFile, RenamedInput, TemplateAnalysis
from workbench.domain.text import count_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_BUNDLE = "bundle"


@click.group()
def prompts() -> None:
    """Import, export, show, check and change prompt files."""


@prompts.command()
@as_json
@click.pass_obj
def formats(paths: Paths, as_json: bool) -> int:
    """List the formats for import and export."""

    async def work(core: Workbench) -> list[dict[str, Any]]:
        return [msgspec.to_builtins(each) for each in core.exchange.formats()]

    found = with_workbench(paths, work)
    found.append(
        {
            "id": _BUNDLE,
            "title": "Bundle",
            "suffixes": [".zip"],
            "description": "Prompts of a folder with their samples and data.",
        }
    )
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0
    rows = []
    for each in found:
        cells = (each["id"], each["title"], " ".join(each["suffixes"]), each["description"])
        rows.append([str(cell) for cell in cells])
    print_table(texts("Format", "Title", "Endings", ""), rows)
    return 0


@prompts.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--to", "folder", default="", metavar="FOLDER", help="Below your own prompts.")
@click.option("--format", "wanted", default="", metavar="FORMAT", help="Default: detected.")
@click.option("--dry-run", is_flag=True, help="Show what is in the files and write nothing.")
@click.option("--yes", is_flag=True, help="Import without being asked.")
@as_json
@click.pass_obj
def import_files(
    paths: Paths,
    files: tuple[str, ...],
    folder: str,
    wanted: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Import prompts from files of other programs, or from bundles.

    You are asked before anything is written. No existing file is changed; a prompt gets another
    name where its own is taken.
    """
    if not (dry_run or yes or sys.stdin.isatty()):
        raise UsageError("There is no terminal to ask on: add --yes to import, or --dry-run.")

    async def read(core: Workbench) -> list[ImportPreview]:
        return [await core.exchange.preview_import(file, wanted) for file in files]

    async def write(core: Workbench) -> list[tuple[PromptFile, ...]]:
        return [
            await core.exchange.import_prompts(preview, range(len(preview.prompts)), folder)
            for preview in previews
        ]

    previews = with_workbench(paths, read)
    if not (dry_run or yes or _is_confirmed(previews)):
        click.echo("Nothing was imported.", err=True)
        return FAILED
    nothing: list[tuple[PromptFile, ...]] = [()] * len(previews)
    imported = nothing if dry_run else with_workbench(paths, write)
    found = list(zip(previews, imported, strict=True))
    if as_json:
        click.echo(json.dumps([_as_object(*each) for each in found], ensure_ascii=False))
        return 0
    for preview, written in found:
        click.echo(f"{preview.path}: {preview.format}, {len(preview.prompts)} prompt(s)")
        for note in preview.notes:
            click.echo(f"  note: {note}")
        for place, prompt in enumerate(preview.prompts):
            where = written[place].path if written else "not written"
            data = f", {count_text(len(prompt.rows), 'row')} of data" if prompt.rows else ""
            click.echo(f"  {prompt.name}{data}: {where}")
            for note in prompt.notes:
                click.echo(f"    note: {note}")
    return 0


def _is_confirmed(previews: Sequence[ImportPreview]) -> bool:
    """Say what would be imported and ask, on the standard error."""
    for preview in previews:
        names = ", ".join(in_a_line(prompt.name) for prompt in preview.prompts)
        click.echo(f"{preview.path} ({preview.format}): {names}", err=True)
    click.echo(SANDBOXED, err=True)
    count = sum(len(preview.prompts) for preview in previews)
    return click.confirm(f"Import {count_text(count, 'prompt')}?", err=True)


def _as_object(preview: ImportPreview, written: tuple[PromptFile, ...]) -> dict[str, object]:
    return {
        "file": preview.path,
        "format": preview.format,
        "notes": list(preview.notes),
        "prompts": [
            {
                "name": prompt.name,
                "folder": prompt.folder,
                "text": prompt.text,
                "rows": len(prompt.rows),
                "notes": list(prompt.notes),
                "path": written[place].path if written else None,
            }
            for place, prompt in enumerate(preview.prompts)
        ],
    }


@prompts.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.pass_obj
def show(paths: Paths, file: str) -> int:
    """Print a prompt file."""
    path = str(Path(file).expanduser().absolute())
    click.echo(with_workbench(paths, lambda core: core.prompt_files.read(path)).text, nl=False)
    return 0


@prompts.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True))
@click.option(
    "--format",
    "wanted",
    required=True,
    metavar="FORMAT",
    help="One that `prompts formats` lists; bundle takes several files and folders.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The file to write; - is the standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file where it exists.")
@variables
@variables_file
@click.option(
    "--allow-env",
    multiple=True,
    metavar="NAME",
    help="Fill in ${env:NAME} of the sample values. May be repeated.",
)
@click.option(
    "--allow-files",
    is_flag=True,
    help="Fill in ${file:...} of the sample values from the prompt's own folder.",
)
@click.pass_obj
def export(
    paths: Paths,
    sources: tuple[str, ...],
    wanted: str,
    output: str,
    force: bool,
    var: tuple[str, ...],
    vars_file: str | None,
    allow_env: tuple[str, ...],
    allow_files: bool,
) -> int:
    """Export a prompt as a file of another program, or several as a bundle.

    Values and references count for formats that hold no variables (openai).
    """
    if wanted == _BUNDLE:
        chosen = [str(Path(each).resolve()) for each in sources]
        size = with_workbench(
            paths, lambda core: core.exchange.export_bundle(chosen, output, replace=force)
        )
        click.echo(f"{output}: {size:,} bytes", err=True)
        return 0
    if len(sources) > 1:
        raise FormatError(sources[1], "one prompt at a time is exported, except to a bundle.")
    (source,) = sources
    if output != "-" and Path(output).exists() and not force:
        raise NameTakenError(output, "this file exists already: --force replaces it.")
    given = read_variables(var, vars_file)

    async def work(core: Workbench) -> Exported:
        file = await core.prompt_files.read(source)
        known = await core.prompts.resolve_references(
            file.text, source, allow_env, files=allow_files
        )
        values = known | given
        if output == "-":
            return await core.exchange.export(source, wanted, values)
        return await core.exchange.save_export(source, wanted, output, values, replace=force)

    exported = with_workbench(paths, work)
    if output == "-":
        sys.stdout.buffer.write(exported.content)
    for note in exported.notes:
        click.echo(f"note: {note}", err=True)
    return 0


@prompts.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@as_json
@click.pass_obj
def check(paths: Paths, files: tuple[str, ...], as_json: bool) -> int:
    """Read prompt files and list their problems; the exit status is 1 where there is an error."""

    async def work(core: Workbench) -> list[tuple[str, TemplateAnalysis, HeadOptions]]:
        found = []
        for path in files:
            file = await core.prompt_files.read(path)
            analysis = await core.prompts.analyse(file.text, path)
            broken = any(problem.severity == "error" for problem in analysis.problems)
            options = HeadOptions() if broken else await core.prompts.model_options(file.text, path)
            found.append((path, analysis, options))
        return found

    found = with_workbench(paths, work)
    errors = sum(
        problem.severity == "error" for _, analysis, _ in found for problem in analysis.problems
    )
    if as_json:
        words = [
            {
                "file": path,
                "problems": msgspec.to_builtins(analysis.problems),
                "inputs": [each.name for each in analysis.inputs],
                "options": msgspec.to_builtins(options),
            }
            for path, analysis, options in found
        ]
        click.echo(json.dumps(words, ensure_ascii=False))
        return FAILED if errors else 0
    for path, analysis, options in found:
        for problem in analysis.problems:
            click.echo(f"{path}:{problem.line}: {problem.severity}: {problem.message}")
        if options.unresolved:
            click.echo(f"{path}: not filled in: {', '.join(options.unresolved)}")
        if not analysis.problems:
            click.echo(f"{path}: no problems, {len(analysis.inputs)} input(s)")
    return FAILED if errors else 0


@prompts.command("rename-input")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.argument("old")
@click.argument("new")
@as_json
@click.pass_obj
def rename_input(paths: Paths, file: str, old: str, new: str, as_json: bool) -> int:
    """Rename an input of a prompt.

    In its front matter, body and sample sets, and in the prompts of the library that share it
    because one includes the other.
    """

    async def work(core: Workbench) -> RenamedInput:
        before = await core.prompt_files.read(file)
        await core.library.ensure_writable(file)
        renamed = await core.renaming.rename_input(file, before.text, old, new)
        await core.prompt_files.save(file, renamed.text, before.sha256)
        return renamed

    done = with_workbench(paths, work)
    if as_json:
        words = {"file": file, "sets": list(done.sets), "prompts": list(done.prompts)}
        click.echo(json.dumps(words, ensure_ascii=False))
        return 0
    click.echo(done.sentence())
    for path in done.prompts:
        click.echo(f"  {path}")
    return 0
