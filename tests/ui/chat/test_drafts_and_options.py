"""What belongs to a conversation stays with it: draft, system prompt, options, place."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.chat.driving import asked, eventually, say, settled, texts, views
from tests.ui.conftest import WAIT_MS
from workbench.domain.chat import ChatDraft, ChatOptions
from workbench.domain.errors import DatabaseLockedError
from workbench.ui.chat.panel import ChatPanel


def opened(panel, qtbot, conversation):
    panel.list.chosen.emit(conversation)
    qtbot.waitUntil(lambda: panel.model.shown_key == conversation, timeout=WAIT_MS)


def two_conversations(panel, qtbot) -> tuple[int, int]:
    say(panel, qtbot, "First")
    first = panel.model.current
    panel.list.create_wanted.emit()
    say(panel, qtbot, "Second")
    return first, panel.model.current


def test_a_draft_stays_in_its_conversation(panel, qtbot):
    first, second = two_conversations(panel, qtbot)
    panel.composer.box.setPlainText("for the second")
    opened(panel, qtbot, first)
    assert panel.composer.box.toPlainText() == ""
    panel.composer.box.setPlainText("for the first")
    panel.list.create_wanted.emit()
    assert panel.composer.box.toPlainText() == ""
    opened(panel, qtbot, second)
    assert panel.composer.box.toPlainText() == "for the second"
    opened(panel, qtbot, first)
    assert panel.composer.box.toPlainText() == "for the first"
    assert panel.composer.box.textCursor().atEnd()


def test_a_draft_is_on_disk_soon_and_gone_once_it_is_sent(panel, qtbot):
    panel.composer.box.setPlainText("half a thought")
    assert panel.model.drafts._timer.interval() <= 1000
    eventually(
        panel,
        qtbot,
        lambda core: core.chats.drafts(),
        lambda drafts: drafts == {0: ChatDraft(text="half a thought")},
    )
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    settled(panel, qtbot)
    assert asked(panel, qtbot, lambda core: core.chats.drafts()) == {}


def test_what_is_written_while_a_message_is_being_sent_stays(panel, qtbot):
    panel.composer.box.setPlainText("One")
    panel.composer.box.send_wanted.emit()
    panel.composer.box.setPlainText("Two")
    settled(panel, qtbot)
    assert panel.composer.box.toPlainText() == "Two"
    conversation = panel.model.current
    eventually(
        panel,
        qtbot,
        lambda core: core.chats.drafts(),
        lambda drafts: drafts == {conversation: ChatDraft(text="Two")},
    )


def test_a_draft_that_could_not_be_saved_is_tried_again(panel, qtbot, monkeypatch):
    calls = []
    store = panel.bridge._ready.result()._core.store
    save = store.save_chat_draft

    async def locked_once(conversation, draft):
        calls.append(draft)
        if len(calls) == 1:
            raise DatabaseLockedError("The history is locked.")
        await save(conversation, draft)

    monkeypatch.setattr(store, "save_chat_draft", locked_once)
    panel.composer.box.setPlainText("kept")
    eventually(
        panel,
        qtbot,
        lambda core: core.chats.drafts(),
        lambda drafts: drafts == {0: ChatDraft(text="kept")},
    )
    assert len(calls) == 2


def test_the_draft_comes_back_after_an_edit_that_is_cancelled(panel, qtbot):
    say(panel, qtbot, "Hello?")
    panel.composer.box.setPlainText("my next message")
    panel.sending.edit(views(panel)[0].message)
    assert panel.composer.box.toPlainText() == "Hello?"
    panel._stop()  # Esc
    assert panel.composer.box.toPlainText() == "my next message"
    panel.sending.edit(views(panel)[0].message)
    say(panel, qtbot, "Hello again?")
    qtbot.waitUntil(lambda: texts(panel)[0] == "Hello again?", timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "my next message"


def test_undo_goes_on_with_a_cancelled_edit_and_makes_no_draft_of_it(panel, qtbot):
    say(panel, qtbot, "Hello?")
    box = panel.composer.box
    box.setPlainText("my next message")
    panel.sending.edit(views(panel)[0].message)
    qtbot.keyClicks(box, " Again")
    panel._stop()  # Esc
    qtbot.keyClicks(box, "!")
    assert box.toPlainText() == "my next message!"
    held = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(box, Qt.Key.Key_Z, held)
    assert (box.toPlainText(), panel.composer.edited) == ("my next message", None)
    qtbot.keyClick(box, Qt.Key.Key_Z, held)
    assert box.toPlainText() == "Hello? Again"
    edited = panel.composer.edited
    assert edited is not None
    assert edited.message_id == views(panel)[0].message.message_id
    panel._stop()
    assert box.toPlainText() == "my next message"
    panel.composer.insert(views(panel)[0].message, after=True)
    qtbot.keyClicks(box, "Between")
    panel._stop()
    qtbot.keyClick(box, Qt.Key.Key_Z, held)
    assert box.toPlainText() == "Between"
    assert panel.composer.insertion is not None
    panel._stop()
    panel.composer.clear()  # sent: what was given up before is over
    box.document().clearUndoRedoStacks()
    qtbot.keyClick(box, Qt.Key.Key_Z, held)
    assert (box.toPlainText(), panel.composer.is_elsewhere) == ("", False)


def test_an_edit_is_found_again_after_a_restart(panel, qtbot, context):
    say(panel, qtbot, "Hello?")
    message = views(panel)[0].message
    panel.sending.edit(message)
    panel.composer.box.setPlainText("Hello, other")
    kept = ChatDraft(edited_id=message.message_id, edited_text="Hello, other")
    eventually(
        panel,
        qtbot,
        lambda core: core.chats.drafts(),
        lambda drafts: drafts == {message.conversation_id: kept},
    )
    again = ChatPanel(context)
    qtbot.addWidget(again)
    again.restore_session({"conversation": message.conversation_id})
    qtbot.waitUntil(lambda: again.composer.edited is not None, timeout=WAIT_MS)
    assert again.composer.edited.message_id == message.message_id
    assert again.composer.box.toPlainText() == "Hello, other"


def test_the_text_of_an_earlier_version_of_the_program_is_not_lost(panel, qtbot):
    say(panel, qtbot, "Hello?")
    conversation = panel.model.current
    panel.list.create_wanted.emit()
    panel.restore_session({"conversation": conversation, "text": "old draft", "system": "Be old."})
    qtbot.waitUntil(lambda: panel.model.shown_key == conversation, timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "old draft"
    qtbot.waitUntil(lambda: panel.model.last_system == "Be old.", timeout=WAIT_MS)
    assert panel.system.text == ""


def test_a_refused_message_is_back_in_the_box_and_leaves_no_conversation(panel, qtbot, monkeypatch):
    gone = ChatOptions(model="/gone/model.gguf")
    monkeypatch.setattr(panel.composer, "options", lambda _system: gone)
    for _ in range(3):
        panel.composer.box.setPlainText("Hello?")
        qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
        qtbot.waitUntil(
            lambda: not panel.model.running and panel.banner.message != "", timeout=WAIT_MS
        )
        assert panel.composer.box.toPlainText() == "Hello?"
        panel.banner.hide()
    assert asked(panel, qtbot, lambda core: core.chats.all()) == ()


def test_a_system_prompt_is_not_sent_in_other_conversations(panel, qtbot, engine):
    panel.system.editor.setPlainText("Be brief.")
    say(panel, qtbot, "First")
    first = panel.model.current
    assert panel.system.text == "Be brief."
    panel.list.create_wanted.emit()
    assert panel.system.text == ""
    qtbot.waitUntil(lambda: panel.system.use_last.isVisibleTo(panel), timeout=WAIT_MS)
    say(panel, qtbot, "Second")
    prompt = "".join(segment.text for segment in engine.requests[-1].segments)
    assert "Be brief." not in prompt
    opened(panel, qtbot, first)
    assert panel.system.text == "Be brief."
    qtbot.waitUntil(lambda: "token" in panel.system.section.note.text(), timeout=WAIT_MS)
    panel.list.create_wanted.emit()
    panel.system.use_last.click()
    assert panel.system.text == "Be brief."


def test_a_system_prompt_that_is_not_sent_yet_stays_in_its_conversation(panel, qtbot):
    first, second = two_conversations(panel, qtbot)
    panel.system.editor.setPlainText("Only here.")
    assert "next message" in panel.system.later.text()
    opened(panel, qtbot, first)
    assert panel.system.text == ""
    opened(panel, qtbot, second)
    assert panel.system.text == "Only here."


def test_sampling_and_strategy_belong_to_the_conversation(panel, qtbot):
    panel.composer.sampling.set_values({"temperature": 0.1, "seed": 5})
    panel.composer.strategy.choose("cot")
    first, second = two_conversations(panel, qtbot)
    assert panel.composer.sampling.values()["temperature"] != 0.1
    assert panel.composer.strategy.strategy == "direct"
    panel.composer.sampling.set_values({"temperature": 0.9})
    opened(panel, qtbot, first)
    assert panel.composer.sampling.values()["temperature"] == 0.1
    assert panel.composer.sampling.seed == 5
    assert panel.composer.strategy.strategy == "cot"
    opened(panel, qtbot, second)
    qtbot.waitUntil(lambda: panel.composer.sampling.values()["temperature"] == 0.9, timeout=WAIT_MS)


def test_an_answer_elsewhere_does_not_take_the_window_away(panel, qtbot, engine):
    say(panel, qtbot, "First")
    first = panel.model.current
    panel.list.create_wanted.emit()
    engine.delay_seconds = 0.01
    live = panel.model.live
    seen: list[bool] = []  # of each change: a look now and then could miss the whole answer
    live.listed.connect(lambda: seen.append(live.any))
    panel.composer.box.setPlainText("Second")
    panel.composer.box.send_wanted.emit()
    panel.list.chosen.emit(first)
    qtbot.waitUntil(lambda: seen[:1] == [True] and not seen[-1], timeout=WAIT_MS)
    assert panel.model.current == first
    assert texts(panel)[0] == "First"
    assert not panel.composer.send.is_stop


def test_undo_stays_in_the_conversation(panel, qtbot):
    first, _second = two_conversations(panel, qtbot)
    panel.composer.box.setPlainText("for the second")
    opened(panel, qtbot, first)
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.composer.box.toPlainText() == ""


def test_the_head_of_a_folded_system_prompt_says_which_it_is(panel, qtbot):
    panel.system.editor.setPlainText("Be short.")
    say(panel, qtbot, "First")
    assert panel.system.section.note.text().endswith("Be short.")
    assert "next message" not in panel.system.section.note.text()
    panel.system.open_editor()
    assert "Be short." not in panel.system.section.note.text()
    panel.system.editor.setPlainText("Be long.")
    panel.system.section.head.click()
    assert panel.system.section.note.text().endswith("from the next message on · Be long.")


def test_an_answer_in_chat_is_all_that_was_written(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["Answer: 4\nIs that enough?"]
    say(panel, qtbot, 'What is 2 + 2? Finish with one line: "Answer:" and the number.')
    assert texts(panel)[-1].endswith("Is that enough?")
    assert panel.sending.options.params["extraction"] == "whole"
    assert panel.composer.parameters.summary() == "Parameters"
