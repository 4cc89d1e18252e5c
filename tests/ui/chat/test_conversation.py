"""A conversation in Chat: answers as they come, versions, the context, what is deleted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.chat.driving import asked, at_rest, brought, message, say, settled, texts, views
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.runs.run_state import CallState, RunState, SampleState
from workbench.domain.runs.sampling import Sampling
from workbench.domain.views import ChatMessage
from workbench.history.chats import message_tree
from workbench.ui.chat.message_view import MessageView
from workbench.ui.kit.buttons import IconButton


def test_switching_a_version_keeps_the_place(panel, qtbot):
    say(panel, qtbot, "First")
    for number in range(8):
        say(panel, qtbot, f"Question {number} " + "word " * 200)
    assert len(panel.model.messages) == 18
    panel.transcript.show_message(2)
    old = panel.model.messages[2]
    panel.sending.edit(old)
    panel.composer.box.setPlainText("Another " + "word " * 200)
    panel.composer.box.send_wanted.emit()
    qtbot.waitUntil(lambda: len(panel.model.messages) == 4, timeout=WAIT_MS)
    settled(panel, qtbot)
    view = panel.transcript.show_message(2)
    at_rest(panel.transcript, qtbot)
    top = view.y()
    view.versions.earlier.setFocus()
    assert view.versions.earlier.isEnabled()
    view.versions.earlier.click()
    qtbot.waitUntil(lambda: len(panel.model.messages) == 18, timeout=WAIT_MS)
    at_rest(panel.transcript, qtbot)
    assert panel.transcript.views[2].y() == top
    assert QApplication.focusWidget() is panel.transcript.views[2].versions.earlier
    qtbot.keyClicks(QApplication.focusWidget(), "typed")
    assert panel.composer.box.toPlainText().endswith("typed")


def test_typing_anywhere_in_the_page_goes_into_the_message(panel, qtbot):
    say(panel, qtbot, "Hello?")
    panel.transcript.setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "hello")
    assert panel.composer.box.toPlainText() == "hello"
    assert panel.composer.box.hasFocus()


def test_send_becomes_stop_and_stays_the_same_widget_with_its_focus(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["one two three " * 300]
    engine.delay_seconds = 0.01
    panel.composer.box.setPlainText("Count")
    panel.composer.send.setFocus()
    panel.composer.send.click()
    assert panel.composer.send.is_stop
    assert panel.composer.send.accessibleName() == "Stop"
    assert panel.composer.send.hasFocus()
    qtbot.waitUntil(lambda: len(texts(panel)) == 2 and bool(texts(panel)[1]), timeout=WAIT_MS)
    panel.composer.send.click()
    qtbot.waitUntil(lambda: not panel.composer.send.is_stop, timeout=WAIT_MS)
    assert panel.composer.send.hasFocus()
    settled(panel, qtbot)
    go_on = views(panel)[-1].go_on
    assert go_on.isVisibleTo(panel)
    before = texts(panel)[-1]
    engine.delay_seconds = 0.0
    engine.rule = lambda _prompt: [" and so on."]
    go_on.click()
    qtbot.waitUntil(lambda: texts(panel)[-1] == before + " and so on.", timeout=WAIT_MS)
    assert len(panel.model.messages) == 2
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: "new token" in views(panel)[-1].footer.text(), timeout=WAIT_MS)


def test_an_answer_of_a_strategy_is_continued_directly_and_that_is_written(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["one two three four five"]
    panel.composer.strategy.choose("cot")
    panel.composer.sampling.set_values({"max_tokens": 2})
    say(panel, qtbot, "Count.")
    go_on = views(panel)[-1].go_on
    assert go_on.isVisibleTo(panel)
    assert go_on.accessibleName() == "Continue directly"
    assert "in one call" in go_on.toolTip()


def test_an_answer_that_ends_before_it_is_followed_is_shown(panel, qtbot, monkeypatch):
    follow = panel.bridge.follow
    monkeypatch.setattr(panel.bridge, "follow", lambda *_: None)  # no event will ever come
    panel.composer.box.setPlainText("Hello?")
    panel.composer.box.send_wanted.emit()
    settled(panel, qtbot)
    assert texts(panel) == ["Hello?", "Answer number 1."]
    assert not panel.composer.send.is_stop
    monkeypatch.setattr(panel.bridge, "follow", follow)
    say(panel, qtbot, "And now?")
    assert texts(panel)[-1] == "Answer number 2."


def test_an_answer_is_whole_when_one_comes_back_to_it(panel, qtbot, engine):
    say(panel, qtbot, "First")
    first = panel.model.current
    panel.list.create_wanted.emit()
    words = "one two three four five six seven eight nine ten " * 12
    engine.rule = lambda _prompt: [words.strip()]
    engine.delay_seconds = 0.02
    panel.composer.box.setPlainText("Count")
    panel.composer.box.send_wanted.emit()
    qtbot.waitUntil(lambda: len(texts(panel)) == 2 and bool(texts(panel)[1]), timeout=WAIT_MS)
    counting = panel.model.current
    panel.list.chosen.emit(first)
    qtbot.waitUntil(lambda: panel.model.shown_key == first, timeout=WAIT_MS)
    panel.list.chosen.emit(counting)
    qtbot.waitUntil(lambda: panel.model.shown_key == counting, timeout=WAIT_MS)
    qtbot.wait(200)
    assert texts(panel)[1].startswith("one two")
    panel.model.stop()
    settled(panel, qtbot)


def test_thoughts_are_there_after_a_restart(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["<think>Two and two, hm.</think>\n\nFour."]
    say(panel, qtbot, "2 + 2?")
    conversation = panel.model.current
    panel.list.create_wanted.emit()
    panel.model.open(conversation)
    qtbot.waitUntil(lambda: len(views(panel)) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: views(panel)[1].has_thought, timeout=WAIT_MS)
    assert views(panel)[1].thinking.text == "Two and two, hm."


def test_before_the_first_token_an_answer_is_waited_for_and_not_thought_about(qtbot):
    message = ChatMessage(message_id=2, conversation_id=1, parent_id=1, role="assistant",
                          text="", created_at=0.0, run_id=1, run_status="running")  # fmt: skip
    view = MessageView(message)
    qtbot.addWidget(view)
    call = CallState("0/answer", "0", "answer", (), [SampleState()], 0.0, prompt_tokens=9)
    state = RunState(run_id=1, calls={"0/answer": call})
    call.read_tokens = 4
    view.show_run(state, "")
    assert view.note.text() == "reading 4 of 9"
    call.read_tokens = 9
    view.show_run(state, "")
    assert view.note.text() == "waiting for the first token"


def test_an_answer_without_text_says_so(panel, qtbot, engine):
    engine.rule = lambda _prompt: ["<think>" + "hm " * 400 + "</think>never"]
    panel.composer.sampling.set_values({"max_tokens": 8})
    say(panel, qtbot, "2 + 2?")
    view = views(panel)[-1]
    assert view.body.text == ""
    assert "during the reasoning" in view.empty.text()
    assert view.empty.isVisibleTo(panel)
    assert not view.go_on.isVisibleTo(panel)


def test_what_was_brought_from_elsewhere_can_be_copied_and_answered_again(panel, qtbot, qapp):
    brought(panel, qtbot, "Make 24", "10 - 4 = 6")
    view = views(panel)[1]
    names = {each.accessibleName(): each for each in view._foot.children() if each.isWidgetType()}
    assert names["Copy as Markdown"].isVisibleTo(panel)
    assert not names["Open the run in History"].isVisibleTo(panel)
    names["Copy as Markdown"].click()
    assert qapp.clipboard().text() == "10 - 4 = 6"
    own = {each.accessibleName(): each for each in views(panel)[0].findChildren(IconButton)}
    own["Copy"].click()
    assert qapp.clipboard().text() == "Make 24"
    names["Another answer"].click()
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel) == ["Make 24", "Answer number 1."], timeout=WAIT_MS)


def test_an_unanswered_message_offers_to_be_answered(panel, qtbot):
    brought(panel, qtbot, "Alone")
    assert views(panel)[0].go_on.isVisibleTo(panel)
    views(panel)[0].go_on.click()
    settled(panel, qtbot)
    assert texts(panel) == ["Alone", "Answer number 1."]
    assert not views(panel)[0].go_on.isVisibleTo(panel)


def test_a_full_context_says_the_ways_on(panel, qtbot, engine):
    say(panel, qtbot, "word " * 20_000)
    qtbot.waitUntil(lambda: "too long by" in views(panel)[-1].banner.message, timeout=WAIT_MS)
    assert "larger context" in views(panel)[-1].banner.message


def test_the_context_counts_the_branch_that_is_shown(panel, qtbot):
    say(panel, qtbot, "word " * 60)
    with qtbot.waitSignal(panel.sight.numbers.counted, timeout=WAIT_MS):
        panel.sight.numbers.count()  # what was counted while the answer came is less
    long = panel.composer.context.text()
    panel.sending.edit(panel.model.messages[0])
    say(panel, qtbot, "short")
    qtbot.waitUntil(lambda: panel.composer.context.text() not in ("", long), timeout=WAIT_MS)
    panel.transcript.show_message(0)
    panel.branches.show_version(panel.model.messages[0], panel.model.messages[0].sibling_ids[0])
    qtbot.waitUntil(lambda: panel.composer.context.text() == long, timeout=WAIT_MS)
    panel.list.create_wanted.emit()
    qtbot.waitUntil(lambda: panel.composer.context.text().startswith("0 / "), timeout=WAIT_MS)


def test_the_context_of_an_edit_is_what_leads_to_the_message_and_the_text(panel, qtbot):
    def used():
        report = panel.sight.report
        return report.sent_messages, report.of("draft")

    say(panel, qtbot, "word " * 60)
    say(panel, qtbot, "word " * 90)
    qtbot.waitUntil(lambda: used() == (4, 0), timeout=WAIT_MS)
    panel.sending.edit(panel.model.messages[2])
    qtbot.waitUntil(lambda: used() == (2, 90), timeout=WAIT_MS)
    panel.composer.box.setPlainText("only three words")
    qtbot.waitUntil(lambda: used() == (2, 3), timeout=WAIT_MS)
    panel.sending.end_edit()
    qtbot.waitUntil(lambda: used() == (4, 0), timeout=WAIT_MS)


def test_up_shows_the_message_that_it_edits(panel, qtbot):
    brought(panel, qtbot, "The question", "An answer\n" * 100)
    at_rest(panel.transcript, qtbot)
    panel.composer.box.setFocus()
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Up)
    assert panel.composer.box.toPlainText() == "The question"
    assert 0 in panel.transcript.shown_places


def test_a_continued_answer_counts_its_new_tokens_as_such(panel, qtbot):
    say(panel, qtbot, "Hello?")
    assert " new token" not in views(panel)[-1].footer.text()
    panel.sending.go_on_last()
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: "Answer number 2." in texts(panel)[-1], timeout=WAIT_MS)
    assert texts(panel)[-1].startswith("Answer number 1.")
    assert " new tokens · " in views(panel)[-1].footer.text()


def test_a_conversation_opens_at_its_end_whatever_the_one_before_had(panel, qtbot):
    brought(panel, qtbot, *[f"Message {number} " + "word " * 40 for number in range(30)])
    long = panel.model.current
    brought(panel, qtbot, "A short one")
    panel.system.editor.setPlainText("Be brief.")
    panel.system.show_last("Be kind.")  # the button that offers it makes the header higher
    at_rest(panel.transcript, qtbot)
    panel.model.open(long, None)
    qtbot.waitUntil(lambda: len(panel.model.messages) == 30, timeout=WAIT_MS)
    at_rest(panel.transcript, qtbot)
    bar = panel.transcript.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_a_hit_of_a_search_is_scrolled_to_on_its_branch(panel, qtbot):
    brought(panel, qtbot, *[f"Message {number} " + "word " * 40 for number in range(60)])
    conversation = panel.model.current
    hidden = panel.model.messages[4]
    add = ("user", "kestrels here")
    asked(
        panel,
        qtbot,
        lambda core: core._core.store.write(
            message_tree.add_message, conversation, hidden.parent_id, *add
        ),
    )
    panel.model.read_messages()
    qtbot.waitUntil(lambda: len(panel.model.messages) == 5, timeout=WAIT_MS)
    panel.list.create_wanted.emit()
    panel.handle(
        {"conversation_id": conversation, "message_id": hidden.message_id, "words": "Message 4"}
    )
    qtbot.waitUntil(lambda: len(panel.model.messages) == 60, timeout=WAIT_MS)
    at_rest(panel.transcript, qtbot)
    assert 0 <= panel.transcript.views[4].y() < panel.transcript.height()
    assert panel.finding.bar.words == "Message 4"


def test_delete_takes_a_conversation_away_and_it_comes_back(panel, qtbot):
    say(panel, qtbot, "Hello?")
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 1, timeout=WAIT_MS)
    panel.list.list.setFocus()
    qtbot.keyClick(panel.list.list, Qt.Key.Key_Backspace)
    assert panel.model.current is not None
    qtbot.keyClick(panel.list.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.model.conversations == (), timeout=WAIT_MS)
    assert panel.model.current is None
    panel.banner.remedy.click()
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 1, timeout=WAIT_MS)


def test_every_control_of_a_full_page_has_a_name(panel, qtbot):
    panel.composer.sampling.set_values({"max_tokens": 1} | {"temperature": Sampling().temperature})
    say(panel, qtbot, "Hello?")
    panel.finding.open()
    panel.system.open_editor()
    assert unnamed(panel) == []


def test_tools_and_thoughts_of_other_programs_are_closed(qtbot):
    made = MessageView(message(1, "the answer", reasoning="let me think", author="other-7b"))
    qtbot.addWidget(made)
    assert made.name.text() == "other-7b"
    assert made.has_thought
    assert not made.thought.is_open
    assert made.thought.text.text == "let me think"
    assert made.body.text == "the answer"
    made.set_message(message(3, '{"q": 1}', kind="tool_call"))
    assert made.tool is not None
    assert not made.tool.is_open
    assert made.tool.head.text() == "Asked a tool"
    assert made.tool.text.text == '{"q": 1}'
    assert made.body.isHidden()
    assert not made.has_thought
    made.set_message(message(5, "and so"))
    assert made.tool.isHidden()
    assert not made.body.isHidden()
