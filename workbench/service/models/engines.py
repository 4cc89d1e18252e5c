"""The engine of this machine and those behind servers; one of them is the current one."""

from __future__ import annotations

import functools
from collections.abc import Callable

from workbench.domain.servers import Server
from workbench.domain.views import EngineStatus
from workbench.engine.protocol import Engine
from workbench.engine.remote import Connection, RemoteEngine


class Engines:
    """Keeps the engines, and publishes the status of the current one.

    The current engine is the one whose model the user chose last. Runs may use any of them at the
    same time: a model on this machine stays loaded while a server's model answers.

    Args:
        local: the engine of this machine.
    """

    def __init__(self, local: Engine) -> None:
        self.local = local
        self.current = local
        self._connections: dict[str, Connection] = {}
        self._remote: dict[str, dict[str, RemoteEngine]] = {}
        self._listeners: list[Callable[[EngineStatus], None]] = []
        local.on_status(functools.partial(self._on_status, local))

    def on_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread when the status of the current engine changes."""
        self._listeners.append(listener)

    def show(self, engine: Engine) -> None:
        """Make an engine the current one."""
        if engine is not self.current:
            self.current = engine
            self._on_status(engine, engine.status)

    def known(self, server: Server, model: str) -> RemoteEngine | None:
        """The engine of a model of a server, if it was made before."""
        return self._remote.get(server.name, {}).get(model)

    def open(self, server: Server, model: str, key: str) -> RemoteEngine:
        """An engine for a model of a server. All of one server share its connection and limit."""
        connection = self._connections.get(server.name)
        if connection is None:
            connection = self._connections[server.name] = Connection(server, key)
        engine = RemoteEngine(connection, model)
        engine.on_status(functools.partial(self._on_status, engine))
        self._remote.setdefault(server.name, {})[model] = engine
        return engine

    async def drop(self, server_name: str) -> None:
        """End the connection to a server; what is under way there fails."""
        engines = self._remote.pop(server_name, {})
        if any(engine is self.current for engine in engines.values()):
            self.show(self.local)
        for engine in engines.values():
            await engine.close()
        connection = self._connections.pop(server_name, None)
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        """End the engine of this machine and every connection."""
        self._listeners.clear()
        await self.local.close()
        for name in tuple(self._connections):
            await self.drop(name)

    def _on_status(self, engine: Engine, status: EngineStatus) -> None:
        if engine is self.current:
            for listener in self._listeners:
                listener(status)
