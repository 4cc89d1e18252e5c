"""The passphrase of an encrypted history: from a file descriptor, the environment, or the user.

A passphrase is never an argument: lists of processes would show it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from workbench.domain.errors import PassphraseError, UsageError

if TYPE_CHECKING:
    from workbench.service import Workbench

VARIABLE = "WORKBENCH_PASSPHRASE"
NEW_VARIABLE = "WORKBENCH_NEW_PASSPHRASE"
_DESCRIPTOR = "workbench.passphrase_fd"
_READ = "workbench.passphrase"
_MOST_BYTES = 10_000
_ATTEMPTS = 3


def keep_descriptor(context: click.Context, number: int | None) -> None:
    """Note the descriptor that the command line names; it is read when a passphrase is needed."""
    context.meta[_DESCRIPTOR] = number


async def unlock(core: Workbench, *, optional: bool = False) -> None:
    """Unlock an encrypted history before it is opened.

    Args:
        core: not opened yet.
        optional: do without where no passphrase is given and there is no terminal.

    Raises:
        PassphraseError: the passphrase that was given is wrong, or none was given.
    """
    if not await core.protection.is_locked():
        return
    given = given_passphrase()
    if given is not None:
        await core.protection.unlock(given)
        return
    if not _can_ask():
        if optional:
            return
        raise PassphraseError(
            f"The history is encrypted: run this in a terminal, name a file descriptor with "
            f"--passphrase-fd, or set {VARIABLE}."
        )
    for attempt in range(_ATTEMPTS):
        try:
            await core.protection.unlock(_ask("Passphrase of the history"))
        except PassphraseError as error:
            if attempt + 1 == _ATTEMPTS:
                raise
            click.echo(str(error), err=True)
        else:
            return


def given_passphrase() -> str | None:
    """What a descriptor or the environment gives; once read, it is out of the environment.

    So no process that the program starts inherits it.
    """
    context = click.get_current_context(silent=True)
    meta = context.meta if context is not None else {}
    if _READ in meta:
        return str(meta[_READ])
    number = meta.get(_DESCRIPTOR)
    found = _read_descriptor(number) if number is not None else os.environ.pop(VARIABLE, None)
    if found is not None:
        meta[_READ] = found
    return found


def current_passphrase() -> str:
    """The passphrase until now: as given, or asked."""
    given = given_passphrase()
    if given is not None:
        return given
    return _asked("Passphrase of the history until now")


def new_passphrase() -> str:
    """A new passphrase, asked twice, or of the environment."""
    given = os.environ.pop(NEW_VARIABLE, None)
    if given is not None:
        return given
    return _asked("New passphrase", "The same again")


def passphrase_of(name: str) -> str | None:
    """The passphrase of a file; None where there is no terminal."""
    return _ask(f"Passphrase of {name}") if _can_ask() else None


def _asked(words: str, again: str = "") -> str:
    if not _can_ask():
        raise UsageError(
            f"The passphrase is asked in a terminal; without one, {VARIABLE} has the one until "
            f"now and {NEW_VARIABLE} a new one."
        )
    return _ask(words, again)


def _ask(words: str, again: str = "") -> str:
    confirmation: str | bool = again or False
    found: str = click.prompt(words, hide_input=True, err=True, confirmation_prompt=confirmation)
    return found


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _read_descriptor(number: int) -> str:
    """The first line; the descriptor is closed, so that no process inherits it."""
    try:
        with open(number, "rb") as file:
            return file.readline(_MOST_BYTES).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError, ValueError):
        raise UsageError(f"No passphrase can be read from file descriptor {number}.") from None
