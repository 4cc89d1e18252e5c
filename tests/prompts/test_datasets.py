"""Data sets as they come: four ways of writing one, and files that are meant to harm."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import DataSetError
from workbench.files import read_text
from workbench.prompts.datasets.reading import (
    COLUMNS,
    FILE_BYTES,
    ROWS,
    list_data,
    packed_job,
    parse_data,
    parse_job,
)

ROWS_WANTED = ({"text": "Good, really.", "label": "positive"}, {"text": "Bad", "label": "negative"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", "\n".join(json.dumps(row) for row in ROWS_WANTED) + "\n\n"),
        ("a.json", json.dumps(ROWS_WANTED)),
        ("a.json", json.dumps({"name": "reviews", "rows": ROWS_WANTED})),
        ("a.csv", 'text,label\r\n"Good, really.",positive\r\n\r\nBad,negative\r\n'),
        ("a.csv", "text;label\nGood, really.;positive\nBad;negative"),
        ("a.tsv", "text\tlabel\nGood, really.\tpositive\nBad\tnegative"),
        ("a.yaml", "- {text: 'Good, really.', label: positive}\n- {text: Bad, label: negative}"),
    ],
)
def test_every_way_of_writing_gives_the_same_table(name: str, text: str) -> None:
    found = parse_job(text, name)
    assert found.rows == ROWS_WANTED
    assert found.columns == ("text", "label")
    assert found.name == name


def test_cells_keep_line_breaks_quotes_and_types() -> None:
    assert parse_job('q\n"two\nlines ""so"""', "a.csv").rows == ({"q": 'two\nlines "so"'},)
    assert parse_job('{"a": [1, {"b": null}], "c": true}', "a.jsonl").rows == (
        {"a": [1, {"b": None}], "c": True},
    )
    assert parse_job('"one"\n2', "a.jsonl").rows == ({"value": "one"}, {"value": 2})


def test_numbers_that_json_does_not_have_are_texts_and_cost_no_row() -> None:
    rows = ({"a": "NaN", "b": ["-Infinity"]}, {"a": 2, "b": []})
    assert parse_job('{"a": NaN, "b": [-Infinity]}\n{"a": 2, "b": []}', "a.jsonl").rows == rows
    assert parse_job('[{"a": NaN, "b": [-Infinity]}, {"a": 2, "b": []}]', "a.json").rows == rows


