"""The Tree workspace with the search of the design picture."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import ask
from tests.ui.tree.driving import open_run
from tests.ui.tree.samples import game_of_24, record
from workbench.domain.runs import events as ev
from workbench.domain.runs.steering import PruneNode, SteerAction
from workbench.service.runs.steering import Steering
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.tree.panel import TreePanel


@pytest.fixture
def steered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the core; a pruned node comes back as an event, as in the product."""
    asked: list[Any] = []

    async def steer(part: Any, run_id: int, action: SteerAction) -> None:
        asked.append(action)
        if isinstance(action, PruneNode):
            event = ev.Pruned(nodes=(action.node,), reason="by hand")
            part._publish(ev.LoggedEvent(run_id, 10_000 + len(asked), 99.0, event))

    async def note(_part: Any, run_id: int) -> None:
        asked.append(run_id)

    monkeypatch.setattr(Steering, "steer", steer)
    monkeypatch.setattr(Steering, "pause", note)
    monkeypatch.setattr(Steering, "resume", note)
    return asked


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot, steered: list[Any]) -> TreePanel:
    """The search of the design picture, as far as it is there."""
    made = TreePanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 832)
    made.show()
    open_run(made, ask(bridge, lambda core: record(core, game_of_24())))
    return made
