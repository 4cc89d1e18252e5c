"""Tags of runs and conversations."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint

from workbench.history.stored_types import StoredInteger, StoredText
from workbench.history.tables.base import metadata, row_id

tag = Table(
    "tag",
    metadata,
    row_id(),
    Column("kind", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    Column("name", StoredText, nullable=False),
    UniqueConstraint("kind", "item_id", "name", name="tag_key"),
    Index("tag_name", "name"),
    sqlite_autoincrement=True,
)
"""``kind`` is "run" or "conversation"."""
