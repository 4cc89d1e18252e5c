"""The keys of servers: in the system's keyring, in the environment, or for this session only.

A key is never written anywhere else: not into the history, a log, or an error's sentence.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.errors import RemoteError
from workbench.domain.servers import Server

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "prompt-workbench"
_LEAST_PRIORITY = 1.0
"""Backends below it keep passwords in plain files or not at all."""


class FoundKey(NamedTuple):
    """A key and where it was found, in words; both "" where there is none."""

    key: str
    place: str

    def __repr__(self) -> str:
        return f"FoundKey(place={self.place!r})"


class Keys:
    """Looks keys up and keeps them. The keyring is asked in a thread: it may wait for the user."""

    def __init__(self) -> None:
        self._session: dict[str, str] = {}

    async def find(self, server: Server) -> FoundKey:
        """The key of a server: of this session, else of the environment, else of the keyring.

        Raises:
            RemoteError: the keyring is locked or failing.
        """
        if server.name in self._session:
            return FoundKey(self._session[server.name], "this session")
        variable = server.environment_variable
        if os.environ.get(variable):
            return FoundKey(os.environ[variable].strip(), f"the variable {variable}")
        stored = await asyncio.to_thread(_read, server.name)
        return FoundKey(stored, "the system's keyring") if stored else FoundKey("", "")

    async def keep(self, server: Server, key: str) -> str:
        """Keep a key in the keyring, or for this session; returns a sentence that says where."""
        failure = await asyncio.to_thread(_write, server.name, key)
        if not failure:
            self._session.pop(server.name, None)
            return "The key is in the system's keyring."
        self._session[server.name] = key
        return (
            f"{failure}, so the key is known until the program ends: set the environment variable "
            f"{server.environment_variable} to give it at every start."
        )

    async def forget(self, name: str) -> None:
        """Delete a key wherever it was kept."""
        self._session.pop(name, None)
        await asyncio.to_thread(_delete, name)


def keyring_backend() -> KeyringBackend | None:
    """The system's keyring, None where there is none that keeps a secret."""
    import keyring  # noqa: PLC0415 - looks for backends among all installed packages

    backend = keyring.get_keyring()
    return backend if float(backend.priority) >= _LEAST_PRIORITY else None


def _read(name: str) -> str:
    from keyring.errors import KeyringError  # noqa: PLC0415 - see keyring_backend

    backend = keyring_backend()
    if backend is None:
        return ""
    try:
        return backend.get_password(_SERVICE, name) or ""
    except KeyringError as error:
        reason = type(error).__name__
    raise RemoteError(
        f"The system's keyring did not give the key of the server {name} ({reason}): unlock it and "
        "try again."
    )


def _write(name: str, key: str) -> str:
    """Why a key was not kept, as the beginning of a sentence; empty where it was."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - see keyring_backend

    backend = keyring_backend()
    if backend is None:
        return "There is no system keyring here"
    try:
        backend.set_password(_SERVICE, name, key)
    except KeyringError as error:
        return f"The system's keyring did not take the key ({type(error).__name__})"
    return ""


def _delete(name: str) -> None:
    from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415 - see keyring_backend

    backend = keyring_backend()
    if backend is None:
        return
    try:
        backend.delete_password(_SERVICE, name)
    except PasswordDeleteError:
        return  # there was none
    except KeyringError as error:
        reason = type(error).__name__
    else:
        return
    raise RemoteError(
        f"The system's keyring did not delete the key of the server {name} ({reason}): unlock it "
        "and try again."
    )
