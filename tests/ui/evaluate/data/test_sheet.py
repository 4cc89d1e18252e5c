"""Sheets without a window: cells of the clipboard, types, and every edit undone and redone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from workbench.domain.prompts.sheets import Sheet, SheetColumn
from workbench.ui.evaluate.data.cell_values import typed, usual_kind
from workbench.ui.evaluate.data.clipboard import cells_of, text_of_cells
from workbench.ui.evaluate.data.sheet_edits import runs_of
from workbench.ui.evaluate.data.sheet_model import SheetModel

ROWS = ({"q": "a", "n": 1}, {"q": "b", "n": 2}, {"q": "c"})


@pytest.fixture
def sheet(qapp, qtmodeltester) -> SheetModel:
    model = SheetModel()
    columns = (SheetColumn("q", "q"), SheetColumn("n", "n"))
    model.load(Sheet(path="a.jsonl", digest="", columns=columns, rows=ROWS))
    qtmodeltester.check(model)
    return model


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ('"two\nlines"\t"say ""hi"""', [["two\nlines", 'say "hi"']]),
        ('"Hi" he wrote\tx', [['"Hi" he wrote', "x"]]),
        ('a,"b, c"\n1,2', [["a", "b, c"], ["1", "2"]]),
        ("One, two.\nThree", [["One, two."], ["Three"]]),
        ("\t", [["", ""]]),
        ("word", [["word"]]),
    ],
)
def test_pasted_text_becomes_cells(text, cells):
    assert cells_of(text) == cells
    if "\t" in text or len(cells[0]) == 1:
        assert cells_of(text_of_cells(cells)) == cells


def test_what_is_typed_has_the_type_that_is_usual_there():
    assert typed("7", 3, "text") == 7
    assert typed("7", "x", "number") == "7"
    assert typed("TRUE", None, "boolean") is True
    assert typed("[1]", None, "json") == [1]
    assert typed("1e999", None, "number") == "1e999"
    assert typed("many", None, "number") == "many"
    assert usual_kind([None, 1, "x", 2]) == "number"


def test_ranges_are_found_from_the_last_to_the_first():
    assert runs_of([5, 1, 2, 7, 6]) == [(5, 7), (1, 2)]


