"""Nothing but the window itself is a window while workspaces are made and shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.ui.bridge import Bridge
from workbench.ui.design.tool_panes import SIDES
from workbench.ui.main_window import MainWindow


class Shown(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return False


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[Shown]:
    watcher = Shown()
    qapp.installEventFilter(watcher)
    yield watcher
    qapp.removeEventFilter(watcher)


def test_no_part_is_shown_before_it_has_its_place(
    bridge: Bridge, shown: Shown, qtbot: QtBot, tmp_path: Path
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(bridge, settings)
    window._on_opened()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window._restored, timeout=WAIT_MS)
    for panel_id in window.specs:
        window.go(panel_id)
    window._show_help()  # lists the keys once more, before they were shown
    qtbot.wait(20)
    for side in SIDES:
        window.panels["design"].side.pane(side.id)
    model = window.panels["compare"].model
    qtbot.waitUntil(lambda: bool(model.columns), timeout=WAIT_MS)
    assert shown.windows == ["MainWindow"]
