"""``workbench eval``: prompts on many cases, with checks, and what the difference is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.evaluation.printing import as_object, print_estimates, print_result
from workbench.cli.evaluation.progress import SweepProgress
from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, load_options
from workbench.domain.errors import DataSetError, UsageError, WorkbenchError
from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.evaluation.results import EXIT_STATUS, REPORTS, EvaluationResult
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.service.evaluation.evaluation import Evaluation

WRONG_USAGE = 2
_FILE = click.Path(dir_okay=False, writable=True)


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
@click.option(
    "--run-code", is_flag=True, help="Let checks run the code that the model wrote, in a sandbox."
)
@click.option("--estimate", "only_estimate", is_flag=True, help="Say what it takes; run nothing.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML for a build server.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write a page that needs nothing else.")
@click.option("--csv", type=_FILE, metavar="FILE", help="Write a row for each case and variant.")
@click.option("--jsonl", type=_FILE, metavar="FILE", help="Write cases as JSON, one a line.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write the tables as Markdown.")
@as_json
@load_options
@click.pass_obj
def evaluate(
    paths: Paths,
    /,
    sets: tuple[str, ...],
    only_estimate: bool,
    as_json: bool,
    load: dict[str, Any],
    **given: Any,
) -> int:
    """Evaluate the variants of a set: run what is missing, score it, and compare.

    Results that the history has are shown and not run again. Ends with 0 where the goal is met, 1
    where it is not, 2 for wrong usage, and 3 where something has an error or is not finished.
    """
    reports = {kind: given.pop(kind) for kind in REPORTS}
    options = EvaluationOptions(**given)

    async def work(core: Workbench) -> int:
        core.models.change_load_settings(load)
        # All are opened before the first is run: a mistake in the last is known at once.
        read = [await core.evaluations.read(each) for each in sets]
        opened = [await core.evaluations.open(each, options) for each in read]
        if only_estimate:
            estimates = [await core.evaluations.estimate(each) for each in opened]
            names = [each.name for each in read]
            print_estimates(dict(zip(names, estimates, strict=True)), as_json=as_json)
            return 0
        results, analyses, is_stopped = await _run_all(core, opened, quiet=as_json)
        if as_json:
            pairs = zip(results, analyses, strict=True)
            objects = [as_object(*each) for each in pairs]
            click.echo(json.dumps(objects[0] if len(sets) == 1 else objects, ensure_ascii=False))
        for kind, file in reports.items():
            if file:
                await core.evaluations.save_report(results, kind, file, analyses)
        if is_stopped:
            return EXIT_STATUS["incomplete"]
        return max(each.outcome.exit_status for each in results)

    try:
        return with_workbench(paths, work)
    except (UsageError, DataSetError) as error:
        click.echo(f"workbench: {error}", err=True)
        return WRONG_USAGE
    except WorkbenchError as error:
        click.echo(f"workbench: {error}", err=True)
        return EXIT_STATUS["incomplete"]
    except OSError as error:
        click.echo(f"workbench: {error.strerror or error}: {error.filename or ''}", err=True)
        return EXIT_STATUS["incomplete"]


async def _run_all(
    core: Workbench, opened: Sequence[Evaluation], *, quiet: bool
) -> tuple[list[EvaluationResult], list[Analysis], bool]:
    """Run what is missing; the results, what they show, and whether the user stopped it early."""
    results: list[EvaluationResult] = []
    analyses: list[Analysis] = []
    is_stopped = False
    for evaluation in opened:
        estimate = await core.evaluations.estimate(evaluation)
        progress = SweepProgress(evaluation.set.name, evaluation.cells.values(), estimate)
        try:
            await core.evaluations.run(evaluation, progress, progress.measured)
        except asyncio.CancelledError:
            is_stopped = True
        progress.finish()
        results.append(await core.evaluations.result(evaluation))
        analyses.append(await core.evaluations.analyse(evaluation, results[-1]))
        if not quiet:
            print_result(results[-1], analyses[-1])
        if is_stopped:
            break
    return results, analyses, is_stopped
