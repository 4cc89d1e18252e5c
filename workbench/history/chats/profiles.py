"""Profiles: the statements, inside the caller's transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.profiles import Profile
from workbench.domain.text import replace_surrogates
from workbench.domain.views import Conversation
from workbench.history import codec
from workbench.history.chats import conversations, message_tree
from workbench.history.tables import profile


def list_profiles(connection: Connection) -> tuple[Profile, ...]:
    """All profiles that are not deleted, by name."""
    rows = connection.execute(
        select(profile).where(profile.c.deleted_at.is_(None)).order_by(profile.c.id)
    )
    return tuple(sorted((_profile(row) for row in rows), key=lambda each: each.name.casefold()))


def load_profile(connection: Connection, profile_id: int) -> Profile:
    """One profile, a deleted one too (UsageError where there never was one)."""
    row = connection.execute(select(profile).where(profile.c.id == profile_id)).one_or_none()
    if row is None:
        raise UsageError(f"There is no profile {profile_id}.")
    return _profile(row)


def save_profile(connection: Connection, value: Profile) -> Profile:
    """Keep a profile, a new one where its id is 0; returns it as it is kept."""
    row = {
        "name": replace_surrogates(value.name),
        "system": replace_surrogates(value.system),
        "note": replace_surrogates(value.note),
        "greetings": codec.to_json(list(value.greetings)),
        "source": codec.to_json(value.source),
    }
    if value.profile_id:
        load_profile(connection, value.profile_id)
        connection.execute(update(profile).where(profile.c.id == value.profile_id).values(**row))
        return load_profile(connection, value.profile_id)
    created = {"created_at": time.time(), "deleted_at": None}
    new_id: int = connection.execute(
        insert(profile).returning(profile.c.id), row | created
    ).scalar_one()
    return load_profile(connection, new_id)


def set_deleted(connection: Connection, profile_id: int, *, deleted: bool = True) -> None:
    """Take a profile out of the list, or bring it back; conversations that have it keep it."""
    connection.execute(
        update(profile)
        .where(profile.c.id == profile_id)
        .values(deleted_at=time.time() if deleted else None)
    )


def _profile(row: Any) -> Profile:
    greetings = codec.from_json(row.greetings, [])
    source = codec.from_json(row.source, {})
    return Profile(
        profile_id=row.id,
        name=row.name,
        created_at=row.created_at,
        system=row.system,
        note=row.note,
        greetings=tuple(each for each in greetings if isinstance(each, str))
        if isinstance(greetings, list)
        else (),
        source=source if isinstance(source, dict) else {},
    )


def begin_conversation(
    connection: Connection, value: Profile, greetings: Sequence[str]
) -> Conversation:
    """A conversation that begins with a greeting; the others are versions of it."""
    made = conversations.insert_conversation(connection, value.name)
    ids = [
        message_tree.insert_message(
            connection,
            conversation_id=made.conversation_id,
            parent_id=None,
            role="assistant",
            text=greeting,
            system="",
        )
        for greeting in greetings
    ]
    conversations.update_conversation(connection, made.conversation_id, leaf_id=ids[0])
    options = {"profile": value.profile_id}
    conversations.set_options(connection, made.conversation_id, options)
    return made
