"""``workbench models``: list, inspect and download model files."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, load_options
from workbench.cli.terminal import Column, figures, in_a_line, print_table, say, show_line, texts
from workbench.domain.chat_templates import CASE_TITLES, TemplateVerdict
from workbench.domain.text import size_text
from workbench.domain.views import DownloadProgress, HubFile, ModelDetails, ModelEntry
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


@click.group()
def models() -> None:
    """List and inspect model files, and get one."""


@models.command("list")
@click.option("--adapters", is_flag=True, help="LoRA adapters in place of models.")
@as_json
@click.pass_obj
def list_models(paths: Paths, adapters: bool, as_json: bool) -> int:
    """List every model that can be used."""
    scan = with_workbench(paths, lambda core: core.model_files.scan())
    entries = scan.adapters if adapters else scan.models
    for problem in scan.problems:
        click.echo(f"workbench: {problem}", err=True)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(entries), ensure_ascii=False))
        return 0
    if not entries:
        click.echo(f"There are none. Put a .gguf file into {paths.models}.")
        return 0
    columns = texts("Name", "Architecture", "Quantisation", "Source")
    columns += figures("Parameters", "Size", "Context", "Reads", "Writes")
    print_table(columns, [_cells(entry) for entry in entries])
    return 0


def _cells(entry: ModelEntry) -> tuple[str, ...]:
    size = size_text(entry.file_bytes) if entry.file_bytes else ""
    if entry.error:
        return (entry.name, "unusable", "", entry.error, "", size, "", "", "")
    speed = entry.speed
    return (
        entry.name,
        entry.architecture,
        entry.quantization,
        entry.source,
        f"{entry.parameters / 1e6:,.0f} M" if entry.parameters else "",
        size,
        f"{entry.context_tokens:,}" if entry.context_tokens else "",
        f"{speed.prompt:,.0f} tok/s" if speed and speed.prompt else "",
        f"{speed.generation:,.1f} tok/s" if speed and speed.generation else "",
    )


@models.command()
@click.argument("model", default="")
@click.option("--load", "loads", is_flag=True, help="Load it, to compare with what it takes.")
@load_options
@as_json
@click.pass_obj
def inspect(paths: Paths, model: str, loads: bool, load: dict[str, Any], as_json: bool) -> int:
    """Show a model file's metadata, and the memory it needs with these settings."""

    async def work(core: Workbench) -> tuple[ModelDetails, TemplateVerdict]:
        core.models.change_load_settings(load)
        if loads:
            await core.models.load(model)
        details = await core.models.inspect(model)
        return details, await core.chat_templates.verdict(details.chat_template)

    found, verdict = with_workbench(paths, work)
    if as_json:
        values = msgspec.to_builtins(found)
        values["conversations"] = msgspec.to_builtins(verdict)
        values["memory"] |= {"total_bytes": found.memory.total_bytes, "fit": found.memory.fit}
        click.echo(json.dumps(values, ensure_ascii=False))
        return 0
    click.echo(f"{found.entry.name}\n{found.entry.path}\n")
    for key, value in sorted(found.metadata.items()):
        say([(in_a_line(f"  {key} = {value}"), "")], one_line=True)
    click.echo(f"\nMemory: {found.memory_kind}. {found.reuse}")
    if found.decode_width:
        click.echo(f"Up to {found.decode_width} answers are decoded together.")
    speed = found.entry.speed
    if speed is not None:
        click.echo(f"Reads {speed.prompt:,.0f}, writes {speed.generation:,.1f} tokens/s here.")
    _print_verdict(verdict)
    _print_memory(found)
    return 0


def _print_verdict(verdict: TemplateVerdict) -> None:
    """What the chat template does with conversations."""
    click.echo("\nConversations:")
    if verdict.problem:
        click.echo(f"  {verdict.problem}")
        return
    for case in verdict.cases:
        say([(in_a_line(f"  {CASE_TITLES[case.case]}: {case.words}"), "")], one_line=True)
    click.echo(f"  {verdict.thought_words}")


