"""Messages that wait while an answer is written, and are sent one after another."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import Qt

from tests.ui.chat.driving import asked, say, texts
from tests.ui.conftest import WAIT_MS
from workbench.domain.chat import ChatDraft, WaitingMessage
from workbench.domain.transcripts import Part
from workbench.engine.simulated import SimulatedEngine


class HeldEngine(SimulatedEngine):
    """Begins to answer when it may."""

    def __init__(self) -> None:
        count = iter(range(1, 100))
        self.may = threading.Event()
        self.may.set()
        super().__init__(lambda _prompt: [f"Answer number {next(count)}."])

    async def generate(self, request):
        await asyncio.to_thread(self.may.wait, WAIT_MS / 1000)
        async for frame in super().generate(request):
            yield frame


@pytest.fixture
def engine() -> HeldEngine:
    return HeldEngine()


def send(panel, qtbot, *messages):
    for text in messages:
        panel.composer.box.setPlainText(text)
        qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)


def waiting(panel):
    return [each.text for each in panel.sending.waiting.of(panel.model.shown_key)]


def begin(panel, qtbot, engine):
    """A conversation in which an answer is being written."""
    say(panel, qtbot, "One")
    engine.may.clear()
    send(panel, qtbot, "Two")
    qtbot.waitUntil(lambda: len(panel.model.messages) == 4, timeout=WAIT_MS)


def test_what_is_sent_meanwhile_waits_and_is_sent_in_order(panel, qtbot, engine):
    begin(panel, qtbot, engine)
    panel.composer.box.setPlainText("Three")
    assert panel.composer.queue.isVisibleTo(panel.composer)
    panel.composer.queue.click()
    send(panel, qtbot, "Four")
    strip = panel.sending.waiting.strip
    assert waiting(panel) == ["Three", "Four"]
    assert strip.isVisibleTo(panel)
    assert not strip.send.isVisibleTo(panel)
    assert panel.composer.box.toPlainText() == ""
    panel.composer.box.setPlainText("still typing")
    engine.may.set()
    qtbot.waitUntil(lambda: texts(panel)[-1:] == ["Answer number 4."], timeout=WAIT_MS)
    assert texts(panel)[4:] == ["Three", "Answer number 3.", "Four", "Answer number 4."]
    qtbot.waitUntil(lambda: not strip.isVisibleTo(panel), timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "still typing"
    panel.model.drafts.flush()
    kept = asked(panel, qtbot, lambda core: core.chats.drafts())
    assert kept[panel.model.current] == ChatDraft(text="still typing")


def test_it_is_sent_also_where_another_conversation_is_shown(panel, qtbot, engine):
    begin(panel, qtbot, engine)
    first = panel.model.current
    send(panel, qtbot, "Three")
    panel.list.create_wanted.emit()
    assert not panel.sending.waiting.strip.isVisibleTo(panel)
    engine.may.set()

    def is_answered():
        messages = asked(panel, qtbot, lambda core: core.chats.messages(first))
        return len(messages) == 6 and messages[-1].run_status == "done"

    qtbot.waitUntil(is_answered, timeout=WAIT_MS)
    assert panel.model.current is None
    assert panel.sending.waiting.of(first) == ()


def test_after_a_stop_it_waits_until_the_user_sends_it(panel, qtbot, engine):
    begin(panel, qtbot, engine)
    send(panel, qtbot, "Three", "Four")
    panel.composer.stopped.emit()
    strip = panel.sending.waiting.strip
    qtbot.waitUntil(lambda: strip.send.isVisibleTo(panel), timeout=WAIT_MS)
    assert "stopped" in strip.note.text()
    assert waiting(panel) == ["Three", "Four"]
    engine.may.set()
    strip.cancelled.emit(0)
    assert panel.composer.box.toPlainText() == "Three"
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)
    strip.send.click()
    qtbot.waitUntil(lambda: texts(panel)[4:5] == ["Four"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: waiting(panel) == [], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)


def test_what_waited_at_the_end_of_the_program_is_there_again_and_not_sent(panel, qtbot):
    say(panel, qtbot, "One")
    chat = panel.model.current
    part = Part(kind="file", name="a.md", text="words")
    left = (WaitingMessage(text="Two", attachments=(part,)),)
    panel.list.create_wanted.emit()
    panel.model.drafts.set(chat, ChatDraft(waiting=left))
    panel.model.open(chat)
    strip = panel.sending.waiting.strip
    qtbot.waitUntil(lambda: strip.send.isVisibleTo(panel), timeout=WAIT_MS)
    assert strip.note.text() == "Not sent when the program ended:"
    strip.cancelled.emit(0)
    assert panel.composer.box.toPlainText() == "Two"
    assert panel.composer.files.parts == (part,)
    assert waiting(panel) == []
