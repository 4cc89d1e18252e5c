"""Long work of the window's thread, done in slices between which the window is painted."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

_SLICE_SECONDS = 0.008


class Slices(QObject):
    """One work at a time: a generator, which is gone on with until its slice is over.

    What yields nothing is done at once, so that small work is as if it were called.

    Signals:
        busy_changed(bool): whether there is work left for later.
    """

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Iterator[None] | None = None
        self._is_late = self._is_working = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether work was left for later and is not done yet."""
        return self._is_late

    def start(self, work: Iterator[None]) -> None:
        """Begin with a work; what is left of the one before is done first."""
        self.finish()
        self._work = work
        self._go_on()

    def finish(self) -> None:
        """Do all that is left, now."""
        if self._work is not None and not self._is_working:
            self._do(float("inf"))

    def drop(self) -> None:
        """Give up what is left."""
        self._work = None
        self._end()

    @Slot()
    def _go_on(self) -> None:
        self._do(time.monotonic() + _SLICE_SECONDS)

    def _do(self, until: float) -> None:
        """Work until a time; the rest is left for later."""
        if self._work is None:
            return
        self._is_working = True
        try:
            for _ in self._work:
                if time.monotonic() > until:
                    self._timer.start()
                    if not self._is_late:
                        self._is_late = True
                        self.busy_changed.emit(True)
                    return
        except BaseException:
            self._work = None
            self._end()
            raise
        finally:
            self._is_working = False
        self._work = None
        self._end()

    def _end(self) -> None:
        self._timer.stop()
        if self._is_late:
            self._is_late = False
            self.busy_changed.emit(False)
