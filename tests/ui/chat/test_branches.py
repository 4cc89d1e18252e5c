"""Versions, insertions, deletions and forks in Chat: nothing is lost, all comes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.chat.driving import asked, brought, eventually, say, settled, shows, texts, views
from tests.ui.conftest import WAIT_MS
from workbench.ui.chat.branching.bin_view import BinView
from workbench.ui.chat.panel import ChatPanel


def press(panel, qtbot, index: int, key: Qt.Key, held=Qt.KeyboardModifier.NoModifier) -> None:
    """A key on a message that has the focus."""
    panel.transcript.keys.focus(index)
    qtbot.waitUntil(lambda: panel.transcript.keys.focused == index, timeout=WAIT_MS)
    qtbot.keyClick(panel.transcript.views[index], key, held)


def entries(panel, index: int) -> dict[str, object]:
    """The menu of a message."""
    message = panel.model.messages[index]
    menu = panel.branches.menu.make(panel, message)
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


def test_a_message_is_deleted_with_what_follows_and_comes_back(panel, qtbot, engine):
    """What follows a deleted message goes along: it answered something that is not there."""
    brought(panel, qtbot, "Wrong", "Yes", "More", "Sure")
    press(panel, qtbot, 2, Qt.Key.Key_Backspace)  # never deletes (report 2)
    assert len(panel.model.messages) == 4
    press(panel, qtbot, 2, Qt.Key.Key_Delete)
    shows(panel, qtbot, "Wrong", "Yes")
    qtbot.waitUntil(lambda: panel.banner.message.endswith("with the 1 that followed it."),
                    timeout=WAIT_MS)  # fmt: skip
    panel.banner.remedy.click()
    shows(panel, qtbot, "Wrong", "Yes", "More", "Sure")
    press(panel, qtbot, 0, Qt.Key.Key_Delete)
    shows(panel, qtbot)
    say(panel, qtbot, "Right")
    prompt = "".join(segment.text for segment in engine.requests[-1].segments)
    assert "Wrong" not in prompt


def test_undo_and_redo_with_the_focus_in_the_transcript(panel, qtbot):
    brought(panel, qtbot, "One", "Two", "Three")
    press(panel, qtbot, 2, Qt.Key.Key_Delete)
    shows(panel, qtbot, "One", "Two")
    press(panel, qtbot, 1, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    shows(panel, qtbot, "One", "Two", "Three")
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(panel, qtbot, 1, Qt.Key.Key_Z, held)
    shows(panel, qtbot, "One", "Two")


def test_an_answer_is_edited_without_asking_the_model(panel, qtbot, engine):
    brought(panel, qtbot, "One", "Two", "Three", "Four")
    press(panel, qtbot, 1, Qt.Key.Key_F2)
    assert panel.composer.box.toPlainText() == "Two"
    assert panel.composer.send.accessibleName() == "Save"
    panel.composer.box.setPlainText("Two, corrected")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    shows(panel, qtbot, "One", "Two, corrected")
    assert not engine.requests
    view = views(panel)[1]
    assert view.versions.isVisibleTo(panel)
    assert panel.model.messages[1].elsewhere == 2
    assert panel.composer.send.accessibleName() == "Send"
    panel.branches._step_version(-1)
    shows(panel, qtbot, "One", "Two", "Three", "Four")


def test_a_question_is_edited_and_kept_without_an_answer(panel, qtbot, engine):
    brought(panel, qtbot, "One", "Two")
    press(panel, qtbot, 0, Qt.Key.Key_F2)
    panel.composer.box.setPlainText("One, better")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shows(panel, qtbot, "One, better")
    assert not engine.requests
    panel.composer.box.setPlainText("And another thing")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shows(panel, qtbot, "One, better", "And another thing")
    assert not engine.requests
    assert panel.composer.box.toPlainText() == ""


def test_something_is_inserted_and_the_rest_follows_it(panel, qtbot, engine):
    brought(panel, qtbot, "One", "Two", "Three")
    panel.composer.box.setPlainText("half written")
    entries(panel, 1)["Insert after"].trigger()
    assert panel.composer.speaker.index == 0  # after an answer the user speaks
    assert panel.composer.box.toPlainText() == ""
    panel.composer.box.setPlainText("By the way")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    shows(panel, qtbot, "One", "Two", "By the way", "Three")
    assert panel.composer.box.toPlainText() == "half written"
    assert not engine.requests
    panel.branches.doing.undo()
    shows(panel, qtbot, "One", "Two", "Three")


def test_alt_arrows_go_from_message_to_message(panel, qtbot):
    brought(panel, qtbot, "One", "Two", "Three")
    panel.composer.box.setFocus()
    actions = {each.id: each for each in panel.actions_table()}
    actions["chat.message_before"].run()
    qtbot.waitUntil(lambda: panel.transcript.keys.focused == 2, timeout=WAIT_MS)
    actions["chat.message_before"].run()
    assert panel.transcript.keys.focused == 1
    actions["chat.message_after"].run()
    assert panel.transcript.keys.focused == 2
    assert QApplication.focusWidget().accessibleName() == "Message of You"


def test_names_pins_copies_and_forks(panel, qtbot):
    brought(panel, qtbot, "One", "Two", "Three")
    first = panel.model.current
    panel.branches.doing.set_label(panel.model.messages[1].message_id, "the short way")
    entries(panel, 1)["Pin"].trigger()
    qtbot.waitUntil(lambda: panel.model.messages[1].pinned, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.model.messages[1].label == "the short way", timeout=WAIT_MS)
    assert "Unpin" in entries(panel, 1)
    entries(panel, 1)["New conversation from here"].trigger()
    qtbot.waitUntil(lambda: panel.model.current != first, timeout=WAIT_MS)
    shows(panel, qtbot, "One", "Two")
    entries(panel, 1)["Take a copy"].trigger()
    panel.model.open(first)
    shows(panel, qtbot, "One", "Two", "Three")
    entries(panel, 2)["Put the copy here"].trigger()
    shows(panel, qtbot, "One", "Two", "Three", "Two")


def test_report_2_the_bin_brings_back_what_was_deleted_also_after_a_restart(panel, context, qtbot):
    brought(panel, qtbot, "One", "Two", "Three")
    chat = panel.model.current
    press(panel, qtbot, 1, Qt.Key.Key_Delete)
    shows(panel, qtbot, "One")
    panel.model.delete(chat)
    qtbot.waitUntil(lambda: panel.model.conversations == (), timeout=WAIT_MS)
    other = ChatPanel(context)
    qtbot.addWidget(other)
    view = BinView(other.bridge, other)
    qtbot.waitUntil(lambda: len(view.model.rows) == 1, timeout=WAIT_MS)
    view.restore.click()  # the conversation
    qtbot.waitUntil(lambda: [each.message_id is None for each in view.model.rows] == [False],
                    timeout=WAIT_MS)  # fmt: skip
    assert view.model.rows[0].words == "Two"
    view.restore.click()
    qtbot.waitUntil(lambda: view.model.rows == (), timeout=WAIT_MS)
    found = asked(panel, qtbot, lambda core: core.chats.messages(chat))
    assert [each.text for each in found] == ["One", "Two", "Three"]
    view.close()


def test_report_12_an_answer_stays_in_its_conversation(panel, qtbot, engine):
    say(panel, qtbot, "In A")
    first = panel.model.current
    panel.model.start_new()
    say(panel, qtbot, "In B")
    second = panel.model.current
    panel.model.open(first)
    shows(panel, qtbot, "In A", "Answer number 1.")
    panel.composer.box.setPlainText("More in A")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    panel.model.open(second)
    shows(panel, qtbot, "In B", "Answer number 2.")
    wanted = ["In A", "Answer number 1.", "More in A", "Answer number 3."]
    eventually(panel, qtbot, lambda core: core.chats.messages(first),
               lambda found: [each.text for each in found] == wanted)  # fmt: skip
    in_second = asked(panel, qtbot, lambda core: core.chats.messages(second))
    assert [each.text for each in in_second] == ["In B", "Answer number 2."]
    assert texts(panel) == ["In B", "Answer number 2."]


@pytest.mark.parametrize("whole", [False, True])
def test_a_version_that_is_regenerated_in_the_middle_says_what_is_elsewhere(panel, qtbot, whole):
    brought(panel, qtbot, "One", "Two", "Three", "Four")
    panel.sending.regenerate(panel.model.messages[1])
    settled(panel, qtbot)
    assert texts(panel) == ["One", "Answer number 1."]
    arrows = views(panel)[1].versions
    assert arrows._elsewhere.text() == "2 messages on the others"
    if whole:
        panel.branches.doing.fork(panel.model.messages[0].message_id, True)
        qtbot.waitUntil(lambda: len(panel.model.conversations) == 2, timeout=WAIT_MS)
        shows(panel, qtbot, "One", "Answer number 1.")
        assert panel.model.messages[1].elsewhere == 2
