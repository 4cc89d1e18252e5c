"""Between the core thread and the GUI thread: one queue, one wake signal, one drain a frame.

The only file with a thread in it. The core (class Workbench on one asyncio loop) runs on thread C;
everything here marked G is for the GUI thread, everything marked C for the core.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from workbench.domain.errors import PassphraseError, WorkbenchError
from workbench.domain.runs.events import AnswerExtracted, LoggedEvent, RunFinished
from workbench.domain.views import EngineStatus, StoreStatus
from workbench.ui.tasks import Ask

if TYPE_CHECKING:
    from workbench.service import Workbench

T = TypeVar("T")

_FRAME_MS = 16
_UNCLAIMED_RUNS = 64
_log = logging.getLogger(__name__)

RunListener = Callable[[list[LoggedEvent]], None]


class Bridge(QObject):
    """Runs the core and brings what it says to the GUI thread, at most once a frame.

    Signals (all on G):
        engine_changed(EngineStatus), store_changed(StoreStatus): for the status bar.
        opened(): the core is ready; calls made before wait for it.
        passphrase_wanted(str): the history is encrypted; why the last passphrase was not taken.
        failed(str): a sentence that was not shown elsewhere.
        run_ended(int): a run has finished, from any workspace.
        run_changed(int): an ended run has another answer.
    """

    engine_changed = Signal(object)
    store_changed = Signal(object)
    opened = Signal()
    passphrase_wanted = Signal(str)
    failed = Signal(str)
    run_ended = Signal(int)
    run_changed = Signal(int)
    _woken = Signal()

    def __init__(self, make_workbench: Callable[[], Workbench]) -> None:
        super().__init__()
        self._make_workbench = make_workbench
        self._loop = asyncio.new_event_loop()
        self._ready: asyncio.Future[Workbench] = self._loop.create_future()
        self._passphrase: asyncio.Future[str] | None = None
        self._thread = threading.Thread(target=self._run_core, name="core", daemon=True)
        self._queue: deque[Callable[[], None]] = deque()
        self._events: deque[LoggedEvent] = deque()
        self._followers: dict[int, list[RunListener]] = {}
        self._unclaimed: dict[int, list[LoggedEvent]] = {}
        self._awake = False
        self._stopped = False
        self.unanswered = 0
        """Calls made since the core is open that it has not answered."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._drained = QElapsedTimer()
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        self.engine_status = EngineStatus()
        self.store_status = StoreStatus(path="")

    # --- G ------------------------------------------------------------------------------------

    def start(self) -> None:
        """G: start the core thread. Call after the first paint: its imports take a moment."""
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """G: whether the core is there and answers."""
        ready = self._ready.done() and not self._ready.cancelled()
        return ready and self._ready.exception() is None and not self._stopped

    @property
    def wants_passphrase(self) -> bool:
        """G: whether the core waits for :meth:`give_passphrase`."""
        return self._passphrase is not None and not self._passphrase.done()

    def give_passphrase(self, passphrase: str) -> None:
        """G: the answer to ``passphrase_wanted``."""
        self._loop.call_soon_threadsafe(self._take_passphrase, passphrase)

    def call(
        self,
        ask: Callable[[Workbench], Awaitable[T]],
        done: Callable[[T], None] | None = None,
        failed: Callable[[WorkbenchError], None] | None = None,
        owner: QObject | None = None,
    ) -> Future[None]:
        """G: have the core do ``ask(workbench)`` and hear of it here.

        ``done`` or ``failed`` is called on G, unless ``owner`` was deleted meanwhile. Without
        ``failed`` the sentence goes to the signal of that name. The returned future cancels. After
        :meth:`stop` nothing is asked any more.
        """
        if self._stopped:
            ended: Future[None] = Future()
            ended.cancel()
            return ended
        counted = self.is_open
        self.unanswered += counted
        work = self._perform(ask, done, failed, owner)
        asked = asyncio.run_coroutine_threadsafe(work, self._loop)
        if counted:
            asked.add_done_callback(self._on_answer)
        return asked

    def ask(self, ask: Callable[[Workbench], Awaitable[T]]) -> Ask[T]:
        """G: a question to the core, to be awaited in a coroutine of :mod:`workbench.ui.tasks`."""
        return Ask(self, ask)

    def _on_answer(self, _asked: Future[None]) -> None:
        """G or C: a call has ended or was cancelled; what it brought is handed out before."""
        self._post(self._count_answer)

    def _count_answer(self) -> None:
        self.unanswered -= 1

    def follow(self, run_id: int, listener: RunListener) -> None:
        """G: call ``listener`` with each frame's events of a run, from its first event on."""
        self._followers.setdefault(run_id, []).append(listener)
        early = self._unclaimed.pop(run_id, None)
        if early:
            listener(early)

    def unfollow(self, run_id: int, listener: RunListener) -> None:
        """G: stop calling ``listener``."""
        listeners = self._followers.get(run_id, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners:
            self._followers.pop(run_id, None)

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """G: end the core; everything received until now is on disk when this returns."""
        self._stopped = True
        if not self._thread.is_alive():
            return
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        try:
            closing.result(timeout_seconds)
        except (TimeoutError, WorkbenchError) as error:
            _log.warning("closing the core: %s", error or "timed out")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout_seconds)

    @Slot()
    def _on_woken(self) -> None:
        """G: hand it out at once, or when a frame has passed since the last time."""
        if not self._timer.isActive():
            passed = self._drained.elapsed() if self._drained.isValid() else _FRAME_MS
            self._timer.start(max(_FRAME_MS - passed, 0))

    @Slot()
    def _drain(self) -> None:
        """G: hand out everything queued; one failing receiver does not stop the rest."""
        self._awake = False
        while self._queue:
            self._guarded(self._queue.popleft())
        batches: dict[int, list[LoggedEvent]] = {}
        while self._events:
            logged = self._events.popleft()
            batches.setdefault(logged.run_id, []).append(logged)
        for run_id, batch in batches.items():
            self._hand_out(run_id, batch)
        self._drained.start()

    def _hand_out(self, run_id: int, batch: list[LoggedEvent]) -> None:
        followers = self._followers.get(run_id)
        changed = isinstance(batch[-1].event, AnswerExtracted)
        if followers is None and not changed:
            self._unclaimed.setdefault(run_id, []).extend(batch)
            while len(self._unclaimed) > _UNCLAIMED_RUNS:
                self._unclaimed.pop(next(iter(self._unclaimed)))
        for follower in tuple(followers or ()):
            self._guarded(lambda follower=follower: follower(batch))  # type: ignore[misc]
        if changed:
            self.run_changed.emit(run_id)
        elif isinstance(batch[-1].event, RunFinished):
            self.run_ended.emit(run_id)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            _log.exception("a receiver of the bridge failed")
            self.failed.emit(f"Something went wrong inside the program ({error!r}); see the log.")

    # --- C ------------------------------------------------------------------------------------

    def _run_core(self) -> None:
        """C: the loop, from start to stop."""
        asyncio.set_event_loop(self._loop)
        opening = self._loop.create_task(self._open())
        self._loop.run_forever()
        self._loop.run_until_complete(asyncio.sleep(0))  # calls that came last become tasks
        left = asyncio.all_tasks(self._loop) | {opening}
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _open(self) -> None:
        try:
            workbench = self._make_workbench()
            workbench.on_engine_status(self._on_engine_status)
            workbench.on_store_status(self._on_store_status)
            workbench.subscribe(self._on_event)
            await self._unlock(workbench)
            self._on_store_status(await workbench.open(whatever_happens=True))
        except Exception as error:
            if not isinstance(error, WorkbenchError):
                _log.exception("the core did not start")
            self._ready.set_exception(error)
            self._ready.exception()
            sentence = str(error)
            self._post(lambda: self.failed.emit(sentence))
            return
        self._ready.set_result(workbench)
        self._post(self.opened.emit)

    async def _unlock(self, workbench: Workbench) -> None:
        """C: wait for the passphrase of an encrypted history, as often as it is a wrong one."""
        if not await workbench.protection.is_locked():
            return
        problem = ""
        while True:
            self._passphrase = self._loop.create_future()
            self._post(functools.partial(self.passphrase_wanted.emit, problem))
            try:
                await workbench.protection.unlock(await self._passphrase)
            except PassphraseError as error:
                problem = str(error)
            else:
                return

    def _take_passphrase(self, passphrase: str) -> None:
        if self._passphrase is not None and not self._passphrase.done():
            self._passphrase.set_result(passphrase)

    async def _close(self) -> None:
        if self._ready.done() and self._ready.exception() is None:
            await self._ready.result().close()

    async def _perform(
        self,
        ask: Callable[[Workbench], Awaitable[T]],
        done: Callable[[T], None] | None,
        failed: Callable[[WorkbenchError], None] | None,
        owner: QObject | None,
    ) -> None:
        try:
            result = await ask(await asyncio.shield(self._ready))
        except WorkbenchError as error:
            self._post(self._report(failed or self._show, error, owner))
        except Exception as error:
            _log.exception("a call to the core failed")
            message = f"Something went wrong inside the program ({error!r}); see the log."
            self._post(lambda: self.failed.emit(message))
        else:
            if done is not None:
                self._post(self._report(done, result, owner))

    def _show(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))

    @staticmethod
    def _report(
        receiver: Callable[[Any], None], value: object, owner: QObject | None
    ) -> Callable[[], None]:
        def deliver() -> None:
            if owner is None or shiboken6.isValid(owner):
                receiver(value)

        return deliver

    def post(self, receiver: Callable[[T], None], value: T, owner: QObject | None = None) -> None:
        """C: call ``receiver(value)`` on G; for what a call says before it has ended."""
        self._post(self._report(receiver, value, owner))

    def _post(self, work: Callable[[], None]) -> None:
        """Any thread: have ``work`` done on G. No lock: deque.append and popleft are atomic."""
        self._queue.append(work)
        self._wake()

    def _wake(self) -> None:
        if not self._awake:
            self._awake = True
            self._woken.emit()

    def _on_event(self, logged: LoggedEvent) -> None:
        self._events.append(logged)
        self._wake()

    def _on_engine_status(self, status: EngineStatus) -> None:
        self._post(lambda: self._set_engine(status))

    def _set_engine(self, status: EngineStatus) -> None:
        self.engine_status = status
        self.engine_changed.emit(status)

    def _on_store_status(self, status: StoreStatus) -> None:
        self._post(lambda: self._set_store(status))

    def _set_store(self, status: StoreStatus) -> None:
        self.store_status = status
        self.store_changed.emit(status)
