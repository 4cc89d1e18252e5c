"""Writes docs/schema.md from the tables: ``python -m tests.history.schema_page``."""

from __future__ import annotations

from pathlib import Path

from workbench.history import tables
from workbench.history.table_words import table_words
from workbench.history.tables import base

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"

_BEGINNING = """\
# The schema of the history

The history is one SQLite file, `history.db` of the data folder (`workbench storage show` says
where). This page is made from `workbench/history/tables/`; it describes revision {version}.
Ask it in SQL, for reading alone, in History under *SQL* or on the command line:

    workbench history sql "SELECT model, count(*), sum(completion_tokens) FROM run GROUP BY model"
    workbench history sql --csv "SELECT id, title, datetime(updated_at, 'unixepoch') FROM conversation"

{preface}

Rows with a time in `deleted_at` are deleted and can still be restored. Bytes are msgpack or packed
columns; both ways print msgpack as JSON. Names of tables and columns may change with a revision.
"""  # noqa: E501


def page() -> str:
    """The whole page."""
    preface = (base.__doc__ or "").split("\n\n", 2)[2].strip().replace("\n", " ")
    parts = [_BEGINNING.format(version=tables.SCHEMA_VERSION, preface=preface)]
    for table in table_words():
        lines = [f"## {table.name}", ""]
        if table.description:
            lines += [table.description, ""]
        lines += ["| column | kind | |", "|---|---|---|"]
        lines += [
            f"| `{each.name}` | {each.kind} | {', '.join(each.notes)} |" for each in table.columns
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
