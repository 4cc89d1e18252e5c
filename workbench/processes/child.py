"""One sandbox process, seen from the program."""

from __future__ import annotations

import queue
import time
from typing import Any

import msgspec

from workbench.domain.errors import (
    SandboxError,
    SandboxMemory,
    SandboxTimeout,
    WorkbenchError,
)
from workbench.processes.keeper import ChildProcess

START_SECONDS = 60.0
"""A cold start on a busy machine reads Python from a slow disk."""
POLL_SECONDS = 0.05
GRACE_SECONDS = 0.2
"""Processor time past the deadline in which the process may end its work by itself."""
WALL_FACTOR = 5.0
"""Wall-clock limit in deadlines: honest work on a machine that others keep busy goes on."""


class ChildLostError(Exception):
    """The process was gone before it began the work; a new one can do it."""


class SandboxChild:
    """A process that runs one function after another.

    :meth:`run` blocks and belongs to one thread at a time; :meth:`kill` may come from any thread
    and ends a running call.
    """

    def __init__(self, memory_bytes: int, modules: tuple[str, ...]) -> None:
        self._memory_bytes = memory_bytes
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        try:
            self._process = ChildProcess(
                "workbench.processes.process",
                str(memory_bytes),
                *modules,
                on_frame=self._replies.put,
                on_end=lambda _code, _fault: self._replies.put(None),
            )
        except OSError as error:
            raise SandboxError(
                f"The helper process for templates cannot be started ({error}): "
                "close other programs and try again."
            ) from error

    @property
    def usable(self) -> bool:
        """Whether the process lives and has not grown so much that it should be replaced."""
        alive = self._process.is_alive
        return alive and self._process.resident_bytes() < self._memory_bytes // 2

    def run(self, request: bytes, deadline_seconds: float) -> Any:
        """Send one encoded request and wait for what comes of it.

        Raises:
            ChildLostError: the process was gone before it began.
            SandboxTimeout, SandboxMemory: a limit was reached.
            SandboxError: the process ended in the middle.
            WorkbenchError: raised by the function.
            RuntimeError: any other exception of the function, with its traceback.
        """
        if not self._process.is_alive:
            raise ChildLostError
        self._process.send(request)
        try:
            started = self._replies.get(timeout=START_SECONDS)
        except queue.Empty:
            self.kill()
            raise SandboxError(
                "The helper process for templates did not start within "
                f"{START_SECONDS:.0f} seconds: the machine may be overloaded. Try again."
            ) from None
        if started is None:
            raise ChildLostError
        return self._outcome(self._watch(deadline_seconds))

    def kill(self) -> None:
        """End the process at once and give its resources back; safe to call twice."""
        self._process.kill()
        self._process.wait()

    def _watch(self, deadline_seconds: float) -> bytes | None:
        """The reply, None when the process ended; kills it where a limit is passed."""
        begun_at = time.monotonic()
        begun_cpu = self._process.cpu_seconds()
        while True:
            try:
                return self._replies.get(timeout=POLL_SECONDS)
            except queue.Empty:
                pass
            if self._process.resident_bytes() > self._memory_bytes:
                self.kill()
                raise _memory_error(self._memory_bytes)
            used = self._process.cpu_seconds() - begun_cpu
            if (
                used > deadline_seconds + GRACE_SECONDS
                or time.monotonic() - begun_at > deadline_seconds * WALL_FACTOR + GRACE_SECONDS
            ):
                self.kill()
                raise _time_error(deadline_seconds)

    def _outcome(self, reply: bytes | None) -> Any:
        if reply is None:
            code = self._process.exit_code
            raise SandboxError(
                f"The helper process for templates ended unexpectedly (code {code}): "
                "make the template simpler."
            )
        kind, payload = msgspec.msgpack.decode(reply)
        match kind:
            case "value":
                return payload
            case "error":
                raise WorkbenchError.from_wire(payload)
            case "time":
                raise _time_error(None)
            case "memory":
                raise _memory_error(self._memory_bytes)
            case "large":
                raise _memory_error(None)
        raise RuntimeError(f"A sandboxed function failed:\n{payload}")


def _time_error(deadline_seconds: float | None) -> SandboxTimeout:
    limit = f" ({deadline_seconds:g} s)" if deadline_seconds is not None else ""
    return SandboxTimeout(f"The work took longer than allowed{limit} and was stopped.")


def _memory_error(memory_bytes: int | None) -> SandboxMemory:
    limit = f" ({memory_bytes // 2**20} MB)" if memory_bytes is not None else ""
    return SandboxMemory(f"The work needed more memory than allowed{limit} and was stopped.")
