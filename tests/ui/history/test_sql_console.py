"""SQL in History: asked by keyboard, refused in words, stopped, put together from tables, saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.ui.bridge import Bridge
from workbench.ui.history.console.console_view import ConsoleView
from workbench.ui.history.panel import HistoryPanel
from workbench.ui.panels import Context

from .test_history_panel import make_run, spec

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot) -> HistoryPanel:
    made = HistoryPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    made.list_side.console.click()
    qtbot.waitUntil(lambda: made.right.console.schema.is_filled, timeout=WAIT_MS)
    return made


def asked(console: ConsoleView, statement: str, qtbot: QtBot) -> ConsoleView:
    console.text.setPlainText(statement)
    before = console.model.found
    qtbot.keyClick(console.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(
        lambda: console.banner.isVisible() or console.model.found is not before, timeout=WAIT_MS
    )
    return console


def test_what_is_typed_takes_the_place_of_the_example(panel: HistoryPanel, qtbot: QtBot) -> None:
    assert "FROM run" in panel.right.console.text.toPlainText()
    qtbot.keyClicks(panel.right.console.text, "SELECT 1")
    assert panel.right.console.text.toPlainText() == "SELECT 1"


def test_an_empty_history_can_be_asked(panel: HistoryPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(panel.list_side.no_runs.isVisible, timeout=WAIT_MS)
    console = panel.right.console
    assert console.isVisible()
    asked(console, "SELECT count(*) FROM run", qtbot)
    assert console.model.found.rows == ((0,),)
    panel._refresh()
    panel.shown()
    assert console.isVisible()
    console.closed.emit()
    assert panel.nothing_open.isVisible()
    (sql,) = (each for each in panel.actions_table() if each.id == "history.sql")
    sql.run()
    assert console.isVisible()


def test_rows_are_shown_copied_and_saved(
    panel: HistoryPanel, bridge: Bridge, tmp_path: Path, qtbot: QtBot
) -> None:
    run_id = make_run(bridge, spec("cot", "=1+1"))
    console = panel.right.console
    assert unnamed(console) == []
    statement = "SELECT id, strategy, '=1+1' AS sum, NULL AS none FROM run"
    asked(console, statement, qtbot)
    assert console.model.found.rows == ((run_id, "cot", "=1+1", None),)
    assert console.note.text().startswith("1 row · ")
    assert console.model.index(0, 3).data() == "null"
    console.table.selectRow(0)
    console.copy_rows()
    assert QApplication.clipboard().text() == f"{run_id}\tcot\t=1+1\t"
    target = tmp_path / "rows.csv"
    console.save_rows(str(target))
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    written = target.read_bytes().decode()
    assert written == f"id,strategy,sum,none\r\n{run_id},cot,'=1+1,\r\n"
    console.save_rows(str(tmp_path / "none" / "rows.csv"))
    qtbot.waitUntil(lambda: "cannot be written" in console.banner.message, timeout=WAIT_MS)


def test_a_question_that_is_none_is_refused_and_the_rows_stay(
    panel: HistoryPanel, bridge: Bridge, qtbot: QtBot
) -> None:
    make_run(bridge, spec("cot", "12"))
    console = asked(panel.right.console, "SELECT id FROM run", qtbot)
    asked(console, "DELETE FROM run", qtbot)
    assert "Only reading is possible here" in console.banner.message
    assert len(console.model.found.rows) == 1
    asked(console, "SELECT id FROM run", qtbot)
    assert len(console.model.found.rows) == 1
    assert not console.banner.isVisible()


def test_more_rows_than_wanted_are_said_to_be_there(panel: HistoryPanel, qtbot: QtBot) -> None:
    console = panel.right.console
    console.rows.setCurrentIndex(0)
    asked(console, f"{ENDLESS.replace('count(*)', 'i')} LIMIT 101", qtbot)
    assert len(console.model.found.rows) == 100
    assert "there are more" in console.note.text()


def test_a_long_question_is_stopped_and_the_next_one_answered(
    panel: HistoryPanel, qtbot: QtBot
) -> None:
    console = panel.right.console
    console.seconds.setCurrentIndex(2)
    console.text.setPlainText(ENDLESS)
    console.ask_button.click()
    assert console.stop.isEnabled()
    console.stop.click()
    assert console.note.text() == "Stopped."
    asked(console, "SELECT 5 AS five", qtbot)
    assert console.model.found.rows == ((5,),)


def test_names_are_put_into_the_question_from_the_tables(panel: HistoryPanel, qtbot: QtBot) -> None:
    console = panel.right.console
    console.text.setPlainText("SELECT * FROM")
    console.text.moveCursor(console.text.textCursor().MoveOperation.End)
    tree = console.schema.tree
    names = [tree.model().index(row, 0).data() for row in range(tree.model().rowCount())]
    tree.setCurrentIndex(tree.model().index(names.index("conversation"), 0))
    assert "the last message of the shown branch" in console.schema.about.text()
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert console.text.text() == "SELECT * FROM conversation"
    column = tree.model().index(1, 0, tree.currentIndex())
    assert column.data() == "title  text"
    panel.right.console.closed.emit()
    assert not console.isVisible()
