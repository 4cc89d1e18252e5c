"""What the full-text index is made of."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, UniqueConstraint

from workbench.history.stored_types import StoredInteger, StoredText
from workbench.history.tables.base import metadata

indexed_text = Table(
    "indexed_text",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    Column("part", StoredInteger, nullable=False),
    UniqueConstraint("source", "item_id", "part", name="indexed_text_key"),
)
"""What the rows of the full-text index are: ``id`` is the row there, about the second that the text
is from, ``source`` the table that has it and ``part`` which text of the row ``item_id`` it is."""

index_pending = Table(
    "index_pending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("item_id", StoredInteger, nullable=False),
    UniqueConstraint("source", "item_id", name="index_pending_key"),
)
"""Rows that changed and are to be indexed again; triggers write it in the same transaction."""

index_progress = Table(
    "index_progress",
    metadata,
    Column("source", StoredText, primary_key=True),
    Column("next_id", StoredInteger, nullable=False),
    Column("first_id", StoredInteger, nullable=False),
)
"""How far an older history is indexed: newest first, ``next_id`` and those below are to come. In
the row "merge", ``next_id`` is 0 unless the index is being merged, and ``first_id`` the second in
which that began last."""

MADE_AGAIN = frozenset({indexed_text.name, index_pending.name, index_progress.name})
"""Tables that are made of the others, and not copied from a damaged file."""
