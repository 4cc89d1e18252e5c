"""Decides when a dead worker is started again, and when that would only repeat the crash."""

from __future__ import annotations

from collections import deque

from workbench.domain.errors import EngineError

MAX_DEATHS = 3
WINDOW_SECONDS = 120.0


class Restarts:
    """Counts deaths; three within two minutes are enough. Times are those of the event loop."""

    def __init__(self) -> None:
        self._deaths: deque[tuple[float, str]] = deque(maxlen=MAX_DEATHS)

    def note_death(self, now: float, cause: str) -> None:
        """A worker ended by itself; ``cause`` is the sentence for it."""
        self._deaths.append((now, cause))

    def forget(self) -> None:
        """Another model is a new chance, whatever the last one did."""
        self._deaths.clear()

    def require_start(self, now: float) -> None:
        """Allow another start.

        Raises:
            EngineError: it died too often of late; with the last cause.
        """
        while self._deaths and self._deaths[0][0] < now - WINDOW_SECONDS:
            self._deaths.popleft()
        if len(self._deaths) >= MAX_DEATHS:
            raise EngineError(
                f"The engine ended {MAX_DEATHS} times within two minutes and is not started again "
                f"for now; the last time: {self._deaths[-1][1]} Load another model, or wait two "
                "minutes."
            )
