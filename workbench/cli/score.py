"""``workbench score``, ``choose``, ``perplexity`` and ``embed``: measuring texts with a model."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.text import Text

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json, read_variables, variables, variables_file
from workbench.domain.text import Message, Token
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
    """How probable given texts are as the answer to a prompt file."""

    async def work(core: Workbench) -> Any:
        return await core.score(await _messages(core, prompt, var, vars_file), texts, model)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    console = Console(highlight=False, markup=False)
    for text, each in zip(texts, found.continuations, strict=True):
        console.print(f"{each.logprob:10.3f} nats  {math.exp(each.logprob):8.3%}  {text}")
        console.print(_coloured(each.tokens))
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
    """Which of given labels a model finds most probable as its answer."""

    async def work(core: Workbench) -> Any:
        return await core.choose(await _messages(core, prompt, var, vars_file), labels, model)

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    pairs = sorted(zip(found.probabilities, found.labels, strict=True), reverse=True)
    for probability, label in pairs:
        click.echo(f"{probability:7.1%}  {label}")
    covered = sum(math.exp(logprob) for logprob in found.logprobs)
    click.echo(f"These labels are {covered:.1%} of what the model would say.")
    return 0


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@_model
@as_json
@click.pass_obj
def perplexity(paths: Paths, file: Any, model: str, as_json: bool) -> int:
    """How well a model foresees the text of FILE (- is standard input)."""
    text = file.read()
    found = with_workbench(paths, lambda core: core.perplexity(text, model))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        console.print(_coloured(found.tokens))
    console.print(
        f"Perplexity {found.perplexity:.3f} over {len(found.tokens):,} tokens of {found.model}"
    )
    return 0


@click.command()
@click.argument("texts", nargs=-1, required=True)
@_model
@as_json
@click.pass_obj
def embed(paths: Paths, texts: tuple[str, ...], model: str, as_json: bool) -> int:
    """Vectors of texts; without --json how alike the texts are (cosine)."""
    found = with_workbench(paths, lambda core: core.embed(texts, model))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return 0
    for text, vector in zip(texts, found.vectors, strict=True):
        alike = (sum(a * b for a, b in zip(vector, v, strict=True)) for v in found.vectors)
        click.echo("  ".join(f"{value:6.3f}" for value in alike) + f"  {text[:60]}")
    return 0


async def _messages(
    core: Workbench, prompt: str, var: tuple[str, ...], vars_file: str | None
) -> tuple[Message, ...]:
    """The messages of a prompt file."""
    file = await core.read_prompt(prompt)
    analysis = await core.analyse(file.text, file.path)
    known = {name: value for name, value in analysis.sample.items() if value is not None}
    return await core.render_prompt(file.path, known | read_variables(var, vars_file))


def _coloured(tokens: tuple[Token, ...]) -> Text:
    """The tokens, the unexpected ones in red."""
    text = Text()
    for token in tokens:
        chance = math.exp(token.logprob)
        style = next(style for most, style in _UNEXPECTED if chance < most)
        text.append(token.text, style=style)
    return text
