"""Servers: adding, testing and removing them, and the models that they serve."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from workbench.domain.errors import ModelNotFoundError, UsageError
from workbench.domain.servers import PREFIX, Server, ServerReport, checked
from workbench.domain.views import ModelEntry
from workbench.engine.remote import RemoteEngine, examine
from workbench.history import session
from workbench.service.core import Core
from workbench.service.models.keys import Keys

_SERVERS = "servers"
SOURCE = "server"
"""Where the models of servers come from, in a list of models."""


class Servers:
    """Servers that models are used from.

    No connection is made before the user adds a server, tests it, or chooses one of its models.
    """

    def __init__(self, core: Core) -> None:
        self._engines = core.engines
        self._store = core.store
        self._keys = Keys()

    async def all(self) -> tuple[Server, ...]:
        """The servers that were added, by name."""
        return tuple(await self._store.state_as(_SERVERS, list[Server], []))

    async def add(self, server: Server, key: str = "") -> str:
        """Keep a server, in place of one of the same name, and its key by itself.

        Args:
            server: its record, which holds no key.
            key: "" leaves the key that is known as it is.

        Returns:
            A sentence that says where the key is, "" where none was given.

        Raises:
            UsageError: the name or the address cannot be used.
        """
        server, key = checked(server), _checked_key(key)
        others = [each for each in await self.all() if each.name != server.name]
        records = sorted([*others, server], key=lambda each: each.name.casefold())
        message = ""
        if key:
            message = await self._keys.keep(server, key)
        elif await self._moved(server):
            await self._keys.forget(server.name)
            message = "The key was for another machine and is forgotten: enter the one for this."
        await self._store.write(session.set_state, _SERVERS, msgspec.to_builtins(records))
        await self._engines.drop(server.name)
        return message

    async def remove(self, name: str) -> None:
        """Forget a server and its key; what is under way there ends with an error.

        Raises:
            UsageError: there is no such server.
            RemoteError: its key could not be deleted from the keyring, so it is still there.
        """
        server = await self.find(name)
        await self._keys.forget(server.name)
        rest = [each for each in await self.all() if each.name != server.name]
        await self._store.write(session.set_state, _SERVERS, msgspec.to_builtins(rest))
        await self._engines.drop(server.name)

    async def find(self, name: str) -> Server:
        """The server of that name; UsageError where there is none."""
        servers = await self.all()
        for server in servers:
            if server.name.casefold() == name.casefold():
                return server
        names = ", ".join(server.name for server in servers) or "none yet"
        raise UsageError(f"There is no server called {name}; there are: {names}.")

    async def test(self, server: Server, key: str = "") -> ServerReport:
        """Ask a server, added or not, what it is and which models it has.

        Args:
            server: its record.
            key: "" takes the key that is known for the name and this machine.

        Raises:
            UsageError: the name or the address cannot be used.
            RemoteError: it cannot be reached, refuses the key, or is no such server.
        """
        server, key = checked(server), _checked_key(key)
        place = "as just entered"
        if not key:
            moved = await self._moved(server)
            key, place = ("", "") if moved else await self._keys.find(server)
        facts = await examine(server, key)
        return ServerReport(
            kind=facts.kind,
            models=facts.models,
            lists_models=facts.lists_models,
            seconds=facts.seconds,
            context_tokens=facts.context_tokens,
            warning=server.warning,
            key_place=place,
        )

    async def destination(self, model: str) -> str:
        """The machine to which the text of a run of ``model`` (a path) goes, "" for this one."""
        if not model.startswith(PREFIX):
            return ""
        server, _ = await self._server_of(model)
        return "" if server.is_this_machine else server.host

    async def models(self) -> tuple[ModelEntry, ...]:
        """The models of all servers, as they were chosen; nothing is asked."""
        return tuple(
            _entry(server, model) for server in await self.all() for model in server.models
        )

    async def find_model(self, ref: str) -> ModelEntry | None:
        """The model that "server/model", a server's name or a path means; None for a file's.

        Raises:
            ModelNotFoundError: it is a path on a server that there is not.
        """
        if ref.startswith(PREFIX):
            return _entry(*await self._server_of(ref))
        if await asyncio.to_thread(_is_file, ref):
            return None
        name, _, model = ref.partition("/")
        for server in await self.all():
            if server.name.casefold() == name.casefold():
                by_name = {server.shown(known).casefold(): known for known in server.models}
                model = by_name.get(ref.casefold(), model) or next(iter(server.models), "")
                return _entry(server, model) if model else None
        return None

    async def engine_for(self, path: str) -> RemoteEngine:
        """The engine for a model of a server.

        Raises:
            ModelNotFoundError: there is no such server any more.
            RemoteError: the keyring did not give the key.
        """
        server, model = await self._server_of(path)
        engine = self._engines.known(server, model)
        if engine is None:
            key, _ = await self._keys.find(server)
            engine = self._engines.known(server, model) or self._engines.open(server, model, key)
        return engine

    async def _server_of(self, path: str) -> tuple[Server, str]:
        name, _, model = path.removeprefix(PREFIX).partition("/")
        for server in await self.all():
            if server.name == name:
                return server, model
        raise ModelNotFoundError(
            path, f"there is no server called {name} any more; add it again under Models."
        )

    async def _moved(self, server: Server) -> bool:
        """Whether the server of this name was on another machine: its key is none of this one's."""
        known = {each.name: each.host for each in await self.all()}
        return known.get(server.name, server.host) != server.host


def _checked_key(key: str) -> str:
    """A key without the white space around it; UsageError where no header can carry it."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(
            "A key has letters, digits and signs only, without spaces: copy it again, whole."
        )
    return key


def _is_file(ref: str) -> bool:
    return Path(ref).expanduser().exists()


def _entry(server: Server, model: str) -> ModelEntry:
    return ModelEntry(name=server.shown(model), path=server.path_of(model), source=SOURCE)
