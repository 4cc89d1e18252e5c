"""Lets runs of one model work together and makes runs of another model wait their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from workbench.domain.errors import UsageError
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import Engine, LoadedModel


class ModelGate:
    """Holds one model in the engine for as long as somebody uses it.

    The engine has room for one model, loaded in one way. Users of the same model and load settings
    enter together; a user of another model, or of the same one with other settings, waits until the
    last has left, and those who come after wait behind it, so that none starves.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._users = 0
        self._held: tuple[str, LoadSettings] | None = None

    @asynccontextmanager
    async def hold(
        self, path: str, name: str, settings: LoadSettings
    ) -> AsyncIterator[LoadedModel]:
        """Have ``path`` loaded inside the block.

        Raises:
            ModelError, EngineError: the model could not be loaded.
        """
        async with self._turn:
            if self._held != (path, settings):
                await self._idle.wait()
            model = await self._engine.load(path, settings, name)
            self._held = path, settings
            self._users += 1
            self._idle.clear()
        try:
            yield model
        finally:
            self._users -= 1
            if self._users == 0:
                self._idle.set()

    @asynccontextmanager
    async def stay(self) -> AsyncIterator[LoadedModel]:
        """Keep the model that is loaded, as it is, inside the block.

        Raises:
            UsageError: none is.
        """
        async with self._turn:
            model = self._engine.model
            if model is None:
                raise UsageError("No model is loaded: load one first.")
            self._users += 1
            self._idle.clear()
        try:
            yield model
        finally:
            self._users -= 1
            if self._users == 0:
                self._idle.set()

    async def load(self, path: str, name: str, settings: LoadSettings) -> LoadedModel:
        """Load a model for later use, when the present one is not in use."""
        async with self.hold(path, name, settings) as model:
            return model

    async def unload(self) -> None:
        """Give the memory of the model back.

        Raises:
            UsageError: somebody uses it.
        """
        async with self._turn:
            if self._users:
                raise UsageError("The model is in use: stop its runs first, or wait for their end.")
            await self._engine.unload()
