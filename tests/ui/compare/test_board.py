"""Columns: scrolled, walked, moved, duplicated, filling the width; and their texts compared."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.compare.driving import column_of, run
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.actions import ActionTable
from workbench.ui.compare.panel import ComparePanel
from workbench.ui.panels import Context

_LONG = "\n".join(f"Line {number} of many." for number in range(60))


@pytest.fixture
def engine() -> SimulatedEngine:
    """Direct and the chain of thought differ by a few words in a long text."""

    def rule(prompt: str) -> list[str]:
        if "impossible" in prompt:
            return ["sure"]
        if "step" in prompt:
            return [f"Chalk costs 42.\n{_LONG}\nAnswer: 17"]
        return [f"Chalk costs 51.\n{_LONG}\nAnswer: 17."]

    return SimulatedEngine(rule)


def titles(panel: ComparePanel) -> list[str]:
    return [view.model.info.id for view in panel.views]


def test_more_than_four_columns_scroll_and_are_walked_by_keyboard(
    panel: ComparePanel, qtbot: QtBot
) -> None:
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    for _ in range(3):
        panel.bar.add.click()
    QApplication.processEvents()
    assert all(view.width() >= panel.width() // 4 - 1 for view in panel.views)
    bar = panel.board.area.horizontalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(0)
    panel.activateWindow()
    panel.views[0].setFocus()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    for place in range(1, 7):
        qtbot.keyClick(panel, Qt.Key.Key_Right, keys)
        assert panel.board.current() is panel.views[place]
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=WAIT_MS)
    assert unnamed(panel) == []


def test_columns_are_moved_and_duplicated_and_found_again(
    panel: ComparePanel, context: Context, qtbot: QtBot
) -> None:
    view = column_of(panel, "cot")
    view.menu.left.trigger()
    assert titles(panel)[:2] == ["cot", "direct"]
    assert panel.views[0] is view
    view.menu.right.trigger()
    view.model.set_params({"calls": "two"})
    view.menu.duplicate.trigger()
    assert titles(panel) == [
        "direct",
        "cot",
        "cot",
        "self_consistency",
        "tree_of_thought",
    ]
    assert panel.views[2].model.params == {"calls": "two"}
    panel.views[2].pin.click()
    panel.bar.repeats.setValue(7)
    panel.question.expected.setText("17")
    saved = panel.save_session()
    other = ComparePanel(context)
    qtbot.addWidget(other)
    other.restore_session(saved)
    other.shown()
    qtbot.waitUntil(lambda: len(other.views) == 5, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "12 sticks" in other.model.question, timeout=WAIT_MS)
    assert other.save_session() == saved
    assert other.views[2].pin.isChecked()
    assert other.question.changes.isChecked()
    assert other.question.expected.text() == "17"
    assert other.bar.repeats.value() == 7


def test_a_column_fills_the_width_and_goes_back(panel: ComparePanel, qtbot: QtBot) -> None:
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    panel.activateWindow()
    view = column_of(panel, "cot")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert panel.board.focused is view
    assert [each.isVisible() for each in panel.views] == [False, True, False, False]
    assert [button.isChecked() for button in panel.board.strip.buttons] == [
        False,
        True,
        False,
        False,
    ]
    panel.board.strip.buttons[3].click()
    assert panel.views[3].isVisible()
    assert unnamed(panel) == []
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.board.focused is None
    assert all(each.isVisible() for each in panel.views)
    view.expand.click()
    view.menu.remove.trigger()
    assert all(each.isVisible() for each in panel.views)


def test_changes_against_the_pinned_column_are_marked_by_word(
    panel: ComparePanel, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    direct, cot = column_of(panel, "direct"), column_of(panel, "cot")
    cot.pin.click()
    assert panel.question.changes.isChecked()
    output = direct.sections[1]
    text = output.main_text
    assert text is not None
    qtbot.waitUntil(lambda: bool(text.changes), timeout=WAIT_MS)
    marked = [(part.kind, part.text.strip()) for part in text.changes if part.kind != "same"]
    assert marked == [
        ("deleted", "42."),
        ("inserted", "51."),
        ("deleted", "17"),
        ("inserted", "17."),
    ]
    assert output.note.text() == "4 words differ"
    assert direct.card.note.text() == "Answer unchanged from Chain of thought"
    assert text.text.startswith("Chalk costs 51.")
    panel.question.changes.click()
    assert not text.changes
    assert output.note.text().endswith("tokens")
    assert text.toPlainText().startswith("Chalk costs 51.\n")


def test_texts_scroll_together_by_proportion_where_that_is_wanted(
    panel: ComparePanel, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    bars = [column_of(panel, name).sections[1].main_text.verticalScrollBar()  # type: ignore[union-attr]
            for name in ("direct", "cot")]  # fmt: skip
    qtbot.waitUntil(lambda: all(bar.maximum() > 0 for bar in bars), timeout=WAIT_MS)
    bars[0].setValue(0)
    bars[1].setValue(0)
    bars[0].setValue(bars[0].maximum() // 2)
    assert bars[1].value() == 0
    panel.question.together.click()
    bars[0].setValue(bars[0].maximum())
    assert bars[1].value() == bars[1].maximum()
    bars[1].setValue(0)
    assert bars[0].value() == 0


def test_the_summary_is_folded_in_a_low_window_until_it_is_opened(
    panel: ComparePanel, qtbot: QtBot
) -> None:
    run(panel, qtbot)
    assert panel.summary.is_open
    panel.resize(1036, 632)
    QApplication.processEvents()
    assert not panel.summary.is_open
    panel.summary.title.click()
    assert panel.summary.is_open
