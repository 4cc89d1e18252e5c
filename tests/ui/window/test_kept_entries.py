"""What the window keeps of Qt's objects can still be used after shortcuts have gone by."""

from __future__ import annotations

from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import WAIT_MS
from tests.ui.window.test_walk import ours

PROMPT = Path(__file__).parents[3] / "prompts" / "reasoning" / "word-problem.prompty"


def lost() -> list[str]:
    """Attributes of living objects of the window that PySide takes for deleted."""
    return sorted(
        f"{type(each).__name__}.{name}"
        for each in ours()
        for name, value in vars(each).items()
        if isinstance(value, QObject) and not shiboken6.isValid(value)
    )


def test_entries_of_menus_outlive_shortcuts(window, qtbot):
    """A shortcut pressed in the library made PySide drop what Qt had made in other workspaces."""
    design = window.panels["design"]
    design.model.open(str(PROMPT))
    qtbot.waitUntil(lambda: design.model.current is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(design.model.current.preview.prompt_tokens), timeout=WAIT_MS)
    window.go("compare")
    compare = window.panels["compare"]
    qtbot.waitUntil(lambda: bool(compare.views), timeout=WAIT_MS)
    for action in ("go.chat", "go.history", "go.tree", "go.design", "parts.library"):
        window.actions_table.trigger(action)
        QTest.qWait(50)
    before = lost()
    for key in "14":
        QTest.keyClick(QApplication.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)
        QTest.qWait(300)
    assert lost() == before
    assert all(shiboken6.isValid(view.menu.open_history) for view in compare.views)
