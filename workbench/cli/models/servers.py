"""``workbench servers``: OpenAI-compatible servers whose models can be used like local ones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import figures, print_table, texts
from workbench.domain.errors import UsageError
from workbench.domain.servers import Server, ServerReport, checked
from workbench.domain.text import seconds_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_MOST_MODELS = 24
"""A server that lists more is asked about: they would bury the others in every list."""


@click.group()
def servers() -> None:
    """Add, test and remove servers that speak the OpenAI protocol.

    Their models are named SERVER/MODEL and appear in every list of models. Text is sent to a server
    only when one of its models runs.
    """


@servers.command("list")
@as_json
@click.pass_obj
def list_servers(paths: Paths, as_json: bool) -> int:
    """List the servers that were added."""
    found = with_workbench(paths, lambda core: core.servers.all())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo("There are no servers. Add one: workbench servers add NAME ADDRESS")
        return 0
    rows = [
        (
            server.name,
            server.base_url,
            ", ".join(server.models),
            str(server.concurrency),
            f"{server.timeout_seconds:g} s",
        )
        for server in found
    ]
    print_table((*texts("Name", "Address", "Models"), *figures("At once", "Timeout")), rows)
    return 0


@servers.command()
@click.argument("name")
@click.argument("address")
@click.option("--model", "models", multiple=True, metavar="ID", help="Offer this one; repeatable.")
@click.option("--key", "with_key", is_flag=True, help="Ask for a key (or read it from stdin).")
@click.option(
    "--key-variable",
    default="",
    metavar="NAME",
    help="The environment variable with the key where no keyring has it "
    "[default: WORKBENCH_KEY_ and the server's name].",
)
@click.option("--concurrency", type=click.IntRange(1, 256), default=4, show_default=True)
@click.option(
    "--timeout",
    type=click.FloatRange(1, 86_400),
    default=120.0,
    show_default=True,
    help="Seconds without data before a request is given up.",
)
@click.option("--no-test", is_flag=True, help="Add it without connecting to it.")
@click.pass_obj
def add(
    paths: Paths,
    name: str,
    address: str,
    models: tuple[str, ...],
    with_key: bool,
    key_variable: str,
    concurrency: int,
    timeout: float,
    no_test: bool,
) -> int:
    """Add the server at ADDRESS, for example http://localhost:8080 or https://example.org/v1.

    Without --model all models that the server lists are offered. A key is never an argument: it
    would stay in the shell's history.
    """
    server = checked(
        Server(
            name=name,
            base_url=address,
            models=models,
            concurrency=concurrency,
            timeout_seconds=timeout,
            key_variable=key_variable,
        )
    )
    key = _read_key() if with_key else ""

    async def work(core: Workbench) -> tuple[Server, str]:
        chosen = server
        if not no_test:
            report = await core.servers.test(server, key)
            chosen = msgspec.structs.replace(server, models=models or _offered(server, report))
        return chosen, await core.servers.add(chosen, key)

    added, words = with_workbench(paths, work)
    offered = ", ".join(added.shown(model) for model in added.models)
    click.echo(f"Added {added.name} at {added.base_url}. Models: {offered or 'none chosen'}.")
    for sentence in (words, added.warning):
        if sentence:
            click.echo(sentence, err=True)
    return 0


def _read_key() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Key", hide_input=True))
    return sys.stdin.readline().strip()


def _offered(server: Server, report: ServerReport) -> tuple[str, ...]:
    if len(report.models) <= _MOST_MODELS:
        return report.models
    first = ", ".join(report.models[:_MOST_MODELS])
    raise UsageError(
        f"The server {server.name} lists {len(report.models):,} models: name those you want with "
        f"--model. The first are: {first}."
    )


@servers.command()
@click.argument("name")
@click.pass_obj
def remove(paths: Paths, name: str) -> int:
    """Remove a server and its key."""
    with_workbench(paths, lambda core: core.servers.remove(name))
    click.echo(f"Removed {name} and its key.")
    return 0


@servers.command()
@click.argument("name")
@as_json
@click.pass_obj
def test(paths: Paths, name: str, as_json: bool) -> int:
    """Test a server: its kind, speed and models."""

    async def work(core: Workbench) -> tuple[Server, ServerReport]:
        server = await core.servers.find(name)
        return server, await core.servers.test(server)

    server, report = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(report), ensure_ascii=False))
        return 0
    kind = f", {report.kind}" if report.kind else ""
    click.echo(
        f"{server.name} answers at {server.base_url} in {seconds_text(report.seconds)}{kind}."
    )
    if report.context_tokens:
        click.echo(f"Context: {report.context_tokens:,} tokens")
    click.echo(f"Key: {report.key_place or 'none'}")
    if report.models_note:
        click.echo(report.models_note)
    for model in report.models:
        mark = "*" if model in server.models else " "
        click.echo(f" {mark} {server.shown(model)}")
    if report.warning:
        click.echo(report.warning, err=True)
    return 0
