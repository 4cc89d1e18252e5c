"""A process of the program, seen from outside: frames both ways, its last lines, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVarTuple

import psutil

from workbench.processes.frames import (
    FRAME_BYTES,
    FrameError,
    StreamCutError,
    pack_frame,
    read_frame,
    write_frame,
)

LOG_LINES = 200
_LOG_LINE_BYTES = 8_000
_LOG_SECONDS = 1.0

Ts = TypeVarTuple("Ts")


class ChildProcess:
    """A module of the program that runs as a process until it is killed or its input ends.

    Nothing here blocks but :meth:`wait`, and everything may be called from any thread.

    Args:
        module: is run with ``python -m``.
        *arguments: of its command line.
        on_frame: called on a thread with the body of each frame.
        on_end: called on that thread when the process is gone, after the last frame: with its exit
            code, and with what was wrong where it sent something that is not a frame (it is killed
            then).
        frame_bytes: most bytes of one body.

    Raises:
        OSError: the system refuses to start it.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        on_frame: Callable[[bytes], None],
        on_end: Callable[[int, FrameError | None], None],
        frame_bytes: int = FRAME_BYTES,
    ) -> None:
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        """Its last lines on standard error."""
        self._on_frame = on_frame
        self._on_end = on_end
        self._frame_bytes = frame_bytes
        self._ended = False
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # -P keeps the current directory off the module path.
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._writer, self._logger, self._reader = (
            threading.Thread(target=work, name=f"{module} {self.pid}", daemon=True)
            for work in (self._write, self._collect_log, self._read)
        )
        for thread in (self._writer, self._logger, self._reader):
            thread.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked; the end of its output may come before its own."""
        return not self._ended and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    def send(self, body: bytes) -> None:
        """Queue a frame for it; one that is gone takes none (FrameError where it is too large)."""
        self._frames.put(pack_frame(body, self._frame_bytes))

    def end_input(self) -> None:
        """Ask it to end: its standard input ends behind what was sent."""
        self._frames.put(None)

    def kill(self) -> None:
        """End it at once; ``on_end`` follows."""
        self._process.kill()

    def wait(self) -> None:
        """Block until it is gone and ``on_end`` was called."""
        self._reader.join()

    def cpu_seconds(self) -> float:
        """Processor time that it has used, 0 where it is gone."""
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        """Memory that it holds, 0 where it is gone."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    # --- its threads ------------------------------------------------------------------------

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it is gone; the reader notices
            while (frame := self._frames.get()) is not None:
                write_frame(self._process.stdin, frame)
        with contextlib.suppress(OSError):  # what was left in the buffer has no reader
            self._process.stdin.close()

    def _collect_log(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            while line := stream.readline(_LOG_LINE_BYTES):
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _read(self) -> None:
        assert self._process.stdout is not None
        fault: FrameError | None = None
        with self._process.stdout as stream:
            try:
                while (body := read_frame(stream, self._frame_bytes)) is not None:
                    self._on_frame(body)
            except StreamCutError:
                pass
            except FrameError as error:
                fault = error
                self.kill()
        self._ended = True
        code = self._process.wait()
        self.end_input()
        # Its last output explains its end; a process that it started could hold the pipe open.
        self._logger.join(_LOG_SECONDS)
        self._on_end(code, fault)


def on_loop(function: Callable[[*Ts], object]) -> Callable[[*Ts], None]:
    """The function, called on the event loop that is running now, from whatever thread."""
    loop = asyncio.get_running_loop()

    def call(*arguments: *Ts) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: there is no receiver any more
            loop.call_soon_threadsafe(function, *arguments)

    return call
