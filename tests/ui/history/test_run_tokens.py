"""The answer of a run in tokens: tinted, and gone on with from another token."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, ask
from workbench.domain.chat import ChatOptions
from workbench.domain.runs.sampling import Sampling
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.history.panel import HistoryPanel


@pytest.fixture
def engine() -> SimulatedEngine:
    texts = iter(f"Answer number {number}." for number in range(1, 100))
    return SimulatedEngine(lambda _prompt: [next(texts)])


@pytest.fixture
def answer(bridge):
    """An answer in a conversation, with three alternatives at each token."""

    async def work(core):
        sent = await core.chats.send(None, "Hello", ChatOptions(sampling=Sampling(logprobs=3)))
        await core.runs.wait(sent.run_id)
        return sent

    return ask(bridge, work)


def test_a_token_of_a_chats_run_begins_a_branch_of_the_chat(answer, bridge, context, going, qtbot):
    panel = HistoryPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1376, 800)
    panel.show()
    panel.handle({"run_id": answer.run_id})
    tokens = panel.view.tokens
    qtbot.waitUntil(lambda: panel.opened.state is not None, timeout=WAIT_MS)
    qtbot.waitUntil(tokens.isVisible, timeout=WAIT_MS)
    assert not tokens.part.text.found.tokens  # folded: nothing is read
    qtbot.mouseClick(tokens.head, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(tokens.part.text.found.tokens) == 4, timeout=WAIT_MS)
    text = tokens.part.text
    text.point(2)
    text.entered.emit(2)
    rows = tokens.popover.over.rows
    other = rows.choices[1][0]
    rows.choose(1)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(going.places), timeout=WAIT_MS)
    where, request = going.places[-1]
    assert (where, request["conversation_id"]) == ("chat", answer.conversation_id)

    async def branch(core):
        messages = await core.chats.messages(answer.conversation_id)
        await core.runs.wait(messages[-1].run_id)
        return (await core.chats.messages(answer.conversation_id))[-1]

    found = ask(bridge, branch)
    assert found.message_id == request["message_id"]
    assert found.text.startswith(f"Answer number{other}")
    assert len(found.sibling_ids) == 2
