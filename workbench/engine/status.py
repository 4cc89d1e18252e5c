"""Notifies listeners of the engine's status, at a limited rate."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from workbench.domain.views import EngineStatus
from workbench.models.memory.machine import memory

MIN_INTERVAL_SECONDS = 0.25
SPEED_WINDOW_SECONDS = 2.0


class StatusBoard:
    """Holds the present status. All methods run on the event loop.

    Listeners hear of a change at once when they have heard nothing for a quarter of a second, else
    at the end of that quarter, so that the last state always reaches them.
    """

    def __init__(self) -> None:
        self.status = EngineStatus(total_memory_bytes=memory().total_bytes)
        self._listeners: list[Callable[[EngineStatus], None]] = []
        self._notified = self.status
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._generated: deque[tuple[float, int]] = deque()

    def listen(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` with every status from now on."""
        self._listeners.append(listener)

    def update(self, **changes: Any) -> None:
        """Change fields of the status."""
        self.status = msgspec.structs.replace(self.status, **changes)
        loop = asyncio.get_running_loop()
        if self._timer is None and self.status != self._notified:
            delay = max(0.0, self._told_at + MIN_INTERVAL_SECONDS - loop.time())
            if delay:
                self._timer = loop.call_later(delay, self._tell)
            else:
                self._tell()

    def count_tokens(self, count: int, active_sequences: int) -> None:
        """Note generated tokens and work out the speed over the last two seconds."""
        now = asyncio.get_running_loop().time()
        self._generated.append((now, count))
        self._refresh_speed(now, active_sequences)

    def refresh_speed(self) -> None:
        """Let the speed fall when nothing is generated any more."""
        self._refresh_speed(asyncio.get_running_loop().time(), self.status.active_sequences)

    def _refresh_speed(self, now: float, active_sequences: int) -> None:
        while self._generated and self._generated[0][0] < now - SPEED_WINDOW_SECONDS:
            self._generated.popleft()
        speed = 0.0
        if len(self._generated) > 1:
            seconds = now - self._generated[0][0]
            # The first entry marks the start of the span; its tokens were made before it.
            tokens = sum(count for _, count in self._generated) - self._generated[0][1]
            speed = tokens / seconds if seconds > 0 else 0.0
        self.update(tokens_per_second=round(speed, 1), active_sequences=active_sequences)

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self._timer = None
        self._notified = self.status
        self._told_at = asyncio.get_running_loop().time()
        for listener in self._listeners:
            listener(self.status)
