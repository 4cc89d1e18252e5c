"""Parents, paths and what follows a message, without any text.

A message is older than what follows it, so its id is less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from workbench.domain.errors import UsageError
from workbench.history.chats.branches.rows import read_many
from workbench.history.tables import message

Parents = dict[int, int | None]
"""The parent of each message, in order of creation."""

_CHUNK = 900


@dataclass(frozen=True)
class Skeleton:
    """The messages of a conversation without their texts.

    ``living`` are those that are not deleted, ``seen`` those of them that are not hidden either.
    """

    parents: Parents
    living: set[int]
    seen: set[int]


def load_skeleton(connection: Connection, conversation_id: int) -> Skeleton:
    """All messages of a conversation, deleted ones among them."""
    rows = read_many(
        connection,
        select(message.c.id, message.c.parent_id, message.c.deleted_at, message.c.hidden)
        .where(message.c.conversation_id == conversation_id)
        .order_by(message.c.id),
    )
    return Skeleton(
        parents={each: parent for each, parent, _, _ in rows},
        living={each for each, _, deleted_at, _ in rows if deleted_at is None},
        seen={each for each, _, deleted_at, hidden in rows if deleted_at is None and not hidden},
    )


def load_parents(connection: Connection, conversation_id: int) -> Parents:
    """The parent of each message."""
    rows = read_many(
        connection,
        select(message.c.id, message.c.parent_id)
        .where(message.c.conversation_id == conversation_id)
        .order_by(message.c.id),
    )
    return {row[0]: row[1] for row in rows}


def conversation_of(connection: Connection, message_id: int) -> int:
    """The conversation of a message (UsageError where there is no such message)."""
    found: int | None = connection.execute(
        select(message.c.conversation_id).where(message.c.id == message_id)
    ).scalar_one_or_none()
    if found is None:
        raise UsageError(f"There is no message {message_id}.")
    return found


def path_to(parents: Parents, leaf: int | None) -> set[int]:
    """The messages from the first to ``leaf``; damage may have made rings of them."""
    found: set[int] = set()
    while leaf is not None and leaf in parents and leaf not in found:
        found.add(leaf)
        leaf = parents[leaf]
    return found


def below(parents: Parents, message_id: int) -> set[int]:
    """A message and all that follows it, on every branch."""
    found = {message_id}
    for child, parent in parents.items():
        if parent in found:
            found.add(child)
    return found


def children(parents: Parents) -> dict[int | None, list[int]]:
    """What follows each message directly, oldest first; under None the first messages."""
    found: dict[int | None, list[int]] = {}
    for child, parent in parents.items():
        found.setdefault(parent if parent in parents else None, []).append(child)
    return found


def follower_counts(parents: Parents, counted: set[int]) -> dict[int, int]:
    """How many of ``counted`` each message and what follows it are, on every branch."""
    sizes = {each: int(each in counted) for each in parents}
    for child in reversed(parents):
        parent = parents[child]
        if parent in sizes and parent != child:
            sizes[parent] += sizes[child]
    return sizes


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids in groups that one statement can hold."""
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