EDITS = {
    "cell": lambda model: model.setData(model.index(1, 1), "20"),
    "clear": lambda model: model.clear([(0, 0, 1, 1)]),
    "paste": lambda model: model.paste([["x", "9", "new"], ["y", "", ""]], 2, 0),
    "insert": lambda model: model.insert_rows(1, ({"q": "i"}, {})),
    "remove": lambda model: model.remove_rows([0, 2]),
    "move": lambda model: model.move_rows(1, 2, -1),
    "values": lambda model: model.set_values({(0, 1): [1], (2, 0): None}, "Change type"),
    "rename": lambda model: model.rename_column(0, "question"),
    "column": lambda model: model.insert_column(1),
    "columns": lambda model: model.remove_columns([0]),
    "order": lambda model: model.move_column(1, 0),
}
AFTER = {
    "cell": [{"q": "a", "n": 1}, {"q": "b", "n": 20}, {"q": "c"}],
    "clear": [{}, {}, {"q": "c"}],
    "insert": [{"q": "a", "n": 1}, {"q": "i"}, {}, {"q": "b", "n": 2}, {"q": "c"}],
    "remove": [{"q": "b", "n": 2}],
    "move": [{"q": "b", "n": 2}, {"q": "c"}, {"q": "a", "n": 1}],
    "values": [{"q": "a", "n": [1]}, {"q": "b", "n": 2}, {"q": None}],
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_undone_and_redone(sheet, name):
    EDITS[name](sheet)
    rows, columns = list(sheet.rows), sheet.columns
    assert (rows, columns) != (list(ROWS), ())
    if name in AFTER:
        assert rows == AFTER[name]
    assert sheet.is_changed
    sheet.undo()
    assert (tuple(sheet.rows), [each.name for each in sheet.columns]) == (ROWS, ["q", "n"])
    assert all(row is old for row, old in zip(sheet.rows, ROWS, strict=True))
    assert not sheet.is_changed
    sheet.redo()
    assert (sheet.rows, sheet.columns) == (rows, columns)


def test_a_paste_adds_rows_and_columns_with_types(sheet):
    EDITS["paste"](sheet)
    assert [each.name for each in sheet.columns] == ["q", "n", "column 3"]
    assert [list(row.values()) for row in sheet.rows[2:]] == [["x", 9, "new"], ["y"]]


def test_saved_is_where_the_file_is(sheet):
    EDITS["cell"](sheet)
    sheet.note_saved(sheet.last_step)
    assert not sheet.is_changed
    sheet.undo()
    assert sheet.is_changed
    EDITS["insert"](sheet)
    sheet.undo()
    assert sheet.is_changed


def test_names_of_columns_are_checked_and_numbers_are_right_aligned(sheet):
    assert sheet.name_fault("q", 1) == "There is a column “q” already."
    assert sheet.name_fault(" ") == "A column needs a name."
    assert sheet.name_fault("q", 0) == ""
    aligned = sheet.data(sheet.index(0, 1), Qt.ItemDataRole.TextAlignmentRole)
    assert aligned & Qt.AlignmentFlag.AlignRight
    assert sheet.data(sheet.index(0, 0), Qt.ItemDataRole.TextAlignmentRole) is None


LONG = 1_000


@pytest.fixture
def long(sheet, monkeypatch) -> SheetModel:
    """A sheet of many rows, of whose edits no slice is long enough for more than a part."""
    rows = tuple({"q": f"row {number}", "n": number} for number in range(LONG))
    sheet.load(Sheet(path="a.jsonl", digest="", columns=sheet.columns, rows=rows))
    monkeypatch.setattr("workbench.ui.evaluate.data.slices._SLICE_SECONDS", -1.0)
    return sheet


def test_an_edit_of_many_rows_is_worked_out_in_slices(long, qtbot):
    busy: list[bool] = []
    long.slices.busy_changed.connect(busy.append)
    long.clear([(0, 0, LONG - 1, 0)])
    assert long.slices.is_busy
    assert long.is_changed
    assert long.rows[0] == {"q": "row 0", "n": 0}
    qtbot.waitUntil(lambda: not long.slices.is_busy, timeout=30_000)
    assert busy == [True, False]
    assert long.rows == [{"n": number} for number in range(LONG)]
    long.undo()
    assert long.value(LONG - 1, 0) == f"row {LONG - 1}"
    assert not long.is_changed


def test_the_next_edit_waits_for_the_one_that_is_worked_out(long):
    text = "\n".join(f"new {number}\t{number + 1}" for number in range(LONG + 2))
    long.paste_text(text, 0, 0)
    assert long.slices.is_busy
    long.setData(long.index(1, 1), "20")
    assert not long.slices.is_busy
    assert long.rows[:2] == [{"q": "new 0", "n": 1}, {"q": "new 1", "n": 20}]
    assert (len(long.rows), long.undo_title) == (LONG + 2, "Edit cell")
    long.undo()
    assert (long.value(1, 1), long.undo_title) == (2, "Paste")


def test_undo_gives_up_what_is_worked_out(long):
    long.clear([(0, 0, LONG - 1, 1)])
    assert long.slices.is_busy
    long.undo()
    assert not long.slices.is_busy
    assert not long.is_changed
    assert long.rows[-1] == {"q": f"row {LONG - 1}", "n": LONG - 1}


def test_the_type_of_many_cells_is_changed_and_what_is_none_stays(long, qtbot):
    lost: list[int] = []
    long.change_kind([(0, 0, LONG - 1, 1)], "text", lost.append)
    assert long.slices.is_busy
    qtbot.waitUntil(lambda: not long.slices.is_busy, timeout=30_000)
    assert (long.value(3, 1), lost) == ("3", [0])
    long.change_kind([(0, 0, LONG - 1, 1)], "number", lost.append)
    qtbot.waitUntil(lambda: not long.slices.is_busy, timeout=30_000)
    assert (long.value(3, 0), long.value(3, 1), lost) == ("row 3", 3, [0, LONG])
