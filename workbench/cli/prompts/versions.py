"""``workbench versions``: list, compare, name and restore versions of a prompt."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.cli.prompts.changes import print_lines, unified
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.errors import UsageError
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.prompts.versions import MessageDiff, PromptVersion
    from workbench.service import Workbench

_path = click.argument("path", type=click.Path(dir_okay=False))
_number = click.argument("number", type=click.IntRange(1))
_ORIGINS = {"saved": "saved", "run": "run", "imported": "from outside"}


@click.group()
def versions() -> None:
    """List, compare, name and restore the versions of a prompt."""


@versions.command("list")
@_path
@as_json
@click.pass_obj
def list_versions(paths: Paths, path: str, as_json: bool) -> int:
    """List the versions of a prompt file, newest first."""
    found = with_workbench(paths, lambda core: core.versions.all(path))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo(f"{path} has no versions yet: they begin when it is saved or run.", err=True)
        return 0
    columns = (*figures("Version"), Column("Since"), *texts("Origin", "Name"))
    columns += figures("Added", "Removed", "Runs")
    print_table(columns, [_cells(version) for version in found])
    return 0


def _cells(version: PromptVersion) -> tuple[str, ...]:
    origin = "restored" if version.restored_at else _ORIGINS[version.origin]
    since = time.localtime(version.restored_at or version.created_at)
    return (
        str(version.number),
        time.strftime("%Y-%m-%d %H:%M", since),
        origin,
        version.name,
        f"+{version.added}",
        f"-{version.removed}",
        str(version.runs),
    )


@versions.command()
@_path
@_number
@click.pass_obj
def show(paths: Paths, path: str, number: int) -> int:
    """Show the text of a version."""
    text = with_workbench(paths, lambda core: core.versions.read(path, number))
    click.echo(text, nl=not text.endswith("\n"))
    return 0


@versions.command()
@_path
@_number
@click.argument("other", type=click.IntRange(1), required=False)
@click.option("--rendered", is_flag=True, help="Compare what the model would get.")
@variables
@variables_file
@click.pass_obj
def diff(
    paths: Paths,
    path: str,
    number: int,
    other: int | None,
    rendered: bool,
    var: tuple[str, ...],
    vars_file: str | None,
) -> int:
    """Compare version NUMBER with version OTHER, or with the file as it is."""
    values = read_variables(var, vars_file)
    after_name = path if other is None else f"{path} (version {other})"
    before_name = f"{path} (version {number})"

    async def texts(core: Workbench) -> tuple[str, str]:
        before = await core.versions.read(path, number)
        if other is not None:
            return before, await core.versions.read(path, other)
        return before, (await core.prompt_files.read(path)).text

    async def text_diff(core: Workbench) -> str:
        before, after = await texts(core)
        return unified(before, after, before_name, after_name)

    async def rendered_diff(core: Workbench) -> tuple[MessageDiff, ...]:
        before, after = await texts(core)
        found = await core.prompts.analyse(after, path)
        known = {name: value for name, value in found.sample.items() if value is not None}
        return await core.versions.diff_rendered(path, before, after, known | values)

    if not rendered:
        click.echo(with_workbench(paths, text_diff), nl=False)
        return 0
    for message in with_workbench(paths, rendered_diff):
        click.echo(f"{message.role}:")
        print_lines(message.lines)
    return 0


@versions.command()
@_path
@_number
@click.argument("name")
@click.option("--note", help="The text of the note.")
@click.pass_obj
def name(paths: Paths, path: str, number: int, name: str, note: str | None) -> int:
    """Give a version a name ("" removes it), and a note."""

    async def work(core: Workbench) -> None:
        await core.versions.name(path, number, name)
        if note is not None:
            await core.versions.note(path, number, note)

    with_workbench(paths, work)
    return 0


@versions.command()
@_path
@_number
@click.pass_obj
def restore(paths: Paths, path: str, number: int) -> int:
    """Restore a version into its file; the text there now stays a version."""
    gone = not Path(path).exists()

    async def work(core: Workbench) -> int | None:
        text = await core.versions.read(path, number)
        if gone:
            await core.prompt_files.save(path, text, "")
            return None
        file = await core.prompt_files.read(path)
        if file.text == text:
            raise UsageError(f"{path} has the text of version {number} already.")
        await core.prompt_files.save(path, text, file.sha256)
        return await core.versions.number_of(path, file.text)

    former = with_workbench(paths, work)
    click.echo(f"{path} has the text of version {number} again.")
    if former is not None:
        click.echo(f"What it had is version {former}.")
    return 0
