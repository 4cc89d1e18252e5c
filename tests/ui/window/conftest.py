"""A window on the core of the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow


@pytest.fixture
def window(bridge: Bridge, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The window, shown, with its session read."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = MainWindow(bridge, settings)
    made._on_opened()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made._restored, timeout=WAIT_MS)
    return made
