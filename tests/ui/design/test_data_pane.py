"""Rows of data sets and earlier runs that fill the form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS, unnamed
from tests.ui.design.prompts_with_inputs import (
    field,
    kinds,
    make_panel,
    panel,
    rendered,
)
from workbench.ui.design.tools.data.pane import DataPane

__all__ = ["kinds", "make_panel", "panel"]


@pytest.fixture
def data(panel, qtbot, tmp_path) -> DataPane:
    file = tmp_path / "people.csv"
    file.write_text("Name,expected\nAda,1815\nGrace,1906\nLinus,1969\n")
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    assert isinstance(pane, DataPane)
    pane.open_path(str(file))
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 3, timeout=WAIT_MS)
    return pane


def test_a_row_fills_the_form_with_the_keyboard(panel, qtbot, data, going):
    data.table.selectRow(1)
    qtbot.keyClick(data.table, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Grace")
    assert field(panel, "name").text() == "Grace"
    assert panel.model.current.expected == "1906"
    assert panel.work.inputs.expected.text() == "1906"
    assert panel.work.inputs.bar.note.text() == "row 2 of people.csv"
    assert panel.work.inputs.samples.chosen is None
    panel.run_bar.compare.click()
    assert going.places[0][1]["expected"] == "1906"
    data.model.step(1)
    rendered(panel, qtbot, "Greet Linus")
    data.model.step(-1)
    rendered(panel, qtbot, "Greet Grace")
    assert data.table.currentIndex().row() == 1
    assert unnamed(panel) == []


def test_rows_are_filtered_by_words(panel, qtbot, data):
    data.search.setText("lin 69")
    qtbot.waitUntil(lambda: data.model.rows.rowCount() == 1, timeout=WAIT_MS)
    assert data.count.text() == "1 of 3 rows"
    qtbot.keyClick(data.search, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Linus")


def test_what_a_row_does_not_give_is_said(panel, qtbot, data, tmp_path):
    file = tmp_path / "moods.jsonl"
    file.write_text('{"mood": "gladly"}\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("mood",), timeout=WAIT_MS)
    data.fill.click()
    rendered(panel, qtbot, "Greet Ada gladly")
    assert "name keeps its value" in data.note.text()
    file = tmp_path / "other.jsonl"
    file.write_text('{"colour": "red"}\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("colour",), timeout=WAIT_MS)
    data.fill.click()
    qtbot.waitUntil(lambda: "nothing was filled" in data.note.text(), timeout=WAIT_MS)


def test_a_data_set_that_cannot_be_read_says_its_row(panel, qtbot, data, tmp_path):
    file = tmp_path / "broken.jsonl"
    file.write_text('{"name": "x"}\n{"name"\n')
    data.open_path(str(file))
    qtbot.waitUntil(lambda: "row 2" in data.note.text(), timeout=WAIT_MS)
    assert data.model.rows.rowCount() == 0


def test_long_tables_come_page_by_page(panel, qtbot, data, tmp_path, qtmodeltester):
    file = tmp_path / "long.jsonl"
    file.write_text("".join(json.dumps({"name": f"n{n}"}) + "\n" for n in range(450)))
    data.open_path(str(file))
    qtbot.waitUntil(lambda: data.model.rows.columns == ("name",), timeout=WAIT_MS)
    rows = data.model.rows
    assert rows.rowCount() == 200
    data.model.current = 199
    data.model.step(1)
    rendered(panel, qtbot, "Greet n200")
    assert rows.rowCount() == 400
    qtmodeltester.check(rows)


@pytest.fixture
def own_data(paths) -> Path:
    """Data sets of the user."""
    paths.create()
    (paths.data_sets / "people.csv").write_text("count,Name\n1,Ada\n2,Grace\n")
    (paths.data_sets / "moods.csv").write_text("mood\ngladly\n")
    return paths.data_sets


def test_the_data_set_that_fits_is_proposed_and_worked_by_keys(panel, qtbot, own_data):
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 2, timeout=WAIT_MS)
    assert pane.model.source == str(own_data / "people.csv")
    assert pane.sources.itemText(1) == "people.csv"
    count = len(panel.model.current.analysis.inputs)
    assert pane.fit.text() == f"Fills 1 of {count} inputs: name"
    assert pane.table.currentIndex().row() == 0
    assert [each.text() for each in pane.preview.lines[0]] == ["name", "Ada"]
    assert pane.preview.lines[1][1].text() == "no column"
    assert panel.window().focusWidget() is pane.table
    qtbot.keyClick(pane.table, Qt.Key.Key_Down)
    assert pane.preview.lines[0][1].text() == "Grace"
    qtbot.keyClick(pane.table, Qt.Key.Key_Return)
    rendered(panel, qtbot, "Greet Grace")
    assert unnamed(panel) == []


def test_a_person_chooses_another_and_finds_it_again(panel, qtbot, own_data):
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 2, timeout=WAIT_MS)
    pane.sources.choose(str(own_data / "moods.csv"))
    pane.sources.activated.emit(pane.sources.currentIndex())
    qtbot.waitUntil(lambda: pane.model.rows.columns == ("mood",), timeout=WAIT_MS)
    panel.side.show_preview()
    panel.work.inputs.bar.fill.click()
    with qtbot.waitSignal(pane.model.sources_changed, timeout=WAIT_MS):
        pass
    assert pane.model.source == str(own_data / "moods.csv")
    assert pane.sources.currentText() == "moods.csv"


def test_where_no_data_set_fits_it_is_said_and_one_can_be_opened(panel, qtbot, own_data):
    panel.work.editor.selectAll()
    panel.work.editor.insertPlainText("user:\n{{ nothing_has_this }}\n")
    qtbot.waitUntil(
        lambda: [each.name for each in panel.model.current.analysis.inputs] == ["nothing_has_this"],
        timeout=WAIT_MS,
    )
    panel.work.inputs.bar.fill.click()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: "No data set fits" in pane.empty.title.text(), timeout=WAIT_MS)
    assert "nothing_has_this" in pane.empty.sentence.text()
    assert pane.model.source is None
    assert panel.window().focusWidget() is pane.empty.button


def test_an_earlier_run_fills_the_form(panel, qtbot):
    field(panel, "name").setText("Grace")
    rendered(panel, qtbot, "Greet Grace")
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    field(panel, "name").setText("Somebody else")
    panel.work.inputs.bar.runs_wanted.emit()
    pane = panel.side.pane("data")
    qtbot.waitUntil(lambda: pane.model.rows.rowCount() == 1, timeout=WAIT_MS)
    assert "17" in pane.model.rows.rows[0].note
    pane.fill.click()
    qtbot.waitUntil(lambda: field(panel, "name").text() == "Grace", timeout=WAIT_MS)
    assert panel.work.inputs.bar.note.text().startswith("run ")
