"""``workbench compare``: one prompt, several strategies, side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import RunOptions, build_spec, load_options, run_options
from workbench.cli.runs.progress import Progress, as_object
from workbench.cli.runs.run import exit_status, follow, title_of
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.answers.forms import group_answers, same_answer
from workbench.domain.errors import UsageError
from workbench.domain.runs.comparison import Interval, is_right, verdict_sentence
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import comparison_group, repeat_seed
from workbench.domain.text import seconds_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.runs.spec import RunSpec
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
    help="How often each strategy is run, each time with a different seed.",
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
        core.models.change_load_settings(load)
        status = 0
        done: list[_Done] = []
        for spec in await _specs(core, prompt, options, names, repeats):
            progress = Progress(title_of(core, spec.strategy), stream=False)
            run_id, state = await follow(core, spec, progress, expected or "")
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
            core, prompt, options, strategy=name, params=params, seed=seed, announce=not first
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
        for info in core.runs.strategies()
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
    groups = group_answers([state.answer for state in states])
    leader = max(groups, key=len, default=[])
    solved = None
    if expected is not None:
        solved = sum(same_answer(state.answer, expected) for state in states)
    return _Tally(
        strategy=strategy,
        runs=len(states),
        agree=len(leader),
        distinct=len(groups),
        answer=states[leader[0]].answer if leader else None,
        solved=solved,
        interval=core.answers.interval(solved, len(states)) if solved is not None else None,
        tokens=sum(state.completion_tokens for state in states),
        seconds=round(sum(state.seconds for state in states), 3),
    )


def _print_json(done: list[_Done], tallies: list[_Tally], expected: str | None) -> None:
    """The runs as a list; each has the ``summary`` of its strategy."""
    summaries = {tally.strategy: msgspec.to_builtins(tally) for tally in tallies}
    objects = []
    for run_id, strategy, state in done:
        entry = as_object(run_id, strategy, state)
        entry["correct"] = is_right(state.answer, expected or "")
        entry["summary"] = summaries[strategy]
        objects.append(entry)
    click.echo(json.dumps(objects, ensure_ascii=False))


def _print(core: Workbench, done: list[_Done], expected: str | None) -> None:
    verdicts = () if expected is None else (Column("Correct"),)
    rows = []
    for run_id, strategy, state in done:
        rate = state.completion_tokens / state.seconds if state.seconds else 0.0
        answer = "no answer" if state.answer is None else " ".join(state.answer.split())
        right = "yes" if is_right(state.answer, expected or "") else "no"
        rows.append(
            (
                title_of(core, strategy),
                answer,
                *(right for _ in verdicts),
                f"{state.completion_tokens:,}",
                seconds_text(state.seconds),
                f"{rate:.1f}",
                str(state.call_count),
                str(run_id),
            )
        )
    columns = (Column("Strategy"), *texts("Answer"), *verdicts)
    print_table((*columns, *figures("Tokens", "Time", "Tok/s", "Calls", "Run")), rows)


def _print_tallies(core: Workbench, tallies: list[_Tally]) -> None:
    headings = ("Agree", "Distinct", "Solved", "95 % interval", "Tok/run", "Tok/solved", "Time/run")
    rows = [_tally_cells(core, tally) for tally in tallies if tally.runs]
    click.echo()
    print_table((Column("Strategy"), *figures(*headings)), rows)
    counted = [tally for tally in tallies if tally.solved is not None]
    found = core.answers.verdict([(tally.solved or 0, tally.runs) for tally in counted])
    if found is not None:
        names = [title_of(core, tally.strategy) for tally in counted]
        click.echo(f"\n{verdict_sentence(found, names)}.")


def _tally_cells(core: Workbench, tally: _Tally) -> tuple[str, ...]:
    interval, solved = tally.interval, tally.solved
    bounds = "-"
    if interval is not None:
        bounds = f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"
    return (
        title_of(core, tally.strategy),
        f"{tally.agree} of {tally.runs}",
        str(tally.distinct),
        "-" if solved is None else f"{solved} / {tally.runs}",
        bounds,
        f"{tally.tokens / tally.runs:,.0f}",
        f"{tally.tokens / solved:,.0f}" if solved else "-",
        seconds_text(tally.seconds / tally.runs),
    )
