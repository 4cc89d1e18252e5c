"""Deleting a run for good from its menu."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask
from tests.ui.history.test_history_panel import panel, runs
from workbench.domain.storage import ErasePreview
from workbench.ui.erasing import ASK
from workbench.ui.history.panel import HistoryPanel

__all__ = ["panel", "runs"]


def erase(panel: HistoryPanel, qtbot: QtBot, run_id: int) -> None:
    panel.opened.open(run_id)
    qtbot.waitUntil(
        lambda: panel.opened.state is not None and panel.opened.state.run_id == run_id,
        timeout=WAIT_MS,
    )
    next(each for each in panel.menu.actions() if each.text() == ASK).trigger()


def test_a_run_is_deleted_for_good_after_the_question(
    panel: HistoryPanel, runs: dict[str, int], qtbot: QtBot, going: Going
) -> None:
    run_id = runs["direct"]
    asked: list[ErasePreview] = []

    def confirm(preview: ErasePreview) -> bool:
        asked.append(preview)
        return len(asked) > 1

    panel.menu.eraser.confirm = confirm
    erase(panel, qtbot, run_id)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    assert [each for each, _ in asked[0].erasure.runs] == [run_id]
    assert ask(panel.bridge, lambda core: core.runs.events(run_id))
    erase(panel, qtbot, run_id)
    qtbot.waitUntil(lambda: "Deleted for good:" in " ".join(going.notices[-1:]),
                    timeout=WAIT_MS)  # fmt: skip
    assert panel.opened.run_id is None
    assert ask(panel.bridge, lambda core: core.runs.events(run_id)) == []
    qtbot.waitUntil(lambda: panel.runs.row_of(run_id) < 0, timeout=WAIT_MS)
