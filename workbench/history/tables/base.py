"""What all tables share.

Every table keeps SQLite's rowid, so that a damaged file can be read row by row. Columns that lists
show come first, large ones last: SQLite then reads a list without touching overflow pages.

Times are Unix seconds, UTC. Ids order rows, never times: clocks jump.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData

SCHEMA_VERSION = 11
"""The newest revision's number; kept in ``PRAGMA user_version``."""

metadata = MetaData()


def row_id() -> Column[int]:
    """The key of a table: SQLite's own number of the row."""
    return Column("id", Integer, primary_key=True)
