"""Stop, on an engine that writes as slowly as a real one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, wait
from tests.ui.conftest import WAIT_MS
from workbench.domain.views import RunFilter, RunSummary
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.bridge import Bridge
from workbench.ui.compare.panel import ComparePanel


@pytest.fixture
def engine() -> SimulatedEngine:
    text = "word word " + " ".join(f"word {number}" for number in range(200))
    return SimulatedEngine(lambda _prompt: [text] * 8, tokens_per_second=40)


def test_stop_ends_all_and_keeps_the_text(panel: ComparePanel, qtbot: QtBot) -> None:
    for strategy in ("self_consistency", "tree_of_thought"):
        column_of(panel, strategy).menu.remove.trigger()
    assert len(panel.views) == 2
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    assert not panel.bar.run.isVisible()
    assert panel.at_work() == "A comparison is running."  # asked about before the window closes
    texts = [view.sections[1].text for view in panel.views]  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: all(text.text.count("word") > 2 for text in texts), timeout=WAIT_MS)
    qtbot.mouseClick(panel.bar.stop, Qt.MouseButton.LeftButton)
    wait(panel, qtbot)
    assert [view.state.text() for view in panel.views] == ["Stopped"] * 2
    assert panel.at_work() == ""
    assert all(text.text.startswith("word word") for text in texts)
    assert panel.bar.run.isVisible()


def test_stop_before_anything_began_cancels_what_begins(
    panel: ComparePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.bar.stop, Qt.MouseButton.LeftButton)
    assert [view.state.text() for view in panel.views] == ["Stopped"] * 4
    assert panel.bar.run.isVisible()
    group = panel.model.group
    seen: list[list[str]] = []

    def look() -> None:
        bridge.call(lambda core: core.history.list_runs(wanted=RunFilter(group=group)), note)

    def note(runs: tuple[RunSummary, ...]) -> None:
        seen.append([run.status for run in runs])
        if seen[-1] != ["cancelled"] * 4:
            look()

    look()
    qtbot.waitUntil(lambda: seen[-1:] == [["cancelled"] * 4], timeout=WAIT_MS)


def test_how_long_is_told_from_what_is_written_now(panel: ComparePanel, qtbot: QtBot) -> None:
    (direct, *others) = [view.model for view in panel.views]
    for each in others:
        panel.model.remove_column(each)
    panel.bar.repeats.setValue(1)
    cell, costs = direct.cells[0], panel.status.costs
    for begin in (panel.model.run_all, panel.model.resume_all, panel.model.run_all):
        begin()
        qtbot.waitUntil(
            lambda: (
                cell.phase == "running" and cell.expected_tokens > 0 and costs._since(cell)[0] > 4
            ),
            timeout=WAIT_MS,
        )
        assert costs._since(cell)[0] < 200
        assert costs._since(cell)[1] == 0
        assert costs.progress()[0] < 0.5
        panel.model.stop_all()
        wait(panel, qtbot)


def test_what_was_stopped_is_told_and_goes_on(
    panel: ComparePanel,
    engine: SimulatedEngine,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    for strategy in ("direct", "cot", "tree_of_thought"):
        column_of(panel, strategy).menu.remove.trigger()
    panel.bar.repeats.setValue(2)
    (view,) = panel.views
    view.model.set_params({"paths": 2})
    qtbot.mouseClick(panel.bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: all(
            cell.state is not None and cell.state.generated_tokens > 4 for cell in view.model.cells
        ),
        timeout=WAIT_MS,
    )
    qtbot.mouseClick(panel.bar.stop, Qt.MouseButton.LeftButton)
    wait(panel, qtbot)
    assert view.state.text() == "Stopped"
    assert view.banner.message == "2 of 2 runs were stopped"
    assert panel.status.message == "Stopped: 0 of 2 runs are done"
    votes = view.sections[2]
    assert votes.note.text() == "0 of 2 paths are done"
    assert votes.tie.text() == "Stopped before the count"  # type: ignore[attr-defined]
    before = [cell.run_id for cell in view.model.cells]
    engine.delay_seconds = 0.0
    qtbot.mouseClick(panel.status.buttons[0], Qt.MouseButton.LeftButton)
    wait(panel, qtbot)
    assert [cell.run_id for cell in view.model.cells] == before
    states = [cell.state for cell in view.model.cells if cell.state is not None]
    assert [(state.status, state.error) for state in states] == [("done", None)] * 2
    assert view.state.text() == "Done"
    assert votes.note.text() == "no answers"
    assert view.banner.message == ""
