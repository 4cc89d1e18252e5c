"""The window: workspaces, palette, themes, session, what goes wrong."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.views import StoreStatus
from workbench.service import ChatOptions
from workbench.ui.main_window import MainWindow
from workbench.ui.panels import PANELS
from workbench.ui.theme import theme
from workbench.ui.theme.tokens import TOKENS


@pytest.fixture
def window(bridge, qtbot, tmp_path) -> MainWindow:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = MainWindow(bridge, settings)
    made._on_opened()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made._restored, timeout=WAIT_MS)
    return made


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
    window.go("design")
    assert window.panels["design"].work.editor.hasFocus() or not window.isActiveWindow()
    find_bar = window.panels["design"].work.find_bar
    window.go("compare")
    window.rail.buttons["design"].setFocus()
    qtbot.keyClick(window.rail.buttons["design"], Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert find_bar.isHidden()
    window.go("design")
    window.rail.buttons["design"].setFocus()
    qtbot.keyClick(window.rail.buttons["design"], Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not find_bar.isHidden()


def test_the_palette_finds_and_runs_a_command_from_the_keyboard(window, qtbot):
    window._open_palette()
    box = window.palette_box.box
    qtbot.keyClicks(box, "go to models")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.panels["models"]
    assert window.palette_box.isHidden()


def test_the_palette_finds_what_was_said(window, qtbot):
    made = []
    window.bridge.call(lambda core: core.create_conversation("About narwhals"), made.append)
    qtbot.waitUntil(lambda: bool(made), timeout=WAIT_MS)
    done = []
    conversation = made[0].conversation_id

    async def say(core):
        message = await core.send_message(conversation, "narwhals?", ChatOptions())
        await core.wait_run(message.run_id)

    window.bridge.call(say, lambda _: done.append(True))
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
    window._open_palette()
    qtbot.keyClicks(window.palette_box.box, "narwhals")
    model = window.palette_box._model
    qtbot.waitUntil(lambda: any("narwhals" in e.title for e in model.entries), timeout=WAIT_MS)


def test_a_history_that_cannot_be_written_is_said_with_a_remedy(window):
    window._on_store(StoreStatus(path="x", problem="The disk is full: make room."))
    assert window.banner.message == "The disk is full: make room."
    window._on_store(StoreStatus(path="x", saved_at=1.0))
    assert window.banner.message == ""


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
        bridge.call(lambda core: core.get_state("session", {}), found.append)
        return bool(found) and found[-1].get("chat", {}).get("text") == "unfinished"

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


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_both_themes_reach_every_panel(window, choice):
    theme().choose(choice)
    for spec in PANELS:
        window.go(spec.id)
        assert not window.grab().isNull()
    theme().choose("dark")
