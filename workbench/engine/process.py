"""The worker as a process: starting it, talking to it, noticing its end."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Callable

import psutil

from workbench.domain.errors import EngineError, UsageError, WorkerDiedError, WorkerHungError
from workbench.engine.causes import describe_exit
from workbench.engine.worker import messages as ms

LOG_LINES = 200
START_SECONDS = 60.0
"""A cold start on a busy machine reads Python and llama.cpp from a slow disk."""
STALL_SECONDS = 180.0
"""Longest that one native call may go without evaluating a single node of its graph."""
CLOSE_SECONDS = 3.0
_LOG_LINE_CHARACTERS = 2_000


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
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.model_bytes = 0
        """Size of the loaded model's file, for the sentence about memory."""
        self.memory_bytes = 0
        """Resident memory, measured once a second."""
        self._on_report = on_report
        self._on_exit = on_exit
        self._hung_seconds = hung_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._error: EngineError | None = None
        self._closing = False
        self._free_bytes = 0
        self._greeted = False
        self._heard = False
        self._work = (0, False)

    @property
    def pid(self) -> int:
        """The process id, 0 before the start."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> None:
        """Start the process; it greets with Hello.

        Raises:
            EngineError: the system refuses to start it.
        """
        try:
            # -P keeps the directory the user happens to stand in off the module path.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "workbench.engine.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise EngineError(
                f"The engine cannot be started ({error.strerror}): close other programs and retry."
            ) from error
        self._tasks = [
            asyncio.create_task(self._receive(), name="worker reports"),
            asyncio.create_task(self._collect_log(), name="worker log"),
            asyncio.create_task(self._watch(), name="worker watch"),
        ]

    def send(self, command: ms.Command) -> None:
        """Queue a command.

        Raises:
            UsageError: it is larger than a frame may be.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            frame = ms.encode_frame(command)
        except ms.FrameError as error:
            raise UsageError("The prompt is larger than 64 MB: shorten it.") from error
        if not self._process.stdin.is_closing():
            self._process.stdin.write(frame)

    def kill(self, error: EngineError | None = None) -> None:
        """End the process at once; ``error`` is what its requests are told."""
        self._error = self._error or error
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """End the process in order, by closing its standard input; kill it if that is ignored."""
        self._closing = True
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), CLOSE_SECONDS)
        except TimeoutError:
            self.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _receive(self) -> None:
        """Hand on reports until the stream ends, then the end of the process."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            while True:
                report = await ms.receive_frame(self._process.stdout, ms.report_decoder)
                if report is None:
                    break
                self._heard = True
                if isinstance(report, ms.Heartbeat):
                    self._take_heartbeat(report)
                else:
                    self._greeted = True
                    self._on_report(report)
        except ms.FrameError as error:
            if self._process.returncode is None and "ended inside" not in str(error):
                self.kill(
                    WorkerDiedError(
                        f"The engine sent something unreadable ({error}) and was ended: "
                        "run it again, a new one is started."
                    )
                )
        finally:
            await self._end()

    def _take_heartbeat(self, report: ms.Heartbeat) -> None:
        self._work = (report.work, report.busy)
        self._free_bytes = psutil.virtual_memory().available
        with contextlib.suppress(psutil.Error):
            self.memory_bytes = psutil.Process(self.pid).memory_info().rss
        self._on_report(report)

    async def _end(self) -> None:
        assert self._process is not None
        code = await self._process.wait()
        log, watch = self._tasks[1], self._tasks[2]
        watch.cancel()
        # What it said last explains its end. A grandchild could hold the pipe open: do not wait
        # for that.
        await asyncio.wait([log], timeout=1.0)
        log.cancel()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._closing:
            return
        sentence = describe_exit(
            code, model_bytes=self.model_bytes, free_bytes=self._free_bytes, log=self.log
        )
        self._on_exit(self._error or WorkerDiedError(sentence, exit_code=code))

    async def _collect_log(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        rest = ""
        while chunk := await self._process.stderr.read(8192):
            *lines, rest = (rest + chunk.decode("utf-8", "replace")).split("\n")
            self.log.extend(line[:_LOG_LINE_CHARACTERS] for line in lines)
            rest = rest[-_LOG_LINE_CHARACTERS:]
        if rest:
            self.log.append(rest)

    async def _watch(self) -> None:
        """End the process when its heart stops, or when it stands still inside a native call.

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
