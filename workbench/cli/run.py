"""``workbench run``: one prompt, one strategy."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.main import CANCELLED, FAILED, with_workbench
from workbench.cli.options import RunOptions, build_spec, load_options, run_options
from workbench.cli.progress import Progress, as_object
from workbench.domain.errors import WorkbenchError
from workbench.domain.events import LoggedEvent
from workbench.domain.run_state import RunState
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.spec import RunSpec
    from workbench.service import Workbench


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@click.option("--strategy", default="direct", show_default=True, help="How to ask.")
@load_options
@run_options
@click.pass_obj
def run(paths: Paths, prompt: str, strategy: str, options: RunOptions, load: dict[str, Any]) -> int:
    """Run a prompt file with a strategy and stream what comes."""
    params = options.parameters

    async def work(core: Workbench) -> int:
        core.change_load_settings(load)
        spec = await build_spec(
            core, prompt, options, strategy=strategy, params=params, seed=options.seed
        )
        progress = Progress(title_of(core, strategy), stream=not options.as_json)
        run_id, state = await follow(core, spec, progress)
        progress.finish(state)
        if options.as_json:
            click.echo(json.dumps(as_object(run_id, strategy, state), ensure_ascii=False))
        return exit_status(state)

    return with_workbench(paths, work)


def title_of(core: Workbench, strategy: str) -> str:
    """What a strategy is called."""
    return next((info.title for info in core.strategies() if info.id == strategy), strategy)


async def follow(core: Workbench, spec: RunSpec, progress: Progress) -> tuple[int, RunState]:
    """Start a run and show it to its end; cancelling this cancels the run and still returns."""
    run_id = 0
    early: list[LoggedEvent] = []

    def listen(logged: LoggedEvent) -> None:
        if run_id == 0:
            early.append(logged)
        elif logged.run_id == run_id:
            progress(logged)

    destination = await core.destination(spec.model)
    if destination:
        click.echo(f"The prompt is sent to {destination}.", err=True)
    stop = core.subscribe(listen)
    run_id = await core.start_run(spec)
    for logged in early:
        listen(logged)
    try:
        return run_id, await core.wait_run(run_id)
    except asyncio.CancelledError:
        await core.cancel_run(run_id)
        return run_id, await core.load_run(run_id)
    finally:
        stop()


def exit_status(state: RunState) -> int:
    """The exit status that a run's end means; says the error of a failed one."""
    if state.status == "failed":
        if state.error:
            click.echo(f"workbench: {WorkbenchError.from_wire(state.error)}", err=True)
        return FAILED
    return CANCELLED if state.status == "cancelled" else 0
