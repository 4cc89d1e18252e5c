"""``workbench runs``: resume runs, and steer their searches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, load_options, pairs
from workbench.cli.runs.progress import Progress, as_object
from workbench.cli.runs.run import exit_status, title_of
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.spec import Budget
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    ForkToken,
    Grow,
    PruneNode,
    SteerAction,
    Undo,
)
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

Begin = Callable[["Workbench"], Awaitable[None]]


@click.group()
def runs() -> None:
    """Resume interrupted runs, and steer their searches."""


@runs.command()
@click.argument("run_id", type=int)
@click.option("--max-tokens-total", type=click.IntRange(1), help="Budget of the whole run.")
@click.option("--max-calls", type=click.IntRange(1), help="Budget of the whole run.")
@click.option("--max-seconds", type=click.FloatRange(0, min_open=True), help="Of the whole run.")
@load_options
@as_json
@click.pass_obj
def resume(
    paths: Paths,
    run_id: int,
    max_tokens_total: int | None,
    max_calls: int | None,
    max_seconds: float | None,
    load: dict[str, Any],
    as_json: bool,
) -> int:
    """Resume a run that was interrupted, cancelled, failed, or ended by its budget.

    Finished calls are not repeated. Without a budget it has the one that it began with.
    """
    budget = None
    if max_tokens_total or max_calls or max_seconds:
        budget = Budget(max_tokens=max_tokens_total, max_calls=max_calls, max_seconds=max_seconds)
    return _follow(paths, run_id, lambda core: core.steering.resume(run_id, budget), load, as_json)


@runs.command()
@click.argument("run_id", type=int)
@click.argument("node")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Of the strategy.")
@load_options
@as_json
@click.pass_obj
def grow(
    paths: Paths,
    run_id: int,
    node: str,
    params: tuple[str, ...],
    load: dict[str, Any],
    as_json: bool,
) -> int:
    """Continue the search from a node of an ended run, with other parameters."""
    action = Grow(node, dict(pairs(params, "--param")))
    return _follow(paths, run_id, lambda core: core.steering.steer(run_id, action), load, as_json)


@runs.command()
@click.argument("run_id", type=int)
@click.argument("call")
@click.argument("token", type=click.IntRange(0))
@click.argument("text")
@click.option("--sample", type=click.IntRange(0), default=0, show_default=True)
@load_options
@as_json
@click.pass_obj
def fork(
    paths: Paths,
    run_id: int,
    call: str,
    token: int,
    text: str,
    sample: int,
    load: dict[str, Any],
    as_json: bool,
) -> int:
    """Replace a token of an answer by TEXT and generate again from there.

    CALL is as `workbench history show` names it, TOKEN counts from 0.
    """
    action = ForkToken(call, sample, token, text)
    return _follow(paths, run_id, lambda core: core.steering.steer(run_id, action), load, as_json)


@runs.command()
@click.argument("run_id", type=int)
@click.argument("node")
@click.argument("text")
@click.pass_obj
def edit(paths: Paths, run_id: int, node: str, text: str) -> int:
    """Change the thought of a node."""
    return _steer(paths, run_id, EditThought(node, text))


@runs.command()
@click.argument("run_id", type=int)
@click.argument("node")
@click.pass_obj
def prune(paths: Paths, run_id: int, node: str) -> int:
    """Prune a node: it and what is under it are not continued."""
    return _steer(paths, run_id, PruneNode(node))


@runs.command()
@click.argument("run_id", type=int)
@click.argument("node")
@click.option("--amount", type=click.FloatRange(-1000, 1000), default=10.0, show_default=True)
@click.pass_obj
def boost(paths: Paths, run_id: int, node: str, amount: float) -> int:
    """Raise the value of a node, or lower it with a negative amount."""
    return _steer(paths, run_id, BoostNode(node, amount))


@runs.command()
@click.argument("run_id", type=int)
@click.argument("parent")
@click.argument("text")
@click.pass_obj
def add(paths: Paths, run_id: int, parent: str, text: str) -> int:
    """Add a thought under a node."""
    return _steer(paths, run_id, AddThought(parent, text))


@runs.command()
@click.argument("run_id", type=int)
@click.pass_obj
def undo(paths: Paths, run_id: int) -> int:
    """Undo the last prune, boost, edit or added thought."""
    return _steer(paths, run_id, Undo())


def _steer(paths: Paths, run_id: int, action: SteerAction) -> int:
    with_workbench(paths, lambda core: core.steering.steer(run_id, action))
    return 0


def _follow(paths: Paths, run_id: int, begin: Begin, load: dict[str, Any], as_json: bool) -> int:
    """Have a run go on and stream what comes; cancelling this cancels it."""

    async def work(core: Workbench) -> int:
        core.models.change_load_settings(load)
        spec = await core.runs.spec(run_id)
        destination = await core.servers.destination(spec.model)
        if destination:
            click.echo(f"The prompt is sent to {destination}.", err=True)
        progress = Progress(title_of(core, spec.strategy), stream=not as_json)
        progress.state = await core.runs.load(run_id)

        def listen(logged: LoggedEvent) -> None:
            if logged.run_id == run_id:
                progress(logged)

        stop = core.subscribe(listen)
        try:
            await begin(core)
            state = await core.runs.wait(run_id)
        except asyncio.CancelledError:
            await core.runs.cancel(run_id)
            state = await core.runs.load(run_id)
        finally:
            stop()
        progress.finish(state)
        if as_json:
            found = as_object(run_id, spec.strategy, state)
            click.echo(json.dumps(found, ensure_ascii=False))
        return exit_status(state)

    return with_workbench(paths, work)
