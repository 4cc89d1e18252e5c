"""What models found of texts, kept so that nothing is measured twice.

Only a new table: no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENTS = """
CREATE TABLE measurement (
    id INTEGER NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    at FLOAT NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX measurement_kind ON measurement (kind)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
