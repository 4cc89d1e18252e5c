"""``workbench chats``: find, read, import, export and delete conversations."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

from workbench.cli.chats.printing import (
    branch_text,
    import_object,
    list_object,
    print_report,
    transcript_object,
)
from workbench.cli.main import CANCELLED, FAILED, with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import Column, figures, print_table, show_line, texts
from workbench.domain.errors import UsageError
from workbench.domain.searching import building
from workbench.domain.transcripts import ExportOptions, ImportProgress, ImportReport, Transcript
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.domain.searching import SearchPage
    from workbench.domain.views import Conversation
    from workbench.service import Workbench

_FORMATS = ("markdown", "json", "html", "pdf", "jsonl", "sharegpt", "csv")
_EVERY_SECONDS = 0.2


@click.group()
def chats() -> None:
    """List, show, import, export, search and delete conversations."""


@chats.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@as_json
@click.pass_obj
def list_chats(paths: Paths, limit: int, as_json: bool) -> int:
    """List conversations, last changed first."""
    found = with_workbench(paths, lambda core: core.chats.all())[:limit]
    if as_json:
        click.echo(json.dumps([list_object(each) for each in found], ensure_ascii=False))
        return 0
    rows = [(str(each.conversation_id), _day(each.updated_at), each.title) for each in found]
    print_table((*figures("Chat"), Column("Changed"), *texts("Title")), rows)
    return 0


@chats.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@as_json
@click.pass_obj
def search(paths: Paths, text: str, limit: int, as_json: bool) -> int:
    """Search the titles and messages of all conversations."""

    async def work(core: Workbench) -> tuple[tuple[Conversation, ...], SearchPage]:
        return await core.chats.all(text), await core.history.search("")

    found, index = with_workbench(paths, work)
    found = found[:limit]
    if not index.is_whole:
        click.echo(building(index), err=True)
    if as_json:
        click.echo(json.dumps([list_object(each) for each in found], ensure_ascii=False))
        return 0
    for each in found:
        words = " ".join(each.snippet.replace("\x02", "[").replace("\x03", "]").split())
        click.echo(f"{each.conversation_id}  {each.title}: {words}")
    if not found:
        click.echo(f"Nothing was found for {text!r}.", err=True)
    return 0


@chats.command()
@click.argument("conversation_id", type=int, metavar="ID")
@click.option("--all", "whole", is_flag=True, help="All branches, not the shown one alone.")
@as_json
@click.pass_obj
def show(paths: Paths, conversation_id: int, whole: bool, as_json: bool) -> int:
    """Show a conversation: its shown branch, or every message with --all."""

    async def work(core: Workbench) -> tuple[Transcript, dict[str, int]]:
        found = await core.exporting.transcript(conversation_id)
        return found, await core.exporting.message_ids(conversation_id)

    found, ids = with_workbench(paths, work)
    if as_json:
        made = transcript_object(conversation_id, found, ids, whole=whole)
        click.echo(json.dumps(made, ensure_ascii=False))
        return 0
    click.echo(branch_text(found, ids, whole=whole))
    return 0


@chats.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@as_json
@click.pass_obj
def import_files(paths: Paths, files: tuple[str, ...], as_json: bool) -> int:
    """Import conversations of other programs: files, archives, folders.

    What each file is, its content tells. Importing the same again changes nothing. Ctrl+C stops
    between two conversations and says how many were saved; a second one stops at once. The exit
    status is 1 where nothing could be imported, 130 where it was stopped.
    """
    progress = _Progress()

    async def work(core: Workbench) -> ImportReport:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop(number: int) -> None:
            core.importing.stop()
            loop.add_signal_handler(number, task.cancel)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        return await core.importing.run(list(files), progress)

    report = with_workbench(paths, work)
    progress.end()
    if as_json:
        click.echo(json.dumps([import_object(each) for each in report.items], ensure_ascii=False))
    else:
        print_report(report)
    if report.cancelled:
        return CANCELLED
    return FAILED if report.count("skipped") == len(report.items) else 0


class _Progress:
    """A line on a terminal that says how far an import is."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = 0.0

    def __call__(self, progress: ImportProgress) -> None:
        """Show it, a few times a second."""
        now = time.monotonic()
        if not self._live or now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        show_line(progress.text)

    def end(self) -> None:
        """Take the line away."""
        if self._live and self._last:
            show_line("")


