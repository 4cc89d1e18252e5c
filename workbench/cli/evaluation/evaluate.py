"""``workbench eval``: prompts on many cases, with checks, and what the difference is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.evaluation.printing import as_object, print_estimate, print_result
from workbench.cli.evaluation.progress import SweepProgress
from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, load_options
from workbench.domain.errors import DataSetError, UsageError, WorkbenchError
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.evaluation.results import EXIT_STATUS
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

WRONG_USAGE = 2


@click.command("eval")
@click.argument("sets", nargs=-1, required=True, metavar="SET.yaml ...")
@click.option("--only", multiple=True, metavar="VARIANT", help="Only this one; may be repeated.")
@click.option("--baseline", default="", metavar="VARIANT", help="Which others are compared with.")
@click.option(
    "--model",
    default="",
    metavar="NAME|PATH",
    help="For variants that name none; replaces models that this machine does not have.",
)
@click.option("--held-out", is_flag=True, help="Evaluate the rows that are held out.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Say what it takes; run nothing.")
@as_json
@load_options
@click.pass_obj
def evaluate(
    paths: Paths,
    sets: tuple[str, ...],
    only: tuple[str, ...],
    baseline: str,
    model: str,
    held_out: bool,
    only_estimate: bool,
    as_json: bool,
    load: dict[str, Any],
) -> int:
    """Evaluate the variants of a set: run what is missing, score it, and compare.

    Results that the history has are shown and not run again. Ends with 0 where the goal is met, 1
    where it is not, 2 for wrong usage, and 3 where something has an error or is not finished.
    """
    options = EvaluationOptions(only=only, baseline=baseline, model=model, held_out=held_out)

    async def work(core: Workbench) -> int:
        core.models.change_load_settings(load)
        found: list[dict[str, Any]] = []
        statuses = []
        for each in sets:
            status, message = await _one(core, each, options, only_estimate, quiet=as_json)
            statuses.append(status)
            found.append(message)
            if status is None:
                break
        if as_json:
            click.echo(json.dumps(found[0] if len(sets) == 1 else found, ensure_ascii=False))
        return max((EXIT_STATUS["incomplete"] if s is None else s for s in statuses), default=0)

    try:
        return with_workbench(paths, work)
    except (UsageError, DataSetError) as error:
        click.echo(f"workbench: {error}", err=True)
        return WRONG_USAGE
    except WorkbenchError as error:
        click.echo(f"workbench: {error}", err=True)
        return EXIT_STATUS["incomplete"]


async def _one(
    core: Workbench, path: str, options: EvaluationOptions, only_estimate: bool, *, quiet: bool
) -> tuple[int | None, dict[str, Any]]:
    """Evaluate a set; the status is None where the user stopped it."""
    given = await core.evaluations.read(str(Path(path)))
    evaluation = await core.evaluations.open(given, options)
    estimate = await core.evaluations.estimate(evaluation)
    if only_estimate:
        return 0, print_estimate(given.name, estimate, quiet=quiet)
    progress = SweepProgress(given.name, evaluation.cells.values(), estimate)
    is_stopped = False
    try:
        await core.evaluations.run(evaluation, progress)
    except asyncio.CancelledError:
        is_stopped = True
    progress.finish()
    result = await core.evaluations.result(evaluation)
    if not quiet:
        print_result(result)
    return None if is_stopped else result.outcome.exit_status, as_object(result)
