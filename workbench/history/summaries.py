"""Summaries in conversations: the statements, inside the caller's transaction."""

from __future__ import annotations

import time

from sqlalchemy import Connection, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import RunSpec
from workbench.domain.views import ChatMessage
from workbench.history import message_tree, runs
from workbench.history.branches import showing
from workbench.history.tables import message

_COPIED = ("role", "text", "run_id", "created_at", "thought_tokens", "system", "reasoning", "kind",
           "hidden", "author", "pinned_at", "attachments", "raw")  # fmt: skip


def insert_summary(
    connection: Connection,
    above: ChatMessage,
    following: tuple[int, ...],
    spec: RunSpec,
    title: str,
    owner: tuple[int, float],
) -> ChatMessage:
    """The message of a summary and the run that writes it, after the last message it sums up.

    What follows is copied after it, so that the branch without it stays as it was. ``owner`` as for
    ``runs.insert_run``.

    Args:
        connection: in a transaction.
        above: the last message that is summed up.
        following: the messages after it on the branch, in order.
        spec: of the run.
        title: of the run.
        owner: of the run.
    """
    run_id = runs.insert_run(connection, spec, title, {}, owner)
    first = message_tree.insert_message(
        connection,
        conversation_id=above.conversation_id,
        parent_id=above.message_id,
        role="assistant",
        text="",
        run_id=run_id,
    )
    connection.execute(update(message).where(message.c.id == first).values(kind="summary"))
    parent = first
    for each in following:
        parent = _copy(connection, each, parent)
    if parent != first:
        showing.set_leaf(connection, above.conversation_id, parent)
    return message_tree.load_message(connection, first)


def _copy(connection: Connection, message_id: int, parent_id: int) -> int:
    """A copy of a message after another one; returns its id."""
    row = connection.execute(select(message).where(message.c.id == message_id)).one_or_none()
    if row is None:
        raise UsageError("This message does not belong to the conversation.")
    values = {name: getattr(row, name) for name in _COPIED}
    values |= {
        "conversation_id": row.conversation_id,
        "parent_id": parent_id,
        "copied_from": message_id,
        "created_at": row.created_at or time.time(),
    }
    new_id: int = connection.execute(insert(message).returning(message.c.id), values).scalar_one()
    return new_id
