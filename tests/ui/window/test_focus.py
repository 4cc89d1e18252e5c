"""Where the focus goes when the control that has it goes away, and what Esc means after a menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT_MS
from workbench.ui import popups
from workbench.ui.kit.menu import Menu


def test_the_focus_never_falls_on_the_next_button(window, qtbot):
    """Stop goes away when a run ends: Return must not press what comes after it, Delete."""
    window.go("history")
    panel = window.panels["history"]
    panel.nothing_open.hide()
    panel.view.show()
    panel.view.stop.show()
    panel.view.stop.setFocus()
    window.activateWindow()
    qtbot.waitUntil(panel.view.stop.hasFocus, timeout=WAIT_MS)
    panel.table.show()
    panel.view.stop.hide()
    assert window.focusWidget() is panel.table


@pytest.mark.parametrize("panel_id", ["chat", "tree", "history", "models", "design"])
def test_keys_that_wait_already_go_where_work_goes_on(window, panel_id):
    """A workspace that takes long to make: what was typed meanwhile comes before any timer."""
    window.go("compare")
    window.go(panel_id)
    home = window.panels[panel_id].home()
    assert home is not None
    assert window.focusWidget() is home


def test_keys_in_compare_begin_at_a_column_and_not_at_the_chooser_of_the_prompt(window, qtbot):
    window.go("compare")
    panel = window.panels["compare"]
    qtbot.waitUntil(lambda: bool(panel.views), timeout=WAIT_MS)
    assert window.focusWidget() is panel.views[0]
    window.go("history")
    window.go("compare")
    assert window.focusWidget() is panel.views[0]


def test_a_command_that_moves_the_focus_has_the_last_word(window, qtbot):
    window._panel("chat")
    window.go("compare")
    window.actions_table.perform("chat.find")
    panel = window.panels["chat"]
    qtbot.wait(1)
    assert panel.finding.bar.isAncestorOf(window.focusWidget())


def test_a_button_that_becomes_stop_keeps_the_focus(window, qtbot):
    window.go("compare")
    bar = window.panels["compare"].bar
    window.activateWindow()
    bar.run.setFocus()
    qtbot.waitUntil(bar.run.hasFocus, timeout=WAIT_MS)
    bar.show_running(True)
    assert bar.stop.hasFocus()
    bar.show_running(False)
    assert bar.run.hasFocus()


def test_an_escape_just_after_a_menu_stops_nothing(window, qtbot):
    escape = next(
        a for a in window.panels["design"].actions() if a.shortcut() == QKeySequence("Esc")
    )
    ran = []
    window.actions_table.ran.connect(ran.append)
    menu = Menu("Test", window)
    menu.addAction("One")
    menu.popup(window.mapToGlobal(QPoint(50, 50)))
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    escape.trigger()
    assert ran == []
    qtbot.waitUntil(lambda: not popups.closed_just_now(), timeout=WAIT_MS)
    escape.trigger()
    assert ran == ["design.stop"]


def test_the_first_window_fits_the_screen(window, monkeypatch):
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert window.width() <= screen.width()
    assert window.height() <= screen.height()
    assert window.minimumWidth() <= screen.width()
