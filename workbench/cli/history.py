"""``workbench history``: find runs and conversations again."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.runs.progress import as_object
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.runs.events import (
    ActionUndone,
    Boosted,
    GrowthStarted,
    NodeAdded,
    Pruned,
    ThoughtEdited,
)
from workbench.domain.runs.extraction import ExtractionKind, ExtractionRule
from workbench.domain.runs.nodes import BY_HAND
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.searching import (
    SCORE_STEPS,
    SEARCH_KINDS,
    SearchFilter,
    SearchKind,
    SearchOrder,
    building,
    counted,
    scores_text,
)
from workbench.domain.text import seconds_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from datetime import datetime

    from workbench.domain.runs.comparison import ExtractionPreview
    from workbench.domain.runs.events import Event
    from workbench.domain.runs.spec import RunSpec
    from workbench.service import Workbench

_ROUNDING = 1e-9


@click.group()
def history() -> None:
    """List, show and search runs; extract answers again."""


@history.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@as_json
@click.pass_obj
def list_runs(paths: Paths, limit: int, as_json: bool) -> int:
    """List the last runs, newest first."""
    runs = with_workbench(paths, lambda core: core.history.list_runs(limit=limit))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(runs), ensure_ascii=False))
        return 0
    rows = []
    for run in runs:
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started_at))
        answer = " ".join((run.answer or "").split())
        rows.append((str(run.run_id), started, run.title, run.strategy, run.status, answer))
    columns = (*figures("Run"), Column("Started"), *texts("Prompt"))
    print_table((*columns, Column("Strategy"), Column("Status"), *texts("Answer")), rows)
    return 0


@history.command()
@click.argument("run_id", type=int)
@as_json
@click.pass_obj
def show(paths: Paths, run_id: int, as_json: bool) -> int:
    """Show everything of one run: prompts, outputs, answer, user edits."""

    async def work(core: Workbench) -> tuple[RunSpec, RunState, list[Event]]:
        spec, log = await core.runs.spec(run_id), await core.runs.events(run_id)
        by_hand = [logged.event for logged in log if _is_by_hand(logged.event)]
        return spec, fold_all(log), by_hand

    spec, state, by_hand = with_workbench(paths, work)
    if as_json:
        found: dict[str, Any] = as_object(run_id, spec.strategy, state)
        found["status"] = state.status
        found["spec"] = msgspec.to_builtins(spec)
        found["tree"] = [vars(node) for node in state.nodes.values()]
        found["calls_made"] = [
            {
                "call": call.call,
                "role": call.role,
                "samples": len(call.samples),
                "prompt_tokens": call.prompt_tokens,
                "evaluated_tokens": call.evaluated_tokens,
                "sampling": call.effective,
                "chain": call.chain,
            }
            for call in state.calls.values()
        ]
        found["by_hand"] = [msgspec.to_builtins(event) for event in by_hand]
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0
    click.echo(
        f"Run {run_id}: {spec.strategy}, {state.status}, {seconds_text(state.seconds)}, "
        f"{state.model}"
    )
    for call in state.calls.values():
        click.echo(f"\n=== {call.call}")
        if call.chain:
            click.echo(f"Samplers: {', '.join(call.chain)}")
        for message in call.messages:
            click.echo(f"[{message.role}] {message.text}")
        for index, sample in enumerate(call.samples):
            click.echo(f"--- answer {index + 1} ({sample.finish_reason or 'unfinished'})")
            click.echo(sample.text)
    if by_hand:
        click.echo("\n=== changed by hand")
    for event in by_hand:
        click.echo(_change(event))
    click.echo(f"\nAnswer: {'no answer' if state.answer is None else state.answer}")
    return 0


def _is_by_hand(event: Event) -> bool:
    if isinstance(event, Pruned):
        return event.reason == BY_HAND
    if isinstance(event, NodeAdded):
        return event.kind == "hand"
    return isinstance(event, ThoughtEdited | Boosted | ActionUndone | GrowthStarted)


def _change(event: Event) -> str:
    """Describe a user action in words."""
    match event:
        case ThoughtEdited():
            return f"{event.node}: thought changed to {event.text!r}"
        case Boosted():
            return f"{event.node}: value changed by {event.amount:+g}"
        case Pruned():
            return f"{event.nodes[0]}: pruned"
        case NodeAdded():
            return f"{event.node}: thought written: {event.text!r}"
        case ActionUndone():
            return f"{event.action.node}: taken back"
        case _:
            assert isinstance(event, GrowthStarted)
            return _growth(event)


def _growth(event: GrowthStarted) -> str:
    if event.strategy == "fork":
        return f"{event.params['call']}: written again from token {event.params['token']} on"
    return f"{event.node}: grown again"


@history.command()
@click.argument("run_id", type=int)
@click.option(
    "--rule",
    default="auto",
    show_default=True,
    type=click.Choice(get_args(ExtractionKind)),
    help="Which part of each stored text is its answer.",
)
@click.option("--pattern", default="", help="The regular expression, with --rule regex.")
@click.option("--dry-run", is_flag=True, help="Show the result and change nothing.")
@as_json
@click.pass_obj
def extract(
    paths: Paths, run_id: int, rule: ExtractionKind, pattern: str, dry_run: bool, as_json: bool
) -> int:
    """Extract the answer of an ended run from its stored texts by another rule.

    The model is not asked.
    """
    wanted = ExtractionRule(rule, pattern)

    async def work(core: Workbench) -> ExtractionPreview:
        preview = await core.answers.preview_extraction(run_id, wanted)
        if not dry_run:
            await core.answers.extract_again(run_id, wanted)
        return preview

    found = with_workbench(paths, work)
    if as_json:
        texts = [{"before": each.before, "after": each.after} for each in found.texts]
        parts = {
            "run_id": run_id,
            "rule": wanted.describe(),
            "answer": found.answer,
            "texts": texts,
            "applied": not dry_run,
        }
        click.echo(json.dumps(parts, ensure_ascii=False))
        return 0
    for number, each in enumerate(found.texts, start=1):
        click.echo(f"{number}  {_one_line(each.before)} -> {_one_line(each.after)}")
    would = "would be" if dry_run else "is"
    answer = _one_line(found.answer)
    click.echo(f"The answer of run {run_id} {would} {answer} ({wanted.describe()}).")
    return 0


def _one_line(answer: str | None) -> str:
    return "no answer" if answer is None else " ".join(answer.split())


def _in_tenths(
    _context: click.Context, _parameter: click.Parameter, value: float | None
) -> float | None:
    if value is not None and abs(value * SCORE_STEPS - round(value * SCORE_STEPS)) > _ROUNDING:
        raise click.BadParameter(f"{value:g} is no tenth: scores are searched in steps of 0.1.")
    return value


@history.command()
@click.argument("text")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(SEARCH_KINDS),
    help="Only what is found there; may be given several times.",
)
@click.option("--model", default="", help="Only of runs and answers of this model.")
@click.option("--strategy", default="", help="Only of runs with this strategy.")
@click.option("--tag", default="", help="Only of runs and chats with this tag.")
@click.option("--right/--wrong", "is_right", default=None, help="Only runs that were judged so.")
@click.option(
    "--score-from",
    type=click.FloatRange(0, 1),
    callback=_in_tenths,
    help="Only runs that an evaluation scored so high, or higher; in tenths.",
)
@click.option(
    "--score-below",
    type=click.FloatRange(0.1, 1),
    callback=_in_tenths,
    help="Only runs that an evaluation scored lower; in tenths.",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Not older than this day.")
@click.option("--best", is_flag=True, help="Best match first, where there are few enough.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@as_json
@click.pass_obj
def search(
    paths: Paths,
    text: str,
    kinds: tuple[SearchKind, ...],
    model: str,
    strategy: str,
    tag: str,
    is_right: bool | None,
    score_from: float | None,
    score_below: float | None,
    since: datetime | None,
    best: bool,
    limit: int,
    as_json: bool,
) -> int:
    """Search all that was written for words; the last may be a beginning.

    That is titles, all versions of messages, thoughts, prompts and their versions, inputs, outputs
    and the rows of evaluations. TEXT "" is everything that the options let through.
    """
    wanted = SearchFilter(
        kinds=kinds,
        model=model,
        strategy=strategy,
        tag=tag,
        is_right=is_right,
        score_from=score_from,
        score_below=score_below,
        since=since.timestamp() if since else 0.0,
    )
    order: SearchOrder = "best" if best else "newest"
    page = with_workbench(
        paths, lambda core: core.history.search(text, wanted, limit=limit, order=order)
    )
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(page), ensure_ascii=False))
        return 0
    for hit in page.hits:
        words = " ".join(hit.snippet.replace("\x02", "[").replace("\x03", "]").split())
        where = f", {hit.part}" if hit.part != "text" else ""
        scores = f", {scores_text(hit.scores)}" if hit.scores else ""
        click.echo(f"{hit.kind} {hit.id}{where}{scores}  {hit.title}: {words}")
    if page.count > len(page.hits):
        click.echo(f"{counted(page.count)} in all; --limit shows more.", err=True)
    if not page.is_whole:
        click.echo(building(page), err=True)
    elif not page.hits:
        click.echo(f"Nothing was found for {text!r}." if text else "Nothing was found.", err=True)
    return 0
