"""The pool of sandbox processes: what the rest of the program calls."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from workbench.domain.errors import SandboxError
from workbench.processes.child import ChildLostError, SandboxChild
from workbench.processes.frames import FRAME_BYTES

PACKAGE = "workbench."
TRIES = 5
"""Processes to try: more than can lie idle, all of which may have been ended outside."""
CLOSING = "The program is closing."
SPARES = 1
"""Idle processes kept in addition to the one that the next call takes."""


class SandboxPool:
    """Runs functions of this program in processes that may be lost.

    Nothing is started before the first call. At most ``workers`` calls run at a time, the others
    wait; one more process is kept warm, so that a killed one is replaced without delay. The pool
    is bound to no event loop.

    Args:
        workers: how many calls run at the same time.
        memory_bytes: most memory of one process.
    """

    def __init__(self, workers: int = 2, memory_bytes: int = 512 * 1024 * 1024) -> None:
        self._workers = workers
        self._memory_bytes = memory_bytes
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="sandbox")
        self._lock = threading.Lock()
        self._idle: list[SandboxChild] = []
        self._busy: set[SandboxChild] = set()
        self._modules: set[str] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self._closed

    async def call(
        self, function: str, *args: Any, deadline_seconds: float = 1.0, ends: bool = False
    ) -> Any:
        """Run ``function`` ("workbench.prompts.render:render_job") with msgpack values.

        The deadline counts processor time of the function alone, not starting, importing or waiting
        for a free process. Cancelling the caller kills the process.

        Args:
            function: module and name, of this program's own package.
            *args: None, bool, int, float, str, bytes, lists and dicts of these, or Structs (which
                arrive as dicts).
            deadline_seconds: processor time; five times as much by the clock.
            ends: end the process afterwards, for code that may change it.

        Returns:
            What the function returned, as msgpack values.

        Raises:
            SandboxTimeout: past the deadline.
            SandboxMemory: more memory than allowed, or a result of more than 16 MB.
            SandboxError: arguments of more than 16 MB, or the process crashed or cannot start.
            WorkbenchError: raised by the function.
            RuntimeError: any other exception of the function: a bug of ours.
        """
        assert function.startswith(PACKAGE), function
        if self._closed:
            raise SandboxError(CLOSING)
        request = msgspec.msgpack.encode([function, args, deadline_seconds])
        if len(request) > FRAME_BYTES:
            raise SandboxError(
                f"The text and its values are {len(request) / 2**20:.0f} MB, more than the "
                f"{FRAME_BYTES // 2**20} MB that can be worked on at once: make them shorter."
            )
        call = _Call(self, function.partition(":")[0], request, deadline_seconds, ends=ends)
        work = asyncio.get_running_loop().run_in_executor(self._threads, call.run)
        try:
            return await work
        except asyncio.CancelledError:
            call.cancel()
            raise

    async def close(self) -> None:
        """End all processes; running calls fail. Safe to call twice."""
        with self._lock:
            self._closed = True
            ending, self._idle = [*self._idle, *self._busy], []
        for child in ending:
            child.kill()
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def acquire(self, module: str) -> SandboxChild:
        """A process for one call; runs on a thread of the pool."""
        with self._lock:
            if self._closed:
                raise SandboxError(CLOSING)
            self._modules.add(module)
            child = self._idle.pop() if self._idle else self._start()
            self._busy.add(child)
        return child

    def release(self, child: SandboxChild) -> None:
        """Take a process back after a call; one that is no longer good is ended and replaced."""
        usable = child.usable
        with self._lock:
            self._busy.discard(child)
            keep = usable and not self._closed and len(self._idle) < self._workers + SPARES
            if keep:
                self._idle.append(child)
            # Where starting fails now, the next call tries again and reports it.
            with contextlib.suppress(SandboxError):
                while not self._closed and len(self._idle) <= SPARES:
                    self._idle.insert(0, self._start())
        if not keep:
            child.kill()

    def _start(self) -> SandboxChild:
        # New processes import at their start what calls have needed so far.
        return SandboxChild(self._memory_bytes, tuple(sorted(self._modules)))


class _Call:
    """One call on its way: run on a thread of the pool, cancelled from the loop."""

    def __init__(
        self,
        pool: SandboxPool,
        module: str,
        request: bytes,
        deadline_seconds: float,
        *,
        ends: bool,
    ) -> None:
        self._pool = pool
        self._module = module
        self._request = request
        self._deadline_seconds = deadline_seconds
        self._ends = ends
        self._lock = threading.Lock()
        self._child: SandboxChild | None = None
        self._cancelled = False

    def run(self) -> Any:
        """Run to the end, on another process where one was already gone."""
        for _ in range(TRIES):
            child = self._pool.acquire(self._module)
            with self._lock:
                self._child = child
                cancelled = self._cancelled
            try:
                if cancelled:
                    return None
                return child.run(self._request, self._deadline_seconds)
            except ChildLostError:
                continue
            finally:
                with self._lock:
                    self._child = None
                if self._ends:
                    child.kill()
                self._pool.release(child)
        raise SandboxError(
            "The helper process for templates ends as soon as it starts: free some memory, or "
            "install the program again."
        )

    def cancel(self) -> None:
        """Called on the loop: the result is no longer wanted."""
        with self._lock:
            self._cancelled = True
            if self._child is not None:
                self._child.kill()
