"""``workbench history bundle`` and ``workbench replay``: a run as a file, and done again."""

from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec

from workbench.cli.history import history
from workbench.cli.main import FAILED, with_workbench
from workbench.cli.options import as_json
from workbench.domain.errors import UsageError
from workbench.domain.text import size_text
from workbench.settings import Paths


@history.command()
@click.argument("run_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
@click.pass_obj
def bundle(paths: Paths, run_id: int, file: str, force: bool) -> int:
    """Save a run as one file that can be done again elsewhere.

    It has the prompt, its variables, the settings and seed, digests of the model and the template,
    and every token with its probability. There are no paths in it.
    """
    if Path(file).exists() and not force:
        raise UsageError(f"{file} is there already: choose another name, or add --force.")
    size = with_workbench(paths, lambda core: core.bundles.write(run_id, file))
    click.echo(f"Saved to {file} ({size_text(size)}).")
    return 0


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--model", default="", help="Use this model in place of the one of that name.")
@as_json
@click.pass_obj
def replay(paths: Paths, file: str, model: str, as_json: bool) -> int:
    """Do the run of a bundle again, and say whether it is identical.

    Exit status: 0 identical, 1 not.
    """
    found = with_workbench(paths, lambda core: core.bundles.replay(file, model))
    if as_json:
        shown = {**msgspec.to_builtins(found), "verdict": found.verdict}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return 0 if found.is_identical else FAILED
    exact = ", with the same probabilities to the last bit" if found.same_logprobs else ""
    click.echo(f"Run {found.run_id}: {found.verdict}{exact if found.is_identical else ''}.")
    if found.token is not None:
        click.echo(f"there: {json.dumps(found.expected, ensure_ascii=False)}")
        click.echo(f"here:  {json.dumps(found.found, ensure_ascii=False)}")
    for difference in found.differences:
        click.echo(difference)
    return 0 if found.is_identical else FAILED
