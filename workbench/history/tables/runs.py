"""Runs, their events and texts, and the tokens of their samples."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, text

from workbench.history.stored_types import (
    StoredBytes,
    StoredInteger,
    StoredNumber,
    StoredText,
    StoredTime,
)
from workbench.history.tables.base import metadata, row_id

run = Table(
    "run",
    metadata,
    row_id(),
    Column("status", StoredText, nullable=False),
    Column("strategy", StoredText, nullable=False),
    Column("model", StoredText, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("group_key", StoredText, nullable=False, server_default=""),
    Column("started_at", StoredTime, nullable=False),
    Column("seconds", StoredNumber, nullable=False, server_default="0"),
    Column("call_count", StoredInteger, nullable=False, server_default="0"),
    Column("prompt_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("evaluated_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("completion_tokens", StoredInteger, nullable=False, server_default="0"),
    Column("finish_reason", StoredText, nullable=False, server_default=""),
    Column("limit_name", StoredText, nullable=False, server_default=""),
    Column("deleted_at", StoredTime),
    Column("owner_pid", StoredInteger, nullable=False),
    Column("owner_started", StoredNumber, nullable=False),
    Column("template_id", ForeignKey("template_version.id")),
    Column("digest", StoredText, nullable=False),
    Column("error", StoredText),
    Column("answer", StoredText),
    Column("output", StoredText, nullable=False, server_default=""),
    Column("manifest", StoredText, nullable=False, server_default="{}"),
    Column("spec", StoredText, nullable=False),
    Column("expected", StoredText),
    Column("is_right", StoredInteger),
    Index("run_strategy", "strategy"),
    Index("run_model", "model"),
    Index("run_status", "status"),
    Index("run_started", "started_at"),
    Index("run_right", "is_right", sqlite_where=text("is_right IS NOT NULL")),
    Index("run_compared", "id", sqlite_where=text("group_key <> ''")),
    Index("run_group", "group_key"),
    Index("run_digest", "digest"),
    Index("run_template", "template_id", "deleted_at"),
    Index("run_running", "status", sqlite_where=text("status = 'running'")),
    sqlite_autoincrement=True,
)
"""``owner_pid`` and ``owner_started`` (its creation time) separate a live run from one whose
program was killed. ``error`` is a WorkbenchError in wire form, as JSON. ``is_right`` is 1 where the
answer is ``expected``, 0 where it differs, NULL where it was not judged."""

prompt_text = Table(
    "prompt_text",
    metadata,
    row_id(),
    Column("sha256", StoredBytes, nullable=False, unique=True),
    Column("payload", StoredBytes, nullable=False),
    sqlite_autoincrement=True,
)
"""One message of a prompt with the origins of its text, stored once however often it is sent."""

event = Table(
    "event",
    metadata,
    row_id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("seq", StoredInteger, nullable=False),
    Column("at", StoredNumber, nullable=False),
    Column("type", StoredText, nullable=False),
    Column("payload", StoredBytes, nullable=False),
    Column("prompts", StoredBytes),
    UniqueConstraint("run_id", "seq", name="event_key"),
)
"""``payload`` is the event in msgpack; a call's messages are replaced by ``prompts``, a msgpack
list of ids in ``prompt_text``."""

run_text = Table(
    "run_text",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("title", StoredText, nullable=False),
    Column("prompt", StoredText, nullable=False, server_default=""),
    Column("output", StoredText, nullable=False, server_default=""),
)
"""What a search looks at: the prompt as first sent, and every text the model gave."""

token_data = Table(
    "token_data",
    metadata,
    row_id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("call", StoredInteger, nullable=False),
    Column("sample", StoredInteger, nullable=False),
    Column("tokenizer", StoredText, nullable=False),
    Column("token_count", StoredInteger, nullable=False),
    Column("alternative_count", StoredInteger, nullable=False, server_default="0"),
    Column("doubt", StoredNumber),
    Column("chosen", StoredBytes, nullable=False),
    Column("alternatives", StoredBytes),
    UniqueConstraint("run_id", "call", "sample", name="token_data_key"),
    Index("token_data_doubt", "doubt"),
    sqlite_autoincrement=True,
)
"""The tokens of one sample of a call, by columns and packed: ``chosen`` has their ids, lengths and
log-probabilities, ``alternatives`` what else could have come, ``alternative_count`` at each place.
``tokenizer`` is the digest of the vocabulary that the ids are of; ``doubt`` says how unsure the
answer was, so that a history can be filtered by it."""
