"""``workbench open``: shows the window, with a file or a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.domain.opening import OpenRequest, read_request

if TYPE_CHECKING:
    from workbench.cli.main import OpenWindow


@click.command("open")
@click.argument("target", required=False)
@click.pass_context
def open_(context: click.Context, target: str | None) -> None:
    """Show the window, with TARGET open; a window that is open already is taken.

    TARGET is a file (a prompt, a set of an evaluation, a model, conversations to import),
    chat/NUMBER, run/NUMBER, evaluation/NUMBER, or the name of a workspace such as history.
    """
    request = read_request(target, Path.cwd()) if target else OpenRequest()
    open_window: OpenWindow = context.meta[WINDOW]
    context.exit(open_window(context.obj, request))


WINDOW = "workbench.open_window"
"""Where the entry point's function is kept for commands."""
