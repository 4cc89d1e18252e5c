"""``workbench compare``: one prompt, several strategies, side by side."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from workbench.cli.main import with_workbench
from workbench.cli.options import RunOptions, build_spec, load_options, run_options
from workbench.cli.progress import Progress, as_object
from workbench.cli.run import exit_status, follow, title_of
from workbench.domain.errors import UsageError
from workbench.domain.run_state import RunState
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.spec import RunSpec
    from workbench.service import Workbench


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@click.option("--strategies", required=True, metavar="A,B,C", help="Which to compare.")
@load_options
@run_options
@click.pass_obj
def compare(
    paths: Paths, prompt: str, strategies: str, options: RunOptions, load: dict[str, Any]
) -> int:
    """Run a prompt with several strategies, one after the other, with the same seed.

    A --param goes to every strategy that has it.
    """
    names = [name.strip() for name in strategies.split(",") if name.strip()]
    if not names:
        raise UsageError("--strategies takes names with commas, for example direct,cot.")
    chosen = options.parameters

    async def work(core: Workbench) -> int:
        core.change_load_settings(load)
        specs: list[RunSpec] = []
        group = uuid.uuid4().hex
        for name in names:
            spec = await build_spec(
                core,
                prompt,
                options,
                strategy=name,
                params=_params_for(core, name, chosen, names),
                seed=specs[0].seed if specs else options.seed,
                group=group,
            )
            specs.append(spec)
        status = 0
        done: list[tuple[int, str, RunState]] = []
        for spec in specs:
            progress = Progress(title_of(core, spec.strategy), stream=False)
            run_id, state = await follow(core, spec, progress)
            progress.finish(state)
            done.append((run_id, spec.strategy, state))
            status = max(status, exit_status(state))
            if state.status == "cancelled":
                break
        if options.as_json:
            objects = [as_object(*entry) for entry in done]
            click.echo(json.dumps(objects, ensure_ascii=False))
        else:
            _print(core, done)
        return status

    return with_workbench(paths, work)


def _params_for(
    core: Workbench, strategy: str, params: dict[str, str], names: list[str]
) -> dict[str, str]:
    """The parameters that a strategy has; one that none has is an error."""
    fields = {
        info.id: {field.name for field in info.fields}
        for info in core.strategies()
        if info.id in names
    }
    for name in params:
        if not any(name in known for known in fields.values()):
            raise UsageError(f"None of {', '.join(names)} has a parameter called {name}.")
    return {name: value for name, value in params.items() if name in fields.get(strategy, ())}


def _print(core: Workbench, done: list[tuple[int, str, RunState]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Strategy")
    table.add_column("Answer", overflow="fold", max_width=60)
    for heading in ("Tokens", "Time", "Tok/s", "Calls", "Run"):
        table.add_column(heading, justify="right")
    for run_id, strategy, state in done:
        rate = state.completion_tokens / state.seconds if state.seconds else 0.0
        answer = "no answer" if state.answer is None else " ".join(state.answer.split())
        table.add_row(
            title_of(core, strategy),
            answer,
            f"{state.completion_tokens:,}",
            f"{state.seconds:.1f} s",
            f"{rate:.1f}",
            str(state.call_count),
            str(run_id),
        )
    Console(highlight=False, markup=False).print(table)
