"""``workbench compare``: one prompt, several strategies, side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from workbench.cli.main import with_workbench
from workbench.cli.options import RunOptions, build_spec, load_options, run_options
from workbench.cli.progress import Progress, as_object
from workbench.cli.run import exit_status, follow, title_of
from workbench.domain.comparison import Interval
from workbench.domain.errors import UsageError
from workbench.domain.extraction import normalise
from workbench.domain.run_state import RunState
from workbench.domain.spec import comparison_group, repeat_seed
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.spec import RunSpec
    from workbench.service import Workbench

_Done = tuple[int, str, RunState]


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@click.option("--strategies", required=True, metavar="A,B,C", help="Which to compare.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often each strategy is run, each time with a seed of its own.",
)
@click.option("--expected", metavar="TEXT", help="The right answer; counts which runs gave it.")
@load_options
@run_options
@click.pass_obj
def compare(
    paths: Paths,
    prompt: str,
    strategies: str,
    repeats: int,
    expected: str | None,
    options: RunOptions,
    load: dict[str, Any],
) -> int:
    """Run a prompt with several strategies, one after the other, with the same seeds.

    A --param goes to every strategy that has it.
    """
    names = [name.strip() for name in strategies.split(",") if name.strip()]
    if not names:
        raise UsageError("--strategies takes names with commas, for example direct,cot.")

    async def work(core: Workbench) -> int:
        core.change_load_settings(load)
        status = 0
        done: list[_Done] = []
        for spec in await _specs(core, prompt, options, names, repeats):
            progress = Progress(title_of(core, spec.strategy), stream=False)
            run_id, state = await follow(core, spec, progress)
            progress.finish(state)
            done.append((run_id, spec.strategy, state))
            status = max(status, exit_status(state))
            if state.status == "cancelled":
                break
        tallies = [_tally(core, name, done, expected) for name in dict.fromkeys(names)]
        if options.as_json:
            _print_json(done, tallies, expected)
        else:
            _print(core, done, expected)
            if repeats > 1 or expected is not None:
                _print_tallies(core, tallies)
        return status

    return with_workbench(paths, work)


async def _specs(
    core: Workbench, prompt: str, options: RunOptions, names: list[str], repeats: int
) -> list[RunSpec]:
    """All runs: each strategy once with the first seed, then each with the second, and so on."""
    first: list[RunSpec] = []
    for name in names:
        params = _params_for(core, name, options.parameters, names)
        seed = first[0].seed if first else options.seed
        made = await build_spec(
            core, prompt, options, strategy=name, params=params, seed=seed, tell=not first
        )
        first.append(msgspec.structs.replace(made, group=comparison_group(made)))
    return [
        msgspec.structs.replace(spec, seed=repeat_seed(spec.seed, repeat))
        for repeat in range(repeats)
        for spec in first
    ]


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


class _Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What the runs of one strategy came to; ``solved`` is None without an expected answer."""

    strategy: str
    runs: int
    agree: int
    distinct: int
    answer: str | None
    solved: int | None
    interval: Interval | None
    tokens: int
    seconds: float


def _tally(core: Workbench, strategy: str, done: list[_Done], expected: str | None) -> _Tally:
    states = [state for _, name, state in done if name == strategy]
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for state in states:
        if state.answer is not None:
            key = normalise(state.answer)
            counts[key] = counts.get(key, 0) + 1
            shown.setdefault(key, state.answer)
    leader = max(counts, key=lambda key: counts[key], default=None)
    solved = counts.get(normalise(expected), 0) if expected is not None else None
    return _Tally(
        strategy=strategy,
        runs=len(states),
        agree=counts[leader] if leader is not None else 0,
        distinct=len(counts),
        answer=shown[leader] if leader is not None else None,
        solved=solved,
        interval=core.interval(solved, len(states)) if solved is not None else None,
        tokens=sum(state.completion_tokens for state in states),
        seconds=round(sum(state.seconds for state in states), 3),
    )


def _is_right(state: RunState, expected: str | None) -> bool | None:
    if expected is None:
        return None
    return state.answer is not None and normalise(state.answer) == normalise(expected)


def _print_json(done: list[_Done], tallies: list[_Tally], expected: str | None) -> None:
    """The runs as a list; what they came to stands on each as ``summary`` of its strategy."""
    summaries = {tally.strategy: msgspec.to_builtins(tally) for tally in tallies}
    objects = []
    for run_id, strategy, state in done:
        entry = as_object(run_id, strategy, state)
        entry["correct"] = _is_right(state, expected)
        entry["summary"] = summaries[strategy]
        objects.append(entry)
    click.echo(json.dumps(objects, ensure_ascii=False))


def _print(core: Workbench, done: list[_Done], expected: str | None) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Strategy")
    table.add_column("Answer", overflow="fold", max_width=60)
    if expected is not None:
        table.add_column("Correct")
    for heading in ("Tokens", "Time", "Tok/s", "Calls", "Run"):
        table.add_column(heading, justify="right")
    for run_id, strategy, state in done:
        rate = state.completion_tokens / state.seconds if state.seconds else 0.0
        answer = "no answer" if state.answer is None else " ".join(state.answer.split())
        verdict = [] if expected is None else ["yes" if _is_right(state, expected) else "no"]
        table.add_row(
            title_of(core, strategy),
            answer,
            *verdict,
            f"{state.completion_tokens:,}",
            f"{state.seconds:.1f} s",
            f"{rate:.1f}",
            str(state.call_count),
            str(run_id),
        )
    Console(highlight=False, markup=False).print(table)


def _print_tallies(core: Workbench, tallies: list[_Tally]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Strategy", no_wrap=True)
    for heading in (
        "Agree",
        "Distinct",
        "Solved",
        "95 % interval",
        "Tok/run",
        "Tok/solved",
        "Time/run",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for tally in tallies:
        if not tally.runs:
            continue
        interval, solved = tally.interval, tally.solved
        table.add_row(
            title_of(core, tally.strategy),
            f"{tally.agree} of {tally.runs}",
            str(tally.distinct),
            "-" if solved is None else f"{solved} / {tally.runs}",
            f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"
            if interval is not None
            else "-",
            f"{tally.tokens / tally.runs:,.0f}",
            f"{tally.tokens / solved:,.0f}" if solved else "-",
            f"{tally.seconds / tally.runs:.1f} s",
        )
    Console(highlight=False, markup=False).print()
    Console(highlight=False, markup=False).print(table)
