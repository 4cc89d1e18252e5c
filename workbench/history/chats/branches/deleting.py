"""Deletes a message with what follows it, brings both back; the bin.

One deletion is one thing in the bin: the message, and what went along with it. What had been
deleted before stays a thing of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from workbench.domain.chat_tree import BinItem, Shown, TreeChange
from workbench.domain.errors import UsageError
from workbench.history.chats.branches.parents import (
    Skeleton,
    below,
    chunks,
    conversation_of,
    load_skeleton,
    path_to,
)
from workbench.history.chats.branches.showing import end_through, show_end, shown_leaf
from workbench.history.tables import conversation, message, run

_WORDS = 120


def delete_branch(connection: Connection, message_id: int, show: Shown = "near") -> TreeChange:
    """Delete a message with all that follows it.

    Where it was shown, the nearest other version of it is shown, else the branch ends before it.

    Args:
        connection: the caller's transaction.
        message_id: the message.
        show: "near", or the end of the branch to show.

    Raises:
        UsageError: there is no such message, or it is deleted.
    """
    conversation_id = conversation_of(connection, message_id)
    skeleton = load_skeleton(connection, conversation_id)
    if message_id not in skeleton.living:
        raise UsageError("This message is deleted already.")
    before = shown_leaf(connection, conversation_id)
    unit = below(skeleton.parents, message_id) & skeleton.living
    now = time.time()
    others = sorted(unit - {message_id})
    _set(connection, [message_id], deleted_at=now, deleted_with=None)
    _set(connection, others, deleted_at=now, deleted_with=message_id)
    skeleton.living.difference_update(unit)
    skeleton.seen.difference_update(unit)
    after = before
    if show != "near":
        after = show_end(connection, conversation_id, skeleton, show)
    elif before in unit:
        goal = _nearest(connection, skeleton, message_id)
        after = show_end(connection, conversation_id, skeleton, goal)
    if before in unit:  # so that the same is shown when it comes back
        _set(connection, [message_id], last_leaf_id=before)
    return TreeChange(
        kind="delete",
        conversation_id=conversation_id,
        message_id=message_id,
        before=before,
        after=after,
        count=len(unit),
    )


def _nearest(connection: Connection, skeleton: Skeleton, message_id: int) -> int | None:
    """Where the shown branch ends without a message: by the version next to it, or before it."""
    parent = skeleton.parents[message_id]
    versions = [each for each in skeleton.parents if skeleton.parents[each] == parent]
    place = versions.index(message_id)
    near = sorted(
        (abs(at - place), -at, each) for at, each in enumerate(versions) if each in skeleton.seen
    )
    return end_through(connection, skeleton, near[0][2]) if near else parent


def restore_branch(connection: Connection, message_id: int, show: Shown = "near") -> TreeChange:
    """Bring back a deleted message with what went along, and show what was shown of it.

    What had been deleted around it later comes back too: it would not be seen otherwise.

    Args:
        connection: the caller's transaction.
        message_id: the message that was deleted, or one that went along.
        show: "near", or the end of the branch to show.

    Raises:
        UsageError: there is no such message, or it is not deleted.
    """
    conversation_id = conversation_of(connection, message_id)
    skeleton = load_skeleton(connection, conversation_id)
    if message_id in skeleton.living:
        raise UsageError("This message is not deleted.")
    before = shown_leaf(connection, conversation_id)
    unit = _unit(connection, message_id)
    came, units = {*_members(connection, unit)}, [unit]
    followed = {skeleton.parents[each] for each in skeleton.living}
    for ancestor in sorted(path_to(skeleton.parents, unit) - skeleton.living - came, reverse=True):
        # One that living messages follow was deleted alone, by an earlier version of the program.
        if ancestor not in came and ancestor not in followed:
            units.append(_unit(connection, ancestor))
            came.update(_members(connection, units[-1]))
    _set(connection, sorted(came), deleted_at=None, deleted_with=None)
    skeleton.living.update(came)
    end = end_through(connection, skeleton, unit) if show == "near" else show
    after = show_end(connection, conversation_id, skeleton, end)
    return TreeChange(
        kind="restore",
        conversation_id=conversation_id,
        message_id=unit,
        before=before,
        after=after,
        count=len(came),
        units=tuple(units),
    )


def _unit(connection: Connection, message_id: int) -> int:
    """The message whose deletion a deleted message is part of."""
    with_: int | None = connection.execute(
        select(message.c.deleted_with).where(message.c.id == message_id)
    ).scalar_one()
    return message_id if with_ is None else with_


def _members(connection: Connection, unit: int) -> Iterable[int]:
    return connection.execute(
        select(message.c.id).where(or_(message.c.id == unit, message.c.deleted_with == unit))
    ).scalars()


def undo_change(connection: Connection, change: TreeChange) -> None:
    """Take a change back: what was added goes into the bin.

    Raises:
        UsageError: it is taken back already.
    """
    if change.kind == "delete":
        restore_branch(connection, change.message_id, change.before)
    else:
        for unit in change.units or (change.message_id,):
            delete_branch(connection, unit, change.before)


def redo_change(connection: Connection, change: TreeChange) -> None:
    """Do again what was taken back.

    Raises:
        UsageError: it is done already.
    """
    if change.kind == "delete":
        delete_branch(connection, change.message_id, change.after)
    elif change.kind == "add" and change.units:
        for unit in change.units:
            restore_branch(connection, unit, change.after)
    else:
        restore_branch(connection, change.message_id, change.after)


def running_below(connection: Connection, message_id: int) -> tuple[int, ...]:
    """The runs that are writing a message or one that follows it."""
    conversation_id = conversation_of(connection, message_id)
    rows = connection.execute(
        select(message.c.id, message.c.run_id)
        .join(run, run.c.id == message.c.run_id)
        .where(message.c.conversation_id == conversation_id, run.c.status == "running")
    ).all()
    if not rows:
        return ()
    unit = below(load_skeleton(connection, conversation_id).parents, message_id)
    return tuple(row.run_id for row in rows if row.id in unit)


def list_bin(connection: Connection, conversation_id: int | None = None) -> tuple[BinItem, ...]:
    """What is deleted and can be brought back, last deleted first.

    Args:
        connection: the caller's transaction.
        conversation_id: only the messages of this conversation; None for all, and conversations.
    """
    along = message.alias()
    count = select(func.count()).where(along.c.deleted_with == message.c.id).scalar_subquery()
    messages = (
        select(
            message.c.id,
            message.c.conversation_id,
            message.c.role,
            message.c.deleted_at,
            func.substr(message.c.text, 1, _WORDS).label("words"),
            conversation.c.title,
            (count + 1).label("messages"),
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(message.c.deleted_at.is_not(None), message.c.deleted_with.is_(None))
    )
    if conversation_id is not None:
        messages = messages.where(message.c.conversation_id == conversation_id)
    else:
        messages = messages.where(conversation.c.deleted_at.is_(None))
    items = [_message_item(row) for row in connection.execute(messages)]
    if conversation_id is None:
        items += _conversation_items(connection)
    return tuple(sorted(items, key=lambda each: -each.deleted_at))


def _message_item(row: Any) -> BinItem:
    return BinItem(
        conversation_id=row.conversation_id,
        message_id=row.id,
        title=row.title,
        role=row.role,
        words=" ".join((row.words or "").split()),
        deleted_at=row.deleted_at,
        count=row.messages,
    )


def _conversation_items(connection: Connection) -> list[BinItem]:
    count = (
        select(func.count()).where(message.c.conversation_id == conversation.c.id).scalar_subquery()
    )
    rows = connection.execute(
        select(
            conversation.c.id,
            conversation.c.title,
            conversation.c.deleted_at,
            count.label("messages"),
        ).where(conversation.c.deleted_at.is_not(None))
    )
    return [
        BinItem(
            conversation_id=row.id, title=row.title, deleted_at=row.deleted_at, count=row.messages
        )
        for row in rows
    ]


def _set(connection: Connection, ids: list[int], **values: Any) -> None:
    for part in chunks(ids):
        connection.execute(update(message).where(message.c.id.in_(part)).values(**values))


def state_below(connection: Connection, message_id: int) -> tuple[bool, int]:
    """Whether a message is there and not deleted, and the newest message that follows it."""
    row = connection.execute(
        select(message.c.conversation_id, message.c.deleted_at).where(message.c.id == message_id)
    ).one_or_none()
    if row is None:
        return False, 0
    skeleton = load_skeleton(connection, row.conversation_id)
    following = below(skeleton.parents, message_id) & skeleton.living
    return row.deleted_at is None, max(following, default=message_id)
