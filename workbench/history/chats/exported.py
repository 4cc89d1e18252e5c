"""Whole conversations out of the history, as files have them: with all branches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from workbench.domain.transcripts import Part, Transcript, TranscriptMessage
from workbench.history import codec
from workbench.history.tables import conversation, message, run, tag


def load_transcript(connection: Connection, conversation_id: int) -> Transcript | None:
    """A conversation with all its branches, without deleted messages; None where there is none.

    The keys of messages are those of the program they came from, else made of their ids.
    """
    row = connection.execute(
        select(conversation).where(conversation.c.id == conversation_id)
    ).one_or_none()
    if row is None:
        return None
    rows = list(_rows(connection, conversation_id))
    keys = {each.id: key_of(each) for each in rows}
    parents = {each.id: each.parent_id for each in _links(connection, conversation_id)}
    tags = connection.execute(
        select(tag.c.name)
        .where(tag.c.kind == "conversation", tag.c.item_id == conversation_id)
        .order_by(tag.c.name)
    ).scalars()
    source = row.source or "prompt-workbench"
    made_id = hashlib.sha256(f"{row.created_at} {conversation_id}".encode()).hexdigest()[:24]
    return Transcript(
        source=source,
        source_id=row.source_id or made_id,
        title=row.title or "Untitled",
        created_at=row.created_at or None,
        updated_at=row.updated_at or None,
        messages=tuple(_message(each, keys, parents) for each in rows),
        leaf=_living(row.leaf_id, keys, parents) or (keys[rows[-1].id] if rows else None),
        folder=row.folder,
        pinned=row.pinned_at is not None,
        tags=tuple(tags),
        options=codec.from_json(row.options, {}),
    )


def key_of(row: Any) -> str:
    """The key of a stored message in a transcript."""
    return row.foreign_id or f"local-{row.id}"


def _links(connection: Connection, conversation_id: int) -> list[Any]:
    statement = select(message.c.id, message.c.parent_id).where(
        message.c.conversation_id == conversation_id
    )
    return list(connection.execute(statement))


def _rows(connection: Connection, conversation_id: int) -> Iterator[Any]:
    """The messages that are not deleted, each key once."""
    statement = (
        select(message, run.c.model)
        .outerjoin(run, run.c.id == message.c.run_id)
        .where(message.c.conversation_id == conversation_id, message.c.deleted_at.is_(None))
        .order_by(message.c.id)
    )
    yield from connection.execute(statement)


def _living(
    message_id: int | None, keys: dict[int, str], parents: dict[int, int | None]
) -> str | None:
    """The key of a message, or of the nearest before it that is not deleted."""
    walked: set[int] = set()
    while message_id is not None and message_id not in keys and message_id not in walked:
        walked.add(message_id)
        message_id = parents.get(message_id)
    return keys.get(message_id) if message_id is not None else None


def _message(row: Any, keys: dict[int, str], parents: dict[int, int | None]) -> TranscriptMessage:
    roles = {"system", "user", "assistant", "tool"}
    kinds = {"", "summary", "tool_call", "tool_result"}
    return TranscriptMessage(
        key=keys[row.id],
        parent=_living(row.parent_id, keys, parents),
        role=row.role if row.role in roles else "user",
        text=row.text,
        reasoning=row.reasoning or "",
        kind=row.kind if row.kind in kinds else "",
        hidden=bool(row.hidden),
        author=row.author or row.model or "",
        created_at=row.created_at or None,
        parts=_parts(row.attachments),
        system=row.system,
        label=row.label,
        pinned=row.pinned_at is not None,
        edited_from=keys.get(row.edited_from),
        copied_from=keys.get(row.copied_from),
        raw=row.raw or "",
    )


def _parts(stored: str) -> tuple[Part, ...]:
    found = codec.from_json(stored or "[]", [])
    parts = []
    for each in found if isinstance(found, list) else []:
        try:
            parts.append(msgspec.convert(each, Part))
        except msgspec.ValidationError:
            continue
    return tuple(parts)


def load_ids(connection: Connection, conversation_id: int) -> dict[str, int]:
    """The ids of the messages of a conversation by their keys in its transcript."""
    return {key_of(row): row.id for row in _rows(connection, conversation_id)}
