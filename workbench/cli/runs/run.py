"""``workbench run``: one prompt, one strategy."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.main import CANCELLED, FAILED, with_workbench
from workbench.cli.options import RunOptions, build_spec, load_options, run_options
from workbench.cli.runs.cases import CaseOptions, case_options, run_on_cases
from workbench.cli.runs.progress import Progress, as_object
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.comparison import is_right
from workbench.domain.runs.estimate_words import estimate_text
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.runs.spec import RunSpec
    from workbench.service import Workbench


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--strategy",
    default="",
    help="How to ask. Default: that of the prompt's front matter, else direct.",
)
@click.option(
    "--expected", default="", metavar="TEXT", help="The expected answer; the run is judged by it."
)
@case_options
@load_options
@run_options
@click.pass_obj
def run(
    paths: Paths,
    prompt: str,
    strategy: str,
    expected: str,
    options: RunOptions,
    load: dict[str, Any],
    on: CaseOptions,
) -> int:
    """Run a prompt file with a strategy and stream its output.

    With --samples or --rows it is run on many inputs, and a table shows the result of each.
    """
    params = options.parameters
    if expected and on.are_given:
        raise UsageError("Sample sets and rows have their own right answers: leave out --expected.")

    async def work(core: Workbench) -> int:
        core.models.change_load_settings(load)
        if on.are_given:
            return await run_on_cases(core, prompt, strategy, options, on)
        spec = await build_spec(
            core, prompt, options, strategy=strategy, params=params, seed=options.seed
        )
        if not options.as_json:
            click.echo(estimate_text(await core.runs.estimate(spec)), err=True)
        progress = Progress(title_of(core, spec.strategy), stream=not options.as_json)
        run_id, state = await follow(core, spec, progress, expected)
        progress.finish(state)
        right = is_right(state.answer, expected) if state.status == "done" else None
        if options.as_json:
            found = as_object(run_id, spec.strategy, state) | {"correct": right}
            click.echo(json.dumps(found, ensure_ascii=False))
        elif right is not None:
            click.echo("Right." if right else f"Wrong: {expected} was expected.", err=True)
        return exit_status(state)

    return with_workbench(paths, work)


def title_of(core: Workbench, strategy: str) -> str:
    """What a strategy is called."""
    return next((info.title for info in core.runs.strategies() if info.id == strategy), strategy)


async def follow(
    core: Workbench, spec: RunSpec, progress: Progress, expected: str = ""
) -> tuple[int, RunState]:
    """Start a run and show it to its end; cancelling this cancels the run and still returns.

    The history judges it by ``expected``, where that is given.
    """
    run_id = 0
    early: list[LoggedEvent] = []

    def listen(logged: LoggedEvent) -> None:
        if run_id == 0:
            early.append(logged)
        elif logged.run_id == run_id:
            progress(logged)

    destination = await core.servers.destination(spec.model)
    if destination:
        click.echo(f"The prompt is sent to {destination}.", err=True)
    stop = core.subscribe(listen)
    run_id = await core.runs.start(spec, expected)
    for logged in early:
        listen(logged)
    try:
        return run_id, await core.runs.wait(run_id)
    except asyncio.CancelledError:
        await core.runs.cancel(run_id)
        return run_id, await core.runs.load(run_id)
    finally:
        stop()


def exit_status(state: RunState) -> int:
    """The exit status that a run's end means; says the error of a failed one."""
    if state.status == "failed":
        if state.error:
            click.echo(f"workbench: {WorkbenchError.from_wire(state.error)}", err=True)
        return FAILED
    if state.status == "cancelled":
        return CANCELLED
    return 0 if state.status == "done" else FAILED
