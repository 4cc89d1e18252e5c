"""Data sets written back in their own format: what was not changed stays as it was.

A line of JSONL whose row was not touched is copied; CSV keeps its delimiter and line ends, JSON
what is around its list and whether it is indented. YAML is written again, without its comments.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from workbench.domain.errors import DataSetError
from workbench.domain.prompts.datasets import EXPECTED
from workbench.domain.prompts.sheets import SheetColumn
from workbench.domain.runs.spec import Json
from workbench.prompts.datasets.reading import (
    VALUE,
    delimiter_of,
    has_no_heading,
    parse_json,
    parse_yaml,
    raw_rows,
    table,
)
from workbench.prompts.front_matter.yaml_loader import dump_yaml

TEXT_SUFFIXES = frozenset({".csv", ".tsv"})
LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_YAML_SUFFIXES = frozenset({".yaml", ".yml"})
_COMMENTS_LOST = "Comments of this YAML file are not kept when it is saved."
_CHUNK = 1_000

Row = Mapping[str, Json]


def suffix_of(path: str) -> str:
    """The ending of a data set, which says how it is written."""
    return PurePath(path).suffix.lower()


def sheet_job(text: str, path: str) -> list[Any]:
    """Columns, rows and a note of a file; runs in a sandbox process.

    A row that has all columns is only its values.
    """
    found = table(raw_rows(text, path), path)
    rows = [list(row.values()) if tuple(row) == found.columns else row for row in found.rows]
    has_comments = suffix_of(path) in _YAML_SUFFIXES and "#" in text
    return [found.columns, rows, _COMMENTS_LOST if has_comments else ""]


# --- the whole sheet ------------------------------------------------------------------------


def write_sheet(
    text: str, path: str, columns: Sequence[SheetColumn], rows: Sequence[Row], kept: Sequence[int]
) -> str:
    """The new text of a file.

    Args:
        text: of the file so far, "" for a new one.
        path: of the file.
        columns: to write.
        rows: values by key.
        kept: for each row the number, from 0, of the row of ``text`` that it still is, else -1.

    Raises:
        DataSetError: the ending is none of a data set.
    """
    suffix = suffix_of(path)
    if suffix in TEXT_SUFFIXES:
        return _write_table(text, suffix, columns, rows)
    if suffix in LINES_SUFFIXES:
        return _write_lines(text, columns, rows, kept)
    if suffix == ".json":
        return _write_json(text, path, [named(row, columns) for row in rows])
    if suffix in _YAML_SUFFIXES:
        value = _with_list(parse_yaml(text, path) if text.strip() else [], rows_of(rows, columns))
        return dump_yaml(value)
    raise DataSetError(path, "a data set ends in .jsonl, .json, .csv, .tsv or .yaml.")


def named(row: Row, columns: Iterable[SheetColumn]) -> dict[str, Json]:
    """A row with the names that its columns have in the file."""
    return {each.name: row[each.key] for each in columns if each.key in row}


def rows_of(rows: Iterable[Row], columns: Sequence[SheetColumn]) -> list[dict[str, Json]]:
    """All rows with the names of their columns."""
    return [named(row, columns) for row in rows]


def cell_text(value: Json) -> str:
    """A value as the cell of a table; what is no text is JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_table(
    text: str, suffix: str, columns: Sequence[SheetColumn], rows: Sequence[Row]
) -> str:
    first = text.split("\n", 1)[0]
    out = io.StringIO(newline="")
    delimiter = delimiter_of(text, suffix) if text else ("\t" if suffix == ".tsv" else ",")
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator="\r\n" if first.endswith("\r") else "\n"
    )
    writer.writerow([each.name for each in columns])
    for start in range(0, len(rows), _CHUNK):  # in pieces, so that other threads get their turn
        writer.writerows(
            [cell_text(row.get(each.key)) for each in columns]
            for row in rows[start : start + _CHUNK]
        )
    return out.getvalue()


def _write_lines(
    text: str, columns: Sequence[SheetColumn], rows: Sequence[Row], kept: Sequence[int]
) -> str:
    old = [line for line in text.split("\n") if line.strip()]
    is_plain = bool(old) and not any(line.lstrip().startswith("{") for line in old)
    lines = []
    for row, number in zip(rows, kept, strict=True):
        if 0 <= number < len(old):
            lines.append(old[number].rstrip("\r"))
            continue
        value: Json = named(row, columns)
        if is_plain and list(value) == [VALUE]:
            value = value[VALUE]
        lines.append(_line(value))
    end = "\r\n" if text.split("\n", 1)[0].endswith("\r") else "\n"
    return "".join(line + end for line in lines)


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_json(text: str, path: str, rows: list[dict[str, Json]]) -> str:
    value = _with_list(parse_json(text, path) if text.strip() else [], rows)
    is_indented = not text.strip() or "\n" in text.strip()
    encoded = msgspec.json.encode(value)
    return (
        (msgspec.json.format(encoded, indent=2).decode() + "\n")
        if is_indented
        else (encoded.decode())
    )


