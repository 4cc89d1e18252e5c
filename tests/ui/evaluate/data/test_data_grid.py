"""A data set edited in the window and saved."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.settings import Paths
from workbench.ui.evaluate.data.grid import DataGrid

Control, Alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "cases.jsonl"
    made.write_text('{"q":  "a", "n": 1}\n{"q": "b", "n": 2}\n{"q": "c", "more": {"x": 1}}\n')
    return made


@pytest.fixture
def grid(context, qtbot, file):
    made = DataGrid(context)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    opened(made, qtbot, str(file))
    return made


def opened(grid: DataGrid, qtbot, path: str) -> None:
    grid.open(path)
    qtbot.waitUntil(lambda: grid.path == path, timeout=WAIT_MS)


def saved(grid: DataGrid, qtbot) -> None:
    qtbot.keyClick(grid.table, Qt.Key.Key_S, Control)
    qtbot.waitUntil(lambda: not grid.is_changed, timeout=WAIT_MS)


def test_a_cell_is_edited_with_the_keyboard_undone_and_saved(grid, qtbot, file):
    assert unnamed(grid) == []
    grid.table.go_to(1, 0)
    qtbot.keyClick(grid.table, Qt.Key.Key_Return)
    editor = grid.table.findChild(QPlainTextEdit)
    qtbot.keyClicks(editor, "one")
    qtbot.keyClick(editor, Qt.Key.Key_Return, Alt)
    qtbot.keyClicks(editor, "two")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert grid.sheet.rows[1]["q"] == "one\ntwo"
    qtbot.keyClick(grid.table, Qt.Key.Key_Z, Control)
    assert not grid.is_changed
    qtbot.keyClick(grid.table, Qt.Key.Key_Y, Control)
    assert grid.note.text() == "3 rows · not saved"
    saved(grid, qtbot)
    lines = file.read_text().splitlines()
    assert lines[0] == '{"q":  "a", "n": 1}'
    assert [json.loads(line) for line in lines[1:]] == [
        {"q": "one\ntwo", "n": 2},
        {"q": "c", "more": {"x": 1}},
    ]
    assert not grid.save_button.isEnabled()


def test_cells_are_copied_and_pasted_as_spreadsheets_do(grid, qtbot):
    grid.table.go_to(1, 0)
    QGuiApplication.clipboard().setText('"x\ty"\t10\n"say ""z"""\t11\n')
    qtbot.keyClick(grid.table, Qt.Key.Key_V, Control)
    assert [row["q"] for row in grid.sheet.rows] == ["a", "x\ty", 'say "z"']
    assert [row["n"] for row in grid.sheet.rows] == [1, 10, 11]
    grid.table.selectRow(1)
    qtbot.keyClick(grid.table, Qt.Key.Key_C, Control)
    assert QGuiApplication.clipboard().text() == '"x\ty"\t10\t'
    qtbot.keyClick(grid.table, Qt.Key.Key_Delete)
    assert grid.sheet.rows[1] == {}
    qtbot.keyClick(grid.table, Qt.Key.Key_Up, Alt)
    assert grid.sheet.rows[0] == {}


def test_words_are_found_and_stepped_through(grid, qtbot):
    qtbot.keyClick(grid.table, Qt.Key.Key_F, Control)
    bar = grid.find_bar
    qtbot.keyClicks(bar.field, "1")
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 2", timeout=WAIT_MS)
    assert grid.table.place() == (0, 1)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert grid.table.place() == (2, 2)
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()


def test_a_column_is_renamed_in_its_heading(grid, qtbot, file):
    grid.rename_column(1)
    grid.name_field.setText("q")
    qtbot.keyClick(grid.name_field, Qt.Key.Key_Return)
    assert grid.banner.isVisible()
    grid.rename_column(1)
    grid.name_field.setText("number")
    qtbot.keyClick(grid.name_field, Qt.Key.Key_Return)
    assert grid.columns == ("q", "number", "more")
    saved(grid, qtbot)
    assert json.loads(file.read_text().splitlines()[0]) == {"q": "a", "number": 1}


def test_a_file_that_changed_is_kept_and_a_copy_can_be_saved(grid, qtbot, file, monkeypatch):
    file.write_text('{"q": "other"}\n')
    grid.add_row()
    qtbot.keyClicks(grid.table, "d")
    qtbot.keyClick(grid.table.findChild(QPlainTextEdit), Qt.Key.Key_Return)
    grid.save()
    qtbot.waitUntil(grid.banner.isVisible, timeout=WAIT_MS)
    assert file.read_text() == '{"q": "other"}\n'
    copy = file.with_name("copy.csv")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    grid.banner.remedy.click()
    qtbot.waitUntil(lambda: grid.path == str(copy), timeout=WAIT_MS)
    assert copy.read_text().splitlines()[0] == "q,n,more"
    assert not grid.is_changed


def test_what_cannot_be_read_says_why(grid, qtbot, file):
    broken = file.with_name("broken.jsonl")
    broken.write_text('{"q": }')
    opened(grid, qtbot, str(broken))
    assert grid.banner.isVisible()
    assert grid.sheet.rowCount() == 0
    assert not grid.add_button.isEnabled()


def test_edits_of_what_comes_with_the_program_wait_until_a_copy_is_saved(
    grid, qtbot, file, monkeypatch
):
    shipped = str(Paths.default().shipped_data / "sentiment.jsonl")
    opened(grid, qtbot, shipped)
    first = grid.sheet.rows[0]
    grid.sheet.clear([(0, 0, 0, 0)])
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: asked.append("") or ("", ""))
    grid.save()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    assert grid.is_changed

    opened(grid, qtbot, str(file))
    assert "sentiment.jsonl" in grid.banner.message
    assert not grid.is_changed
    assert grid.unsaved == (shipped,)
    opened(grid, qtbot, shipped)
    assert grid.sheet.rows[0] == {key: value for key, value in first.items() if key != "text"}
    assert grid.unsaved == (shipped,)

    copy = file.with_name("copy.jsonl")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    grid.save()
    qtbot.waitUntil(lambda: grid.path == str(copy), timeout=WAIT_MS)
    assert grid.unsaved == ()
    assert "text" not in json.loads(copy.read_text().splitlines()[0])
    opened(grid, qtbot, shipped)
    assert grid.sheet.rows[0] == first


def test_rows_that_are_left_unsaved_come_back_with_their_undo(grid, qtbot, file):
    other = file.with_name("other.csv")
    other.write_text("q\nx\n")
    grid.sheet.setData(grid.sheet.index(0, 0), "new")
    opened(grid, qtbot, str(other))
    opened(grid, qtbot, str(file))
    assert (grid.sheet.value(0, 0), grid.is_changed) == ("new", True)
    grid.sheet.undo()
    assert (grid.sheet.value(0, 0), grid.is_changed, grid.unsaved) == ("a", False, ())
