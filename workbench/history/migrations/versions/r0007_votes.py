"""Votes on pairs of answers, with everything that each vote was before.

Only new tables: no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = """
CREATE TABLE vote_pair (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    case_id TEXT NOT NULL,
    a_key TEXT NOT NULL,
    a_digest TEXT NOT NULL,
    a_variant TEXT NOT NULL,
    a_run INTEGER NOT NULL,
    b_key TEXT NOT NULL,
    b_digest TEXT NOT NULL,
    b_variant TEXT NOT NULL,
    b_run INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    created_at FLOAT NOT NULL,
    set_name TEXT DEFAULT '' NOT NULL,
    set_path TEXT DEFAULT '' NOT NULL,
    a_text TEXT NOT NULL,
    b_text TEXT NOT NULL
);
CREATE INDEX vote_pair_a ON vote_pair (a_key);
CREATE INDEX vote_pair_b ON vote_pair (b_key);
CREATE TABLE vote (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    pair_id INTEGER NOT NULL REFERENCES vote_pair (id),
    at FLOAT NOT NULL,
    choice TEXT NOT NULL,
    seconds FLOAT DEFAULT '0' NOT NULL,
    undoes INTEGER DEFAULT '0' NOT NULL,
    reasons TEXT DEFAULT '[]' NOT NULL,
    note TEXT DEFAULT '' NOT NULL
);
CREATE INDEX vote_of_pair ON vote (pair_id)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
