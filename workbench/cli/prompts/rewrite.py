"""``workbench rewrite``: a model suggests a better prompt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.main import FAILED, with_workbench
from workbench.cli.options import as_json, load_options
from workbench.cli.prompts.changes import unified
from workbench.cli.runs.progress import Progress
from workbench.cli.runs.run import exit_status, follow
from workbench.domain.prompts.rewriting import RewriteRequest
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False))
@click.option("--goal", required=True, help="What should be better.")
@click.option("--failing", default="", help="An answer that was not good.")
@click.option("--expected", default="", help="What that answer should have been.")
@click.option("--model", default="", metavar="NAME|PATH", help="Default: last used.")
@load_options
@as_json
@click.pass_obj
def rewrite(
    paths: Paths,
    path: str,
    goal: str,
    failing: str,
    expected: str,
    model: str,
    load: dict[str, Any],
    as_json: bool,
) -> int:
    """Ask a model to rewrite a prompt file and print the diff; the file stays as it is.

    Its problems are printed, and the exit status is then 1. The run is in the history; what
    it asks is strategies/rewrite.prompty of the library.
    """

    async def work(core: Workbench) -> int:
        core.models.change_load_settings(load)
        file = await core.prompt_files.read(path)
        request = RewriteRequest(
            path=file.path,
            text=file.text,
            goal=goal,
            failing=failing,
            expected=expected,
            model=model,
        )
        spec = (await core.runs.prepare(await core.rewrite.spec(request))).spec
        progress = Progress("Rewrite", stream=False)
        run_id, state = await follow(core, spec, progress)
        progress.finish(state)
        if state.status != "done":
            return exit_status(state)
        found = await core.rewrite.read(request, state.output, state.finish_reason)
        changes = unified(file.text, found.text, path, f"{path} (suggested)")
        if as_json:
            words = {
                "run_id": run_id,
                "text": found.text,
                "problems": found.problems,
                "diff": changes,
                "output": state.output,
            }
            click.echo(json.dumps(words, ensure_ascii=False))
        else:
            click.echo(changes, nl=False)
            for problem in found.problems:
                click.echo(f"workbench: {problem}", err=True)
        return FAILED if found.problems else 0

    return with_workbench(paths, work)
