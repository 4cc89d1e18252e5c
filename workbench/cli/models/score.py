"""``workbench score``, ``choose``, ``perplexity`` and ``embed``: measuring texts with a model."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.cli.terminal import Pieces, in_a_line, say
from workbench.domain.text import Message, Token, count_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_model = click.option("--model", default="", metavar="NAME|PATH", help="Default: last used.")
_prompt = click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
_UNEXPECTED = ((0.01, "bold red"), (0.1, "yellow"), (0.5, "default"), (1.01, "green"))


@click.command()
@_prompt
@click.option("--continuation", "texts", multiple=True, required=True, help="May be repeated.")
@variables
@variables_file
@_model
@as_json
@click.pass_obj
def score(
    paths: Paths,
    prompt: str,
    texts: tuple[str, ...],
    var: tuple[str, ...],
    vars_file: str | None,
    model: str,
    as_json: bool,
) -> int:
    """Score how probable given texts are as the answer to a prompt file."""

    async def work(core: Workbench) -> Any:
        return await core.scoring.score(await _messages(core, prompt, var, vars_file), texts, model)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    for text, each in zip(texts, found.continuations, strict=True):
        click.echo(f"{each.logprob:10.3f} nats  {math.exp(each.logprob):8.3%}  {text}")
        say(_coloured(each.tokens))
    return 0


@click.command()
@_prompt
@click.option("--label", "labels", multiple=True, required=True, help="At least two.")
@variables
@variables_file
@_model
@as_json
@click.pass_obj
def choose(
    paths: Paths,
    prompt: str,
    labels: tuple[str, ...],
    var: tuple[str, ...],
    vars_file: str | None,
    model: str,
    as_json: bool,
) -> int:
    """Choose the label that a model finds most probable as its answer."""

    async def work(core: Workbench) -> Any:
        return await core.scoring.choose(
            await _messages(core, prompt, var, vars_file), labels, model
        )

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    pairs = sorted(zip(found.probabilities, found.labels, strict=True), reverse=True)
    for probability, label in pairs:
        click.echo(f"{probability:7.1%}  {label}")
    covered = sum(math.exp(logprob) for logprob in found.logprobs)
    click.echo(f"These labels are {covered:.1%} of the model's probability.")
    return 0


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@_model
@as_json
@click.pass_obj
def perplexity(paths: Paths, file: Any, model: str, as_json: bool) -> int:
    """Measure the perplexity of the text of FILE (- is standard input)."""
    text = file.read()
    found = with_workbench(paths, lambda core: core.scoring.perplexity(text, model))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if sys.stdout.isatty():
        say(_coloured(found.tokens))
    click.echo(
        f"Perplexity {found.perplexity:.3f} over {count_text(len(found.tokens), 'token')} of "
        f"{found.model}"
    )
    return 0


@click.command()
@click.argument("texts", nargs=-1, required=True)
@_model
@as_json
@click.pass_obj
def embed(paths: Paths, texts: tuple[str, ...], model: str, as_json: bool) -> int:
    """Embed texts; without --json print how similar they are (cosine)."""
    found = with_workbench(paths, lambda core: core.scoring.embed(texts, model))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return 0
    for text, vector in zip(texts, found.vectors, strict=True):
        alike = (sum(a * b for a, b in zip(vector, v, strict=True)) for v in found.vectors)
        row = "  ".join(f"{value:6.3f}" for value in alike)
        say([(in_a_line(f"{row}  {text}"), "")], one_line=True)
    return 0


async def _messages(
    core: Workbench, prompt: str, var: tuple[str, ...], vars_file: str | None
) -> tuple[Message, ...]:
    """The messages of a prompt file."""
    file = await core.prompt_files.read(prompt)
    analysis = await core.prompts.analyse(file.text, file.path)
    known = {name: value for name, value in analysis.sample.items() if value is not None}
    return await core.prompts.render(file.path, known | read_variables(var, vars_file))


def _coloured(tokens: tuple[Token, ...]) -> Pieces:
    """The tokens, the unexpected ones in red."""
    return [
        (token.text, next(style for most, style in _UNEXPECTED if math.exp(token.logprob) < most))
        for token in tokens
    ]
