"""Summaries in conversations: the statements, inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from workbench.domain.chat_tree import TreeChange
from workbench.domain.runs.spec import RunSpec
from workbench.domain.views import ChatMessage
from workbench.history.chats import message_tree
from workbench.history.chats.branches import adding
from workbench.history.chats.branches.showing import shown_leaf
from workbench.history.runs import runs
from workbench.history.tables import message


def insert_summary(
    connection: Connection,
    above: ChatMessage,
    following: tuple[int, ...],
    spec: RunSpec,
    title: str,
    owner: tuple[int, float],
) -> tuple[ChatMessage, TreeChange]:
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
    before = shown_leaf(connection, above.conversation_id)
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
    copies = adding.copy_messages(connection, following, above.conversation_id, {}, under=first)
    pins = dict(
        connection.execute(
            select(message.c.id, message.c.pinned_at).where(
                message.c.conversation_id == above.conversation_id, message.c.pinned_at.is_not(None)
            )
        ).all()
    )
    for each in pins.keys() & copies.keys():  # what is pinned stays in sight of the model
        statement = update(message).where(message.c.id == copies[each])
        connection.execute(statement.values(pinned_at=pins[each]))
    change = adding.added(connection, above.conversation_id, before, [first, *copies.values()])
    return message_tree.load_message(connection, first), change
