"""The real window for a measure, opened as the program opens it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.settings import Paths
    from workbench.ui.app import GarbageCollector
    from workbench.ui.bridge import Bridge
    from workbench.ui.main_window import MainWindow


class RealWindow(NamedTuple):
    """A window that is shown, and the bridge to a core that is not started yet."""

    window: MainWindow
    bridge: Bridge
    collector: GarbageCollector
    """Collects on this thread as long as it is held."""

    def close(self) -> None:
        """End the core, then the window."""
        self.bridge.stop()
        self.window.close()


def open_window(places: Paths) -> RealWindow:
    """Show the window on a data folder; Qt is imported here, in the process that shows it."""
    from PySide6.QtCore import QSettings  # noqa: PLC0415 - for the process with the window

    from workbench.ui import app  # noqa: PLC0415
    from workbench.ui.bridge import Bridge  # noqa: PLC0415
    from workbench.ui.main_window import MainWindow  # noqa: PLC0415
    from workbench.ui.theme import theme  # noqa: PLC0415

    sys.setswitchinterval(0.0005)  # as the program does
    places.create()
    application = app.make_application(["workbench"])
    theme().install("dark")
    collector = app.GarbageCollector(application)
    bridge = Bridge(lambda: app.make_workbench(places))
    settings = QSettings(str(places.window_settings), QSettings.Format.IniFormat)
    window = MainWindow(bridge, settings)
    window.resize(1440, 900)
    window.show()
    return RealWindow(window, bridge, collector)
