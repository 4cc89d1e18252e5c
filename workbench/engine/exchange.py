"""What was asked of the worker process and is not answered yet."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.engine.process import WorkerProcess
from workbench.engine.protocol import Frame, SampleDone
from workbench.engine.worker import messages as ms


class FrameStream:
    """The frames of one request, until each of its samples has ended."""

    def __init__(self, samples: int) -> None:
        self.unfinished = samples
        self._frames: asyncio.Queue[Frame | WorkbenchError] = asyncio.Queue()

    def put(self, frame: Frame | WorkbenchError) -> None:
        """The next frame, or why there are no more."""
        self._frames.put_nowait(frame)

    async def next(self) -> Frame:
        """Wait for the next frame.

        Raises:
            WorkbenchError: the request failed, and nothing more will come.
        """
        frame = await self._frames.get()
        if isinstance(frame, WorkbenchError):
            self.unfinished = 0
            raise frame
        self.unfinished -= isinstance(frame, SampleDone)
        return frame


class Exchange:
    """Commands that wait for one answer, and requests that stream frames, by number."""

    def __init__(self) -> None:
        self.worker: WorkerProcess | None = None
        """Who answers; None while there is none."""
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._streams: dict[int, FrameStream] = {}

    @property
    def is_streaming(self) -> bool:
        """Whether answers are being written."""
        return bool(self._streams)

    @property
    def is_open(self) -> bool:
        """Whether the worker owes anything."""
        return bool(self._streams or self._answers)

    async def ask(self, command: Callable[[int], ms.Command]) -> Any:
        """Send a command and await its answer; giving up cancels it."""
        assert self.worker is not None
        call = next(self._ids)
        answer = asyncio.get_running_loop().create_future()
        self._answers[call] = answer
        try:
            self.worker.send(command(call))
            return await answer
        except asyncio.CancelledError:
            self._cancel(call)
            raise
        finally:
            self._answers.pop(call, None)

    @contextlib.contextmanager
    def stream(self, command: Callable[[int], ms.Command], samples: int) -> Iterator[FrameStream]:
        """Send a request and have its frames; leaving before all samples have ended cancels it."""
        assert self.worker is not None
        call = next(self._ids)
        stream = self._streams[call] = FrameStream(samples)
        try:
            self.worker.send(command(call))
            yield stream
        finally:
            del self._streams[call]
            if stream.unfinished:
                self._cancel(call)

    def answer(self, call: int, value: object) -> None:
        """The answer to a command came; it is dropped where the caller has given up."""
        answer = self._answers.get(call)
        if answer is not None and not answer.done():
            answer.set_result(value)

    def feed(self, call: int, frame: Frame) -> None:
        """A frame of a request came."""
        stream = self._streams.get(call)
        if stream is not None:
            stream.put(frame)

    def fail(self, call: int, error: WorkbenchError) -> None:
        """A command or a request failed."""
        answer = self._answers.get(call)
        if answer is not None and not answer.done():
            answer.set_exception(error)
        stream = self._streams.get(call)
        if stream is not None:
            stream.put(error)

    def fail_all(self, error: WorkbenchError) -> None:
        """The worker is gone, and so is all that it owed."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)
        for stream in self._streams.values():
            stream.put(error)

    def _cancel(self, call: int) -> None:
        if self.worker is not None:
            self.worker.send(ms.Cancel(call))
