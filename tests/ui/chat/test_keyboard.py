"""Chat by keyboard alone: from part to part, into a message, and back to what is being written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.chat.driving import at_rest, brought, settled, shows
from tests.ui.conftest import WAIT_MS
from workbench.domain.runs.tokens import AnswerToken, AnswerTokens
from workbench.ui.chat.focus_line import FocusLine
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.tokens.token_part import MessageTokenPart
from workbench.ui.kit.panes.tab_order import reading_order
from workbench.ui.theme import color

KEY = Qt.Key


@pytest.fixture
def panel(panel, qtbot):
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT_MS)
    return panel


def do(panel, action: str) -> None:
    next(each for each in panel.actions_table() if each.id == action).run()


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_f6_goes_from_part_to_part_and_back_to_the_message(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    panel.composer.box.setFocus()
    do(panel, "chat.parts.before")
    assert focus() is panel.transcript.views[1]  # the last message in view
    do(panel, "chat.parts.before")
    assert focus() is panel.list.list
    do(panel, "chat.parts.next")
    do(panel, "chat.parts.next")
    assert focus() is panel.composer.box


def test_f6_goes_to_what_is_offered_over_the_messages(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    panel.banner.show_message("A title is suggested.", "text-2", "Use it", lambda: None)
    panel.composer.box.setFocus()
    do(panel, "chat.parts.before")
    do(panel, "chat.parts.before")
    assert focus() is panel.banner.remedy


def test_tab_goes_from_a_message_into_what_can_be_done_with_it(panel, qtbot):
    brought(panel, qtbot, "One", "Two", "Three", "Four")
    panel.transcript.keys.focus(1)
    qtbot.keyClick(focus(), KEY.Key_Tab)
    assert focus() in set(reading_order(panel.transcript.views[1]))


def test_escape_goes_back_from_a_message_and_from_the_map(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    panel.transcript.keys.focus(0)
    do(panel, "chat.stop")
    assert focus() is panel.composer.box
    do(panel, "chat.map")
    qtbot.waitUntil(lambda: focus() is panel.branches.map.view, timeout=WAIT_MS)
    do(panel, "chat.stop")
    assert focus() is panel.composer.box


def test_the_line_of_the_focus_is_next_to_the_text_and_follows_it(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    first, second = (panel.transcript.views[at] for at in (0, 1))
    for view in (first, second):
        view.setFocus()
    lines = [each for each in panel.findChildren(FocusLine) if each.isVisible()]
    assert [each.geometry().top() for each in lines] == [second.geometry().top() + 2]
    assert lines[0].geometry().right() < second.geometry().left()
    panel.composer.box.setFocus()
    assert not lines[0].isVisible()


def test_a_message_that_has_the_focus_is_kept_while_it_is_scrolled_away(panel, qtbot):
    brought(panel, qtbot, *(f"Message {number}\n" + "word\n" * 30 for number in range(12)))
    panel.transcript.keys.focus(11)
    panel.transcript.verticalScrollBar().setValue(0)
    at_rest(panel.transcript, qtbot)
    assert focus() is panel.transcript.rows[11]


def test_a_search_is_left_for_what_it_found_with_down(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    panel.list.search.setFocus()
    qtbot.keyClick(panel.list.search, KEY.Key_Down)
    assert focus() is panel.list.list


def test_the_search_says_as_much_as_there_is_room_for(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    qtbot.waitUntil(lambda: panel.list.list.model().rowCount() > 0, timeout=WAIT_MS)
    panel.list.search.setFixedWidth(400)
    qtbot.waitUntil(
        lambda: panel.list.search.placeholderText() == "Search 1 conversation", timeout=WAIT_MS
    )
    panel.list.search.setFixedWidth(100)
    qtbot.waitUntil(lambda: panel.list.search.placeholderText() == "Search", timeout=WAIT_MS)


def test_a_branch_that_was_named_stays_the_current_one_of_the_map(panel, qtbot):
    brought(panel, qtbot, "One", "Two", "Three", "Four")
    do(panel, "chat.map")
    view, model = panel.branches.map.view, panel.branches.map_model
    qtbot.waitUntil(lambda: len(model.layout.places) == 4, timeout=WAIT_MS)
    named = panel.model.messages[1].message_id
    view.follow(named)
    panel.composer.box.setFocus()  # a form has it while the name is typed
    panel.branches.doing.set_label(named, "second try")
    qtbot.waitUntil(lambda: model.nodes[named].label == "second try", timeout=WAIT_MS)
    assert view.current == named


def tinted(view: MessageView, text: str) -> MessageTokenPart:
    ends = [len(text[:at].encode()) for at in range(1, len(text) + 1)]
    tokens = tuple(
        AnswerToken(start=end - 1, end=end, text=each, logprob=-0.9)
        for each, end in zip(text, ends, strict=True)
    )
    part = view.make_tokens(MessageTokenPart("Answer"))
    view.show_tokens(AnswerTokens(text=text, tokens=tokens))
    return part


def test_left_and_right_at_a_tinted_message_walk_its_tokens(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    panel.transcript.keys.focus(1)
    qtbot.keyClick(focus(), KEY.Key_Right)
    assert focus() is panel.transcript.views[1]  # it has no tokens
    part = tinted(panel.transcript.views[1], "Two")
    qtbot.keyClick(focus(), KEY.Key_Right)
    assert focus() is part.text
    assert part.text.current == 0
    qtbot.keyClick(focus(), KEY.Key_Right)
    assert part.text.current == 1


def test_a_place_that_was_found_differs_from_the_tint(panel, qtbot):
    brought(panel, qtbot, "One", "Two")
    part = tinted(panel.transcript.views[1], "Two")
    found = panel.transcript.views[1].show_places("w", 0)
    assert found is not None
    (place,) = [each for each in part.text.extraSelections() if each.cursor.selectedText() == "w"]
    cursor = part.text.textCursor()
    cursor.setPosition(2)
    tint = cursor.charFormat().background().color()
    assert place.format.background().color() == color("focus")
    assert tint != color("focus")


def test_waiting_messages_come_before_the_box_for_tab(panel, qtbot):
    composer, strip = panel.composer, panel.sending.waiting.strip
    order = list(reading_order(composer))
    assert order.index(strip.send) < order.index(composer.box)
    chain, widget = [], composer.box
    while widget is not None and widget not in chain:
        chain.append(widget)
        widget = widget.previousInFocusChain()
    assert chain.index(strip.send) < chain.index(panel.transcript)


def test_what_is_sent_goes_on_as_before(panel, qtbot):
    panel.composer.box.setFocus()
    qtbot.keyClicks(focus(), "Hello")
    qtbot.keyClick(focus(), KEY.Key_Return)
    settled(panel, qtbot)
    shows(panel, qtbot, "Hello", "Answer number 1.")
    assert focus() is panel.composer.box