def _with_list(value: Json, rows: list[dict[str, Json]]) -> Json:
    """The value of a file with other rows: its list, or the one list that its mapping holds."""
    if not isinstance(value, dict):
        return rows
    return {key: rows if isinstance(each, list) else each for key, each in value.items()}


# --- one more row ---------------------------------------------------------------------------


def append_job(text: str, case: dict[str, Json], path: str) -> list[Any]:
    """The text of a file with a case more, and the case's number; runs in a sandbox process.

    Its rows stay as they are, but for the heading of a table that lacks one of its columns.

    Args:
        text: of the file, "" for a new one.
        case: inputs by name, with "expected" and "tags" where they are known.
        path: of the file.

    Raises:
        DataSetError: it cannot be read, or has the same case already.
    """
    suffix = suffix_of(path)
    before = table(raw_rows(text, path), path) if text.strip() else None
    columns = before.columns if before is not None else ()
    case = _with_columns_of(case, columns)
    rows = before.rows if before is not None else ()
    wanted = {key: cell_text(value) for key, value in case.items()}
    for number, row in enumerate(rows, 1):
        if {
            key: cell_text(value) for key, value in row.items() if value not in (None, "")
        } == wanted:
            raise DataSetError(path, f"the same case is row {number:,} already.")
    if suffix in TEXT_SUFFIXES:
        after = _append_to_table(text, path, columns, case)
    elif suffix in LINES_SUFFIXES:
        after = _ended(text) + _line(case) + "\n"
    elif suffix == ".json":
        after = _append_to_json(text, path, case)
    else:
        after = _append_to_yaml(text, path, case)
    return [after, len(rows) + 1]


def _with_columns_of(case: dict[str, Json], columns: Sequence[str]) -> dict[str, Json]:
    """A case whose right answer is in the column that a file has for it."""
    usual = next((name for name in EXPECTED if name in columns), EXPECTED[0])
    return {usual if key == EXPECTED[0] else key: value for key, value in case.items()}


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _append_to_table(text: str, path: str, columns: Sequence[str], case: dict[str, Json]) -> str:
    suffix = suffix_of(path)
    new = [name for name in case if name not in columns]
    names = [*columns, *new]
    sheet = [SheetColumn(name, name) for name in names]
    if not text.strip():
        return _write_table("", suffix, sheet, [case])
    if has_no_heading(text, delimiter_of(text, suffix)):  # it gets one, which it needs now
        return _write_table(text, suffix, sheet, [*_records(text, path), case])
    lines = _write_table(text, suffix, sheet, [case])
    end = "\r\n" if text.split("\n", 1)[0].endswith("\r") else "\n"
    heading = _record_length(lines, delimiter_of(text, suffix))
    if new:
        text = lines[:heading] + text[_record_length(text, delimiter_of(text, suffix)) :]
    return (text if text.endswith("\n") else text + end) + lines[heading:]


def _records(text: str, path: str) -> list[dict[str, Json]]:
    return list(table(raw_rows(text, path), path).rows)


def _record_length(text: str, delimiter: str) -> int:
    """How many characters the first record has, with its line end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader, None)
    at = 0
    for _ in range(reader.line_num):
        at = text.find("\n", at) + 1 or len(text)
    return at


def _append_to_json(text: str, path: str, case: dict[str, Json]) -> str:
    end = text.rstrip()
    value = parse_json(text, path) if end else []
    if isinstance(value, dict):
        old = next((each for each in value.values() if isinstance(each, list)), [])
        return _write_json(text, path, [*old, case])
    if not value:
        return _write_json(text, path, [case])
    return f"{end[:-1].rstrip()},\n  {_line(case)}\n]\n"


def _append_to_yaml(text: str, path: str, case: dict[str, Json]) -> str:
    after = _ended(text) + dump_yaml([case])
    try:
        if not text.strip() or list(raw_rows(after, path)) == [*raw_rows(text, path), case]:
            return after
    except DataSetError:
        pass  # it is a mapping, indented, or in another style
    rows = [each if isinstance(each, dict) else {VALUE: each} for each in raw_rows(text, path)]
    return dump_yaml(_with_list(parse_yaml(text, path), [*rows, case]))
