"""What the user does in Compare."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.ui.compare.columns.column import ColumnView
from workbench.ui.compare.panel import ComparePanel

SOURCE = 'user:\nHow many are {{ count }} sticks?\nFinish with a line "Answer:".'


def run(panel: ComparePanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    wait(panel, qtbot)


def wait(panel: ComparePanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: all(view.model.phase == "ended" for view in panel.views), timeout=WAIT_MS
    )


def column_of(panel: ComparePanel, strategy: str) -> ColumnView:
    return next(view for view in panel.views if view.model.info.id == strategy)
