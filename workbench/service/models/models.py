"""Models: what a file says of itself, how it is loaded, and which one is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from workbench.domain.errors import ModelNotFoundError, UsageError
from workbench.domain.prompts.model_options import model_of_front_matter
from workbench.domain.servers import PREFIX
from workbench.domain.views import EngineStatus, LoadSettings, MemoryUse, ModelDetails, ModelEntry
from workbench.engine.cores import physical_cores
from workbench.engine.protocol import Engine, LoadedModel
from workbench.history import session
from workbench.models import details
from workbench.models.discovery import scan as discovery
from workbench.models.memory.context_size import settings_problem
from workbench.models.memory.prefix_reuse import reuse_sentence
from workbench.service.core import Core, try_saving
from workbench.service.models.model_files import ModelFiles
from workbench.service.models.servers import SOURCE as SERVER
from workbench.service.models.servers import Servers

_HEARTBEAT_POLLS, _POLL_SECONDS = 30, 0.1
_LAST_MODEL = "last_model"
_LOAD_SETTINGS = "load_settings"
_LOAD_SETTINGS_OF = "load_settings:"


class Models:
    """What a model file says of itself, how it is loaded, and which model is loaded."""

    def __init__(self, core: Core, servers: Servers, model_files: ModelFiles) -> None:
        self._engines = core.engines
        self._gate = core.gate
        self._store = core.store
        self._paths = core.paths
        self._servers = servers
        self._model_files = model_files
        self._load_changes: Mapping[str, Any] = {}

    async def inspect(self, ref: str = "", settings: LoadSettings | None = None) -> ModelDetails:
        """What the file of a name or path says, and how much memory it would need.

        Args:
            ref: a name or path; "" is the loaded, last used or starter model.
            settings: how it would be loaded; None takes what is kept for it.

        Raises:
            ModelError: no such model, or its header cannot be read.
            UsageError: it is on a server, or the settings contradict each other.
        """
        entry = await self._find_file(ref)
        if entry.source == SERVER:
            raise UsageError(
                f"{entry.name} is on a server: workbench servers test shows what it reports of it."
            )
        if not entry.can_run:
            discovery.refuse_other_files(entry)
        chosen = settings or await self.settings_now(entry.path)
        _check(chosen)
        engine = self._engines.local
        loaded = engine.model
        returned = loaded.kv_bytes + loaded.compute_bytes if loaded else 0
        found = await asyncio.to_thread(details.inspect, entry, chosen, returned_bytes=returned)
        speed = await self._store.read(session.load_speed, entry.path)
        found = msgspec.structs.replace(
            found,
            entry=msgspec.structs.replace(found.entry, speed=speed),
            threads=physical_cores(),
        )
        if loaded is None or loaded.path != entry.path:
            return found
        return msgspec.structs.replace(
            found,
            used=await _use(engine, loaded),
            memory_kind=loaded.memory_kind,
            reuse=reuse_sentence(loaded.memory_kind, shared_prefixes=loaded.shared_prefixes),
            decode_width=loaded.decode_width,
        )

    async def find(self, ref: str) -> ModelEntry:
        """The model a name or path means; "" is the loaded, the last used or the starter model.

        Raises:
            ModelNotFoundError: there is none.
            ModelError: the file is no model but an adapter or a projector.
        """
        entry = await self._find_file(ref)
        discovery.refuse_other_files(entry)
        return entry

    async def _find_file(self, ref: str) -> ModelEntry:
        """The model, adapter or projector that a name or path means."""
        if not ref:
            ref = await self._default_ref()
        served = await self._servers.find_model(ref)
        if served is not None:
            return served
        added = await self._model_files.added_folders.all()
        return await asyncio.to_thread(discovery.find_model, self._paths, ref, added)

    async def named_in_front_matter(self, name: str) -> str:
        """The path of the model named in front matter, "" where it is not on this machine."""
        found = model_of_front_matter(name, await self._model_files.all()) if name else None
        return found.path if found is not None else ""

    async def _default_ref(self) -> str:
        if self._engines.current.model is not None:
            return self._engines.current.model.path
        last = str(await self._store.read(session.get_state, _LAST_MODEL, ""))
        if last and await self._is_usable(last):
            return last
        usable = [entry for entry in await self._model_files.all() if not entry.error]
        if not usable:
            raise ModelNotFoundError(
                path=str(self._paths.models),
                reason="no model was found; put a .gguf file into this folder, get one with "
                "workbench models get, or run make run again to install the starter model.",
            )
        return usable[0].path

    async def _is_usable(self, path: str) -> bool:
        """Whether a model that was used is still there, without looking through all folders."""
        served = any(entry.path == path for entry in await self._servers.models())
        return served or not (await asyncio.to_thread(discovery.describe, Path(path))).error

    async def load_settings(self, path: str = "") -> LoadSettings:
        """How the model at ``path`` is loaded, as the user set it; "" is the default for all.

        Where nothing was kept for a model it is the default, with a context no larger than the
        model was trained for.
        """
        if not path:
            return await self._store.state_as(_LOAD_SETTINGS, LoadSettings, LoadSettings())
        stored = await self._store.state_as(_LOAD_SETTINGS_OF + path, LoadSettings, None)
        if stored is not None:
            return stored
        settings = await self.load_settings()
        entry = await asyncio.to_thread(discovery.describe, Path(path))
        if entry.context_tokens and entry.context_tokens < settings.context_tokens:
            return msgspec.structs.replace(settings, context_tokens=entry.context_tokens)
        return settings

    async def save_load_settings(self, settings: LoadSettings, path: str = "") -> None:
        """Keep how a model, or with "" every model without settings of its own, is loaded.

        Adapters belong to one model, so the default has none.

        Raises:
            UsageError: they contradict each other.
        """
        _check(settings)
        if not path:
            settings = msgspec.structs.replace(settings, adapters=())
        key = _LOAD_SETTINGS_OF + path if path else _LOAD_SETTINGS
        await self._store.write(session.set_state, key, msgspec.to_builtins(settings))

    def change_load_settings(self, changes: Mapping[str, Any]) -> None:
        """Load models with these fields in place of the kept ones, until the program ends."""
        self._load_changes = MappingProxyType(dict(changes))

    async def settings_now(self, path: str) -> LoadSettings:
        """What is kept for a model, with the changes of this session.

        Raises:
            UsageError: they contradict each other.
        """
        kept = await self.load_settings(path)
        settings = msgspec.structs.replace(kept, **self._load_changes)
        _check(settings)
        return settings

    async def settings_for(self, path: str) -> LoadSettings:
        """As :meth:`settings_now`; a server loads its models itself, by the defaults for us."""
        if path.startswith(PREFIX):
            return LoadSettings()
        return await self.settings_now(path)

    async def load(self, ref: str = "", settings: LoadSettings | None = None) -> EngineStatus:
        """Load a model and remember it as the one to start with.

        Raises:
            ModelError: it cannot be loaded; the sentence says why.
            UsageError: the settings contradict each other.
        """
        entry = await self.find(ref)
        if entry.source == SERVER:
            engine = await self._servers.engine_for(entry.path)
            self._engines.show(engine)
            await engine.load(entry.path, LoadSettings(), entry.name)
        else:
            chosen = settings or await self.settings_now(entry.path)
            _check(chosen)
            self._engines.show(self._engines.local)
            await self._gate.load(entry.path, entry.name, chosen)
        await try_saving(self._store.write(session.set_state, _LAST_MODEL, entry.path))
        return self._engines.current.status

    async def unload(self) -> None:
        """Give the memory of the loaded model back, or leave the server.

        Raises:
            UsageError: a run, or whatever else, is using the model of this machine.
        """
        engine = self._engines.current
        if engine is self._engines.local:
            await self._gate.unload()
            return
        self._engines.show(self._engines.local)
        await engine.unload()

    @asynccontextmanager
    async def hold(self, model: str | ModelEntry) -> AsyncIterator[Engine]:
        """An engine that has the model inside the block, on this machine or behind a server.

        Args:
            model: what was found, or a name or path as for :meth:`find`.

        Raises:
            ModelError, EngineError: the model could not be loaded, or the server not be reached.
        """
        entry = await self.find(model) if isinstance(model, str) else model
        if entry.source == SERVER:
            engine = await self._servers.engine_for(entry.path)
            await engine.load(entry.path, LoadSettings(), entry.name)
            yield engine
            return
        settings = await self.settings_now(entry.path)
        async with self._gate.hold(entry.path, entry.name, settings):
            yield self._engines.local


def _check(settings: LoadSettings) -> None:
    problem = settings_problem(settings)
    if problem:
        raise UsageError(problem)


async def _use(engine: Engine, loaded: LoadedModel) -> MemoryUse | None:
    """The memory a loaded model takes; None where it is not reported."""
    if not loaded.weights_bytes:
        return None
    for _ in range(_HEARTBEAT_POLLS):  # the first heartbeat after loading has it
        if engine.status.memory_bytes:
            break
        await asyncio.sleep(_POLL_SECONDS)
    return MemoryUse(
        weights_bytes=loaded.weights_bytes,
        kv_bytes=loaded.kv_bytes,
        compute_bytes=loaded.compute_bytes,
        resident_bytes=engine.status.memory_bytes,
    )
