"""``workbench history compare``, ``reproduce``, ``stats``: two runs next to each other; figures."""

from __future__ import annotations

import json
import time

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.runs.pair import RunPair
from workbench.domain.servers import model_name
from workbench.domain.text import count_text
from workbench.settings import Paths

_SIGNS = {"same": " ", "inserted": "+", "deleted": "-"}
_MARKS = {"same": ("", ""), "inserted": ("{+", "+}"), "deleted": ("[-", "-]")}
_HOUR = 3600
_DAYS = 30


@click.command()
@click.argument("left", type=int)
@click.argument("right", type=int)
@as_json
@click.pass_obj
def compare(paths: Paths, left: int, right: int, as_json: bool) -> int:
    """Compare two runs: settings, prompt, output, and the first token that differs."""
    pair = with_workbench(paths, lambda core: core.pairs.compare(left, right))
    if as_json:
        click.echo(json.dumps(_as_object(pair), ensure_ascii=False))
        return 0
    different = [fact for fact in pair.facts if not fact.is_same]
    columns = (Column("Setting"), *texts(f"Run {left}", f"Run {right}"), Column("Change"))
    rows = [(fact.name, fact.left, fact.right, fact.change) for fact in different]
    print_table(columns, rows)
    same = ", ".join(fact.name for fact in pair.facts if fact.is_same)
    click.echo(f"\nThe same: {same}")
    changed = [line for line in pair.prompt if line.kind != "same"]
    click.echo("\n=== prompt" + ("" if changed else ": the same"))
    for line in changed:
        click.echo(f"{_SIGNS[line.kind]} {line.text}")
    click.echo("\n=== output" + (": the same" if pair.same_output else ""))
    if not pair.same_output:
        marked = (
            f"{_MARKS[part.kind][0]}{part.text}{_MARKS[part.kind][1]}" for part in pair.output
        )
        click.echo("".join(marked))
    click.echo(f"\n{_sentence(pair)}")
    return 0


@click.command()
@click.argument("run_id", type=int)
@as_json
@click.pass_obj
def reproduce(paths: Paths, run_id: int, as_json: bool) -> int:
    """Do a run again with its seed and settings, and say whether it is identical.

    The new run is kept. Exits with 1 where it differs.
    """
    pair = with_workbench(paths, lambda core: core.pairs.reproduce(run_id))
    if as_json:
        click.echo(json.dumps(_as_object(pair), ensure_ascii=False))
    else:
        click.echo(_sentence(pair))
    return 0 if pair.verdict == "identical" else 1


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=_DAYS, show_default=True)
@as_json
@click.pass_obj
def stats(paths: Paths, days: int, as_json: bool) -> int:
    """Show tokens and hours by model, and the runs of the last days."""
    since = time.time() - days * 24 * _HOUR
    found = with_workbench(paths, lambda core: core.history.statistics(since))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    columns = (*texts("Model"), *figures("Runs", "Prompt tokens", "New tokens", "Hours"))
    rows = [
        (
            model_name(each.model) or "not known",
            f"{each.runs:,}",
            f"{each.prompt_tokens:,}",
            f"{each.completion_tokens:,}",
            f"{each.seconds / _HOUR:,.2f}",
        )
        for each in found.models
    ]
    print_table(columns, rows)
    click.echo()
    by_day = [
        (
            time.strftime("%Y-%m-%d", time.localtime(each.begin)),
            f"{each.runs:,}",
            f"{each.completion_tokens:,}",
            f"{each.seconds / _HOUR:,.2f}",
        )
        for each in found.days
    ]
    print_table((Column("Day"), *figures("Runs", "New tokens", "Hours")), by_day)
    chats = count_text(found.conversations, "conversation")
    tokens = count_text(found.completion_tokens, "token")
    click.echo(
        f"\n{count_text(found.runs, 'run')}, {chats} with {count_text(found.messages, 'message')}, "
        f"{tokens} written in {found.seconds / _HOUR:,.2f} hours."
    )
    return 0


def _as_object(pair: RunPair) -> dict[str, object]:
    return {**msgspec.to_builtins(pair), "verdict": pair.verdict}


def _sentence(pair: RunPair) -> str:
    return f"Run {pair.right_id:,} against run {pair.left_id:,}: {pair.verdict}."
