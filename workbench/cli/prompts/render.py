"""``workbench render``: print the messages that a prompt renders to."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import (
    as_json,
    data_row,
    known_values,
    read_variables,
    sample,
    variables,
    variables_file,
)
from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.prompt import Preview
from workbench.domain.text import count_text, rough_seconds
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_LINE = 90
"""Characters of a template line that a terminal shows."""


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@variables
@variables_file
@sample
@data_row
@click.option(
    "--tokens",
    is_flag=True,
    help="Load the model; count tokens by message, variable and block, and what a change "
    "of each variable re-reads.",
)
@click.option("--lines", is_flag=True, help="The same by template line too.")
@click.option(
    "--model", default="", metavar="NAME|PATH", help="For --tokens and --lines. Default: last used."
)
@as_json
@click.pass_obj
def render(
    paths: Paths,
    prompt: str,
    var: tuple[str, ...],
    vars_file: str | None,
    sample: str,
    data_row: str,
    tokens: bool,
    lines: bool,
    model: str,
    as_json: bool,
) -> int:
    """Render a prompt file to messages. Sample values are used for variables not given."""
    values = read_variables(var, vars_file)

    async def work(core: Workbench) -> tuple[str, Preview]:
        file = await core.prompt_files.read(prompt)
        known = await known_values(core, file, sample, data_row)
        if tokens or lines:
            await core.models.load(model)
        return file.text, await core.prompts.preview(file.text, file.path, known | values)

    source, preview = with_workbench(paths, work)
    if preview.error:
        raise WorkbenchError.from_wire(preview.error)
    if as_json:
        found = {
            "messages": [{"role": m.role, "content": m.text} for m in preview.messages],
            "spans": msgspec.to_builtins([m.spans for m in preview.messages]),
            "prompt_tokens": preview.prompt_tokens,
            "message_tokens": preview.message_tokens,
            "variable_tokens": preview.variable_tokens,
            "line_tokens": preview.line_tokens,
            "block_tokens": preview.block_tokens,
            "reuse": msgspec.to_builtins(preview.reuse),
            "hints": [each.hint for each in preview.reuse if each.hint],
            "raw": preview.raw,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0
    for index, message in enumerate(preview.messages):
        count = (
            f" ({count_text(preview.message_tokens[index], 'token')})"
            if preview.message_tokens
            else ""
        )
        click.echo(f"{message.role}:{count}\n{message.text}\n")
    if preview.prompt_tokens is not None:
        _echo_cost(preview, source if lines else "")
    return 0


def _echo_cost(preview: Preview, source: str) -> None:
    """Print tokens by origin, and by line where there is a ``source``, to standard error."""
    assert preview.prompt_tokens is not None
    rows = [(count, f"variable {name}") for name, count in preview.variable_tokens.items()]
    rows += [(count, name) for name, count in preview.block_tokens.items()]
    rows.append((preview.format_tokens, "chat format"))
    for count, words in sorted(rows, key=lambda row: -row[0]):
        click.echo(f"{count:7,}  {words}", err=True)
    most = _LINE if sys.stderr.isatty() else None
    for number, text in enumerate(source.splitlines(), 1):
        if number in preview.line_tokens:
            click.echo(f"{preview.line_tokens[number]:7,}  {number:4}: {text[:most]}", err=True)
    click.echo(f"{count_text(preview.prompt_tokens, 'token')} in all", err=True)
    for each in preview.reuse:
        words = f"Changing {each.variable} re-reads {count_text(each.reread_tokens, 'token')}"
        if each.reread_seconds is not None:
            words += f", about {rough_seconds(each.reread_seconds)} here"
        click.echo(each.hint or f"{words}.", err=True)
