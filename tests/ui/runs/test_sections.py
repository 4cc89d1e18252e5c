"""The foldable sections of a run's view: buttons and folds."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.tree.samples import game_of_24
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.ui.runs.sections import SearchSection


def test_a_search_offers_its_tree_in_full(qtbot: QtBot) -> None:
    section = SearchSection()
    qtbot.addWidget(section)
    section.show_state(RunState())
    assert section.isHidden()
    section.show_state(fold_all(game_of_24()))
    section.show()
    with qtbot.waitSignal(section.tree_wanted):
        section.expand.click()
    assert section.expand.accessibleName() == "Open this search in Tree"
