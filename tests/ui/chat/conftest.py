"""A model that counts its answers, and Chat with it."""

from __future__ import annotations

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.engine.simulated import SimulatedEngine
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
