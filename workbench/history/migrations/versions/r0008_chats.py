"""Conversations as other programs have them: thoughts, attachments, folders, profiles, tokens.

Only new tables, and new columns that are empty or have a default: no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = """
ALTER TABLE message ADD COLUMN reasoning TEXT;
ALTER TABLE message ADD COLUMN kind TEXT DEFAULT '' NOT NULL;
ALTER TABLE message ADD COLUMN hidden INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE message ADD COLUMN author TEXT DEFAULT '' NOT NULL;
ALTER TABLE message ADD COLUMN label TEXT DEFAULT '' NOT NULL;
ALTER TABLE message ADD COLUMN pinned_at FLOAT;
ALTER TABLE message ADD COLUMN edited_from INTEGER;
ALTER TABLE message ADD COLUMN copied_from INTEGER;
ALTER TABLE message ADD COLUMN deleted_with INTEGER;
ALTER TABLE message ADD COLUMN foreign_id TEXT;
ALTER TABLE message ADD COLUMN attachments TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE message ADD COLUMN raw TEXT;
ALTER TABLE conversation ADD COLUMN folder TEXT DEFAULT '' NOT NULL;
ALTER TABLE conversation ADD COLUMN pinned_at FLOAT;
ALTER TABLE conversation ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE conversation ADD COLUMN source_id TEXT;
ALTER TABLE conversation ADD COLUMN source_digest TEXT;
ALTER TABLE conversation ADD COLUMN forked_from INTEGER;
CREATE UNIQUE INDEX conversation_source ON conversation (source, source_id) WHERE source <> '';
CREATE TABLE tag (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT tag_key UNIQUE (kind, item_id, name)
);
CREATE INDEX tag_name ON tag (name);
CREATE TABLE profile (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    deleted_at FLOAT,
    system TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    greetings TEXT DEFAULT '[]' NOT NULL,
    source TEXT DEFAULT '{}' NOT NULL
);
CREATE TABLE token_data (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id),
    call INTEGER NOT NULL,
    sample INTEGER NOT NULL,
    tokenizer TEXT NOT NULL,
    token_count INTEGER NOT NULL,
    alternative_count INTEGER DEFAULT '0' NOT NULL,
    doubt FLOAT,
    chosen BLOB NOT NULL,
    alternatives BLOB,
    CONSTRAINT token_data_key UNIQUE (run_id, call, sample)
);
CREATE INDEX token_data_doubt ON token_data (doubt)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.strip().split(";\n"):
        op.execute(statement)
