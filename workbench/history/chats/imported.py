"""Conversations of other programs on their way into the history, each in one transaction.

The same conversation (``source`` and ``source_id``) is never there twice. What the user has made of
it here stays: an import only adds messages, and versions of those that were changed elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from workbench.domain.chat import ChatDraft
from workbench.domain.transcripts import (
    Card,
    ImportedItem,
    Outcome,
    Transcript,
    TranscriptMessage,
)
from workbench.history import codec
from workbench.history.chats.conversations import save_draft
from workbench.history.tables import conversation, message, profile, tag
from workbench.history.tokens import token_data

UNKNOWN_TIME = 0.0


_COLUMNS = (
    "id", "conversation_id", "parent_id", "system", "edited_from", "copied_from", "role", "text",
    "reasoning", "kind", "hidden", "author", "created_at", "label", "pinned_at", "foreign_id",
    "attachments", "raw",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO message ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join('?' for _ in _COLUMNS)})"
)
"""As text for the driver: made of expressions it took as long as the insertion itself."""


def digest_of(found: Transcript) -> str:
    """What identifies the content of a conversation, its warnings apart."""
    plain = msgspec.structs.replace(found, warnings=())
    return hashlib.sha256(msgspec.msgpack.encode(plain)).hexdigest()


def save_transcript(connection: Connection, found: Transcript) -> ImportedItem:
    """Put a conversation into the history, or add to it what is new in it."""
    existing = connection.execute(
        select(conversation).where(
            conversation.c.source == found.source, conversation.c.source_id == found.source_id
        )
    ).one_or_none()
    if existing is None:
        return _insert(connection, found)
    return _merge(connection, found, existing)


def save_some(
    connection: Connection, found: Sequence[Transcript | Card], seconds: float
) -> list[ImportedItem]:
    """Put conversations and cards into the history, each whole, until the time is over.

    Args:
        connection: in a write transaction.
        found: the first of these are saved, one at least.
        seconds: how long what is typed meanwhile may wait for it.

    Returns:
        What became of those that were saved.
    """
    end = time.monotonic() + seconds
    items: list[ImportedItem] = []
    for each in found:
        if isinstance(each, Card):
            items.append(save_card(connection, each))
        else:
            items.append(save_transcript(connection, each))
        if time.monotonic() > end:
            break
    return items


def _insert(connection: Connection, found: Transcript) -> ImportedItem:
    times = [each.created_at for each in found.messages if each.created_at]
    created = found.created_at or min(times, default=found.updated_at) or UNKNOWN_TIME
    updated = found.updated_at or max(times, default=created)
    new_id: int = connection.execute(
        insert(conversation).returning(conversation.c.id),
        {
            "title": found.title,
            "created_at": created,
            "updated_at": max(updated, created),
            "options": codec.to_json(found.options),
            "folder": found.folder,
            "pinned_at": updated if found.pinned else None,
            "source": found.source,
            "source_id": found.source_id,
            "source_digest": digest_of(found),
        },
    ).scalar_one()
    ids = _insert_messages(connection, new_id, found, {})
    _keep_tokens(connection, found, ids)
    connection.execute(
        update(conversation)
        .where(conversation.c.id == new_id)
        .values(leaf_id=ids.get(found.leaf or "", max(ids.values(), default=None)))
    )
    for name in dict.fromkeys(found.tags):
        row = {"kind": "conversation", "item_id": new_id, "name": name}
        connection.execute(upsert(tag).values(row).on_conflict_do_nothing())
    if found.draft:
        save_draft(connection, new_id, ChatDraft(text=found.draft))
    return _item("imported", found, new_id, len(ids))


def _merge(connection: Connection, found: Transcript, existing: Any) -> ImportedItem:
    digest, warnings = digest_of(found), set(found.warnings)
    values: dict[str, Any] = {}
    if existing.deleted_at is not None:
        values["deleted_at"] = None
        warnings.add("restored")
    ids: dict[str, int] = {}
    if digest != existing.source_digest:
        values["source_digest"] = digest
        warnings |= {"merged"} if found.branch_of else set()
        known, texts = _known(connection, existing.id)
        found = _renamed(found, texts)
        ids = _insert_messages(connection, existing.id, found, known)
        _keep_tokens(connection, found, {**known, **ids})
        if ids:
            leaf = {**known, **ids}.get(found.leaf or "")
            if leaf is not None and _is_before(connection, existing.leaf_id, leaf):
                values["leaf_id"] = leaf
            values["updated_at"] = max(existing.updated_at, found.updated_at or 0.0)
    if values:
        connection.execute(
            update(conversation).where(conversation.c.id == existing.id).values(**values)
        )
    shown = msgspec.structs.replace(found, warnings=tuple(sorted(warnings)), title=existing.title)
    outcome: Outcome = "updated" if ids or "deleted_at" in values else "unchanged"
    return _item(outcome, shown, existing.id, len(ids))


def _item(outcome: Outcome, found: Transcript, conversation_id: int, added: int) -> ImportedItem:
    return ImportedItem(
        outcome=outcome,
        title=found.title,
        format=found.source,
        conversation_id=conversation_id,
        messages=len(found.messages),
        branches=found.leaves,
        added=added,
        warnings=found.warnings,
    )


def _known(connection: Connection, conversation_id: int) -> tuple[dict[str, int], dict[str, str]]:
    """Ids and digests of the texts of the messages that came from elsewhere, by their key there."""
    rows = connection.execute(
        select(message.c.id, message.c.foreign_id, message.c.text, message.c.reasoning).where(
            message.c.conversation_id == conversation_id, message.c.foreign_id.is_not(None)
        )
    ).all()
    ids = {row.foreign_id: row.id for row in rows}
    return ids, {row.foreign_id: _text_digest(row.text, row.reasoning or "") for row in rows}


def _text_digest(words: str, reasoning: str) -> str:
    return hashlib.sha256(f"{len(words)} {words} {reasoning}".encode()).hexdigest()[:16]


def _renamed(found: Transcript, texts: dict[str, str]) -> Transcript:
    """The conversation with keys of their own for messages that have another text by now.

    So they become versions of what is here, and what is new behind them follows them.
    """
    names: dict[str, str] = {}
    for each in found.messages:
        changed = _text_digest(each.text, each.reasoning)
        if texts.get(each.key, changed) != changed:
            names[each.key] = f"{each.key}#{changed}"
    if not names:
        return found
    renamed = tuple(
        msgspec.structs.replace(
            each,
            key=names.get(each.key, each.key),
            parent=names.get(each.parent or "", each.parent),
        )
        for each in found.messages
    )
    return msgspec.structs.replace(
        found, messages=renamed, leaf=names.get(found.leaf or "", found.leaf)
    )


def _insert_messages(
    connection: Connection, conversation_id: int, found: Transcript, known: dict[str, int]
) -> dict[str, int]:
    """Add the messages that are not known, parents first; their new ids by their keys."""
    ids: dict[str, int] = {}
    next_id = _next_id(connection)
    systems: dict[str | None, str] = {None: ""}
    rows: list[tuple[Any, ...]] = []
    for each in found.messages:
        system = _system(found, each, systems)
        if each.key in known:
            continue
        ids[each.key] = next_id
        links = {**known, **ids} if each.edited_from or each.copied_from else {}
        values = {
            "id": next_id,
            "conversation_id": conversation_id,
            "parent_id": _id(each.parent, ids, known),
            "system": system,
            "edited_from": links.get(each.edited_from or ""),
            "copied_from": links.get(each.copied_from or ""),
            **_values(found, each),
        }
        rows.append(tuple(values[name] for name in _COLUMNS))
        next_id += 1
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
    return ids


def _keep_tokens(connection: Connection, found: Transcript, ids: dict[str, int]) -> None:
    """Keep what is known of the tokens of messages."""
    for each in found.messages:
        if each.tokens is not None and each.key in ids:
            key = token_data.imported_key(ids[each.key], each.text)
            scored = token_data.ScoredTokens(model=each.author, tokens=each.tokens)
            token_data.keep_scored(connection, key, scored, token_data.IMPORTED)


def _next_id(connection: Connection) -> int:
    """The id of the next message; a deleted one's is never given again."""
    newest = connection.execute(select(func.max(message.c.id))).scalar_one() or 0
    given = connection.execute(
        text("SELECT seq FROM sqlite_sequence WHERE name = 'message'")
    ).scalar_one_or_none()
    return max(newest, given or 0) + 1


