"""``workbench render``: what the model would receive."""

from __future__ import annotations

import json
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
from workbench.domain.views import Preview
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


@click.command()
@click.argument("prompt", type=click.Path(exists=True, dir_okay=False))
@variables
@variables_file
@sample
@data_row
@click.option("--tokens", is_flag=True, help="Load the model and count the exact tokens.")
@click.option("--model", default="", metavar="NAME|PATH", help="For --tokens. Default: last used.")
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
    model: str,
    as_json: bool,
) -> int:
    """Render a prompt file to messages. Sample values stand in for variables not given."""
    values = read_variables(var, vars_file)

    async def work(core: Workbench) -> Preview:
        file = await core.read_prompt(prompt)
        known = await known_values(core, file, sample, data_row)
        if tokens:
            await core.load_model(model)
        return await core.preview(file.text, file.path, known | values)

    preview = with_workbench(paths, work)
    if preview.error:
        raise WorkbenchError.from_wire(preview.error)
    if as_json:
        found = {
            "messages": [{"role": m.role, "content": m.text} for m in preview.messages],
            "spans": msgspec.to_builtins([m.spans for m in preview.messages]),
            "prompt_tokens": preview.prompt_tokens,
            "message_tokens": preview.message_tokens,
            "raw": preview.raw,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0
    for index, message in enumerate(preview.messages):
        count = f" ({preview.message_tokens[index]:,} tokens)" if preview.message_tokens else ""
        click.echo(f"{message.role}:{count}\n{message.text}\n")
    if preview.prompt_tokens is not None:
        click.echo(f"{preview.prompt_tokens:,} tokens in all", err=True)
    return 0
