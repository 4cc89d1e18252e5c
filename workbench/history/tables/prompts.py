"""Prompts: where they were, and every text they had."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from workbench.history.stored_types import StoredInteger, StoredText, StoredTime
from workbench.history.tables.base import metadata, row_id

template_text = Table(
    "template_text",
    metadata,
    row_id(),
    Column("sha256", StoredText, nullable=False, unique=True),
    Column("text", StoredText, nullable=False),
    sqlite_autoincrement=True,
)
"""A prompt file's whole text, stored once however many versions and prompts have it."""

prompt_place = Table(
    "prompt_place",
    metadata,
    row_id(),
    Column("prompt_id", StoredInteger, nullable=False),
    Column("path", StoredText, nullable=False),
    Column("at", StoredTime, nullable=False),
    Index("prompt_place_path", "path"),
    Index("prompt_place_prompt", "prompt_id"),
    sqlite_autoincrement=True,
)
"""From ``at`` on, the prompt is at ``path``: a rename adds a row. A prompt's id is that of its
first row; its place now is its last."""

template_version = Table(
    "template_version",
    metadata,
    row_id(),
    Column("prompt_id", StoredInteger, nullable=False),
    Column("number", StoredInteger, nullable=False),
    Column("text_id", ForeignKey("template_text.id"), nullable=False),
    Column("created_at", StoredTime, nullable=False),
    Column("restored_at", StoredTime),
    Column("origin", StoredText, nullable=False),
    Column("name", StoredText, nullable=False, server_default=""),
    Column("note", StoredText, nullable=False, server_default=""),
    UniqueConstraint("prompt_id", "number", name="template_version_number"),
    UniqueConstraint("prompt_id", "text_id", name="template_version_text"),
    sqlite_autoincrement=True,
)
"""The texts that a prompt has had, numbered from 1; the same text again is the same version."""
