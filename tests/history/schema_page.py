"""Writes docs/schema.md from the tables: ``python -m tests.history.schema_page``."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Table

from workbench.history import tables

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"

_BEGINNING = """\
# The schema of the history

The history is one SQLite file, `history.db` of the data folder (`workbench storage show` says
where). This page is made from `workbench/history/tables.py`; it describes revision {version}.
Ask it in SQL, for reading alone:

    workbench history sql "SELECT model, count(*), sum(completion_tokens) FROM run GROUP BY model"
    workbench history sql --csv "SELECT id, title, datetime(updated_at, 'unixepoch') FROM conversation"

{preface}

Rows with a time in `deleted_at` are deleted and can still be restored. Bytes are msgpack or packed
columns; `history sql` prints msgpack as JSON. Names of tables and columns may change with a
revision.
"""  # noqa: E501
_KINDS = {
    "StoredText": "text",
    "StoredBytes": "bytes",
    "StoredInteger": "integer",
    "StoredNumber": "number",
    "StoredTime": "time",
}


def page() -> str:
    """The whole page."""
    words = descriptions()
    preface = (tables.__doc__ or "").split("\n\n", 2)[2].strip().replace("\n", " ")
    parts = [_BEGINNING.format(version=tables.SCHEMA_VERSION, preface=preface)]
    for name, table in sorted(tables.metadata.tables.items()):
        described = words.get(name, "").replace("``", "`")
        parts.append(
            "\n".join([f"## {name}", "", *([described, ""] if described else []), *_columns(table)])
        )
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def descriptions() -> dict[str, str]:
    """The text behind the assignment of each table."""
    body = ast.parse(inspect.getsource(tables)).body
    found = {}
    for made, text in itertools.pairwise(body):
        if not isinstance(made, ast.Assign) or not isinstance(text, ast.Expr):
            continue
        target, value = made.targets[0], text.value
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            table = getattr(tables, target.id)
            if isinstance(table, Table):
                found[table.name] = str(value.value)
    return found


def _columns(table: Table) -> Iterator[str]:
    yield "| column | kind | |"
    yield "|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {_kind(column)} | {_notes(column)} |"


def _kind(column: Column[object]) -> str:
    return _KINDS.get(type(column.type).__name__, "integer")


def _notes(column: Column[object]) -> str:
    notes = ["key"] if column.primary_key else []
    notes += [f"`{key.target_fullname}`" for key in column.foreign_keys]
    if column.nullable and not column.primary_key:
        notes.append("may be null")
    return ", ".join(notes)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
