"""Chat as a person uses it: write, read, stop, try again, branch, find again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.text import Message
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.ui.chat.panel import ChatPanel


@pytest.fixture
def engine() -> SimulatedEngine:
    texts = iter(f"Answer number {number}." for number in range(1, 100))
    return SimulatedEngine(lambda _prompt: [next(texts)])


@pytest.fixture
def panel(context, qtbot) -> ChatPanel:
    made = ChatPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    qtbot.waitUntil(lambda: bool(made.model.strategies), timeout=WAIT_MS)
    return made


def say(panel: ChatPanel, qtbot, text: str) -> None:
    panel.composer.box.setPlainText(text)
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    settled(panel, qtbot)


def settled(panel: ChatPanel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: bool(panel.views) and panel.views[-1].message.role == "assistant", timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: bool(panel.views[-1].footer.text()), timeout=WAIT_MS)


def texts(panel: ChatPanel) -> list[str]:
    return [view._streamed for view in panel.views]


def test_enter_sends_and_the_answer_appears(panel, qtbot):
    say(panel, qtbot, "Hello?")
    assert texts(panel) == ["Hello?", "Answer number 1."]
    assert "end of turn" in panel.views[-1].footer.text()
    assert panel.composer.box.toPlainText() == ""
    qtbot.waitUntil(lambda: panel.model.conversations[0].title == "Hello?", timeout=WAIT_MS)


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
    panel.views[-1].regenerate_wanted.emit(panel.views[-1].message)
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1] == "Answer number 2.", timeout=WAIT_MS)
    assert len(panel.views[-1].message.sibling_ids) == 2
    panel._step_version(-1)
    qtbot.waitUntil(lambda: texts(panel)[-1] == "Answer number 1.", timeout=WAIT_MS)


def test_editing_a_message_begins_a_branch_and_keeps_the_old_one(panel, qtbot):
    say(panel, qtbot, "Hello?")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Up)
    assert panel.composer.box.toPlainText() == "Hello?"
    say(panel, qtbot, "Goodbye?")
    qtbot.waitUntil(lambda: texts(panel) == ["Goodbye?", "Answer number 2."], timeout=WAIT_MS)
    assert len(panel.views[0].message.sibling_ids) == 2


def test_stop_keeps_what_was_written(context, qtbot, engine):
    engine._rule = lambda _prompt: ["one two three " * 400]
    engine._delay_seconds = 0.01
    panel = ChatPanel(context)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.model.strategies), timeout=WAIT_MS)
    panel.composer.box.setPlainText("Count.")
    panel.composer.box.send_wanted.emit()
    assert panel.composer.stop.isVisibleTo(panel)
    qtbot.waitUntil(lambda: len(panel.views) == 2 and bool(texts(panel)[1]), timeout=WAIT_MS)
    panel._stop()
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)
    assert texts(panel)[1].startswith("one two")
    assert "cancelled" in panel.views[-1].footer.text()


def test_a_dead_engine_is_said_under_the_message_and_can_be_tried_again(panel, qtbot, engine):
    engine.fail(Failure("die", after_tokens=1))
    say(panel, qtbot, "Hello?")
    qtbot.waitUntil(lambda: "crashed" in panel.views[-1].banner.message, timeout=WAIT_MS)
    panel.views[-1].banner._on_remedy()
    qtbot.waitUntil(lambda: panel.model.running, timeout=WAIT_MS)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1].startswith("Answer number"), timeout=WAIT_MS)


def test_conversations_are_found_again_and_a_deleted_one_comes_back(panel, qtbot, context):
    say(panel, qtbot, "A question about whales")
    first = panel.model.current
    panel._new()
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
    again.banner._on_remedy()
    qtbot.waitUntil(lambda: len(again.model.conversations) == 2, timeout=WAIT_MS)


def test_unsent_text_is_part_of_the_session(panel, context, qtbot):
    panel.composer.box.setPlainText("half a thou")
    again = ChatPanel(context)
    qtbot.addWidget(again)
    again.restore_session(panel.save_session())
    assert again.composer.box.toPlainText() == "half a thou"


def test_every_control_has_a_name(panel, qtbot):
    say(panel, qtbot, "Hello?")
    assert unnamed(panel) == []


def test_thinking_is_folded_away_from_the_answer_and_can_be_read(panel, qtbot, engine):
    engine._rule = lambda _prompt: ["<think>Two and two, hm.</think>\n\nFour."]
    say(panel, qtbot, "2 + 2?")
    view = panel.views[-1]
    assert view._streamed == "Four."
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
    qtbot.waitUntil(lambda: len(panel.views) == 2, timeout=WAIT_MS)
    assert texts(panel) == ["Make 24 of 4 5 6 10", "10 - 4 = 6"]
    assert panel.composer.system.toPlainText() == "Think in steps."
    qtbot.waitUntil(
        lambda: any("Make 24" in each.title for each in panel.model.conversations), timeout=WAIT_MS
    )
    say(panel, qtbot, "And then?")
    assert texts(panel)[2:] == ["And then?", "Answer number 1."]
