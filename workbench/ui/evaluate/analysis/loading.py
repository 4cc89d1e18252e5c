"""The chart library, imported a little at a time before the first chart is wanted.

Importing pyqtgraph at once holds the window up for half a second. On another thread that ends the
process now and then, since PySide makes its classes while they are read. So the classes are read
and the statements of the library's package are run in slices on the GUI thread; numpy, which any
thread may import, is imported on another one.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import importlib.util
import sys
import time
from collections.abc import Iterator
from importlib.abc import InspectLoader

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.ui.bridge import Bridge
from workbench.ui.tasks import latest

_LIBRARY = "pyqtgraph"
_FIRST = ("numpy", "pydoc", "multiprocessing.connection", "xml.etree.ElementTree", "decimal")
"""What the library imports itself and any thread may."""
_SLICE_SECONDS = 0.008
_PAUSE_MS = 4
_under_way: set[str] = set()
"""The library while only a part of its package is run."""


def is_loaded() -> bool:
    """Whether charts can be made at once."""
    return _LIBRARY in sys.modules and _LIBRARY not in _under_way


class ChartLoading(QObject):
    """Makes the chart library ready; one does it for the whole program.

    Args:
        bridge: whose core has threads for imports.

    Signals:
        ready: charts can be made.
    """

    ready = Signal()

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._has_begun = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    @Slot()
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

    @Slot()
    def _go_on(self) -> None:
        if is_loaded():
            self.ready.emit()
            return
        end = time.perf_counter() + _SLICE_SECONDS
        for _ in _PIECES:
            if time.perf_counter() >= end:
                break
        else:
            importlib.import_module(_LIBRARY)  # where it could not be taken apart
        self._timer.start()  # the first chart is made after the window has had its turn


def _import_first() -> None:
    for name in _FIRST:
        importlib.import_module(name)


def _pieces() -> Iterator[None]:
    """Everything that has to be done on this thread, in short pieces."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):  # asked for a class, PySide makes it
            getattr(module, name, None)
            yield
    yield from _statements()


def _statements() -> Iterator[None]:
    """Run the package of the library statement by statement; most import a module."""
    if _LIBRARY in sys.modules:
        return
    spec = importlib.util.find_spec(_LIBRARY)
    loader = spec.loader if spec is not None else None
    source = loader.get_source(_LIBRARY) if isinstance(loader, InspectLoader) else None
    if spec is None or source is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[_LIBRARY] = module
    _under_way.add(_LIBRARY)
    try:
        for statement in ast.parse(source).body:
            code = compile(ast.Module([statement], []), spec.origin or _LIBRARY, "exec")
            exec(code, module.__dict__)  # noqa: S102 - the library's own source
            yield
    except BaseException:
        del sys.modules[_LIBRARY]
        raise
    finally:
        _under_way.discard(_LIBRARY)


_PIECES = _pieces()
"""One for the program, however many views wait for it."""
