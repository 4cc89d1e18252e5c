"""A history in memory, and an executor on a simulated engine."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.events import LoggedEvent
from workbench.domain.run_state import RunState
from workbench.domain.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message
from workbench.domain.views import LoadSettings
from workbench.engine.simulated import SimulatedEngine
from workbench.runs.executor import Executor
from workbench.sandbox.pool import SandboxPool
from workbench.templates.library import PromptLibrary

ROOT = Path(__file__).parents[2]


@dataclass
class MemoryStore:
    """Keeps events; ``order`` tells what was written when, beside the engine's own entries."""

    events: list[LoggedEvent] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    finished: list[RunState] = field(default_factory=list)

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        self.events.extend(events)
        self.order.extend(type(logged.event).__name__ for logged in events)

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
    executor: Executor
    shown: list[LoggedEvent] = field(default_factory=list)

    async def run(self, spec: RunSpec) -> RunState:
        return await self.executor.execute(1, spec, self.shown.append)

    async def resume(self, spec: RunSpec, **changes) -> RunState:
        log = list(self.store.events)
        return await self.executor.resume(1, spec, log, self.shown.append, **changes)

    async def grow(self, spec: RunSpec, action) -> RunState:
        log = list(self.store.events)
        return await self.executor.grow(1, spec, log, action, self.shown.append)


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
        yield Bench(engine, store, Executor(engine, store, pool, library))
    finally:
        await engine.close()
        await pool.close()


def chat(strategy: str = "direct", text: str = "What is 2 + 2?", **changes) -> RunSpec:
    prompt = ChatPrompt((Message.value("user", text),))
    return RunSpec(prompt=prompt, strategy=strategy, seed=changes.pop("seed", 5), **changes)
