"""The transcript: long conversations, places that stay, the focus."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from tests.ui.chat.driving import at_rest, message
from tests.ui.conftest import WAIT_MS
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.transcript import Transcript


@pytest.fixture
def transcript(qtbot) -> Transcript:
    made = Transcript(MessageView)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def overlaps(transcript) -> bool:
    shown = [transcript.views[index] for index in sorted(transcript.views)]
    return any(above.y() + above.height() > below.y() for above, below in itertools.pairwise(shown))


def test_only_messages_near_the_view_have_widgets(transcript, qtbot):
    transcript.set_messages([message(number) for number in range(5000)])
    at_rest(transcript, qtbot)
    assert 4999 in transcript.views
    assert len(transcript.views) < 60
    bar = transcript.verticalScrollBar()
    for place in (0.5, 0.1, 0.9, 0.0):
        bar.setValue(int(bar.maximum() * place))
        at_rest(transcript, qtbot)
        assert len(transcript.views) < 60
        assert not overlaps(transcript)
    assert 0 in transcript.views


def test_what_is_read_stays_on_its_place_while_heights_are_corrected(transcript, qtbot):
    transcript.set_messages([message(number) for number in range(300)])
    view = transcript.show_message(150)
    top = view.y()
    at_rest(transcript, qtbot)
    assert transcript.views[150].y() == top
    transcript.set_messages([*transcript.messages, message(300)], stays=150)
    at_rest(transcript, qtbot)
    assert transcript.views[150].y() == top


def test_the_end_is_followed_until_somebody_scrolls_away(transcript, qtbot):
    transcript.set_messages([message(number) for number in range(40)])
    at_rest(transcript, qtbot)
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    transcript.views[39].body.set_markdown("long\n\n" * 60)
    qtbot.waitUntil(lambda: transcript.views[39].height() > 900, timeout=WAIT_MS)
    at_rest(transcript, qtbot)
    assert bar.value() == bar.maximum()
    bar.setValue(bar.value() - 400)
    value = bar.value()
    transcript.views[39].body.set_markdown("long\n\n" * 90)
    qtbot.wait(50)
    at_rest(transcript, qtbot)
    assert bar.value() == value


def test_a_selection_and_the_focus_survive_scrolling_far_away(transcript, qtbot, qapp):
    transcript.set_messages([message(number, f"text number {number}") for number in range(500)])
    view = transcript.show_message(100)
    text = view.body.widgets[0]
    cursor = text.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    text.setTextCursor(cursor)
    transcript.verticalScrollBar().setValue(0)
    at_rest(transcript, qtbot)
    assert transcript.views[100] is view
    text.copy()
    assert qapp.clipboard().text() == "text number 100"


def test_tab_goes_through_the_messages_as_they_are_read(transcript, qtbot):
    transcript.set_messages([message(number, f"text {number}") for number in range(6)])
    at_rest(transcript, qtbot)
    transcript.setFocus()
    passed = []
    for _ in range(30):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        index = next((i for i, view in transcript.views.items() if view.isAncestorOf(focus)), None)
        if index is None:
            break
        passed.append(index)
    assert passed == sorted(passed)
    assert set(passed) == set(range(6))


def test_another_width_lays_everything_out_again(transcript, qtbot):
    transcript.set_messages([message(number) for number in range(60)])
    at_rest(transcript, qtbot)
    transcript.resize(400, 600)
    at_rest(transcript, qtbot)
    assert not overlaps(transcript)
    assert all(view.width() <= 400 for view in transcript.views.values())
