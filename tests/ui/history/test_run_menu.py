"""The menu of a run in the history's list."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going
from tests.ui.history.test_history_panel import panel, runs
from workbench.ui.history.panel import HistoryPanel

__all__ = ["panel", "runs"]


def open_menu(panel: HistoryPanel, qtbot: QtBot, run_id: int) -> None:
    """As with the menu key."""
    assert panel.table.choose(run_id)
    panel.opened.open(run_id)
    qtbot.waitUntil(
        lambda: panel.opened.state is not None and panel.opened.state.run_id == run_id,
        timeout=WAIT_MS,
    )
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(panel.table.viewport(), by_key)
    qtbot.waitUntil(panel.menu.isVisible, timeout=WAIT_MS)


@pytest.fixture(autouse=True)
def _closed(panel: HistoryPanel) -> Any:
    yield
    panel.menu.close()


def test_a_direct_run_is_xrayed(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot, going: Going
) -> None:
    open_menu(panel, qtbot, runs["direct"])
    assert panel.menu.xray.isEnabled()
    panel.menu.xray.trigger()
    place, request = going.places[-1]
    wanted: Any = request["explain"]
    assert (place, wanted["run_id"], wanted["variables"]) == (
        "design",
        runs["direct"],
        {"count": "12"},
    )


def test_a_run_that_cannot_be_xrayed_says_why(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    panel.runs.toggle(panel.runs.row_of(runs["self_consistency"]))
    qtbot.waitUntil(lambda: panel.runs.row_of(runs["cot"]) >= 0, timeout=WAIT_MS)
    open_menu(panel, qtbot, runs["cot"])
    assert not panel.menu.xray.isEnabled()
    assert "asks with prompts of its own" in panel.menu.xray.toolTip()
    assert panel.menu.toolTipsVisible()
    actions = {action.id: action for action in panel.actions_table()}
    assert not actions["history.xray"].when()


def test_the_menu_follows_the_run_that_is_read(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot
) -> None:
    open_menu(panel, qtbot, runs["tree_of_thought"])
    tree = next(each for each in panel.menu.actions() if each.text() == "Open the tree")
    assert tree.isEnabled()
    panel.opened.open(runs["direct"])
    panel.menu.refresh()
    assert "being read" in panel.menu.xray.toolTip()
    qtbot.waitUntil(panel.menu.xray.isEnabled, timeout=WAIT_MS)
    assert not tree.isEnabled()
