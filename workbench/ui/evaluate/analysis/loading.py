"""The chart library, imported when the first chart is wanted and a little at a time.

Importing pyqtgraph at once holds the window up for half a second, most of it while it reads every
class of PySide. On another thread that ends the process now and then. So the classes are read in
slices on the GUI thread, numpy is imported on another one, and what is left is short.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from collections.abc import Iterator

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.ui.bridge import Bridge
from workbench.ui.tasks import latest

_LIBRARY = "pyqtgraph"
_FIRST = ("numpy", "pydoc", "multiprocessing.connection", "xml.etree.ElementTree", "decimal")
"""What the library imports itself and any thread may."""
_SLICE_SECONDS = 0.008
_PAUSE_MS = 4


def is_loaded() -> bool:
    """Whether charts can be made at once."""
    return _LIBRARY in sys.modules


class ChartLoading(QObject):
    """Makes the chart library ready.

    Args:
        bridge: whose core has threads for imports.

    Signals:
        ready: charts can be made.
    """

    ready = Signal()

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._names = self._resolve()
        self._has_begun = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Load it unless that was begun; ``ready`` follows, at once where it is there."""
        if is_loaded():
            self.ready.emit()
        elif not self._has_begun:
            self._has_begun = True
            self._load_first()

    @latest
    async def _load_first(self) -> None:
        await self._bridge.ask(lambda _core: asyncio.to_thread(_import_first))
        self._timer.start()

    @staticmethod
    def _resolve() -> Iterator[None]:
        """Ask PySide for each class of its modules, which makes them."""
        for module in (QtCore, QtGui, QtWidgets):
            for name in dir(module):
                getattr(module, name, None)
                yield

    @Slot()
    def _go_on(self) -> None:
        if is_loaded():
            self.ready.emit()
            return
        end = time.perf_counter() + _SLICE_SECONDS
        for _ in self._names:
            if time.perf_counter() >= end:
                self._timer.start()
                return
        importlib.import_module(_LIBRARY)
        self._timer.start()  # the first chart is made after the window has had its turn


def _import_first() -> None:
    for name in _FIRST:
        importlib.import_module(name)
