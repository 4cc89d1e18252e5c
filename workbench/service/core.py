"""Resources shared by the parts of the service, opened and closed together."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from workbench.domain.errors import StoreError
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.views import StoreStatus
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import Engine
from workbench.history import session
from workbench.history.store import HistoryStore
from workbench.processes.pool import SandboxPool
from workbench.prompts.library.library import PromptLibrary
from workbench.prompts.samples import SampleSets
from workbench.service.models.engines import Engines
from workbench.service.models.model_gate import ModelGate
from workbench.service.prompts.reuse import LastPrompts
from workbench.service.runs.idle_work import IdleWork
from workbench.settings import Paths

_log = logging.getLogger(__name__)
_DECODE_WIDTHS = "decode_widths"


class Core:
    """Engine, store, sandbox and prompt files of one program, which the parts of the service share.

    Everything runs on the loop that called :meth:`open`.

    Args:
        paths: where everything is kept.
        engine: an engine to use in place of llama.cpp (simulated, recorded).
        shown_only: why the history is only shown, as a sentence: another window has it.
    """

    def __init__(self, paths: Paths, *, engine: Engine | None = None, shown_only: str = "") -> None:
        self.paths = paths
        self.pool = SandboxPool()
        self.engines = Engines(engine or LlamaEngine(self.pool))
        self.store = HistoryStore(paths.database, shown_only=shown_only)
        self.shared = self.store
        """The history on disk, also of a core off the record: profiles, settings."""
        self.prompt_library = PromptLibrary(
            shipped=paths.shipped_prompts,
            user=paths.prompts,
            extra=paths.extra_prompts,
            locked=(paths.shipped_data,),
            index=paths.library_index,
        )
        self.sample_sets = SampleSets(roots=self.prompt_library.roots, mirror=paths.samples)
        self.last_prompts = LastPrompts()
        self.gate = ModelGate(self.engines.local)
        self.idle_work = IdleWork()
        self._keeping: set[asyncio.Future[None]] = set()
        self._listeners: list[Callable[[LoggedEvent], None]] = []

    async def open(self, *, whatever_happens: bool = False) -> StoreStatus:
        """Open the history; everything else starts when first needed.

        Args:
            whatever_happens: where the history cannot be opened, begin without one: the status has
                the reason, and whatever would be saved is refused with it.

        Raises:
            StoreError: the history cannot be opened and could not be repaired.
        """
        try:
            self.paths.create()
        except OSError as error:  # what can be read is read; a later write raises its error
            _log.info("folders could not be made: %s", error)
        status = await self.store.open(whatever_happens=whatever_happens)
        engine = self.engines.local
        if isinstance(engine, LlamaEngine):
            widths: dict[str, int] = await self.store.state_as(_DECODE_WIDTHS, dict[str, int], {})
            engine.known_widths.update(widths)
            engine.on_width(self._keep_widths)
        return status

    def off_the_record(self) -> Core:
        """The same resources with another history, which is in memory and yet to be opened."""
        made = copy.copy(self)
        made.store = HistoryStore(Path(os.devnull) / "off the record", in_memory=True)
        made.last_prompts = LastPrompts()
        return made

    async def close(self) -> None:
        """End all processes; what was received until now is on disk afterwards."""
        await self.engines.close()
        await self.pool.close()
        await self.store.close()

    def _keep_widths(self) -> None:
        """Remember how many answers models decode best together, so that it is measured once."""
        engine = self.engines.local
        assert isinstance(engine, LlamaEngine)
        writing = self.store.write(session.set_state, _DECODE_WIDTHS, dict(engine.known_widths))
        task = asyncio.ensure_future(try_saving(writing))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    def subscribe(self, listener: Callable[[LoggedEvent], None]) -> Callable[[], None]:
        """Call ``listener`` on the loop thread for every event of every run; returns the undo."""
        self._listeners.append(listener)
        return functools.partial(self._listeners.remove, listener)

    def publish(self, event: LoggedEvent) -> None:
        """Notify all listeners of an event of a run."""
        for listener in tuple(self._listeners):
            listener(event)


async def try_saving(writing: Awaitable[None]) -> None:
    """Save what only makes the next start more convenient; the status has why it failed."""
    with contextlib.suppress(StoreError):
        await writing
