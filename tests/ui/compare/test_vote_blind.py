"""Blind votes on the columns of a comparison."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import run
from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.bridge import Bridge
from workbench.ui.compare.panel import ComparePanel


@pytest.fixture
def engine() -> SimulatedEngine:
    """Direct and the chain of thought answer with different texts."""
    return SimulatedEngine(
        lambda prompt: ["Step by step.\nAnswer: 17" if "step" in prompt else "At once.\nAnswer: 17"]
    )


def test_columns_are_voted_on_without_their_names_and_votes_are_kept(
    panel: ComparePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    for view in panel.views[2:]:
        panel.model.remove_column(view.model)
    panel.question.voting.click()
    page = panel.voting
    assert page is not None
    assert not panel.board.isVisible()
    assert not panel.summary.isVisible()
    qtbot.waitUntil(lambda: "Run all columns first" in page.empty.sentence.text(), timeout=WAIT_MS)
    run(panel, qtbot)
    qtbot.waitUntil(lambda: page.model.pair is not None, timeout=WAIT_MS)
    names = [view.model.info.title for view in panel.views]
    shown = [each.text() for each in page.findChildren(QLabel) if each.isVisible()]
    assert not [text for text in shown if any(name in text for name in names)]
    assert unnamed(page) == []
    left = page.model.pair.a.variant
    assert left in names
    page.ballot.keys["a"].click()
    qtbot.waitUntil(lambda: "All 1 pair of columns" in page.empty.sentence.text(), timeout=WAIT_MS)
    assert page.footer.last.text().startswith(f"{left} beat")
    given = page.source.evaluation
    assert given is not None
    state = ask(bridge, lambda core: core.votes.round(given))
    assert [(each.choice, each.pair.a.variant) for each in state.votes] == [("a", left)]
    page.empty.button.click()
    assert panel.board.isVisible()
    assert not panel.question.voting.isChecked()
