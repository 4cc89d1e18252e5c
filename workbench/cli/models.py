"""``workbench models``: which there are, and what a file says of itself."""

from __future__ import annotations

import json

import click
import msgspec
from rich.console import Console
from rich.table import Table

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.domain.views import LoadSettings, ModelEntry
from workbench.settings import Paths

_MIB = 1024**2


@click.group()
def models() -> None:
    """List and inspect model files."""


@models.command("list")
@as_json
@click.pass_obj
def list_models(paths: Paths, as_json: bool) -> int:
    """Every model that can be used."""
    entries = with_workbench(paths, lambda core: core.list_models())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(entries), ensure_ascii=False))
        return 0
    if not entries:
        click.echo(f"There are no models. Put a .gguf file into {paths.models}.")
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Architecture", "Quantisation", "Source"):
        table.add_column(heading, overflow="fold")
    for heading in ("Parameters", "Size", "Context"):
        table.add_column(heading, justify="right")
    for entry in entries:
        table.add_row(*_cells(entry))
    Console(highlight=False, markup=False).print(table)
    return 0


def _cells(entry: ModelEntry) -> tuple[str, ...]:
    if entry.error:
        return (
            entry.name,
            "unusable",
            "",
            entry.error,
            "",
            f"{entry.file_bytes / _MIB:,.0f} MiB",
            "",
        )
    return (
        entry.name,
        entry.architecture,
        entry.quantization,
        entry.source,
        f"{entry.parameters / 1e6:,.0f} M" if entry.parameters else "",
        f"{entry.file_bytes / _MIB:,.0f} MiB" if entry.file_bytes else "",
        f"{entry.context_tokens:,}" if entry.context_tokens else "",
    )


@models.command()
@click.argument("model", default="")
@click.option("--context", type=click.IntRange(256), default=8192, show_default=True)
@as_json
@click.pass_obj
def inspect(paths: Paths, model: str, context: int, as_json: bool) -> int:
    """What a model file says, and the memory it needs with --context tokens."""
    found = with_workbench(
        paths, lambda core: core.inspect_model(model, LoadSettings(context_tokens=context))
    )
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    memory = found.memory
    click.echo(f"{found.entry.name}\n{found.entry.path}\n")
    for key, value in sorted(found.metadata.items()):
        click.echo(f"  {key} = {str(value)[:200]}")
    click.echo(
        f"\nMemory with {memory.context_tokens:,} tokens of context: "
        f"{memory.total_bytes / _MIB:,.0f} MiB = {memory.weights_bytes / _MIB:,.0f} weights + "
        f"{memory.kv_bytes / _MIB:,.0f} KV + {memory.compute_bytes / _MIB:,.0f} compute "
        f"({memory.free_bytes / _MIB:,.0f} MiB are free)\n  {memory.formula}"
    )
    return 0
