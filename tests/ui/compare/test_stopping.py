"""Stop, on an engine that writes as slowly as a real one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, wait
from tests.ui.conftest import WAIT_MS
from workbench.domain.views import RunSummary
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.bridge import Bridge
from workbench.ui.compare.panel import ComparePanel


@pytest.fixture(scope="module")
def engine() -> SimulatedEngine:
    return SimulatedEngine(["word " * 400] * 8, tokens_per_second=40)


def test_stop_ends_all_and_keeps_the_text(panel: ComparePanel, qtbot: QtBot) -> None:
    for strategy in ("self_consistency", "tree_of_thought"):
        column_of(panel, strategy).menu.remove.trigger()
    assert len(panel.views) == 2
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    assert not panel.bar.run.isVisible()
    texts = [view.sections[1].text for view in panel.views]  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: all(text.text.count("word") > 2 for text in texts), timeout=WAIT_MS)
    qtbot.mouseClick(panel.bar.stop, Qt.MouseButton.LeftButton)
    wait(panel, qtbot)
    assert [view.state.text() for view in panel.views] == ["Cancelled"] * 2
    assert all(text.text.startswith("word word") for text in texts)
    assert panel.bar.run.isVisible()


def test_stop_before_anything_began_cancels_what_begins(
    panel: ComparePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.bar.stop, Qt.MouseButton.LeftButton)
    assert [view.state.text() for view in panel.views] == ["Cancelled"] * 4
    assert panel.bar.run.isVisible()
    group = panel.model.group
    seen: list[list[str]] = []

    def look() -> None:
        bridge.call(lambda core: core.list_runs(group=group), note)

    def note(runs: tuple[RunSummary, ...]) -> None:
        seen.append([run.status for run in runs])
        if seen[-1] != ["cancelled"] * 4:
            look()

    look()
    qtbot.waitUntil(lambda: seen[-1:] == [["cancelled"] * 4], timeout=WAIT_MS)
