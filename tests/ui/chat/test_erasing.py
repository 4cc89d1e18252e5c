"""Deleting a conversation for good from the list."""

from __future__ import annotations

from tests.ui.chat.driving import say
from tests.ui.conftest import WAIT_MS, ask


def test_a_conversation_is_deleted_for_good_with_its_runs(panel, qtbot, going):
    say(panel, qtbot, "Hello?")
    chat = panel.model.current
    run_id = panel.model.messages[-1].run_id
    qtbot.waitUntil(lambda: bool(panel.model.conversations), timeout=WAIT_MS)
    panel.eraser.confirm = lambda _preview: True
    panel.list.erase_wanted.emit(chat)
    qtbot.waitUntil(lambda: not panel.model.conversations, timeout=WAIT_MS)
    assert panel.model.current is None
    assert panel.model.messages == ()
    assert "1 conversation and 1 run" in going.notices[-1]
    assert ask(panel.bridge, lambda core: core.runs.events(run_id)) == []
