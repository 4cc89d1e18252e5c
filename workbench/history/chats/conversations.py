"""Conversations: the statements, inside the caller's transaction."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from workbench.domain.chat import ChatDraft
from workbench.domain.errors import UsageError
from workbench.domain.text import replace_surrogates
from workbench.domain.views import Conversation
from workbench.history import codec
from workbench.history.search import finding
from workbench.history.tables import chat_draft, conversation, message

_SNIPPET_CHARACTERS = 120
_MOST_MATCHES = 1000


def list_conversations(connection: Connection, typed: str = "") -> tuple[Conversation, ...]:
    """Conversations that are not deleted, last changed first.

    ``typed`` keeps those in which all its words occur, or whose title contains it; the snippet is
    then the place where they occur, else the beginning of the last message.
    """
    leaf, asked = message.alias(), message.alias()
    # An answer that has no text yet has the question's.
    last = func.coalesce(func.nullif(leaf.c.text, ""), asked.c.text, "")
    statement = (
        select(conversation, func.substr(last, 1, _SNIPPET_CHARACTERS).label("snippet"))
        .outerjoin(leaf, (leaf.c.id == conversation.c.leaf_id) & leaf.c.deleted_at.is_(None))
        .outerjoin(asked, asked.c.id == leaf.c.parent_id)
        .where(conversation.c.deleted_at.is_(None))
        .order_by(conversation.c.updated_at.desc(), conversation.c.id.desc())
    )
    rows = connection.execute(statement).all()
    if not typed.strip():
        return tuple(_conversation(row, " ".join((row.snippet or "").split())) for row in rows)
    found = finding.matching_conversations(connection, typed, _MOST_MATCHES)
    title_part = replace_surrogates(typed).strip().casefold()
    kept = []
    for row in rows:
        if row.id in found:
            message_id, snippet = found[row.id]
            kept.append(_conversation(row, snippet, message_id))
        elif title_part in row.title.casefold():
            kept.append(_conversation(row, " ".join((row.snippet or "").split())))
    return tuple(kept)


def titles(connection: Connection) -> tuple[tuple[int, str], ...]:
    """Ids and titles of the conversations that are not deleted, last changed first."""
    statement = (
        select(conversation.c.id, conversation.c.title)
        .where(conversation.c.deleted_at.is_(None))
        .order_by(conversation.c.updated_at.desc(), conversation.c.id.desc())
    )
    return tuple((row[0], row[1]) for row in connection.execute(statement))


def load_conversation(connection: Connection, conversation_id: int) -> Conversation:
    """One conversation (UsageError where there is none)."""
    row = connection.execute(
        select(conversation).where(conversation.c.id == conversation_id)
    ).one_or_none()
    if row is None:
        raise UsageError(f"There is no conversation {conversation_id}.")
    return _conversation(row, "")


def _conversation(row: Any, snippet: str, hit_id: int | None = None) -> Conversation:
    return Conversation(
        conversation_id=row.id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        snippet=snippet,
        leaf_id=row.leaf_id,
        hit_id=hit_id,
        options=codec.from_json(row.options, {}),
        folder=row.folder or "",
        is_pinned=row.pinned_at is not None,
    )


def insert_conversation(connection: Connection, title: str) -> Conversation:
    """A new, empty conversation."""
    now = time.time()
    title = replace_surrogates(title)
    new_id: int = connection.execute(
        insert(conversation).returning(conversation.c.id),
        {"title": title, "created_at": now, "updated_at": now},
    ).scalar_one()
    return Conversation(conversation_id=new_id, title=title, created_at=now, updated_at=now)


def rename(connection: Connection, conversation_id: int, title: str) -> None:
    """Give a conversation another title."""
    update_conversation(connection, conversation_id, title=replace_surrogates(title))


def set_deleted(connection: Connection, conversation_id: int, *, deleted: bool = True) -> None:
    """Take a conversation out of the list, or bring it back."""
    update_conversation(connection, conversation_id, deleted_at=time.time() if deleted else None)


def set_options(connection: Connection, conversation_id: int, options: dict[str, Any]) -> None:
    """Keep how the answers of a conversation are made."""
    update_conversation(connection, conversation_id, options=codec.to_json(options))


def update_conversation(connection: Connection, conversation_id: int, **values: Any) -> None:
    """Change columns of a conversation."""
    connection.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(**values)
    )


def save_draft(connection: Connection, conversation_id: int, draft: ChatDraft) -> None:
    """Keep what is written in a conversation; an empty draft is forgotten."""
    if draft.is_empty:
        connection.execute(
            delete(chat_draft).where(chat_draft.c.conversation_id == conversation_id)
        )
        return
    row = {"saved_at": time.time(), "payload": codec.to_json(msgspec.to_builtins(draft))}
    statement = upsert(chat_draft).values(conversation_id=conversation_id, **row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[chat_draft.c.conversation_id], set_=row)
    )


def load_drafts(connection: Connection) -> dict[int, ChatDraft]:
    """What is written and not sent, by conversation; damaged ones are left out."""
    found = {}
    for row in connection.execute(select(chat_draft)):
        with contextlib.suppress(*codec.UNREADABLE):
            found[row.conversation_id] = msgspec.json.decode(row.payload, type=ChatDraft)
    return found
