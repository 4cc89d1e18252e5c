"""The window: workspaces, palette, themes, session, what goes wrong."""

from __future__ import annotations

from statistics import median

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.views import StoreStatus
from workbench.service import Workbench
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.panels import PANELS
from workbench.ui.theme import theme
from workbench.ui.theme.tokens import TOKENS


def test_every_workspace_opens_by_its_keys_and_has_no_nameless_control(window, qtbot):
    for spec in PANELS:
        window.actions_table.trigger(f"go.{spec.id}")
        assert window.stack.currentWidget() is window.panels[spec.id]
        assert window.rail.buttons[spec.id].isChecked()
        assert unnamed(window) == [], spec.id


def test_no_two_actions_of_a_place_share_their_keys(window):
    for spec in PANELS:
        window.go(spec.id)
    taken: set[tuple[str, str]] = set()
    for action in window.actions_table.all():
        assert action.title
        if action.keys:
            assert (action.scope, action.keys) not in taken
            taken.add((action.scope, action.keys))


def test_a_workspace_hears_its_keys_from_the_rail_too_and_only_while_it_is_shown(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    window.go("design")
    qtbot.waitUntil(window.panels["design"].work.editor.hasFocus, timeout=WAIT_MS)
    find_bar = window.panels["design"].work.find_bar
    window.go("compare")
    window.rail.buttons["design"].setFocus()
    qtbot.keyClick(window.rail.buttons["design"], Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert find_bar.isHidden()
    window.go("design")
    window.rail.buttons["design"].setFocus()
    qtbot.keyClick(window.rail.buttons["design"], Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not find_bar.isHidden()


def test_a_history_that_cannot_be_written_is_said_with_a_remedy(window):
    window._on_store(StoreStatus(path="x", problem="The disk is full: make room."))
    assert window.banner.message == "The disk is full: make room."
    window._on_store(StoreStatus(path="x", saved_at=1.0))
    assert window.banner.message == ""


def test_a_data_folder_that_cannot_be_used_does_not_keep_the_window_shut(
    paths, engine, qtbot, tmp_path
):
    lock = paths.database.with_name(paths.database.name + ".lock")
    lock.mkdir(parents=True)  # it cannot be opened as a file, not even by the superuser
    bridge = Bridge(lambda: Workbench(paths, engine=engine))
    bridge.start()
    window = MainWindow(bridge, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(window)
    window.show()
    window.go("history")
    qtbot.waitUntil(lambda: window.banner.message != "", timeout=WAIT_MS)
    found = []
    bridge.call(lambda core: core.library.entries(), found.append)
    qtbot.waitUntil(lambda: bool(found) and len(found[0]) > 20, timeout=WAIT_MS)
    bridge.stop()


def test_an_error_in_a_slot_is_shown_and_not_lost(window, qtbot):
    def broken(_value):
        raise RuntimeError("oops")

    async def nothing(core):
        return 1

    window.bridge.call(nothing, broken)
    qtbot.waitUntil(lambda: "oops" in window.notice.message, timeout=WAIT_MS)


def test_the_session_is_kept(window, qtbot, bridge):
    window.go("chat")
    window.panels["chat"].composer.box.setPlainText("unfinished")
    window._save_session()
    found = []

    def kept():
        bridge.call(lambda core: core.chats.drafts(), found.append)
        return bool(found) and 0 in found[-1] and found[-1][0].text == "unfinished"

    qtbot.waitUntil(kept, timeout=WAIT_MS)


def luminance(name: str) -> float:
    parts = [QColor(name).redF(), QColor(name).greenF(), QColor(name).blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("ground", ["canvas", "chrome", "panel", "raised", "selected"])
@pytest.mark.parametrize("text", ["text", "text-2", "text-3", "ok", "warn", "bad", "link"])
def test_text_can_be_read_on_every_surface(scheme, ground, text):
    colors = TOKENS.color[scheme]
    light, dark = sorted((luminance(colors[ground]), luminance(colors[text])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_both_themes_reach_every_panel(window):
    for choice in ("light", "dark"):
        theme().choose(choice)
        ground = QColor(TOKENS.color[choice]["canvas"]).lightness()
        for spec in PANELS:
            window.go(spec.id)
            picture = window.panels[spec.id].grab().toImage()
            points = range(4, picture.width(), 23), range(4, picture.height(), 23)
            light = [picture.pixelColor(x, y).lightness() for x in points[0] for y in points[1]]
            assert abs(median(light) - ground) < 40, (choice, spec.id)
