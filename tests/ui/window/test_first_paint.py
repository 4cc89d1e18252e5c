"""The first moments of the window: the last session at once, nothing untrue, nothing half laid."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import WorkbenchError
from workbench.ui.bridge import Bridge
from workbench.ui.frame import TopBar
from workbench.ui.kit import Label
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import theme


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def silent():
    """A bridge to a core that does not open before the test has ended."""

    def refuse():
        raise WorkbenchError("The test has ended.")

    made = Bridge(refuse)
    yield made
    made.start()  # what was asked has its answer
    made.stop()


def opened(bridge, settings, qtbot) -> MainWindow:
    window = MainWindow(bridge, settings)
    qtbot.addWidget(window)
    window.show()
    return window


def leave(window, monkeypatch) -> None:
    """Close the window, but not the core that the next one needs."""
    monkeypatch.setattr(window.bridge, "stop", lambda: None)
    window.close()


def plain(picture: QImage) -> QImage:
    return picture.convertToFormat(QImage.Format.Format_RGB32)


@pytest.fixture
def left(bridge, settings, qtbot, monkeypatch):
    """How the workspace looked in a session that was left in Design."""
    window = opened(bridge, settings, qtbot)
    bridge.opened.emit()
    design = window.panels["design"]
    qtbot.waitUntil(lambda: bool(design.model.current), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(design.model.current.preview.messages), timeout=WAIT_MS)
    qtbot.waitUntil(window.first_paint.isHidden, timeout=WAIT_MS)
    leave(window, monkeypatch)
    return plain(QImage(str(window._picture_file)))


def test_the_last_session_is_painted_before_the_core_answers(left, silent, settings, qtbot):
    window = opened(silent, settings, qtbot)
    assert window.first_paint.isVisible()
    window.stack.resize(left.size())  # there is no window manager to make the window as large
    assert plain(window.stack.grab().toImage()) == left
    assert "word-problem.prompty" in window.top.breadcrumb


def test_the_picture_goes_when_the_session_is_back(left, bridge, settings, qtbot):
    window = opened(bridge, settings, qtbot)
    assert window.first_paint.isVisible()
    bridge.opened.emit()
    qtbot.waitUntil(window.first_paint.isHidden, timeout=WAIT_MS)
    design = window.panels["design"]
    assert design.model.listing.entries
    assert design.rendered.messages.toPlainText()


def test_a_session_that_was_killed_leaves_no_picture_of_the_one_before(
    left, silent, settings, qtbot
):
    opened(silent, settings, qtbot)  # and never closed
    window = opened(silent, settings, qtbot)
    assert window.first_paint.isVisible()
    window.stack.resize(left.size())
    assert plain(window.stack.grab().toImage()) != left


def test_a_picture_in_another_theme_or_size_is_not_shown(left, silent, settings, qtbot):
    theme().choose("light")
    window = opened(silent, settings, qtbot)
    window.stack.resize(left.size())
    assert window.stack.grab().toImage().pixelColor(9, 9) == theme().color("panel")


def test_what_is_shown_next_is_not_covered(left, silent, settings, qtbot):
    window = opened(silent, settings, qtbot)
    window.go("history")
    assert window.first_paint.isHidden()


def test_a_click_never_hits_what_may_not_be_there(left, bridge, settings, qtbot):
    window = opened(bridge, settings, qtbot)
    cover = window.first_paint
    qtbot.mouseClick(cover, Qt.MouseButton.LeftButton)
    assert cover.isVisible()
    bridge.opened.emit()
    qtbot.waitUntil(lambda: window._restored, timeout=WAIT_MS)
    qtbot.mouseClick(cover, Qt.MouseButton.LeftButton)
    assert cover.isHidden()


def test_nothing_is_said_that_is_not_known_yet(silent, settings, qtbot):
    window = opened(silent, settings, qtbot)
    window.first_paint.go()
    sentence = [each.text() for each in window.findChildren(QLabel) if each.isVisible()]
    assert window.status_bar.engine.text() == "Starting…"
    assert not [words for words in sentence if "No model" in words]
    design = window.panels["design"]
    assert design.run_bar.model.placeholderText() == ""
    assert not design.work.inputs.bar.dot.isVisible()
    assert not design.work.inputs.bar.sets.isVisible()


def test_once_the_core_is_open_it_is_said_which_model_there_is(bridge, settings, qtbot):
    window = opened(bridge, settings, qtbot)
    bridge.opened.emit()
    qtbot.waitUntil(lambda: window._restored, timeout=WAIT_MS)
    assert window.status_bar.engine.text() != "Starting…"


def test_the_former_breadcrumb_is_not_painted_over_the_next(qtbot):
    top = TopBar()
    qtbot.addWidget(top)
    top.show_breadcrumb(["Design", "classify", "topic.prompty"])
    former = top.findChildren(Label)
    top.show_breadcrumb(["Design", "mine.prompty"])
    shown = [each.text() for each in top.findChildren(Label) if not each.isHidden()]
    assert all(each.isHidden() for each in former)
    assert shown == ["Design", "/", "mine.prompty"]
