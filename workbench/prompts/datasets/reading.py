"""Reading data sets: JSONL, a JSON list, CSV or TSV, and a YAML list; benchmarks' own shapes too.

The files come from anywhere, so they are parsed in the sandbox, within its memory and time.
"""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

import msgspec

from workbench import files
from workbench.domain.errors import DataSetError, SandboxError, SandboxMemory, SandboxTimeout
from workbench.domain.prompts.datasets import DataFile, DataSet
from workbench.domain.runs.spec import Json
from workbench.processes.pool import SandboxPool
from workbench.prompts.datasets.shapes import MMLU_COLUMNS, in_shape, is_mmlu_table, shape_of
from workbench.prompts.front_matter.reading import read_yaml

FILE_BYTES = 15_000_000
"""A little less than what can be sent to a sandbox process."""
ROWS = 100_000
COLUMNS = 200
YAML_VALUES = 100_000
PARSE_SECONDS = 15.0
MOST_FILES = 1_000
SUFFIXES = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".yaml", ".yml"})
VALUE = "value"
"""The column of a list that holds plain values in place of mappings."""


def list_data(folders: Iterable[tuple[Path, bool]]) -> tuple[DataFile, ...]:
    """The data sets below some folders, each with whether it ships with the program, by name."""
    found: list[DataFile] = []
    for folder, shipped in folders:
        paths = sorted(folder.rglob("*"), key=lambda path: str(path).casefold())
        for path in paths:
            name = path.relative_to(folder).as_posix()
            hidden = any(part.startswith(".") for part in PurePath(name).parts)
            if hidden or path.suffix.lower() not in SUFFIXES or not path.is_file():
                continue
            size = path.stat().st_size
            found.append(DataFile(path=str(path), name=name, bytes=size, shipped=shipped))
            if len(found) >= MOST_FILES:
                return tuple(found)
    return tuple(found)


def read_beginning(path: Path, most: int) -> str:
    """Up to ``most`` bytes of a file as text; what is no UTF-8 in it is marked.

    Raises:
        DataSetError: it is missing, no file, or cannot be read.
    """
    return files.read_beginning(path, most, DataSetError).decode("utf-8-sig", "replace")


async def parse_data(pool: SandboxPool, text: str, path: str) -> DataSet:
    """Make a table of a file's text; its ending says how it is written.

    Raises:
        DataSetError: with the row's number where one row is wrong.
    """
    found = await sandboxed(pool, "workbench.prompts.datasets.reading:packed_job", text, path)
    return await asyncio.to_thread(_unpacked, found, path)


async def sandboxed(pool: SandboxPool, function: str, *given: Any) -> Any:
    """What a function made of a data set's text in a sandbox process.

    Args:
        pool: of sandbox processes.
        function: its name.
        *given: to it; the last is the path of the file.

    Raises:
        DataSetError: it takes too long, needs too much memory, or refuses the file.
    """
    path = given[-1]
    try:
        return await pool.call(function, *given, deadline_seconds=PARSE_SECONDS)
    except SandboxTimeout:
        reason = f"it takes longer than {PARSE_SECONDS:.0f} s to read: take a part of it, or JSONL."
        raise DataSetError(path, reason) from None
    except SandboxMemory:
        raise DataSetError(path, "it needs too much memory: take a part of it.") from None
    except SandboxError as error:
        raise DataSetError(path, str(error)) from error


def packed_job(text: str, path: str) -> list[Any]:
    """:func:`parse_data` in a sandbox process; a row that has all columns is only its values.

    The names of columns, once for each row, would be more than a frame holds.
    """
    data = parse_job(text, path)
    rows = [list(row.values()) if tuple(row) == data.columns else row for row in data.rows]
    return [data.shape, data.columns, rows]


def _unpacked(found: list[Any], path: str) -> DataSet:
    shape, columns, rows = found
    names = tuple(columns)
    made = (row if isinstance(row, dict) else dict(zip(names, row, strict=True)) for row in rows)
    return DataSet(
        path=path, name=PurePath(path).name, columns=names, rows=tuple(made), shape=shape
    )


def parse_job(text: str, path: str) -> DataSet:
    """The table of a file, each row with the columns of the benchmark that it comes from."""
    rows = iter(raw_rows(text, path))
    first = list(itertools.islice(rows, 1))
    shape = shape_of(first)
    found = table((in_shape(row, shape) for row in itertools.chain(first, rows)), path)
    return msgspec.structs.replace(found, shape=shape)


