"""Data sets edited: saved in their own format, and cases that are added and taken back."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import DataSetError, FileChangedError, ReadOnlyError
from workbench.domain.prompts.sheets import SheetColumn
from workbench.service import Workbench


@pytest.fixture
async def core(paths):
    made = Workbench(paths)
    await made.open()
    yield made
    await made.close()


FILES = {
    "a.csv": (
        '\ufeffq;n\r\n"two\nlines";1\r\nb;"2;3"\r\n',
        '\ufeffq;n\r\n"two\nlines";1\r\nc;"2;3"\r\n',
    ),
    "a.jsonl": (
        '{"q":  "a", "more": {"x": 1.50}}\n\n{"q": "b"}\n',
        '{"q":  "a", "more": {"x": 1.50}}\n{"q": "c"}\n',
    ),
    "a.json": (
        '{"name": "n", "rows": [\n {"q": "a"}, {"q": "b", "n": null}]}',
        json.dumps({"name": "n", "rows": [{"q": "a"}, {"q": "c", "n": None}]}, indent=2) + "\n",
    ),
    "a.yaml": (
        "about: x\nrows:\n- q: a\n  n: 1\n- q: b\n",
        "about: x\nrows:\n- q: a\n  n: 1\n- q: c\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
async def test_a_changed_cell_changes_nothing_else(core, tmp_path, name):
    old, new = FILES[name]
    path = tmp_path / name
    path.write_bytes(old.encode())
    sheet = await core.sheets.open(str(path))
    rows = [sheet.rows[0], {**sheet.rows[1], "q": "c"}]
    saved = await core.sheets.save(sheet, sheet.columns, rows)
    assert path.read_bytes().decode() == new
    again = await core.sheets.save(saved, saved.columns, saved.rows)
    assert path.read_bytes().decode() == new
    assert again.digest == saved.digest


async def test_columns_are_renamed_moved_and_removed_in_the_file(core, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1, "b": "x", "c": true}\n{"a": 2}\n')
    sheet = await core.sheets.open(str(path))
    columns = [SheetColumn("b", "b"), SheetColumn("first", "a")]
    await core.sheets.save(sheet, columns, sheet.rows)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"b": "x", "first": 1},
        {"first": 2},
    ]


async def test_a_file_that_another_program_wrote_is_not_overwritten(core, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    sheet = await core.sheets.open(str(path))
    path.write_text("a\n2\n")
    with pytest.raises(FileChangedError, match="changed by another program"):
        await core.sheets.save(sheet, sheet.columns, [{"a": "3"}])
    assert path.read_text() == "a\n2\n"
    copy = await core.sheets.save_copy(sheet, sheet.columns, [{"a": "3"}], str(tmp_path / "b.json"))
    assert copy.rows == ({"a": "3"},)
    twice = [SheetColumn("a", "a"), SheetColumn("a", "b")]
    with pytest.raises(DataSetError, match="two columns are called “a”"):
        await core.sheets.save(copy, twice, copy.rows)


async def test_words_are_found_in_cells(core):
    columns = [SheetColumn("q", "q"), SheetColumn("n", "n")]
    rows = [{"q": "Paris"}, {"q": "x", "n": ["paris"]}, {"n": 3}]
    assert await core.sheets.find(columns, rows, "PARIS") == ((0, 0), (1, 1))


APPENDED = {
    "a.jsonl": ('{"q": "a", "label": 1}', '{"q": "a", "label": 1}\n{"q": "ü", "label": "2"}\n'),
    "a.csv": ("q\r\na", "q,expected\r\na\r\nü,2\r\n"),
    "a.json": ('[\n  {"q": "a"}\n]\n', '[\n  {"q": "a"},\n  {"q": "ü", "expected": "2"}\n]\n'),
    "a.yaml": ("# all\n- q: a  # first\n", "# all\n- q: a  # first\n- q: ü\n  expected: '2'\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", APPENDED)
async def test_a_case_is_appended_and_taken_back(core, tmp_path, name):
    old, new = APPENDED[name]
    path = tmp_path / name
    path.write_bytes(old.encode())
    added = await core.sheets.add_case(str(path), {"q": "ü"}, "2")
    assert path.read_bytes().decode() == new
    assert (added.number, (await core.datasets.page(str(path))).total) == (2, 2)
    with pytest.raises(DataSetError, match="row 2 already"):
        await core.sheets.add_case(str(path), {"q": "ü"}, "2")
    await core.sheets.take_back(added)
    assert path.read_bytes().decode() == old


async def test_a_case_begins_a_data_set_of_a_new_name(core, paths):
    file = paths.data_sets / "from chats.jsonl"
    path = core.sheets.new_path("from chats")
    added = await core.sheets.add_case(path, {"q": "x", "empty": ""}, "", ("hard", "chat"))
    assert file.read_text() == '{"q": "x", "tags": "hard, chat"}\n'
    file.write_text('{"q": "other"}\n')
    with pytest.raises(FileChangedError):
        await core.sheets.take_back(added)
    with pytest.raises(DataSetError, match="the name"):
        core.sheets.new_path("a/b")


async def test_what_came_with_the_program_is_not_changed(core, paths):
    shipped = str(paths.shipped_data / "topic.jsonl")
    sheet = await core.sheets.open(shipped)
    assert sheet.is_locked
    with pytest.raises(ReadOnlyError):
        await core.sheets.save(sheet, sheet.columns, sheet.rows)
    with pytest.raises(ReadOnlyError):
        await core.sheets.add_case(shipped, {"text": "x"})
