"""What is kept between sessions."""

from __future__ import annotations

from sqlalchemy import Column, Table

from workbench.history.stored_types import StoredInteger, StoredNumber, StoredText, StoredTime
from workbench.history.tables.base import metadata

draft = Table(
    "draft",
    metadata,
    Column("path", StoredText, primary_key=True),
    Column("base_sha256", StoredText, nullable=False),
    Column("saved_at", StoredTime, nullable=False),
    Column("variables", StoredText, nullable=False),
    Column("text", StoredText, nullable=False),
)

session_state = Table(
    "session_state",
    metadata,
    Column("key", StoredText, primary_key=True),
    Column("value", StoredText, nullable=False),
)

model_speed = Table(
    "model_speed",
    metadata,
    Column("model_path", StoredText, primary_key=True),
    Column("threads", StoredInteger, primary_key=True),
    Column("prompt_per_second", StoredNumber, nullable=False),
    Column("generation_per_second", StoredNumber, nullable=False),
    Column("measured_at", StoredTime, nullable=False),
)
