"""Chat as the user uses it: write, read, stop, try again, branch, find again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.chat.driving import say, settled, texts, views
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.text import Message
from workbench.engine.simulated import Failure
from workbench.ui.chat.panel import ChatPanel


def test_enter_sends_and_the_answer_appears(panel, qtbot):
    say(panel, qtbot, "Hello?")
    assert texts(panel) == ["Hello?", "Answer number 1."]
    assert "end of turn" in views(panel)[-1].footer.text()
    assert panel.composer.box.toPlainText() == ""
    qtbot.waitUntil(
        lambda: [each.title for each in panel.model.conversations] == ["Hello?"], timeout=WAIT_MS
    )


def test_shift_enter_is_a_new_line_and_blank_text_is_not_sent(panel, qtbot):
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    assert not panel.model.running
    qtbot.keyClicks(panel.composer.box, "a")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert panel.composer.box.toPlainText() == "a\n"


def test_the_model_sees_the_whole_conversation(panel, qtbot, engine):
    say(panel, qtbot, "First.")
    say(panel, qtbot, "Second.")
    prompt = "".join(segment.text for segment in engine.requests[-1].segments)
    for part in ("First.", "Answer number 1.", "Second."):
        assert part in prompt
    assert engine.requests[-1].priority == 0


def test_another_answer_stays_beside_the_first(panel, qtbot):
    say(panel, qtbot, "Hello?")
    views(panel)[-1].regenerate_wanted.emit(views(panel)[-1].message)
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1] == "Answer number 2.", timeout=WAIT_MS)
    assert len(views(panel)[-1].message.sibling_ids) == 2
    panel.branches._step_version(-1)
    qtbot.waitUntil(lambda: texts(panel)[-1] == "Answer number 1.", timeout=WAIT_MS)


def test_editing_a_message_begins_a_branch_and_keeps_the_old_one(panel, qtbot):
    say(panel, qtbot, "Hello?")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Up)
    assert panel.composer.box.toPlainText() == "Hello?"
    say(panel, qtbot, "Goodbye?")
    qtbot.waitUntil(lambda: texts(panel) == ["Goodbye?", "Answer number 2."], timeout=WAIT_MS)
    assert len(views(panel)[0].message.sibling_ids) == 2


def test_stop_keeps_what_was_written(context, qtbot, engine):
    engine.rule = lambda _prompt: ["one two three " * 400]
    engine.delay_seconds = 0.01
    panel = ChatPanel(context)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.model.strategies), timeout=WAIT_MS)
    panel.composer.box.setPlainText("Count.")
    panel.composer.box.send_wanted.emit()
    assert panel.composer.send.is_stop
    qtbot.waitUntil(
        lambda: len(views(panel)) == 2 and "one two" in texts(panel)[1], timeout=WAIT_MS
    )
    panel._stop()
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)
    assert texts(panel)[1].startswith("one two")
    assert "cancelled" in views(panel)[-1].footer.text()


def test_a_dead_engine_is_said_under_the_message_and_can_be_tried_again(panel, qtbot, engine):
    engine.fail(Failure("die", after_tokens=1))
    say(panel, qtbot, "Hello?")
    qtbot.waitUntil(lambda: "crashed" in views(panel)[-1].banner.message, timeout=WAIT_MS)
    views(panel)[-1].banner.remedy.click()
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1].startswith("Answer number"), timeout=WAIT_MS)


def test_conversations_are_found_again_and_a_deleted_one_comes_back(panel, qtbot, context):
    say(panel, qtbot, "A question about whales")
    first = panel.model.current
    panel.list.create_wanted.emit()
    say(panel, qtbot, "Something else")
    again = ChatPanel(context)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: len(again.model.conversations) == 2, timeout=WAIT_MS)
    again.model.search("whales")
    qtbot.waitUntil(lambda: len(again.model.conversations) == 1, timeout=WAIT_MS)
    again.model.search("")
    again.model.open(first)
    qtbot.waitUntil(
        lambda: texts(again) == ["A question about whales", "Answer number 1."], timeout=WAIT_MS
    )
    again.model.delete(first)
    qtbot.waitUntil(lambda: len(again.model.conversations) == 1, timeout=WAIT_MS)
    again.banner.remedy.click()
    qtbot.waitUntil(lambda: len(again.model.conversations) == 2, timeout=WAIT_MS)


def test_unsent_text_is_part_of_the_session(panel, context, qtbot):
    panel.composer.box.setPlainText("half a thou")
    panel.save_session()
    kept: list[object] = []

    def is_kept() -> bool:
        panel.bridge.call(lambda core: core.chats.drafts(), kept.append)
        return bool(kept and kept[-1])

    qtbot.waitUntil(is_kept, timeout=WAIT_MS)
    again = ChatPanel(context)
    qtbot.addWidget(again)
    again.restore_session(panel.save_session())
    qtbot.waitUntil(lambda: again.composer.box.toPlainText() == "half a thou", timeout=WAIT_MS)
    assert again.composer.box.textCursor().atEnd()


def test_every_control_has_a_name(panel, qtbot):
    say(panel, qtbot, "Hello?")
    assert unnamed(panel) == []


def test_thinking_is_folded_away_from_the_answer_and_can_be_read(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["<think>Two and two, hm.</think>\n\nFour."]
    say(panel, qtbot, "2 + 2?")
    view = views(panel)[-1]
    assert view.body.text == "Four."
    qtbot.waitUntil(lambda: view.has_thought, timeout=WAIT_MS)
    assert view.thought.isVisible()
    assert not view.thought.is_open
    assert view.thought.head.accessibleName().startswith("Thought for ")
    qtbot.keyClick(view.thought.head, Qt.Key.Key_Space)
    assert view.thinking.isVisible()
    assert view.thinking.text == "Two and two, hm."


def test_a_conversation_goes_on_from_what_was_said_elsewhere(panel, qtbot):
    panel.handle(
        {
            "messages": [
                Message.literal("system", "Think in steps."),
                Message.literal("user", "Make 24 of 4 5 6 10"),
                Message.value("assistant", "10 - 4 = 6"),
            ]
        }
    )
    qtbot.waitUntil(lambda: len(views(panel)) == 2, timeout=WAIT_MS)
    assert texts(panel) == ["Make 24 of 4 5 6 10", "10 - 4 = 6"]
    assert panel.system.text == "Think in steps."
    qtbot.waitUntil(
        lambda: any("Make 24" in each.title for each in panel.model.conversations), timeout=WAIT_MS
    )
    say(panel, qtbot, "And then?")
    assert texts(panel)[2:] == ["And then?", "Answer number 1."]


def test_the_conversation_that_was_left_can_be_opened_again_from_the_list(panel, qtbot):
    say(panel, qtbot, "Hello?")
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 1, timeout=WAIT_MS)
    first = panel.model.current
    panel.list.list.setFocus()
    panel.list.create_wanted.emit()
    assert panel.model.current is None
    assert panel.list.list.selectedIndexes() == []
    panel.list.list.setFocus()  # the view makes a row current by itself: the user did not
    assert panel.model.current is None
    row = panel.list.list.visualRect(panel.list.list.model().index(1, 0))
    qtbot.mouseClick(panel.list.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert panel.model.current == first
    qtbot.waitUntil(lambda: len(panel.model.messages) == 2, timeout=WAIT_MS)
    qtbot.keyClicks(QApplication.focusWidget(), "so")
    assert panel.composer.box.hasFocus()
    assert panel.composer.box.toPlainText() == "so"


def test_what_the_bar_says_of_a_conversation_goes_with_it(panel, qtbot):
    say(panel, qtbot, "Hello?")
    panel.branches.delete(panel.model.messages[1])
    qtbot.waitUntil(lambda: len(panel.model.messages) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.model.conversations[0].snippet == "Hello?", timeout=WAIT_MS)
    assert panel.banner.message == "The message was deleted."
    panel.list.create_wanted.emit()
    assert panel.banner.message == ""
    panel.model.delete(panel.model.conversations[0].conversation_id)
    panel.list.create_wanted.emit()
    assert panel.banner.message == "“Hello?” was deleted."


def test_who_unfolds_the_system_prompt_writes_it(panel, qtbot):
    qtbot.mouseClick(panel.system.section.head, Qt.MouseButton.LeftButton)
    assert panel.system.editor.hasFocus()


def test_the_list_says_the_end_of_the_branch_that_is_shown(panel, qtbot):
    say(panel, qtbot, "Hello?")
    views(panel)[1].regenerate_wanted.emit(panel.model.messages[1])
    settled(panel, qtbot)
    qtbot.waitUntil(
        lambda: panel.model.conversations[0].snippet == "Answer number 2.", timeout=WAIT_MS
    )
    panel.branches._step_version(-1)
    qtbot.waitUntil(
        lambda: panel.model.conversations[0].snippet == "Answer number 1.", timeout=WAIT_MS
    )


def test_the_row_does_not_move_when_send_becomes_stop(panel):
    before = panel.composer.send.sizeHint().width()
    panel.composer.send.show_running(True)
    assert panel.composer.send.sizeHint().width() == before


def test_the_list_marks_the_conversation_that_is_shown_and_none_for_a_new_one(panel, qtbot):
    say(panel, qtbot, "First")
    first = panel.model.current
    panel.list.create_wanted.emit()
    panel.list._on_picked(panel.list.list.model().index(1, 0))
    panel.list.list.setCurrentIndex(panel.list.list.model().index(1, 0))
    qtbot.waitUntil(lambda: panel.model.shown_key == first, timeout=WAIT_MS)
    panel.list.create_wanted.emit()
    assert not panel.list.list.currentIndex().isValid()
    assert panel.list.list.selectedIndexes() == []


def test_a_search_says_that_nothing_was_found_and_leaves_the_shown_conversation_its_name(
    panel, qtbot
):
    places = []
    panel.breadcrumb_changed.connect(places.append)
    say(panel, qtbot, "About whales")
    whales = panel.model.current
    panel.list.create_wanted.emit()
    say(panel, qtbot, "About bread")
    qtbot.keyClicks(panel.list.search, "kestrel")
    qtbot.waitUntil(lambda: not panel.model.conversations, timeout=WAIT_MS)
    assert panel.list.nothing.text() == "No conversation has “kestrel”."
    assert not panel.list.nothing.isHidden()
    assert places[-1] == ["About bread"]
    panel.list.search.clear()
    qtbot.keyClicks(panel.list.search, "whales")
    qtbot.keyClick(panel.list.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.shown_key == whales, timeout=WAIT_MS)
    assert panel.list.nothing.isHidden()
    panel.list.search.setFocus()
    qtbot.waitUntil(panel.list.search.hasFocus, timeout=WAIT_MS)
    panel._stop()
    assert panel.list.search.text() == ""
    assert panel.composer.box.hasFocus()
