"""Follows a run from its log and live events, for Design, Chat, Compare and Tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.events import LoggedEvent
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_READ_AGAIN_MS = 700


class RunFollower(QObject):
    """Notifies of every event of one run, each once and in order.

    Signals:
        came(list[LoggedEvent]): new events; at most once a frame.
        lost(int, str): a run whose log cannot be read, and why; it is followed no more.
    """

    came = Signal(list)
    lost = Signal(int, str)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.run_id: int | None = None
        self._last = -1
        self._early: list[LoggedEvent] | None = None
        """What came while the log is being read."""
        self._quiet = QTimer(self, singleShot=True, interval=_READ_AGAIN_MS)
        self._quiet.timeout.connect(self._read)

    def follow(self, run_id: int, *, holds: bool = False) -> None:
        """Follow a run that has just begun; with ``holds`` what comes waits for :meth:`take`."""
        self.stop()
        self.run_id, self._last, self._early = run_id, -1, [] if holds else None
        self._bridge.follow(run_id, self._on_events)

    def follow_log(self, run_id: int) -> None:
        """Follow a run from its log on.

        The log is read again when nothing came for a while: another program may write it, or the
        end was before.
        """
        self.follow(run_id, holds=True)
        self._read()

    def take(self, log: Iterable[LoggedEvent]) -> list[LoggedEvent]:
        """What is new of a log that was read, and of what came meanwhile; follow on from there."""
        early, self._early = self._early or [], None
        return self._new([*log, *early])

    def stop(self) -> None:
        """Follow no run."""
        self._quiet.stop()
        cancel(self, "_read")
        if self.run_id is not None:
            self._bridge.unfollow(self.run_id, self._on_events)
            self.run_id = None

    def _new(self, events: Iterable[LoggedEvent]) -> list[LoggedEvent]:
        new = []
        for logged in events:
            if logged.seq > self._last:
                self._last = logged.seq
                new.append(logged)
        return new

    def _on_events(self, batch: list[LoggedEvent]) -> None:
        if self._quiet.isActive():
            self._quiet.start()
        if self._early is not None:
            self._early += batch
        elif new := self._new(batch):
            self.came.emit(new)

    @latest
    async def _read(self) -> None:
        run_id = self.run_id
        if run_id is None:
            return
        self._early = self._early or []
        try:
            log = await self._bridge.ask(lambda core: core.runs.events(run_id))
        except WorkbenchError as error:
            self.stop()
            self.lost.emit(run_id, str(error))
            return
        self._quiet.start()
        if new := self.take(log):
            self.came.emit(new)
