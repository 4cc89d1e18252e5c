"""The branch that is shown, and where the others were left."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, update

from workbench.domain.errors import UsageError
from workbench.history.chats.branches.parents import (
    Parents,
    Skeleton,
    below,
    load_skeleton,
    path_to,
)
from workbench.history.chats.conversations import update_conversation
from workbench.history.tables import conversation, message


def shown_leaf(connection: Connection, conversation_id: int) -> int | None:
    """The end of the shown branch.

    Raises:
        UsageError: there is no such conversation.
    """
    row = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
    ).one_or_none()
    if row is None:
        raise UsageError(f"There is no conversation {conversation_id}.")
    leaf: int | None = row.leaf_id
    return leaf


def set_leaf(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Show the branch through a message.

    Its end is where one was when the branch was last shown, else its newest message. Where the
    message is on the shown branch, nothing changes.

    Raises:
        UsageError: the message is not one of the conversation.
    """
    skeleton = load_skeleton(connection, conversation_id)
    if message_id not in skeleton.parents:
        raise UsageError("This message does not belong to the conversation.")
    if message_id in path_to(skeleton.parents, shown_leaf(connection, conversation_id)):
        return
    show_end(connection, conversation_id, skeleton, end_through(connection, skeleton, message_id))


def show_end(
    connection: Connection, conversation_id: int, skeleton: Skeleton, leaf: int | None
) -> int | None:
    """Show the branch that ends in ``leaf``, or before it where it is deleted; returns its end.

    Where the branch before was left is kept.
    """
    parents = skeleton.parents
    leaf = max(path_to(parents, leaf) & skeleton.living, default=None)
    note_left(connection, parents, shown_leaf(connection, conversation_id), path_to(parents, leaf))
    update_conversation(connection, conversation_id, leaf_id=leaf)
    return leaf


def end_through(connection: Connection, skeleton: Skeleton, message_id: int) -> int:
    """The end of the branch that was last shown through a message, else the newest below it."""
    last: int | None = connection.execute(
        select(message.c.last_leaf_id).where(message.c.id == message_id)
    ).scalar_one()
    if last is not None and message_id in path_to(skeleton.parents, last):
        return last
    return max(below(skeleton.parents, message_id) & skeleton.living, default=message_id)


def note_left(connection: Connection, parents: Parents, leaf: int | None, kept: set[int]) -> None:
    """Keep where the branch to ``leaf`` was left, at its first message that is not in ``kept``."""
    first, at = None, leaf
    for at in sorted(path_to(parents, leaf), reverse=True):
        if at in kept:
            break
        first = at
    if first is not None:
        connection.execute(update(message).where(message.c.id == first).values(last_leaf_id=leaf))


def lost_ends(connection: Connection) -> tuple[int, ...]:
    """Conversations that have messages and do not say which of them the shown branch ends in.

    They would open empty. Their row was damaged, or another program has written it.
    """
    end = message.alias()
    living = select(message.c.id).where(
        message.c.conversation_id == conversation.c.id, message.c.deleted_at.is_(None)
    )
    found = connection.execute(
        select(conversation.c.id)
        .outerjoin(
            end, (end.c.id == conversation.c.leaf_id) & (end.c.conversation_id == conversation.c.id)
        )
        .where(end.c.id.is_(None), living.exists())
    )
    return tuple(found.scalars())


def show_newest(connection: Connection, conversation_ids: Iterable[int]) -> None:
    """Show the branch of each conversation's newest message."""
    for each in conversation_ids:
        newest = select(func.max(message.c.id)).where(
            message.c.conversation_id == each, message.c.deleted_at.is_(None)
        )
        connection.execute(
            update(conversation)
            .where(conversation.c.id == each)
            .values(leaf_id=newest.scalar_subquery())
        )
