"""What the parts of the service share: the resources, opened and closed together."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from workbench.domain.events import LoggedEvent
from workbench.domain.views import EngineStatus, StoreStatus
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import Engine
from workbench.history.store import HistoryStore
from workbench.sandbox.pool import SandboxPool
from workbench.service.engines import Engines
from workbench.service.model_gate import ModelGate
from workbench.settings import Paths
from workbench.templates.library import PromptLibrary

P = ParamSpec("P")
T = TypeVar("T")


_DECODE_WIDTHS = "decode_widths"


class Core:
    """Engine, store, sandbox and prompt library of one program.

    All coroutine methods of the service run on the loop that called :meth:`open`.

    Args:
        paths: where everything is kept.
        engine: an engine to use in place of llama.cpp (simulated, recorded).
    """

    def __init__(self, paths: Paths, *, engine: Engine | None = None) -> None:
        self.paths = paths
        self._pool = SandboxPool()
        self._engines = Engines(engine or LlamaEngine(self._pool))
        self._store = HistoryStore(paths.database)
        self._library = PromptLibrary(
            shipped=paths.shipped_prompts,
            user=paths.prompts,
            extra=paths.extra_prompts,
            index=paths.library_index,
        )
        self._gate = ModelGate(self._engines.local)
        self._keeping: set[asyncio.Future[None]] = set()
        self._listeners: list[Callable[[LoggedEvent], None]] = []

    async def open(self) -> StoreStatus:
        """Open the history; everything else starts when first needed.

        Raises:
            StoreError: the history cannot be opened and could not be repaired.
        """
        self.paths.create()
        status = await self._store.open()
        engine = self._engines.local
        if isinstance(engine, LlamaEngine):
            engine.known_widths.update(await self._store.get_state(_DECODE_WIDTHS, {}))
            engine.on_width(self._keep_widths)
        return status

    async def close(self) -> None:
        """End all work and all processes; what was received until now is on disk afterwards."""
        await self._engines.close()
        await self._pool.close()
        await self._store.close()

    def _keep_widths(self) -> None:
        """Remember how many answers models decode best together, so that it is measured once."""
        engine = self._engines.local
        assert isinstance(engine, LlamaEngine)
        writing = self._store.set_state(_DECODE_WIDTHS, dict(engine.known_widths))
        task = asyncio.ensure_future(writing)
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    @property
    def _engine(self) -> Engine:
        """The engine whose model the user chose last, on this machine or behind a server."""
        return self._engines.current

    @property
    def engine_status(self) -> EngineStatus:
        """The engine as the status bar shows it."""
        return self._engine.status

    @property
    def store_status(self) -> StoreStatus:
        """The history as the status bar shows it."""
        return self._store.status

    def on_engine_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread when the engine's status changes."""
        self._engines.on_status(listener)

    def on_store_status(self, listener: Callable[[StoreStatus], None]) -> None:
        """Call ``listener`` on the loop thread when the store's status changes."""
        self._store.on_status(listener)

    def subscribe(self, listener: Callable[[LoggedEvent], None]) -> Callable[[], None]:
        """Call ``listener`` on the loop thread for every event of every run; returns the undo."""
        self._listeners.append(listener)
        return functools.partial(self._listeners.remove, listener)

    def _publish(self, event: LoggedEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    @staticmethod
    async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run short blocking file work away from the loop."""
        return await asyncio.to_thread(work, *args, **kwargs)