@chats.command()
@click.argument("conversation_ids", nargs=-1, type=int, metavar="[ID]...")
@click.option(
    "--format", "name", type=click.Choice(_FORMATS), default="markdown", show_default=True,
    help="json has everything and can be imported again.",
)  # fmt: skip
@click.option(
    "--output", "-o", "target", type=click.Path(), default="",
    help="A file, or a folder for a file each. Default: standard output.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="All conversations.")
@click.option("--branches", is_flag=True, help="All branches, not the shown one alone.")
@click.option("--no-reasoning", is_flag=True, help="Leave out what was thought before answers.")
@click.option("--no-tools", is_flag=True, help="Leave out calls of tools and their results.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@as_json
@click.pass_obj
def export(
    paths: Paths,
    conversation_ids: tuple[int, ...],
    name: str,
    target: str,
    everything: bool,
    branches: bool,
    no_reasoning: bool,
    no_tools: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Export conversations as Markdown, JSON, HTML, PDF, JSONL, ShareGPT or CSV."""
    if bool(conversation_ids) == everything:
        raise UsageError("Name the conversations to export, or give --all.")
    options = ExportOptions(all_branches=branches, reasoning=not no_reasoning, tools=not no_tools)

    async def work(core: Workbench) -> Any:
        ids = conversation_ids or tuple(each.conversation_id for each in await core.chats.all())
        if not ids:
            raise UsageError("There are no conversations to export.")
        if not target:
            return await core.exporting.text(ids, name, options)
        return await core.exporting.save(ids, name, target, options, replace=force)

    result = with_workbench(paths, work)
    if isinstance(result, str):
        click.echo(result, nl=not result.endswith("\n"))
        return 0
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(result), ensure_ascii=False))
    else:
        place = result.paths[0] if len(result.paths) == 1 else target
        click.echo(f"Exported {result.summary} to {place}")
    return 0


@chats.command()
@click.argument("conversation_ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.option("--restore", is_flag=True, help="Bring deleted conversations back.")
@as_json
@click.pass_obj
def delete(paths: Paths, conversation_ids: tuple[int, ...], restore: bool, as_json: bool) -> int:
    """Delete conversations; they can be restored."""

    async def work(core: Workbench) -> None:
        for each in conversation_ids:
            await core.exporting.transcript(each)  # all of them are there, or nothing is done
        for each in conversation_ids:
            await (core.chats.restore(each) if restore else core.chats.delete(each))

    with_workbench(paths, work)
    if as_json:
        done = "restored" if restore else "deleted"
        click.echo(json.dumps([{"id": each, "status": done} for each in conversation_ids]))
        return 0
    for each in conversation_ids:
        word = "is back" if restore else f"was deleted; workbench chats delete --restore {each}"
        click.echo(f"Conversation {each} {word}{'.' if restore else ' brings it back.'}")
    return 0


@chats.command()
@click.argument("conversation_id", type=int, metavar="ID")
@click.option("--model", default="", metavar="NAME|PATH", help="Default: last used.")
@click.option("--use", is_flag=True, help="Give the conversation the title.")
@as_json
@click.pass_obj
def title(paths: Paths, conversation_id: int, model: str, use: bool, as_json: bool) -> int:
    """Have a model suggest a title for a conversation."""

    async def work(core: Workbench) -> str:
        await core.exporting.transcript(conversation_id)
        await core.models.load(model)
        found = await core.chats.suggest_title(conversation_id)
        if found and use:
            await core.chats.rename(conversation_id, found)
        return found

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps({"id": conversation_id, "title": found}, ensure_ascii=False))
    else:
        click.echo(found or "The model had no title.", err=not found)
    return 0 if found else FAILED


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else "unknown"
