"""What the tables and columns are called and hold: for docs/schema.md and for who asks in SQL."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from types import ModuleType

from sqlalchemy import Column, Table

from workbench.domain.storage import ColumnWords, TableWords
from workbench.history import tables

_KINDS = {
    "StoredText": "text",
    "StoredBytes": "bytes",
    "StoredInteger": "integer",
    "StoredNumber": "number",
    "StoredTime": "time",
}


def table_words() -> tuple[TableWords, ...]:
    """All tables by name."""
    words = _descriptions()
    return tuple(
        TableWords(
            name=name,
            description=words.get(name, "").replace("``", "`"),
            columns=tuple(
                ColumnWords(name=column.name, kind=_kind(column), notes=_notes(column))
                for column in table.columns
            ),
        )
        for name, table in sorted(tables.metadata.tables.items())
    )


def _descriptions() -> dict[str, str]:
    """The text behind the assignment of each table; none where the sources are not there."""
    return {name: words for module in tables.MODULES for name, words in _described(module)}


def _described(module: ModuleType) -> Iterator[tuple[str, str]]:
    try:
        statements = ast.parse(inspect.getsource(module)).body
    except OSError:
        return
    for made, text in itertools.pairwise(statements):
        if not isinstance(made, ast.Assign) or not isinstance(text, ast.Expr):
            continue
        target, value = made.targets[0], text.value
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            table = getattr(module, target.id)
            if isinstance(table, Table):
                yield table.name, str(value.value)


def _kind(column: Column[object]) -> str:
    return _KINDS.get(type(column.type).__name__, "integer")


def _notes(column: Column[object]) -> tuple[str, ...]:
    notes = ["key"] if column.primary_key else []
    notes += [f"`{key.target_fullname}`" for key in column.foreign_keys]
    if column.nullable and not column.primary_key:
        notes.append("may be null")
    return tuple(notes)