def _id(key: str | None, ids: dict[str, int], known: dict[str, int]) -> int | None:
    if key is None:
        return None
    return ids.get(key, known.get(key))


def _system(
    found: Transcript, each: TranscriptMessage, systems: dict[str | None, str]
) -> str | None:
    """The system prompt that begins with a message, None where none does.

    A message of the system adds to the one before it.
    """
    before = systems.get(each.parent, "")
    begins = each.system
    if begins is None:
        if each.parent is None and found.system:
            begins = before = found.system
        if each.role == "system" and not each.hidden and not each.kind and each.text.strip():
            begins = f"{before}\n\n{each.text}" if before else each.text
    systems[each.key] = before if begins is None else begins
    return begins


def _values(found: Transcript, each: TranscriptMessage) -> dict[str, Any]:
    raw = each.raw
    aside = {
        name: value
        for name, value in (("note", found.note), ("settings", found.settings))
        if value and each.parent is None
    }
    if aside:
        raw = json.dumps({"conversation": aside, "message": json.loads(raw) if raw else None})
    return {
        "role": each.role,
        "text": each.text,
        "reasoning": each.reasoning or None,
        "kind": each.kind,
        "hidden": int(each.hidden),
        "author": each.author,
        "created_at": each.created_at or UNKNOWN_TIME,
        "label": each.label,
        "pinned_at": (each.created_at or time.time()) if each.pinned else None,
        "foreign_id": each.key,
        "attachments": msgspec.json.encode(each.parts).decode() if each.parts else "[]",
        "raw": raw or None,
    }


def _is_before(connection: Connection, leaf: int | None, later: int) -> bool:
    """Whether a message leads to a later one: the conversation went on, and was not turned here."""
    if leaf is None:
        return True
    at: int | None = later
    while at is not None and at > leaf:
        at = connection.execute(
            select(message.c.parent_id).where(message.c.id == at)
        ).scalar_one_or_none()
    return at == leaf


# --- character cards ----------------------------------------------------------------------------


def save_card(connection: Connection, card: Card) -> ImportedItem:
    """Keep a character card as a profile; one that is there already stays as it is."""
    existing = connection.execute(
        select(profile.c.id).where(
            profile.c.source == card.raw,
            profile.c.name == card.name,
            profile.c.deleted_at.is_(None),
        )
    ).scalar()
    outcome: Outcome = "unchanged" if existing is not None else "imported"
    if existing is None:
        existing = connection.execute(
            insert(profile).returning(profile.c.id),
            {
                "name": card.name,
                "created_at": time.time(),
                "system": card.system,
                "note": card.post_history_instructions,
                "greetings": codec.to_json(list(card.greetings)),
                "source": card.raw or "{}",
            },
        ).scalar_one()
    return ImportedItem(
        outcome=outcome, title=card.name, format="card", kind="profile", profile_id=existing,
        warnings=card.warnings,
    )  # fmt: skip
