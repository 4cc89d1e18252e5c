"""``workbench storage``: what the data folder holds, backups of the history, restoring one."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.passphrases import passphrase_of
from workbench.cli.terminal import Column, figures, print_table, show_line, texts
from workbench.domain.errors import PassphraseError, UsageError
from workbench.domain.storage import (
    ERASE_LIMITS,
    BackupContent,
    BackupPlan,
    BackupProgress,
    erase_question,
    erase_result,
)
from workbench.domain.text import count_text, size_text
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_STEPS = {
    "copy": "Copying",
    "check": "Checking",
    "encrypt": "Writing",
    "backups": "Writing backups",
}


@click.group()
def storage() -> None:
    """Show what the data folder holds; back up and restore the history."""


@storage.command()
@as_json
@click.pass_obj
def show(paths: Paths, as_json: bool) -> int:
    """Show the parts of the data folder and what each takes."""
    found = with_workbench(paths, lambda core: core.storage.report(), whatever_happens=True)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    rows = [(part.title, size_text(part.bytes), f"{part.files:,}", part.path, part.note)
            for part in found.parts]  # fmt: skip
    rows.append(("All", size_text(found.bytes), "", found.folder, ""))
    print_table((Column("Part"), *figures("Size", "Files"), *texts("Place", "Note")), rows)
    click.echo()
    held = [(part.title, f"{part.rows:,}", f"{part.deleted:,}") for part in found.history]
    print_table((Column("In the history"), *figures("Kept", "Deleted")), held)
    return 0


@storage.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
@click.pass_obj
def backup(paths: Paths, file: str, force: bool) -> int:
    """Copy the whole history to one file, and check the copy.

    It can be made while the window is open and runs are at work.
    """
    if Path(file).exists() and not force:
        raise UsageError(f"{file} is there already: choose another name, or add --force.")
    size = with_workbench(paths, lambda core: core.storage.back_up(file, show_progress))
    end_progress()
    click.echo(f"Saved to {file} ({size_text(size)}).")
    return 0


@storage.command()
@as_json
@click.pass_obj
def backups(paths: Paths, as_json: bool) -> int:
    """List the backups in the data folder, newest first."""
    found = with_workbench(paths, lambda core: core.storage.backups())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    rows = [
        (time.strftime("%Y-%m-%d %H:%M", time.localtime(each.made_at)), each.kind,
         size_text(each.bytes), each.path)
        for each in found
    ]  # fmt: skip
    if rows:
        print_table((Column("Made"), Column("Kind"), *figures("Size"), *texts("File")), rows)
    else:
        click.echo("There are none yet.", err=True)
    return 0


@storage.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@as_json
@click.pass_obj
def restore(paths: Paths, file: str, as_json: bool) -> int:
    """Put a backup in the history's place; what it replaces is kept as a backup of its own.

    The file is checked to its end first, and may be of an earlier version. Where the window is
    open, the backup is in place when it is started again.
    """

    async def stage(core: Workbench) -> BackupContent:
        try:
            return await core.storage.restore(file, show_progress)
        except PassphraseError:
            passphrase = passphrase_of(file)
            if passphrase is None:
                raise
            return await core.storage.restore(file, show_progress, passphrase)

    content = with_workbench(paths, stage, whatever_happens=True)
    end_progress()

    async def describe(core: Workbench) -> str:
        return core.store_status.recovered

    done = with_workbench(paths, describe, whatever_happens=True)
    if as_json:
        found = {**msgspec.to_builtins(content), "restored": bool(done)}
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0
    counted = ", ".join(
        (
            count_text(content.runs, "run"),
            count_text(content.conversations, "conversation"),
            count_text(content.messages, "message"),
        )
    )
    click.echo(f"{file} is sound: {counted}.")
    click.echo(done or "The program is open: the backup is in place when it is started again.")
    return 0


@storage.command()
@click.option("--daily/--never", "daily", default=None, help="Whether copies are made at all.")
@click.option("--every", type=click.Choice(["day", "week"]), help="How often a copy is made.")
@click.option("--days", type=click.IntRange(0, 400), help="Copies of single days that are kept.")
@click.option("--weeks", type=click.IntRange(0, 400), help="Copies of weeks before those.")
@click.option("--months", type=click.IntRange(0, 400), help="Copies of months before those.")
@as_json
@click.pass_obj
def plan(
    paths: Paths,
    daily: bool | None,
    every: str | None,
    days: int | None,
    weeks: int | None,
    months: int | None,
    as_json: bool,
) -> int:
    """Show or change how often the history is backed up and how many copies are kept."""
    given = {"daily": daily, "every": every, "days": days, "weeks": weeks, "months": months}
    changes = {name: value for name, value in given.items() if value is not None}

    async def work(core: Workbench) -> BackupPlan:
        found = msgspec.structs.replace(await core.storage.plan(), **changes)
        if changes:
            await core.storage.keep_plan(found)
        return found

    found = with_workbench(paths, work)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return 0
    often = (
        f"Each {found.every} a copy is made" if found.daily else "No copies are made by themselves"
    )
    click.echo(
        f"{often}. All of today and yesterday are kept, then {found.days} days, {found.weeks} "
        f"weeks and {found.months} months that have one."
    )
    return 0


@storage.command()
@click.option("--run", "runs", type=int, multiple=True, help="A run. May be repeated.")
@click.option("--chat", "chats", type=int, multiple=True, help="A conversation, with its runs.")
@click.option("--deleted", is_flag=True, help="Everything that was deleted and can be restored.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def erase(
    paths: Paths,
    runs: tuple[int, ...],
    chats: tuple[int, ...],
    deleted: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Delete runs and conversations for good, also from the backups in the data folder."""
    if not (runs or chats or deleted):
        raise UsageError("Name what is to be deleted: --run, --chat or --deleted.")
    preview = with_workbench(paths, lambda core: core.erasing.prepare(runs, chats, deleted=deleted))
    wanted = preview.erasure
    if not (wanted.runs or wanted.conversations):
        raise UsageError("None of that is in the history.")
    if not yes:
        click.echo(f"{erase_question(preview)}\n\n{ERASE_LIMITS}", err=True)
        click.confirm("Delete it for good?", abort=True, err=True)
    report = with_workbench(paths, lambda core: core.erasing.erase(wanted))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(report), ensure_ascii=False))
    else:
        click.echo(erase_result(report))
    return 0


def show_progress(progress: BackupProgress) -> None:
    """How far it is, on one line of a terminal."""
    if sys.stderr.isatty():
        show_line(f"{_STEPS[progress.step]} {progress.share:.0%}")


def end_progress() -> None:
    """Take that line away."""
    if sys.stderr.isatty():
        show_line("")
