"""``workbench strategies``: list strategies and explain their parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import Column, print_table, texts
from workbench.domain.errors import UsageError
from workbench.domain.parameters import Field, with_defaults
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.views import StrategyInfo


@click.group()
def strategies() -> None:
    """List the strategies and explain their parameters."""


@strategies.command("list")
@as_json
@click.pass_obj
def list_strategies(paths: Paths, as_json: bool) -> int:
    """List the strategies, with what each does."""
    found = _all(paths)
    if as_json:
        click.echo(json.dumps([_plain(info) for info in found], ensure_ascii=False))
        return 0
    rows = [(info.id, info.title, info.description) for info in found]
    print_table((Column("Name"), Column("Title"), *texts("What it does")), rows)
    return 0


@strategies.command()
@click.argument("name")
@as_json
@click.pass_obj
def show(paths: Paths, name: str, as_json: bool) -> int:
    """Show the parameters of a strategy, as --param takes them, with defaults and choices."""
    found = {info.id: info for info in _all(paths)}
    info = found.get(name)
    if info is None:
        raise UsageError(f"There is no strategy called {name}; there are: {', '.join(found)}.")
    if as_json:
        click.echo(json.dumps(_plain(info), ensure_ascii=False))
        return 0
    click.echo(f"{info.title}: {info.description}")
    defaults = with_defaults(info.fields, {})
    for field in info.fields:
        unit = f" {field.unit}" if field.unit else ""
        click.echo(f"\n{field.name}={_written(field.default)}{unit}  {field.label}")
        click.echo(f"    {field.description}")
        for choice in field.choices:
            click.echo(f"    {choice}: {field.choice_words(choice)}")
        if field.lowest and field.minimum is not None:
            click.echo(f"    {field.minimum:g}: {field.lowest_words(defaults)}")
    return 0


def _all(paths: Paths) -> tuple[StrategyInfo, ...]:
    async def ask(core: Any) -> tuple[StrategyInfo, ...]:
        found: tuple[StrategyInfo, ...] = core.runs.strategies()
        return found

    return with_workbench(paths, ask)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(info: StrategyInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "title": info.title,
        "description": info.description,
        "parameters": [_plain_field(field) for field in info.fields],
    }


def _plain_field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": field.label,
        "description": field.description,
        "kind": field.kind,
        "default": field.default,
        "unit": field.unit,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "choices": {choice: field.choice_words(choice) for choice in field.choices},
    }
