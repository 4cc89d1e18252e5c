"""Panes keep their shares of the room."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.kit import Splitter


def split(qtbot: QtBot, **options: bool) -> Splitter:
    panes = QWidget(), QWidget()
    for pane in panes:
        pane.setMinimumWidth(100)
    made = Splitter(*panes, **options)
    qtbot.addWidget(made)
    made.resize(1001, 300)
    made.setSizes([700, 300])
    made.show()
    return made


def test_shares_stay_when_the_window_changes_its_size(qtbot):
    made = split(qtbot)
    assert made.sizes() == [700, 300]
    made.resize(501, 300)
    assert made.sizes() == [350, 150]
    made.resize(1001, 300)
    assert made.sizes() == [700, 300]


def test_shares_come_back_after_a_window_that_was_too_small(qtbot):
    made = split(qtbot)
    made.resize(251, 300)
    assert made.sizes()[1] == 100, "no pane gets smaller than it can be"
    assert made.shares() == [700, 300]
    made.resize(1001, 300)
    assert made.sizes() == [700, 300]


def test_what_a_person_drags_is_the_new_share(qtbot):
    made = split(qtbot)
    made.moveSplitter(400, 1)
    made.resize(2001, 300)
    assert made.sizes() == [800, 1200]


def test_without_shares_the_stretch_decides(qtbot):
    made = split(qtbot, keeps_shares=False)
    made.setStretchFactor(1, 1)
    made.resize(1501, 300)
    assert made.sizes() == [700, 800]
