"""Switching conversations: what is typed meanwhile, and messages about them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.chat.driving import asked, say, texts, views
from tests.ui.conftest import WAIT_MS
from workbench.domain.text import Message
from workbench.ui.chat.panel import ChatPanel


def two(panel, qtbot):
    """Two conversations, the second open; returns their ids."""
    made = []
    for text in ("First", "Second"):
        panel.list.create_wanted.emit()
        say(panel, qtbot, text)
        made.append(panel.model.current)
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 2, timeout=WAIT_MS)
    return made


def test_what_is_typed_while_a_conversation_opens_belongs_into_it(panel, qtbot):
    first, second = two(panel, qtbot)
    panel.composer.box.setPlainText("for the second")
    panel.list.chosen.emit(first)
    assert panel.model.is_opening
    qtbot.keyClicks(panel.composer.box, "for the first")
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "for the first"
    assert panel.model.drafts.get(first).text == "for the first"
    assert panel.model.drafts.get(second).text == "for the second"
    panel.list.chosen.emit(second)
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "for the second"


def test_a_search_that_leaves_the_open_conversation_out_keeps_its_name(panel, qtbot):
    places: list[list[str]] = []
    panel.breadcrumb_changed.connect(places.append)
    two(panel, qtbot)
    panel.list.search.setText("First")
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 1, timeout=WAIT_MS)
    assert places[-1] == ["Second"]
    assert panel.list.nothing.isHidden()
    panel.list.search.setText("zebra")
    qtbot.waitUntil(lambda: panel.model.conversations == (), timeout=WAIT_MS)
    assert panel.list.nothing.isVisibleTo(panel)
    assert places[-1] == ["Second"]


def test_the_list_marks_the_conversation_that_was_opened_from_elsewhere(panel, qtbot):
    first, _second = two(panel, qtbot)
    panel.handle({"conversation_id": first})
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert panel.list.list.currentIndex().data() == "First"


def test_enter_typed_while_a_conversation_opens_sends_into_it(panel, qtbot):
    first, second = two(panel, qtbot)
    panel._open(first)
    qtbot.keyClicks(panel.composer.box, "Again")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.model.messages) == 4, timeout=WAIT_MS)
    assert panel.model.current == first
    assert panel.model.messages[2].text == "Again"
    assert panel.model.drafts.get(second).is_empty


def test_keys_typed_into_the_list_while_a_conversation_opens_belong_into_it_too(panel, qtbot):
    first, second = two(panel, qtbot)
    panel.composer.box.setPlainText("for the second")
    panel._open(first)
    panel.composer.type_text("h")
    qtbot.keyClicks(panel.composer.box, "i")
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "hi"
    assert panel.model.drafts.get(second).text == "for the second"


def test_what_is_typed_while_a_conversation_is_gone_on_with_belongs_into_it(panel, qtbot):
    two(panel, qtbot)
    panel.composer.box.setPlainText("for the second")
    messages = (Message.value("user", "Hello"), Message.value("assistant", "Hi"))
    panel.handle({"messages": messages})
    qtbot.keyClicks(panel.composer.box, "more")
    qtbot.waitUntil(lambda: not panel.held.is_holding, timeout=WAIT_MS)
    assert [each.text for each in panel.model.messages] == ["Hello", "Hi"]
    assert panel.composer.box.toPlainText() == "more"


def long_conversation(panel, qtbot, turns: int) -> int:
    """A conversation that is higher than the window, open; returns its id."""
    messages = [Message.value("user", "Why?"), Message.value("assistant", "Because. " * 80)]
    before = panel.model.current
    panel.model.continue_from(messages * turns)
    qtbot.waitUntil(lambda: panel.model.current not in (None, before), timeout=WAIT_MS)
    opened(panel, qtbot)
    return panel.model.current


def opened(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(panel.transcript.messages), timeout=WAIT_MS)


def test_a_conversation_opens_where_it_was_left(panel, qtbot):
    first = long_conversation(panel, qtbot, 12)
    assert panel.transcript.follows
    panel.transcript.verticalScrollBar().setValue(700)
    left = panel.transcript.place
    second = long_conversation(panel, qtbot, 9)
    assert panel.transcript.follows
    panel._open(first)
    opened(panel, qtbot)
    assert panel.transcript.place == left
    assert not panel.transcript.follows
    panel._open(second)
    opened(panel, qtbot)
    assert panel.transcript.follows
    bar = panel.transcript.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_the_place_in_the_open_conversation_comes_back_at_the_next_start(panel, context, qtbot):
    long_conversation(panel, qtbot, 12)
    panel.transcript.verticalScrollBar().setValue(700)
    left = panel.transcript.place
    state = panel.save_session()
    again = ChatPanel(context)
    qtbot.addWidget(again)
    again.resize(1376, 800)
    again.restore_session(state)
    again.show()
    opened(again, qtbot)
    assert again.transcript.place == left


def long_one(panel, qtbot, count: int) -> int:
    """A conversation of that many messages, in the list but not open."""
    messages = [
        Message.value("assistant" if at % 2 else "user", f"Message number {at}")
        for at in range(count)
    ]
    made = asked(panel, qtbot, lambda core: core.chats.continue_from(messages))
    panel.model.read_conversations()
    qtbot.waitUntil(lambda: bool(panel.model.conversations), timeout=WAIT_MS)
    return made.conversation_id


def test_a_long_conversation_shows_its_end_while_the_rest_is_read(panel, qtbot):
    conversation = long_one(panel, qtbot, 90)
    seen: list[tuple[int, bool, object]] = []
    panel.model.messages_changed.connect(
        lambda: seen.append((len(panel.model.messages), panel.model.is_opening, views(panel)[-1]))
    )
    opened: list[int] = []
    panel.model.opened.connect(lambda: opened.append(len(panel.model.messages)))
    panel._open(conversation)
    qtbot.keyClicks(panel.composer.box, "typed early")
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert [(count, opening) for count, opening, _ in seen] == [(40, True), (90, False)]
    assert opened == [40]
    assert panel.composer.box.toPlainText() == "typed early"
    assert seen[0][2] is views(panel)[-1]  # what was seen first stayed
    assert texts(panel)[-1] == "Message number 89"
    assert panel.transcript.follows
    assert panel.transcript.views[89] is views(panel)[-1]
    panel.transcript.scroll_to_start()
    assert texts(panel)[0] == "Message number 0"


def test_a_long_conversation_that_was_left_in_its_middle_opens_there(panel, qtbot):
    conversation = long_one(panel, qtbot, 90)
    panel._open(conversation)
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    panel.transcript.show_message(10)
    panel.list.create_wanted.emit()
    counts: list[int] = []
    panel.model.messages_changed.connect(lambda: counts.append(len(panel.model.messages)))
    panel._open(conversation)
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert counts == [90]
    assert panel.transcript.first_shown in (9, 10)
    assert not panel.transcript.follows
