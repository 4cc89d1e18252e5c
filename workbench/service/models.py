"""Models: what there is, what a file says of itself, and which one is loaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from workbench.domain.errors import ModelNotFoundError, UsageError
from workbench.domain.views import EngineStatus, LoadSettings, ModelDetails, ModelEntry
from workbench.engine.protocol import Engine
from workbench.models import details, discovery
from workbench.service.servers import SOURCE as SERVER
from workbench.service.servers import ServerService

_LAST_MODEL = "last_model"
_LOAD_SETTINGS = "load_settings"


class ModelService(ServerService):
    """The part of the service that knows models."""

    async def list_models(self) -> tuple[ModelEntry, ...]:
        """Every model file known, the starter model first; unreadable ones carry their error."""
        files = await self._in_thread(discovery.list_models, self.paths)
        return (*files, *await self._server_models())

    async def inspect_model(self, ref: str, context_tokens: int = 8192) -> ModelDetails:
        """What the file of a name or path says, and how much memory it would need.

        Raises:
            ModelError: no such model, or its header cannot be read.
        """
        entry = await self.find_model(ref)
        if entry.source == SERVER:
            raise UsageError(
                f"{entry.name} is on a server: workbench servers test says what it tells of it."
            )
        return await self._in_thread(details.inspect, entry, context_tokens)

    async def find_model(self, ref: str) -> ModelEntry:
        """The model a name or path means; "" is the loaded, the last used or the starter model.

        Raises:
            ModelNotFoundError: there is none.
        """
        if not ref:
            ref = await self._default_ref()
        served = await self._find_server_model(ref)
        if served is not None:
            return served
        return await self._in_thread(discovery.find_model, self.paths, ref)

    async def _default_ref(self) -> str:
        if self._engine.model is not None:
            return self._engine.model.path
        last = await self._store.get_state(_LAST_MODEL, "")
        entries = await self.list_models()
        usable = [entry for entry in entries if not entry.error]
        if any(entry.path == last for entry in usable):
            return str(last)
        if not usable:
            raise ModelNotFoundError(
                path=str(self.paths.models),
                reason="no model was found; put a .gguf file into this folder, or run "
                "make run again to install the starter model.",
            )
        return usable[0].path

    async def load_settings(self) -> LoadSettings:
        """How models are loaded, as the user set it."""
        stored = await self._store.get_state(_LOAD_SETTINGS, {})
        return msgspec.convert(stored, LoadSettings)

    async def save_load_settings(self, settings: LoadSettings) -> None:
        """Keep how models are loaded from now on."""
        await self._store.set_state(_LOAD_SETTINGS, msgspec.to_builtins(settings))

    async def load_model(self, ref: str = "", settings: LoadSettings | None = None) -> EngineStatus:
        """Load a model and remember it as the one to start with.

        Raises:
            ModelError: it cannot be loaded; the sentence says why.
        """
        entry = await self.find_model(ref)
        if entry.source == SERVER:
            engine = await self._remote_engine(entry.path)
            self._engines.show(engine)
            await engine.load(entry.path, LoadSettings(), entry.name)
        else:
            self._engines.show(self._engines.local)
            chosen = settings or await self._settings_for(entry)
            await self._gate.load(entry.path, entry.name, chosen)
        await self._store.set_state(_LAST_MODEL, entry.path)
        return self._engine.status

    async def unload_model(self) -> None:
        """Give the memory of the loaded model back, or leave the server."""
        engine = self._engine
        self._engines.show(self._engines.local)
        await engine.unload()

    @asynccontextmanager
    async def _hold(self, entry: ModelEntry) -> AsyncIterator[Engine]:
        """An engine that has the model inside the block, on this machine or behind a server.

        Raises:
            ModelError, EngineError: the model could not be loaded, or the server not be reached.
        """
        if entry.source == SERVER:
            engine = await self._remote_engine(entry.path)
            await engine.load(entry.path, LoadSettings(), entry.name)
            yield engine
            return
        settings = await self._settings_for(entry)
        async with self._gate.hold(entry.path, entry.name, settings):
            yield self._engines.local

    async def _settings_for(self, entry: ModelEntry) -> LoadSettings:
        """The user's settings with a context no larger than the model was trained for."""
        settings = await self.load_settings()
        if entry.context_tokens and entry.context_tokens < settings.context_tokens:
            return msgspec.structs.replace(settings, context_tokens=entry.context_tokens)
        return settings
