"""The dimmed window behind the palette: nothing in it is painted for a key, and it is not old."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from tests.ui.conftest import WAIT_MS


class _Paints(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, watched):
        super().__init__()
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, _watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def _pixel(palette, widget):
    window = palette.window()
    image = palette.grab().toImage()
    at = widget.mapTo(window, widget.rect().center()) * image.devicePixelRatio()
    return image.pixelColor(at)


def test_a_key_paints_the_list_and_nothing_beneath(window, qtbot):
    window.actions_table.trigger("palette.open")
    palette = window.palette_box
    listed = _Paints(palette.list.viewport())
    qtbot.waitUntil(lambda: listed.count > 0, timeout=WAIT_MS)
    beneath, before = _Paints(window.stack.currentWidget()), listed.count
    qtbot.keyClicks(palette.box, "mod")
    qtbot.waitUntil(lambda: listed.count > before and not palette._waiting(), timeout=WAIT_MS)
    palette._resting.stop()
    painted = beneath.count
    palette.list.viewport().update()
    before = listed.count
    qtbot.waitUntil(lambda: listed.count > before, timeout=WAIT_MS)
    assert beneath.count == painted


def test_the_window_behind_is_dimmed_and_follows_what_changes(window, qtbot):
    place = window.rail
    bright = _pixel(window, place)
    window.actions_table.trigger("palette.open")
    palette = window.palette_box
    dimmed = _pixel(palette, place)
    assert dimmed != bright
    place.setStyleSheet("background: #ff0000")
    qtbot.waitUntil(lambda: _pixel(palette, place).red() > 150, timeout=WAIT_MS)
    assert _pixel(palette, place).red() < 255


def test_the_cover_goes_with_the_size_of_the_window(window, qtbot):
    window.actions_table.trigger("palette.open")
    palette = window.palette_box
    window.resize(window.width() + 40, window.height() + 30)
    qtbot.waitUntil(lambda: palette.size() == window.size(), timeout=WAIT_MS)
    assert palette._picture.deviceIndependentSize().toSize() == window.size()
    palette.close_box()
    assert palette._picture.isNull()
