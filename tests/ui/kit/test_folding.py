"""Side panes that fold before the centre has too little room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from tests.ui.conftest import WAIT_MS
from workbench.ui.kit import column
from workbench.ui.kit.panes.folding import STRIP, FoldingPane, FoldingSplitter


def sized(least: int) -> QFrame:
    frame = QFrame()
    frame.setMinimumWidth(least)
    return frame


@pytest.fixture
def splitter(qtbot) -> Iterator[FoldingSplitter]:
    left, right = FoldingPane("Library", sized(168)), FoldingPane("Rendered", sized(280))
    made = FoldingSplitter(left, sized(480), right)
    window = QFrame()
    window.setLayout(column(made, gap=0))
    qtbot.addWidget(window)
    window.resize(1300, 600)
    window.show()
    yield made
    window.close()


def folded(splitter: FoldingSplitter) -> list[bool]:
    return [pane.folded for pane in splitter.panes]


def test_panes_fold_one_after_the_other_and_open_again(splitter):
    assert folded(splitter) == [False, False]
    for width, expected in (
        (940, [False, False]),
        (900, [True, False]),
        (700, [True, True]),
        (900, [True, False]),
        (1300, [False, False]),
    ):
        splitter.window().resize(width, 600)
        assert folded(splitter) == expected
        assert splitter.sizes()[1] >= 480
    assert splitter.sizes()[0] == 224


def test_a_pane_that_is_opened_by_hand_folds_the_other(splitter, qtbot):
    splitter.window().resize(850, 600)
    assert folded(splitter) == [True, False]
    qtbot.mouseClick(splitter.panes[0].strip, Qt.MouseButton.LeftButton)
    assert folded(splitter) == [False, True]


def test_a_pane_that_was_folded_by_hand_stays_so(splitter):
    splitter.toggle(splitter.panes[0])
    assert splitter.sizes()[0] == STRIP
    splitter.window().resize(1600, 600)
    assert folded(splitter) == [True, False]
    kept = splitter.wanted(), splitter.folded_by_hand()
    assert kept == ([224, 720, 414], [0])
    splitter.toggle(splitter.panes[0])
    assert splitter.sizes()[0] == 224
    splitter.restore(*kept)
    assert folded(splitter) == [True, False]


def test_a_tool_that_needs_room_folds_the_library(splitter, qtbot):
    splitter.window().resize(1000, 600)
    splitter.panes[1].content.setMinimumWidth(400)
    qtbot.waitUntil(lambda: folded(splitter) == [True, False], timeout=WAIT_MS)
