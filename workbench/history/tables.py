"""The tables, as SQLAlchemy Core describes them. Migrations create them; a test compares the two.

Every table keeps SQLite's rowid, so that a damaged file can be read row by row. Columns that lists
show come first, large ones last: SQLite then reads a list without touching overflow pages.

Times are Unix seconds, UTC. Ids order rows, never times: clocks jump.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 2
"""The newest revision's number; kept in ``PRAGMA user_version``."""

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


template_text = Table(
    "template_text",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""A prompt file's whole text, stored once however many versions and prompts have it."""

prompt_place = Table(
    "prompt_place",
    metadata,
    _id(),
    Column("prompt_id", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("at", Float, nullable=False),
    Index("prompt_place_path", "path"),
    Index("prompt_place_prompt", "prompt_id"),
    sqlite_autoincrement=True,
)
"""From ``at`` on, the prompt stands at ``path``: a rename adds a row. A prompt's id is that of its
first row; where it stands now is its last."""

template_version = Table(
    "template_version",
    metadata,
    _id(),
    Column("prompt_id", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text_id", ForeignKey("template_text.id"), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("restored_at", Float),
    Column("origin", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("prompt_id", "number", name="template_version_number"),
    UniqueConstraint("prompt_id", "text_id", name="template_version_text"),
    sqlite_autoincrement=True,
)
"""The texts that a prompt has had, numbered from 1; the same text again is the same version."""

run = Table(
    "run",
    metadata,
    _id(),
    Column("status", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("group_key", Text, nullable=False, server_default=""),
    Column("started_at", Float, nullable=False),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("call_count", Integer, nullable=False, server_default="0"),
    Column("prompt_tokens", Integer, nullable=False, server_default="0"),
    Column("evaluated_tokens", Integer, nullable=False, server_default="0"),
    Column("completion_tokens", Integer, nullable=False, server_default="0"),
    Column("finish_reason", Text, nullable=False, server_default=""),
    Column("limit_name", Text, nullable=False, server_default=""),
    Column("deleted_at", Float),
    Column("owner_pid", Integer, nullable=False),
    Column("owner_started", Float, nullable=False),
    Column("template_id", ForeignKey("template_version.id")),
    Column("digest", Text, nullable=False),
    Column("error", Text),
    Column("answer", Text),
    Column("output", Text, nullable=False, server_default=""),
    Column("manifest", Text, nullable=False, server_default="{}"),
    Column("spec", Text, nullable=False),
    Index("run_strategy", "strategy"),
    Index("run_group", "group_key"),
    Index("run_digest", "digest"),
    Index("run_template", "template_id", "deleted_at"),
    Index("run_running", "status", sqlite_where=text("status = 'running'")),
    sqlite_autoincrement=True,
)
"""``owner_pid`` and ``owner_started`` (the process's creation time) tell a live run from one whose
program was killed. ``error`` is a WorkbenchError in wire form, as JSON."""

prompt_text = Table(
    "prompt_text",
    metadata,
    _id(),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("payload", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""One message of a prompt with the origins of its text, stored once however often it is sent."""

event = Table(
    "event",
    metadata,
    _id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("prompts", LargeBinary),
    UniqueConstraint("run_id", "seq", name="event_key"),
)
"""``payload`` is the event in msgpack; a call's messages are replaced by ``prompts``, a msgpack
list of ids in ``prompt_text``."""

run_text = Table(
    "run_text",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("prompt", Text, nullable=False, server_default=""),
    Column("output", Text, nullable=False, server_default=""),
)
"""What a search looks at: the prompt as first sent, and every text the model gave."""

conversation = Table(
    "conversation",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("leaf_id", Integer),
    Column("deleted_at", Float),
    Index("conversation_updated", "updated_at"),
    sqlite_autoincrement=True,
)
"""``leaf_id`` is the last message of the shown branch (no foreign key: the two would be a ring)."""

message = Table(
    "message",
    metadata,
    _id(),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("parent_id", ForeignKey("message.id")),
    Column("role", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("run_id", ForeignKey("run.id")),
    Column("text", Text, nullable=False),
    Index("message_conversation", "conversation_id"),
    Index("message_parent", "parent_id"),
    Index("message_run", "run_id"),
    sqlite_autoincrement=True,
)
"""A tree by ``parent_id``. The text of an answer is filled in when its run has ended."""

draft = Table(
    "draft",
    metadata,
    Column("path", Text, primary_key=True),
    Column("base_sha256", Text, nullable=False),
    Column("saved_at", Float, nullable=False),
    Column("variables", Text, nullable=False),
    Column("text", Text, nullable=False),
)

session_state = Table(
    "session_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

model_speed = Table(
    "model_speed",
    metadata,
    Column("model_path", Text, primary_key=True),
    Column("threads", Integer, primary_key=True),
    Column("prompt_per_second", Float, nullable=False),
    Column("generation_per_second", Float, nullable=False),
    Column("measured_at", Float, nullable=False),
)

SEARCH_INDEXES = {"run_search": run_text, "message_search": message}
"""FTS5 tables and the tables whose text they index; triggers keep them in step."""