def raw_rows(text: str, path: str) -> Iterable[Json]:
    """The rows as they are written.

    Raises:
        DataSetError: with the row's number where one row is wrong, some while they are read.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return _csv_rows(text, path, delimiter_of(text, suffix))
    if suffix in {".jsonl", ".ndjson"}:
        return json_lines(text, path)
    if suffix in {".yaml", ".yml"}:
        return _listed(parse_yaml(text, path), path)
    if suffix == ".json":
        return _listed(parse_json(text, path), path)
    raise DataSetError(path, f"a data set ends in one of {', '.join(sorted(SUFFIXES))}.")


def delimiter_of(text: str, suffix: str) -> str:
    """What is between the cells of a CSV or TSV file."""
    first = text.split("\n", 1)[0]
    return "\t" if suffix == ".tsv" else max(",;\t", key=first.count)  # a tie is a comma's


def table(rows: Iterable[Json], path: str) -> DataSet:
    """Rows as a table within its limits; a plain value is the column "value"."""
    columns: dict[str, None] = {}
    found: list[dict[str, Json]] = []
    for number, row in enumerate(rows, 1):
        if number > ROWS:
            raise DataSetError(path, f"it has more than {ROWS:,} rows: take a part of it.")
        values = row if isinstance(row, dict) else {VALUE: row}
        columns |= dict.fromkeys(values)
        if len(columns) > COLUMNS:
            raise DataSetError(path, f"row {number:,}: it has more than {COLUMNS} columns.")
        found.append(values)
    if not found:
        raise DataSetError(path, "there are no rows in it.")
    return DataSet(path=path, name=PurePath(path).name, columns=tuple(columns), rows=tuple(found))


def _csv_rows(text: str, path: str, delimiter: str) -> Iterator[Json]:
    csv.field_size_limit(FILE_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        if has_no_heading(text, delimiter):
            yield from (dict(zip(MMLU_COLUMNS, cells, strict=True)) for cells in reader if cells)
            return
        columns = [name.strip() for name in next(reader, [])]
        _check_columns(columns, path)
        for cells in reader:
            if not cells:
                continue  # an empty line
            number += 1
            if len(cells) > len(columns):
                raise DataSetError(
                    path,
                    f"row {number:,} (line {reader.line_num:,}) has {len(cells)} cells, but there "
                    f"are {len(columns)} columns: put cells that hold a “{delimiter}” in quotes.",
                )
            yield dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        raise DataSetError(
            path, f"row {number + 1:,} (line {reader.line_num:,}) cannot be read: {error}."
        ) from None


def has_no_heading(text: str, delimiter: str) -> bool:
    """Whether it is MMLU's own CSV, whose first line is a question."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = next(reader, [])
    return is_mmlu_table([first]) and is_mmlu_table([cells for cells in reader if cells] or [first])


def _check_columns(columns: list[str], path: str) -> None:
    if len(columns) > COLUMNS:
        raise DataSetError(path, f"it has more than {COLUMNS} columns.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise DataSetError(path, f"the column “{twice[0][:60]}” is twice in the first line.")
    if not all(columns):
        raise DataSetError(path, "the first line must name every column.")


def json_lines(text: str, path: str) -> Iterator[Json]:
    """The rows of JSONL (DataSetError at the first line that is none)."""
    number = 0
    for place, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        number += 1
        try:
            yield _decoded(line)
        except (RecursionError, ValueError) as error:
            reason = str(error).rstrip(".")
            raise DataSetError(
                path, f"row {number:,} (line {place:,}) is not JSON: {reason}."
            ) from None


def parse_json(text: str, path: str) -> Json:
    """The value of a JSON file (DataSetError where it is none)."""
    try:
        return _decoded(text)
    except (RecursionError, ValueError) as error:
        raise DataSetError(path, f"it is not JSON: {str(error).rstrip('.')}.") from None


def _decoded(text: str) -> Json:
    """A JSON value. NaN and Infinity, which many programs write, become texts."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if not any(word in text for word in ("NaN", "Infinity")):
            raise
        found: Json = json.loads(text, parse_constant=str)
        return found


def parse_yaml(text: str, path: str) -> Json:
    """The value of a YAML file (DataSetError where it is none, or not usable)."""
    try:
        return read_yaml(text, YAML_VALUES)
    except ValueError as error:
        raise DataSetError(path, f"it is not usable YAML: {error}.") from None


def _listed(value: Json, path: str) -> list[Any]:
    """The rows of a list, or of the one list that a mapping holds."""
    if isinstance(value, Mapping):
        lists = [each for each in value.values() if isinstance(each, list)]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        raise DataSetError(path, "it must be a list with a mapping for each row.")
    return value
