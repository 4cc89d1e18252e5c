"""Conversations keep how they are answered, their system prompts and drafts, and where one was.

Only columns with defaults and one small table: no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = """
ALTER TABLE conversation ADD COLUMN options TEXT DEFAULT '{}' NOT NULL;
ALTER TABLE message ADD COLUMN deleted_at FLOAT;
ALTER TABLE message ADD COLUMN last_leaf_id INTEGER;
ALTER TABLE message ADD COLUMN thought_tokens INTEGER;
ALTER TABLE message ADD COLUMN system TEXT;
CREATE TABLE chat_draft (
    conversation_id INTEGER NOT NULL PRIMARY KEY,
    saved_at FLOAT NOT NULL,
    payload TEXT NOT NULL
)
"""


def upgrade() -> None:
    """Add what is new."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
