"""Options that several commands share, and how their texts become a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbench.domain.errors import UsageError
from workbench.domain.sampling import Sampling
from workbench.domain.spec import Json, RunSpec, TemplatePrompt

if TYPE_CHECKING:
    from workbench.service import Workbench

F = TypeVar("F", bound=Callable[..., Any])

variables = click.option(
    "--var",
    "var",
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable of the template; NAME=@FILE takes the text of a file. May be repeated.",
)
variables_file = click.option(
    "--vars",
    "vars_file",
    type=click.Path(exists=True, dir_okay=False),
    help="A JSON file with an object of variables.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def run_options(command: F) -> F:
    """The options of run and compare."""
    for option in (
        as_json,
        click.option("--max-tokens", type=click.IntRange(1), help="Most tokens of one answer."),
        click.option("--temperature", type=click.FloatRange(0, 5), help="0 is the most probable."),
        click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="0 picks one."),
        click.option("--model", default="", metavar="NAME|PATH", help="Default: last used."),
        click.option(
            "--param", "params", multiple=True, metavar="NAME=VALUE", help="Of the strategy."
        ),
        variables_file,
        variables,
    ):
        command = option(command)
    return command


def pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=VALUE texts as a dict; UsageError where one has no "="."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(f"{option} takes NAME=VALUE, not {text!r}.")
        found[name] = value
    return found


def read_variables(var: tuple[str, ...], vars_file: str | None) -> dict[str, Json]:
    """The variables of a command line; --var wins over --vars.

    Raises:
        UsageError: a file cannot be read, or is not a JSON object.
    """
    found: dict[str, Json] = {}
    if vars_file:
        try:
            loaded = json.loads(_read(vars_file))
        except ValueError as error:
            raise UsageError(f"{vars_file} is not JSON: {error}.") from None
        if not isinstance(loaded, dict):
            raise UsageError(f"{vars_file} must hold an object with a value for each variable.")
        found.update(loaded)
    for name, value in pairs(var, "--var").items():
        found[name] = _read(value[1:]) if value.startswith("@") else value
    return found


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from None


async def build_spec(
    core: Workbench,
    prompt: str,
    values: dict[str, Json],
    *,
    strategy: str,
    params: dict[str, str],
    model: str,
    seed: int,
    max_tokens: int | None,
    temperature: float | None,
    group: str = "",
) -> RunSpec:
    """The run that a command line describes.

    Sample values of the template stand in for variables that were not given, as in the window.
    """
    file = await core.read_prompt(prompt)
    analysis = await core.analyse(file.text, file.path)
    known = {name: value for name, value in analysis.sample.items() if value is not None}
    changes: dict[str, Any] = {}
    if max_tokens is not None:
        changes["max_tokens"] = max_tokens
    if temperature is not None:
        changes["temperature"] = temperature
    spec = RunSpec(
        prompt=TemplatePrompt(file.path, file.text, known | values),
        strategy=strategy,
        params=dict(params),
        model=model,
        sampling=Sampling(**changes),
        seed=seed,
        group=group,
    )
    return await core.prepare(spec)
