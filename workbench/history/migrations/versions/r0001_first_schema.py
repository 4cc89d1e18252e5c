"""The first schema: runs, events, prompts, conversations, drafts, session, speeds, search."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE template_version (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT template_version_key UNIQUE (sha256, path)
);
CREATE TABLE run (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    status TEXT NOT NULL,
    strategy TEXT NOT NULL,
    model TEXT NOT NULL,
    title TEXT NOT NULL,
    group_key TEXT DEFAULT '' NOT NULL,
    started_at FLOAT NOT NULL,
    seconds FLOAT DEFAULT '0' NOT NULL,
    call_count INTEGER DEFAULT '0' NOT NULL,
    prompt_tokens INTEGER DEFAULT '0' NOT NULL,
    evaluated_tokens INTEGER DEFAULT '0' NOT NULL,
    completion_tokens INTEGER DEFAULT '0' NOT NULL,
    finish_reason TEXT DEFAULT '' NOT NULL,
    limit_name TEXT DEFAULT '' NOT NULL,
    deleted_at FLOAT,
    owner_pid INTEGER NOT NULL,
    owner_started FLOAT NOT NULL,
    template_id INTEGER REFERENCES template_version (id),
    digest TEXT NOT NULL,
    error TEXT,
    answer TEXT,
    output TEXT DEFAULT '' NOT NULL,
    manifest TEXT DEFAULT '{}' NOT NULL,
    spec TEXT NOT NULL
);
CREATE INDEX run_strategy ON run (strategy);
CREATE INDEX run_group ON run (group_key);
CREATE INDEX run_digest ON run (digest);
CREATE INDEX run_running ON run (status) WHERE status = 'running';
CREATE TABLE prompt_text (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL UNIQUE,
    payload BLOB NOT NULL
);
CREATE TABLE event (
    id INTEGER NOT NULL PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run (id),
    seq INTEGER NOT NULL,
    at FLOAT NOT NULL,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    prompts BLOB,
    CONSTRAINT event_key UNIQUE (run_id, seq)
);
CREATE TABLE run_text (
    run_id INTEGER NOT NULL PRIMARY KEY REFERENCES run (id),
    title TEXT NOT NULL,
    prompt TEXT DEFAULT '' NOT NULL,
    output TEXT DEFAULT '' NOT NULL
);
CREATE TABLE conversation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    updated_at FLOAT NOT NULL,
    leaf_id INTEGER,
    deleted_at FLOAT
);
CREATE INDEX conversation_updated ON conversation (updated_at);
CREATE TABLE message (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    parent_id INTEGER REFERENCES message (id),
    role TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    run_id INTEGER REFERENCES run (id),
    text TEXT NOT NULL
);
CREATE INDEX message_conversation ON message (conversation_id);
CREATE INDEX message_parent ON message (parent_id);
CREATE INDEX message_run ON message (run_id);
CREATE TABLE draft (
    path TEXT NOT NULL PRIMARY KEY,
    base_sha256 TEXT NOT NULL,
    saved_at FLOAT NOT NULL,
    variables TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE session_state (
    "key" TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE model_speed (
    model_path TEXT NOT NULL,
    threads INTEGER NOT NULL,
    prompt_per_second FLOAT NOT NULL,
    generation_per_second FLOAT NOT NULL,
    measured_at FLOAT NOT NULL,
    PRIMARY KEY (model_path, threads)
)
"""


def upgrade() -> None:
    """Create every table, the two search indexes, and the triggers that keep them in step."""
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    _add_search("run_search", "run_text", "run_id", ("title", "prompt", "output"))
    _add_search("message_search", "message", "id", ("text",))


def _add_search(index: str, table: str, key: str, columns: tuple[str, ...]) -> None:
    names = ", ".join(columns)
    old = ", ".join(f"old.{column}" for column in columns)
    new = ", ".join(f"new.{column}" for column in columns)
    # The prefix index keeps search-as-you-type fast for the first letters.
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{table}', "
        f"content_rowid='{key}', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3')"
    )
    remove = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', old.{key}, {old});"  # noqa: S608
    add = f"INSERT INTO {index} (rowid, {names}) VALUES (new.{key}, {new});"  # noqa: S608
    op.execute(f"CREATE TRIGGER {table}_insert AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {table}_delete AFTER DELETE ON {table} BEGIN {remove} END")
    op.execute(
        f"CREATE TRIGGER {table}_update AFTER UPDATE OF {names} ON {table} BEGIN {remove} {add} END"
    )
