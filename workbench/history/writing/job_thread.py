"""Jobs for the thread that has the database: writes go before reads that have not begun."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class JobThread:
    """One thread. What is typed or received waits for one job at most, however many are read.

    Writes keep their order, and so do reads; a read that is overtaken sees what was written.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._writes: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._reads: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running: Future[Any] | None = None
        self._lock = threading.Lock()

    def put(self, work: Callable[[], T], *, writes: bool = False) -> Future[T]:
        """Have work done on the thread; a cancelled one is dropped where it has not begun."""
        future: Future[T] = Future()
        (self._writes if writes else self._reads).append((future, work))
        self._thread.submit(self._do_next)
        return future

    def while_running(self, future: Future[Any], act: Callable[[], None]) -> None:
        """Call ``act`` on the caller's thread if this job is running; it cannot end meanwhile."""
        with self._lock:
            if self._running is future:
                act()

    def shutdown(self) -> None:
        """Do what is left and end the thread."""
        self._thread.shutdown()

    def _do_next(self) -> None:
        """One of the jobs; this is called as often as there are any."""
        future, work = (self._writes or self._reads).popleft()
        if not future.set_running_or_notify_cancel():
            return
        with self._lock:
            self._running = future
        try:
            result = work()
        except BaseException as error:
            self._end()
            future.set_exception(error)
        else:
            self._end()
            future.set_result(result)

    def _end(self) -> None:
        with self._lock:
            self._running = None
