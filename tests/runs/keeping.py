"""A history in memory, and runs on a simulated engine."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Budget, ChatPrompt, RunSpec
from workbench.domain.runs.steering import ForkToken, Grow
from workbench.domain.sources.passages import Find
from workbench.domain.text import Message
from workbench.domain.views import LoadSettings
from workbench.engine.simulated import SimulatedEngine
from workbench.processes.pool import SandboxPool
from workbench.prompts.library.library import PromptLibrary
from workbench.runs.control import RunControl
from workbench.runs.executor import execute, grown_run, new_run, resumed_run
from workbench.runs.tools import Tools

ROOT = Path(__file__).parents[2]
Listener = Callable[[LoggedEvent], None]


@dataclass
class MemoryStore:
    """Keeps events; ``order`` is the order of writes, with the engine's entries."""

    events: list[LoggedEvent] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    finished: list[RunState] = field(default_factory=list)

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        self.events.extend(events)
        self.order.extend(type(logged.event).__name__ for logged in events)

    def keep_tokens(self, sample: object) -> None:
        pass

    async def append_now(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        self.append(run_id, events)

    async def finish_run(self, run_id: int, state: RunState) -> None:
        self.finished.append(state)

    def of(self, kind: type) -> list:
        return [logged.event for logged in self.events if isinstance(logged.event, kind)]


@dataclass
class Bench:
    engine: SimulatedEngine
    store: MemoryStore
    pool: Any
    library: PromptLibrary
    shown: list[LoggedEvent] = field(default_factory=list)
    find: Find | None = None

    def tools(self, listener: Listener | None = None) -> Tools:
        return Tools(
            self.engine,
            self.store,
            self.pool,
            self.library,
            listener or self.shown.append,
            self.find,
        )

    async def run(
        self,
        spec: RunSpec,
        listener: Listener | None = None,
        *,
        control: RunControl | None = None,
    ) -> RunState:
        return await execute(new_run(self.tools(listener), control or RunControl(), 1, spec))

    async def resume(
        self,
        spec: RunSpec,
        log: Sequence[LoggedEvent] | None = None,
        listener: Listener | None = None,
        *,
        control: RunControl | None = None,
        budget: Budget | None = None,
    ) -> RunState:
        log = list(self.store.events) if log is None else log
        tools, control = self.tools(listener), control or RunControl()
        return await execute(resumed_run(tools, control, 1, spec, log, budget))

    async def grow(self, spec: RunSpec, action: Grow | ForkToken) -> RunState:
        log = list(self.store.events)
        return await execute(grown_run(self.tools(), RunControl(), 1, spec, log, action))


class InProcessPool:
    """Does at once what the sandbox does in a process, for tests that make very many runs."""

    async def call(self, function: str, *args: Any, deadline_seconds: float = 1.0) -> Any:
        module, _, name = function.partition(":")
        given = msgspec.msgpack.decode(msgspec.msgpack.encode(args))
        result = getattr(importlib.import_module(module), name)(*given)
        await asyncio.sleep(0)
        return msgspec.msgpack.decode(msgspec.msgpack.encode(result))

    async def close(self) -> None:
        pass


@asynccontextmanager
async def bench(engine: SimulatedEngine, tmp_path: Path, pool: Any = None) -> AsyncIterator[Bench]:
    pool = pool or SandboxPool()
    store = MemoryStore()
    library = PromptLibrary(shipped=ROOT / "prompts", user=tmp_path / "prompts")
    await engine.load("simulated", LoadSettings())
    try:
        yield Bench(engine, store, pool, library)
    finally:
        await engine.close()
        await pool.close()


def chat(strategy: str = "direct", text: str = "What is 2 + 2?", **changes) -> RunSpec:
    prompt = ChatPrompt((Message.value("user", text),))
    return RunSpec(prompt=prompt, strategy=strategy, seed=changes.pop("seed", 5), **changes)
