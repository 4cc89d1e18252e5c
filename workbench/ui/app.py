"""Starts the window: QApplication, crash handling, garbage collection, session restore."""

from __future__ import annotations

import atexit
import contextlib
import gc
import logging
import logging.handlers
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from workbench.domain.opening import OpenRequest
from workbench.ui.bridge import Bridge
from workbench.ui.instance import Instance
from workbench.ui.main_window import MainWindow
from workbench.ui.preferences import Preferences
from workbench.ui.theme import theme

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.settings import Paths

_COLLECT_MS = 1000
_FULL_EVERY = 30
_ENDING_MS = 2000
"""How long a window that does not answer may take to end."""
_SIGNAL_MS = 200
_SWITCH_SECONDS = 0.0005
_log = logging.getLogger(__name__)


class GarbageCollector(QObject):
    """Collects cyclic garbage on the GUI thread only.

    Python may otherwise collect on the core thread, where deleting a Qt object ends the process.
    Young generations go once a second, everything once in thirty.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._rounds = 0
        self._timer = QTimer(self, interval=_COLLECT_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    @Slot()
    def _collect(self) -> None:
        self._rounds += 1
        gc.collect(2 if self._rounds % _FULL_EVERY == 0 else 1)


def make_application(argv: list[str]) -> QApplication:
    """The QApplication with the names and attributes of this program."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(argv)
    app.setApplicationName("Prompt Workbench")
    app.setDesktopFileName("prompt-workbench")
    return app


def log_to_file(paths: Paths) -> None:
    """Write the log next to the data: 1 MB, three old ones kept; else to the terminal."""
    handler: logging.Handler
    try:
        paths.logs.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            paths.log, maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def show_unexpected(window: MainWindow) -> None:
    """Make exceptions of slots visible: in the log, and as a sentence in the window."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log.error("unexpected", exc_info=(kind, error, trace))
        window.notify(f"Something went wrong inside the program ({error!r}); see the log.")

    sys.excepthook = hook


def make_workbench(paths: Paths, shown_only: str = "") -> Workbench:
    """The core, imported only when it is wanted: after the first paint."""
    from workbench.service import Workbench  # noqa: PLC0415 - imported after the first paint

    return Workbench(paths, shown_only=shown_only)


def open_settings(paths: Paths, *, keeps: bool) -> QSettings:
    """The window's settings; of a window that keeps nothing a copy, which goes with the program."""
    place = paths.window_settings
    if not keeps:
        scratch = Path(tempfile.mkdtemp(prefix="workbench-window-"))
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            shutil.copyfile(place, scratch / place.name)
        place = scratch / place.name
    return QSettings(str(place), QSettings.Format.IniFormat)


def run(
    paths: Paths,
    argv: list[str],
    *,
    started: float | None = None,
    request: OpenRequest = OpenRequest(),  # noqa: B008 - frozen
) -> int:
    """Open the window and work until it is closed; returns the exit status.

    Where the folder has a window already, that is shown with the request. Where that one does not
    answer, this one shows the history and writes nothing.

    Args:
        paths: where everything is kept.
        argv: the program's arguments, for Qt.
        started: ``time.monotonic()`` of the program's start, to log how long it took.
        request: what the window is to open.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    with contextlib.suppress(OSError):  # the window says what cannot be saved
        paths.create()
    log_to_file(paths)
    app = make_application(argv)
    instance = Instance(paths.data)
    is_first = instance.claim()
    if not is_first and instance.hand_over(request):
        print(f"Prompt Workbench is open on {paths.data} already: its window is shown.")
        return 0
    is_first = is_first or instance.claim(_ENDING_MS)
    shown_only = "" if is_first else instance.refusal
    settings = open_settings(paths, keeps=is_first)
    theme().install()
    Preferences(settings).apply()
    bridge = Bridge(lambda: make_workbench(paths, shown_only))
    window = MainWindow(bridge, settings)
    instance.asked.connect(window.starting.show)
    window.starting.ending.connect(instance.stop_answering)
    window.starting.open(request)
    if not is_first:
        window.keeps_session = False
        window.starting.has_folder = instance.claim
    show_unexpected(window)
    collector = GarbageCollector(app)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    ticker = QTimer(app, interval=_SIGNAL_MS)
    ticker.timeout.connect(collector.objectName)  # lets Python see signals while Qt waits
    ticker.start()
    window.show()

    def first_idle() -> None:
        if started is not None:
            _log.info("window usable after %.2f s", time.monotonic() - started)
        bridge.start()
        if is_first:  # a model is in the memory once
            bridge.call(lambda core: core.models.load(), owner=window)
        gc.freeze()

    QTimer.singleShot(0, window, first_idle)
    status = app.exec()
    if window.starting.folder:
        instance.release()
        again = ["-m", "workbench", "--data-dir", window.starting.folder]
        QProcess.startDetached(sys.executable, again)
    return status
