"""``workbench xray`` and ``counterfactual``: what an answer rests on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.text import Text

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.domain.spec import TemplatePrompt
from workbench.domain.xray import (
    LEVELS,
    MANY_LEVELS,
    AnswerChange,
    Counterfactual,
    Level,
    SegmentEffect,
    XRay,
)
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_BAR_CHARACTERS = 24
_TITLE_CHARACTERS = 60
_HOW = {
    "removed": "",
    "read": "estimated",
    "group": "with its neighbours",
    "waiting": "not reached",
}
_model = click.option("--model", default="", metavar="NAME|PATH", help="Default: last used.")


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@click.option("--answer", required=True, help="What was answered, or should be; @FILE reads it.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="line",
    show_default=True,
    help="What the template is cut into.",
)
@click.option("--exact", is_flag=True, help="Leave out each part by itself, whatever it costs.")
@variables
@variables_file
@_model
@as_json
@click.pass_obj
def xray(
    paths: Paths,
    prompt: str,
    answer: str,
    level: Level,
    exact: bool,
    var: tuple[str, ...],
    vars_file: str | None,
    model: str,
    as_json: bool,
) -> int:
    """Which part of a prompt file makes an answer likely.

    The number is how much less likely each token of the answer gets without the part, in nats.
    """
    values = read_variables(var, vars_file)
    text = read_variables((f"answer={answer}",), None)["answer"]

    async def work(core: Workbench) -> XRay:
        file = await core.read_prompt(prompt)
        analysis = await core.analyse(file.text, file.path)
        known = {name: value for name, value in analysis.sample.items() if value is not None}
        destination = await core.destination((await core.find_model(model)).path)
        if destination:
            click.echo(f"The prompt is sent to {destination}.", err=True)
        asked = TemplatePrompt(file.path, file.text, known | values)
        return await core.xray(asked, text, level=level, model=model, thorough=exact)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(_as_object(found), ensure_ascii=False))
        return 0
    console = Console(highlight=False, markup=False)
    most = max((abs(effect.share) for effect in found.effects if effect.is_known), default=0.0)
    for effect in found.ranked():
        console.print(_row(effect, most), no_wrap=True, overflow="ellipsis")
    console.print(
        f"{len(found.effects)} {MANY_LEVELS[level]} · the whole prompt: {found.mean_logprob:.2f} "
        f"nats a token · {found.evaluated_tokens:,} tokens read, {found.cost:.1f} times the "
        f"prompt · {found.seconds:.1f} s",
        style="dim",
    )
    return 0


@click.command()
@click.argument("run_a", type=int)
@click.argument("run_b", type=int)
@_model
@as_json
@click.pass_obj
def counterfactual(paths: Paths, run_a: int, run_b: int, model: str, as_json: bool) -> int:
    """Whether the prompt or the dice made the answers of two runs differ.

    The answer of each run is scored under the prompts of both. Runs are numbered as
    `workbench history list` shows them.
    """
    found = with_workbench(paths, lambda core: core.counterfactual_of_runs(run_a, run_b, model))
    if as_json:
        fields = msgspec.to_builtins(found)
        told = {"verdict": found.verdict, "sentence": found.sentence, **fields}
        click.echo(json.dumps(told, ensure_ascii=False))
        return 0
    _print_change(found, run_a, run_b)
    return 0


def _print_change(found: Counterfactual, run_a: int, run_b: int) -> None:
    console = Console(highlight=False, markup=False)
    for run_id, answer in ((run_a, found.old), (run_b, found.new)):
        if answer is None:
            continue
        strongest = answer.strongest
        most = f", most at {strongest.text!r} ({strongest.change:+.2f})" if strongest else ""
        console.print(
            f"The answer of run {run_id}: {answer.mean_change:+.3f} nats a token under the prompt "
            f"of run {run_b}{most}",
            style="dim",
        )
        console.print(_tinted(answer))
    console.print(found.sentence)


def _tinted(answer: AnswerChange) -> Text:
    """The tokens, green where the second prompt favours them, red and underlined where not."""
    text = Text()
    for token in answer.tokens:
        style = "default"
        if token.change >= 1.0:
            style = "bold green"
        elif token.change <= -1.0:
            style = "underline red"
        text.append(token.text, style=style)
    return text


def _row(effect: SegmentEffect, most: float) -> Text:
    """Number, bar, lines and title."""
    text = Text()
    if effect.is_known:
        text.append(f"{effect.share:+8.3f} ")
        length = round(_BAR_CHARACTERS * abs(effect.share) / most) if most else 0
        style = "cyan" if effect.share >= 0 else "red"
        text.append(("█" * length).ljust(_BAR_CHARACTERS) + " ", style=style)
    else:
        word = effect.error or _HOW[effect.measure]
        text.append(f"{'–':>8} {word[:_BAR_CHARACTERS]:<{_BAR_CHARACTERS}} ", style="dim")
    text.append(f"{effect.segment.first_line:>4}  ", style="dim")
    text.append(effect.segment.title[:_TITLE_CHARACTERS])
    how = _HOW.get(effect.measure, "")
    if how and effect.is_known:
        text.append(f"  ({how})", style="dim")
    return text


def _as_object(found: XRay) -> dict[str, object]:
    """An X-ray with what is computed from it; the effects are ranked."""
    fields = msgspec.to_builtins(found)
    fields["effects"] = msgspec.to_builtins(found.ranked())
    return {**fields, "cost": found.cost, "reused_tokens": found.reused_tokens}