def test_rows_may_have_columns_of_their_own() -> None:
    assert parse_job('{"a": 1}\n{"b": 2}', "a.jsonl").columns == ("a", "b")
    assert parse_job("a,b\n1", "a.csv").rows == ({"a": "1"},)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonl", '{"a": 1}\n\n{"a": }', "row 2 (line 3) is not JSON"),
        ("a.jsonl", '{"a": 1e999}', "row 1"),
        ("a.jsonl", "[" * 100_000, "row 1"),
        ("a.json", "[" * 100_000 + "]" * 100_000, "not JSON"),
        ("a.json", '{"a": 1}', "must be a list"),
        ("a.json", "[]", "no rows"),
        ("a.csv", "a,b\n1,2,3", "row 1 (line 2) has 3 cells, but there are 2 columns"),
        ("a.csv", 'a,b\n1,"open', "row 1"),
        ("a.csv", "a,a\n1,2", "“a” is twice"),
        ("a.csv", "a,\n1,2", "must name every column"),
        ("a.csv", "", "no rows"),
        ("a.csv", ",".join(f"c{n}" for n in range(COLUMNS + 1)) + "\n1", "columns"),
        ("a.yaml", "- !!python/object/apply:os.system ['true']", "not usable YAML"),
        ("a.yaml", "- [" * 5_000, "not usable YAML"),
        ("a.yaml", "just text", "must be a list"),
        ("a.txt", "x", "a data set ends in"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_row(name: str, text: str, words: str) -> None:
    with pytest.raises(DataSetError) as caught:
        parse_job(text, name)
    assert words in str(caught.value)


def test_alias_and_merge_bombs_are_refused() -> None:
    levels = "\n".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    with pytest.raises(DataSetError):
        parse_job(f"- l0: &l0 x\n{levels}", "a.yaml")
    merges = "\n".join(
        f"  l{n}: &l{n} {{k{n}: 1, <<: [{', '.join([f'*l{n - 1}'] * 9)}]}}" for n in range(1, 11)
    )
    with pytest.raises(DataSetError, match="merge keys"):
        parse_job(f"- l0: &l0 {{k: x}}\n{merges}", "a.yaml")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(DataSetError, match="more than 100,000 rows"):
        parse_job("1\n" * (ROWS + 1), "a.jsonl")


def test_a_file_must_be_small_enough_and_utf8(tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xef\xbb\xbfa\n1")
    assert read_text(file, FILE_BYTES, DataSetError, "utf-8-sig") == "a\n1"
    file.write_bytes(b"a\n\xff")
    with pytest.raises(DataSetError, match="not UTF-8 text"):
        read_text(file, FILE_BYTES, DataSetError, "utf-8-sig")
    with file.open("wb") as big:
        big.truncate(FILE_BYTES + 1)
    with pytest.raises(DataSetError, match="larger than 15 MB"):
        read_text(file, FILE_BYTES, DataSetError, "utf-8-sig")
    with pytest.raises(DataSetError, match="does not exist"):
        read_text(tmp_path / "none.csv", FILE_BYTES, DataSetError, "utf-8-sig")
    with pytest.raises(DataSetError, match="not a file"):
        read_text(tmp_path, FILE_BYTES, DataSetError, "utf-8-sig")


async def test_parsing_happens_in_the_sandbox(pool) -> None:
    found = await parse_data(pool, '{"a": 1}\n', "a.jsonl")
    assert found.rows == ({"a": 1},)
    with pytest.raises(DataSetError, match="row 1"):
        await parse_data(pool, "{", "a.jsonl")


def test_hidden_files_and_others_are_not_listed(tmp_path) -> None:
    for name in ("b.csv", "sub/a.jsonl", ".hidden/c.csv", "notes.md"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    found = list_data([(tmp_path, True), (tmp_path / "none", False)])
    assert [each.name for each in found] == ["b.csv", "sub/a.jsonl"]
    assert all(each.shipped for each in found)


SHAPES = [
    (
        "openai/evals",
        "a.jsonl",
        (
            '{"input": [{"role": "system", "content": "Be short."}, '
            '{"role": "user", "content": "2+2?"}], "ideal": ["4", "four"]}'
        ),
        {"input": "2+2?", "system": "Be short.", "expected": ["4", "four"]},
    ),
    ("openai/evals", "a.jsonl", '{"input": "2+2?", "ideal": "4"}', {"expected": "4"}),
    (
        "GSM8K",
        "a.jsonl",
        json.dumps({"question": "q", "answer": "48/2=<<48/2=24>>24 each\n#### 1,024"}),
        {"expected": "1024", "solution": "48/2=24 each", "question": "q"},
    ),
    (
        "BBH",
        "a.json",
        '{"canary": "c", "examples": [{"input": "Sort b a", "target": "a b"}]}',
        {"input": "Sort b a", "target": "a b", "expected": "a b"},
    ),
    (
        "MMLU",
        "a.jsonl",
        '{"question": "q", "subject": "law", "choices": ["w", "x", "y", "z"], "answer": 2}',
        {"expected": "C", "options": "A. w\nB. x\nC. y\nD. z", "tags": "law"},
    ),
    ("", "a.csv", 'q 1?,w,x,"y, y",z,C\nq 2?,1,2,3,4,A\n', {"question": "q 1?", "answer": "C"}),
    (
        "HELM",
        "a.json",
        (
            '[{"input": {"text": "q"}, "split": "test", "id": "id7", "references": ['
            '{"output": {"text": "yes"}, "tags": ["correct"]}, {"output": {"text": "no"}}]}]'
        ),
        {"input": "q", "expected": ["yes"], "id": "id7", "tags": "test", "choices": ["yes", "no"]},
    ),
]


@pytest.mark.parametrize(("shape", "name", "text", "wanted"), SHAPES)
def test_rows_of_benchmarks_get_the_columns_of_ours(shape, name, text, wanted) -> None:
    found = parse_job(text, name)
    assert found.shape == shape
    assert {key: found.rows[0][key] for key in wanted} == wanted
    assert "split" not in found.rows[0]


def test_a_row_of_another_shape_stays_as_it_is_and_is_counted() -> None:
    rows = '{"input": "a", "ideal": "b"}\n{"input": 7}\n{"other": 1}'
    found = parse_job(rows, "a.jsonl")
    assert found.rows[1:] == ({"input": 7}, {"other": 1})
    assert parse_job('{"input": "a", "target": "b", "more": 1}', "a.jsonl").shape == ""


async def test_a_table_comes_back_whole_from_the_sandbox(pool) -> None:
    text = '{"a": 1, "b": 2}\n{"b": 3}\n{"b": 4, "a": null}\n{"a": [5], "b": "x"}'
    assert await parse_data(pool, text, "a.jsonl") == parse_job(text, "a.jsonl")
    assert packed_job(text, "a.jsonl")[2][0] == [1, 2]