def _print_memory(found: ModelDetails) -> None:
    memory, used = found.memory, found.used
    click.echo(
        f"\n{memory.fit} with {memory.context_tokens:,} tokens of context: needs "
        f"{size_text(memory.total_bytes)}, {size_text(memory.free_bytes)} are free"
    )
    columns = (Column(""), *figures("Estimated", *(("Used",) if used else ())))
    rows = []
    for name in ("weights", "kv", "compute", "total"):
        values = [getattr(each, f"{name}_bytes") for each in (memory, used) if each is not None]
        rows.append((name, *map(size_text, values)))
    print_table(columns, rows)
    if used is not None:
        off = abs(memory.total_bytes / used.total_bytes - 1)
        click.echo(
            f"The estimate is {off:.1%} off; the engine's process holds "
            f"{size_text(used.resident_bytes)} in memory."
        )
    click.echo("\n".join(f"  {line}" for line in memory.formula.split("; ")))


@models.group()
def folders() -> None:
    """List, add and remove the folders that are searched for models."""


@folders.command("list")
@as_json
@click.pass_obj
def list_folders(paths: Paths, as_json: bool) -> int:
    """List the folders that are searched, those of other programs included."""
    found = with_workbench(paths, lambda core: core.model_files.folders())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    for folder in found:
        click.echo(f"{folder.path}  ({'added' if folder.added else folder.source})")
    return 0


@folders.command("add")
@click.argument("folder")
@click.pass_obj
def add_folder(paths: Paths, folder: str) -> int:
    """Search FOLDER for models too, from now on."""
    added = with_workbench(paths, lambda core: core.model_files.add_folder(folder))
    click.echo(f"Models in {added.path} are listed from now on.")
    return 0


@folders.command("remove")
@click.argument("folder")
@click.pass_obj
def remove_folder(paths: Paths, folder: str) -> int:
    """Stop searching FOLDER for models; its files stay."""
    with_workbench(paths, lambda core: core.model_files.remove_folder(folder))
    click.echo(f"{folder} is not searched for models any more; its files stay where they are.")
    return 0


@models.command("shelf")
@as_json
@click.pass_obj
def show_shelf(paths: Paths, as_json: bool) -> int:
    """List small models to start with, and the command that gets each."""
    found = with_workbench(paths, lambda core: core.downloads.shelf())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    for each in found:
        there = ", is there" if each.path else ""
        click.echo(
            f"{each.name}: {each.words}. About {size_text(each.bytes)}, {each.licence}. "
            f"{each.memory.fit}{there}."
        )
        click.echo(f"  workbench models get {each.repository} {each.file}")
    return 0


@models.command()
@click.argument("repository")
@click.argument("file", default="")
@as_json
@click.pass_obj
def get(paths: Paths, repository: str, file: str, as_json: bool) -> int:
    """Download FILE (a name or a part of it) of REPOSITORY (owner/name, or a link) from the hub.

    Without FILE the files are listed. Run it again to continue an interrupted download.
    """

    async def work(core: Workbench) -> tuple[HubFile, ...] | str:
        if not file:
            files = await core.downloads.files(repository)
            if len(files) != 1:
                return files
        return await core.downloads.get(repository, file, None if as_json else _show)

    found = with_workbench(paths, work)
    if as_json:
        value = {"path": found} if isinstance(found, str) else {"files": msgspec.to_builtins(found)}
        click.echo(json.dumps(value, ensure_ascii=False))
    elif isinstance(found, str):
        if sys.stderr.isatty():
            show_line("")
        click.echo(f"Downloaded: {found}")
    elif not found:
        click.echo("There are no .gguf files in it; look for a repository whose name ends in GGUF.")
    else:
        for each in found:
            parts = f"  ({each.parts} parts)" if each.parts > 1 else ""
            click.echo(f"{size_text(each.bytes):>10}  {each.name}{parts}")
        click.echo("Name one of them to get it.", err=True)
    return 0


def _show(progress: DownloadProgress) -> None:
    """One line on the terminal that follows the download."""
    if not sys.stderr.isatty():
        return
    share = progress.done_bytes / max(progress.total_bytes, 1)
    what = (
        "checking" if progress.state == "checking" else f"{size_text(progress.bytes_per_second)}/s"
    )
    line = f"{progress.file}  {share:.0%} of {size_text(progress.total_bytes)}  {what}"
    show_line(line)
