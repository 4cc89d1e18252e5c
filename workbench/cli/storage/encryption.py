"""``workbench storage encrypt | decrypt | account``: the history as a file only its owner reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.passphrases import current_passphrase, new_passphrase
from workbench.cli.storage.storage import end_progress, show_progress
from workbench.domain.storage import (
    ENCRYPTION_LIMITS,
    NO_RECOVERY,
    ConversionReport,
    conversion_result,
)
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask whether that is understood.")
@as_json
@click.pass_obj
def encrypt(paths: Paths, yes: bool, as_json: bool) -> int:
    """Encrypt the history and its backups, or give them another passphrase.

    The passphrase is asked twice. A script sets WORKBENCH_NEW_PASSPHRASE for the new one, and
    WORKBENCH_PASSPHRASE or --passphrase-fd for the one until now: other programs of yours can read
    the environment of a process. Nothing can be recovered without the passphrase.
    """

    async def work(core: Workbench) -> ConversionReport:
        is_encrypted = (await core.protection.state()).is_encrypted
        if not yes:
            click.echo(f"{NO_RECOVERY}\n\n{ENCRYPTION_LIMITS}", err=True)
            click.confirm("Is that understood?", abort=True, err=True)
        current = current_passphrase() if is_encrypted else ""
        passphrase = new_passphrase()
        return await core.protection.encrypt(passphrase, current, show_progress)

    _say(with_workbench(paths, work), as_json=as_json)
    return 0


@click.command()
@as_json
@click.pass_obj
def decrypt(paths: Paths, as_json: bool) -> int:
    """Make the history and its backups plain files again."""

    async def work(core: Workbench) -> ConversionReport:
        return await core.protection.decrypt(current_passphrase(), show_progress)

    _say(with_workbench(paths, work), as_json=as_json)
    return 0


@click.command()
@click.option("--keep/--forget", "keep", default=None, help="Whether the keyring has the key.")
@click.pass_obj
def account(paths: Paths, keep: bool | None) -> int:
    """Show or change whether the system's keyring opens the encrypted history."""

    async def work(core: Workbench) -> bool:
        if keep is not None:
            await core.protection.keep_with_account(wanted=keep)
        return (await core.protection.state()).with_account

    kept = with_workbench(paths, work)
    click.echo(
        "The system's keyring opens the history."
        if kept
        else "The keyring is not asked for the history."
    )
    return 0


def _say(done: ConversionReport, *, as_json: bool) -> None:
    end_progress()
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(done), ensure_ascii=False))
    else:
        click.echo(conversion_result(done))
