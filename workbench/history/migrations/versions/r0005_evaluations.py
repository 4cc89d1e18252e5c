"""Evaluations, their cells, and how often held-out cases were looked at.

Only new tables: no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = """
CREATE TABLE evaluation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    updated_at FLOAT NOT NULL,
    status TEXT NOT NULL,
    cell_count INTEGER NOT NULL,
    result TEXT DEFAULT '{}' NOT NULL,
    definition TEXT NOT NULL
);
CREATE INDEX evaluation_updated ON evaluation (updated_at);
CREATE TABLE evaluation_cell (
    id INTEGER NOT NULL PRIMARY KEY,
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (id),
    variant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    state TEXT NOT NULL,
    run_id INTEGER REFERENCES run (id),
    score FLOAT,
    passed INTEGER,
    run_key TEXT NOT NULL,
    details TEXT DEFAULT '{}' NOT NULL,
    CONSTRAINT evaluation_cell_place UNIQUE (evaluation_id, variant, case_id, repeat)
);
CREATE INDEX evaluation_cell_run ON evaluation_cell (run_id);
CREATE TABLE held_out_look (
    id INTEGER NOT NULL PRIMARY KEY,
    cases TEXT NOT NULL,
    at FLOAT NOT NULL,
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (id)
);
CREATE INDEX held_out_look_cases ON held_out_look (cases)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
