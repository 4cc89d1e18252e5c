"""``workbench xray`` and ``counterfactual``: which part of a prompt an answer depends on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.cli.terminal import Pieces, say
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.runs.xray import (
    LEVELS,
    MANY_LEVELS,
    AnswerChange,
    Counterfactual,
    Level,
    SegmentEffect,
    XRay,
)
from workbench.domain.text import seconds_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_BAR_CHARACTERS = 24
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
@click.option(
    "--exact", is_flag=True, help="Leave out each part separately, however long it takes."
)
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
    """Show which part of a prompt file makes an answer likely.

    The number is how much less likely each token of the answer gets without the part, in nats.
    """
    values = read_variables(var, vars_file)
    text = read_variables((f"answer={answer}",), None)["answer"]

    async def work(core: Workbench) -> XRay:
        file = await core.prompt_files.read(prompt)
        analysis = await core.prompts.analyse(file.text, file.path)
        known = {name: value for name, value in analysis.sample.items() if value is not None}
        destination = await core.servers.destination((await core.models.find(model)).path)
        if destination:
            click.echo(f"The prompt is sent to {destination}.", err=True)
        asked = TemplatePrompt(file.path, file.text, known | values)
        return await core.xray.run(asked, text, level=level, model=model, thorough=exact)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(_as_object(found), ensure_ascii=False))
        return 0
    most = max((abs(effect.share) for effect in found.effects if effect.is_known), default=0.0)
    for effect in found.ranked():
        say(_row(effect, most), one_line=True)
    words = (
        f"{len(found.effects)} {MANY_LEVELS[level]} · the whole prompt: {found.mean_logprob:.2f} "
        f"nats a token · {found.evaluated_tokens:,} tokens read, {found.cost:.1f} times the "
        f"prompt · {seconds_text(found.seconds)}"
    )
    say([(words, "dim")])
    return 0


@click.command()
@click.argument("run_a", type=int)
@click.argument("run_b", type=int)
@_model
@as_json
@click.pass_obj
def counterfactual(paths: Paths, run_a: int, run_b: int, model: str, as_json: bool) -> int:
    """Show whether the prompt or the dice made the answers of two runs differ.

    The answer of each run is scored under the prompts of both. Runs are numbered as
    `workbench history list` shows them.
    """
    found = with_workbench(
        paths, lambda core: core.xray.counterfactual_of_runs(run_a, run_b, model)
    )
    if as_json:
        fields = msgspec.to_builtins(found)
        words = {"verdict": found.verdict, "sentence": found.sentence, **fields}
        click.echo(json.dumps(words, ensure_ascii=False))
        return 0
    _print_change(found, run_a, run_b)
    return 0


def _print_change(found: Counterfactual, run_a: int, run_b: int) -> None:
    for run_id, answer in ((run_a, found.old), (run_b, found.new)):
        if answer is None:
            continue
        strongest = answer.strongest
        most = f", most at {strongest.text!r} ({strongest.change:+.2f})" if strongest else ""
        words = (
            f"The answer of run {run_id}: {answer.mean_change:+.3f} nats a token under the prompt "
            f"of run {run_b}{most}"
        )
        say([(words, "dim")])
        say(_tinted(answer))
    click.echo(found.sentence)


def _tinted(answer: AnswerChange) -> Pieces:
    """The tokens, green where the second prompt favours them, red and underlined where not."""
    pieces = []
    for token in answer.tokens:
        style = "default"
        if token.change >= 1.0:
            style = "bold green"
        elif token.change <= -1.0:
            style = "underline red"
        pieces.append((token.text, style))
    return pieces


def _row(effect: SegmentEffect, most: float) -> Pieces:
    """Number, bar, lines and title."""
    pieces = []
    if effect.is_known:
        pieces.append((f"{effect.share:+8.3f} ", ""))
        length = round(_BAR_CHARACTERS * abs(effect.share) / most) if most else 0
        style = "cyan" if effect.share >= 0 else "red"
        pieces.append((("█" * length).ljust(_BAR_CHARACTERS) + " ", style))
    else:
        word = effect.error or _HOW[effect.measure]
        pieces.append((f"{'–':>8} {word:<{_BAR_CHARACTERS}} ", "dim"))
    pieces.append((f"{effect.segment.first_line:>4}  ", "dim"))
    pieces.append((effect.segment.title, ""))
    how = _HOW.get(effect.measure, "")
    if how and effect.is_known:
        pieces.append((f"  ({how})", "dim"))
    return pieces


def _as_object(found: XRay) -> dict[str, object]:
    """An X-ray with what is computed from it; the effects are ranked."""
    fields = msgspec.to_builtins(found)
    fields["effects"] = msgspec.to_builtins(found.ranked())
    return {**fields, "cost": found.cost, "reused_tokens": found.reused_tokens}
