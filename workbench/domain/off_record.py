"""Conversations off the record: in memory only, known by their numbers."""

from __future__ import annotations

FIRST_ID = 2**30
"""Conversations, messages and runs off the record are numbered from here on; no history comes so
far, and the window's signals take numbers below 2**31."""


def is_off_the_record(number: int | None) -> bool:
    """Whether a conversation, message or run of that number is in memory only."""
    return number is not None and number >= FIRST_ID
