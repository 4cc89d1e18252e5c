"""Versions of prompts: numbers, times, names, and the paths that a prompt had.

Only distinct texts are moved; of the runs only an index is made, so that the time this takes hardly
grows with them. What old runs used is known by the ids of their versions, which stay as they are.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = """
CREATE TABLE template_text (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
);
CREATE TABLE prompt_place (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    prompt_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    at FLOAT NOT NULL
);
CREATE TABLE new_version (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    prompt_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text_id INTEGER NOT NULL REFERENCES template_text (id),
    created_at FLOAT NOT NULL,
    restored_at FLOAT,
    origin TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT template_version_number UNIQUE (prompt_id, number),
    CONSTRAINT template_version_text UNIQUE (prompt_id, text_id)
);
CREATE INDEX run_template ON run (template_id, deleted_at);
INSERT INTO template_text (sha256, text)
    SELECT sha256, text FROM template_version GROUP BY sha256 ORDER BY min(id);
INSERT INTO prompt_place (prompt_id, path, at)
    SELECT 0, path, 0 FROM template_version GROUP BY path ORDER BY min(id);
UPDATE prompt_place SET prompt_id = id;
CREATE INDEX prompt_place_path ON prompt_place (path);
CREATE INDEX prompt_place_prompt ON prompt_place (prompt_id);
INSERT INTO new_version (id, prompt_id, number, text_id, created_at, origin)
    SELECT version.id, place.id,
        row_number() OVER (PARTITION BY place.id ORDER BY version.id), content.id,
        coalesce((SELECT started_at FROM run WHERE id =
            (SELECT min(id) FROM run WHERE template_id = version.id)), 0),
        'run'
    FROM template_version AS version
    JOIN prompt_place AS place ON place.path = version.path
    JOIN template_text AS content ON content.sha256 = version.sha256;
UPDATE prompt_place SET at =
    coalesce((SELECT min(created_at) FROM new_version WHERE prompt_id = prompt_place.id), 0);
DROP TABLE template_version;
ALTER TABLE new_version RENAME TO template_version
"""


def upgrade() -> None:
    """Take apart what was one table; foreign keys are off meanwhile."""
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
