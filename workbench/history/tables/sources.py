"""The user's own documents: collections, what was read of their files, chunks and vectors."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from workbench.history.stored_types import StoredBytes, StoredInteger, StoredText, StoredTime
from workbench.history.tables.base import metadata, row_id

source_collection = Table(
    "source_collection",
    metadata,
    row_id(),
    Column("name", StoredText, nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("words", StoredText, nullable=False),
    Column("model", StoredText, nullable=False),
    Column("index_key", StoredText, nullable=False),
    Column("chunks", StoredText, nullable=False),
    Column("paths", StoredText, nullable=False),
    UniqueConstraint("name", name="source_collection_name"),
    sqlite_autoincrement=True,
)
"""Collections of documents. ``words`` is how the word index takes words, ``model`` the embedding
model's file, ``index_key`` what the vectors were made with; ``chunks`` (how documents are cut) and
``paths`` are JSON."""

source_file = Table(
    "source_file",
    metadata,
    row_id(),
    Column("collection_id", ForeignKey("source_collection.id"), nullable=False),
    Column("path", StoredText, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("problem", StoredText, nullable=False),
    Column("size", StoredInteger, nullable=False),
    Column("changed_at", StoredTime, nullable=False),
    Column("digest", StoredText, nullable=False),
    Column("notes", StoredText, nullable=False),
    Column("extracted", StoredBytes),
    UniqueConstraint("collection_id", "path", name="source_file_path"),
    sqlite_autoincrement=True,
)
"""Files of collections. ``state`` is waiting, read, indexed or refused; ``size``, ``changed_at``
and ``digest`` are the file's when it was read; ``extracted`` is its text with pages and headings,
packed."""

source_chunk = Table(
    "source_chunk",
    metadata,
    row_id(),
    Column("file_id", ForeignKey("source_file.id"), nullable=False),
    Column("start", StoredInteger, nullable=False),
    Column("stop", StoredInteger, nullable=False),
    Column("tokens", StoredInteger, nullable=False),
    Column("page", StoredInteger, nullable=False),
    Column("headings", StoredText, nullable=False),
    Column("text", StoredText, nullable=False),
    Index("source_chunk_file", "file_id"),
    sqlite_autoincrement=True,
)
"""Passages of files: characters ``start`` to ``stop`` of the text that was read. ``headings`` is
the path to it, JSON."""

source_vectors = Table(
    "source_vectors",
    metadata,
    row_id(),
    Column("collection_id", ForeignKey("source_collection.id"), nullable=False),
    Column("file_id", ForeignKey("source_file.id"), nullable=False),
    Column("first_chunk", StoredInteger, nullable=False),
    Column("count", StoredInteger, nullable=False),
    Column("index_key", StoredText, nullable=False),
    Column("vectors", StoredBytes, nullable=False),
    Index("source_vectors_collection", "collection_id"),
    Index("source_vectors_file", "file_id"),
    sqlite_autoincrement=True,
)
"""Vectors of the chunks ``first_chunk`` and the ``count`` - 1 after it, of unit length, as float32
one after another. Those of another ``index_key`` than the collection's are of no use."""
