"""The Compare workspace on a prompt of one line."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import SOURCE
from tests.ui.conftest import WAIT_MS
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.panels import Context


@pytest.fixture
def panel(context: Context, qtbot: QtBot) -> ComparePanel:
    made = ComparePanel(context)
    made.model.set_repeats(1)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: len(made.views) == 4 and bool(made.model.question), timeout=WAIT_MS)
    made.handle({"path": "/tmp/sticks.prompty", "text": SOURCE, "variables": {"count": "12"}})
    qtbot.waitUntil(lambda: "12 sticks" in made.model.question, timeout=WAIT_MS)
    return made
