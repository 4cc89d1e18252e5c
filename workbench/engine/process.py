"""The worker as a process: starts it, sends and receives frames, notices its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.domain.errors import EngineError, UsageError, WorkerDiedError, WorkerHungError
from workbench.engine.exit_causes import describe_exit
from workbench.engine.worker import messages as ms
from workbench.models.memory.machine import memory, memory_kills
from workbench.processes.frames import FrameError
from workbench.processes.keeper import ChildProcess, on_loop

START_SECONDS = 60.0
"""A cold start on a busy machine reads Python and llama.cpp from a slow disk."""
STALL_SECONDS = 180.0
"""Longest that one native call may go without evaluating a single node of its graph."""
CLOSE_SECONDS = 3.0


class WorkerProcess:
    """One worker process. All methods run on the event loop that started it.

    Args:
        on_report: receives every report but heartbeats.
        on_exit: called once when the process is gone, with the error for what it was doing.
        hung_seconds: how long it may be silent before it is ended.
    """

    def __init__(
        self,
        on_report: Callable[[ms.Report], None],
        on_exit: Callable[[EngineError], None],
        hung_seconds: float,
    ) -> None:
        self.model_bytes = 0
        """Size of the loaded model's file, for the sentence about memory."""
        self.memory_bytes = 0
        """Resident memory, measured once a second."""
        self._on_report = on_report
        self._on_exit = on_exit
        self._hung_seconds = hung_seconds
        self._child: ChildProcess | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._error: EngineError | None = None
        self._closing = False
        self._free_bytes = 0
        self._kills = memory_kills()
        self._greeted = False
        self._heard = False
        self._work = (0, False)

    @property
    def pid(self) -> int:
        """The process id, 0 before the start."""
        return self._child.pid if self._child is not None else 0

    @property
    def log(self) -> tuple[str, ...]:
        """Its last lines on standard error."""
        return tuple(self._child.log) if self._child is not None else ()

    def start(self) -> None:
        """Start the process; it greets with Hello.

        Raises:
            EngineError: the system refuses to start it.
        """
        try:
            self._child = ChildProcess(
                "workbench.engine.worker",
                on_frame=on_loop(self._receive),
                on_end=on_loop(self._end),
                frame_bytes=ms.MAX_FRAME_BYTES,
            )
        except OSError as error:
            raise EngineError(
                f"The engine cannot be started ({error.strerror}): close other programs and retry."
            ) from error
        self._watching = asyncio.create_task(self._watch(), name="worker watch")

    def send(self, command: ms.Command) -> None:
        """Queue a command.

        Raises:
            UsageError: it is larger than a frame may be.
        """
        assert self._child is not None
        try:
            self._child.send(ms.encode(command))
        except FrameError as error:
            raise UsageError("The prompt is larger than 64 MB: shorten it.") from error

    def kill(self, error: EngineError | None = None) -> None:
        """End the process at once; its requests get ``error``."""
        self._error = self._error or error
        if self._child is not None:
            self._child.kill()

    async def close(self) -> None:
        """End the process in order, by closing its standard input; kill it if that is ignored."""
        self._closing = True
        if self._child is None:
            return
        self._child.end_input()
        try:
            await asyncio.wait_for(self._ended.wait(), CLOSE_SECONDS)
        except TimeoutError:
            self.kill()
            await self._ended.wait()

    def _receive(self, body: bytes) -> None:
        if self._error is not None:
            return
        try:
            report = ms.decode(body, ms.report_decoder)
        except FrameError as error:
            self.kill(_unreadable(error))
            return
        self._heard = True
        if isinstance(report, ms.Heartbeat):
            self._take_heartbeat(report)
        else:
            self._greeted = True
            self._on_report(report)

    def _take_heartbeat(self, report: ms.Heartbeat) -> None:
        self._work = (report.work, report.busy)
        self._free_bytes = memory().free_bytes
        if self._child is not None:
            self.memory_bytes = self._child.resident_bytes()
        self._on_report(report)

    def _end(self, code: int, fault: FrameError | None) -> None:
        self._ended.set()
        if self._watching is not None:
            self._watching.cancel()
        if self._closing:
            return
        if fault is not None:
            self._error = self._error or _unreadable(fault)
        kills = memory_kills()
        sentence = describe_exit(
            code,
            model_bytes=self.model_bytes,
            free_bytes=self._free_bytes,
            was_memory=None if kills is None else kills != self._kills,
            log=self.log,
        )
        self._on_exit(self._error or WorkerDiedError(sentence, exit_code=code))

    async def _watch(self) -> None:
        """End the process when its heartbeat stops, or when it hangs inside a native call.

        Time is counted in ticks of this loop, not by the clock: while the whole machine sleeps,
        neither side lives, and nothing is wrong afterwards.
        """
        tick = min(1.0, self._hung_seconds / 4)
        silent = stalled = 0.0
        work = self._work
        while True:
            await asyncio.sleep(tick)
            silent = 0.0 if self._heard else silent + tick
            self._heard = False
            stands_still = self._work[1] and self._work == work
            stalled = stalled + tick if stands_still else 0.0
            work = self._work
            limit = self._hung_seconds if self._greeted else START_SECONDS
            if silent >= limit or stalled >= STALL_SECONDS:
                seconds = silent if silent >= limit else stalled
                self.kill(
                    WorkerHungError(
                        f"The engine has not answered for {seconds:.0f} seconds and was ended: "
                        "run it again, a new one is started."
                    )
                )
                return


def _unreadable(fault: FrameError) -> WorkerDiedError:
    return WorkerDiedError(
        f"The engine sent something unreadable ({fault}) and was ended: run it again, a new one "
        "is started."
    )
