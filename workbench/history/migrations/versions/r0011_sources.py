"""Collections of the user's own documents: files, chunks and vectors.

Only new tables. The word index of a collection is made with the collection.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

_STATEMENTS = """
CREATE TABLE source_collection (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    words TEXT NOT NULL,
    model TEXT NOT NULL,
    index_key TEXT NOT NULL,
    chunks TEXT NOT NULL,
    paths TEXT NOT NULL,
    CONSTRAINT source_collection_name UNIQUE (name)
);
CREATE TABLE source_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES source_collection (id),
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    problem TEXT NOT NULL,
    size INTEGER NOT NULL,
    changed_at FLOAT NOT NULL,
    digest TEXT NOT NULL,
    notes TEXT NOT NULL,
    extracted BLOB,
    CONSTRAINT source_file_path UNIQUE (collection_id, path)
);
CREATE TABLE source_chunk (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES source_file (id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    page INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX source_chunk_file ON source_chunk (file_id);
CREATE TABLE source_vectors (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES source_collection (id),
    file_id INTEGER NOT NULL REFERENCES source_file (id),
    first_chunk INTEGER NOT NULL,
    count INTEGER NOT NULL,
    index_key TEXT NOT NULL,
    vectors BLOB NOT NULL
);
CREATE INDEX source_vectors_collection ON source_vectors (collection_id);
CREATE INDEX source_vectors_file ON source_vectors (file_id)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.strip().split(";\n"):
        op.execute(statement)
