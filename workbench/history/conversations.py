"""Conversations and their messages: the statements, inside the caller's transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.text import Role
from workbench.domain.views import ChatMessage, Conversation
from workbench.history import codec, runs
from workbench.history.run_end import partial_output
from workbench.history.search import match_query, matching_conversations, message_snippet
from workbench.history.tables import conversation, message, run

_SNIPPET_CHARACTERS = 120
_MOST_MATCHES = 1000

StateOf = Callable[[Connection, int], RunState]
"""The present state of a run that has not ended."""


def list_conversations(connection: Connection, typed: str) -> tuple[Conversation, ...]:
    """Conversations that are not deleted, last changed first.

    ``typed`` keeps those in which all its words occur, or in whose title it stands; the snippet is
    then the place where they occur, else the beginning of the last message.
    """
    leaf = message.alias()
    statement = (
        select(conversation, func.substr(leaf.c.text, 1, _SNIPPET_CHARACTERS).label("snippet"))
        .outerjoin(leaf, leaf.c.id == conversation.c.leaf_id)
        .where(conversation.c.deleted_at.is_(None))
        .order_by(conversation.c.updated_at.desc(), conversation.c.id.desc())
    )
    rows = connection.execute(statement).all()
    query = match_query(typed)
    if query is None:
        return tuple(_conversation(row, " ".join((row.snippet or "").split())) for row in rows)
    found = matching_conversations(connection, query, _MOST_MATCHES)
    title_part = codec.clean_text(typed).strip().casefold()
    kept = []
    for row in rows:
        if row.id in found:
            kept.append(_conversation(row, message_snippet(connection, query, found[row.id])))
        elif title_part in row.title.casefold():
            kept.append(_conversation(row, " ".join((row.snippet or "").split())))
    return tuple(kept)


def _conversation(row: Any, snippet: str) -> Conversation:
    return Conversation(
        conversation_id=row.id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        snippet=snippet,
        leaf_id=row.leaf_id,
    )


def insert_conversation(connection: Connection, title: str) -> Conversation:
    """A new, empty conversation."""
    now = time.time()
    title = codec.clean_text(title)
    new_id: int = connection.execute(
        insert(conversation).returning(conversation.c.id),
        {"title": title, "created_at": now, "updated_at": now},
    ).scalar_one()
    return Conversation(conversation_id=new_id, title=title, created_at=now, updated_at=now)


def rename(connection: Connection, conversation_id: int, title: str) -> None:
    """Give a conversation another title."""
    _update(connection, conversation_id, title=codec.clean_text(title))


def set_deleted(connection: Connection, conversation_id: int, deleted_at: float | None) -> None:
    """Hide a conversation, or show it again with None."""
    _update(connection, conversation_id, deleted_at=deleted_at)


def _update(connection: Connection, conversation_id: int, **values: Any) -> None:
    connection.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(**values)
    )


def insert_message(
    connection: Connection,
    *,
    conversation_id: int,
    parent_id: int | None,
    role: Role,
    text: str,
    run_id: int | None,
) -> int:
    """A new message, which becomes the end of the shown branch; returns its id.

    The answer of a run that has ended already takes the run's output.

    Raises:
        UsageError: there is no such conversation.
    """
    now = time.time()
    if run_id is not None and not text:
        text = connection.execute(select(run.c.output).where(run.c.id == run_id)).scalar_one()
    row = {
        "conversation_id": conversation_id,
        "parent_id": parent_id,
        "role": role,
        "text": codec.clean_text(text),
        "run_id": run_id,
        "created_at": now,
    }
    exists = connection.execute(
        select(conversation.c.id).where(conversation.c.id == conversation_id)
    ).first()
    if exists is None:
        raise UsageError(f"There is no conversation {conversation_id}.")
    new_id: int = connection.execute(insert(message).returning(message.c.id), row).scalar_one()
    _update(connection, conversation_id, leaf_id=new_id, updated_at=now)
    return new_id


def set_leaf(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Show the branch through a message, down to its newest end.

    Raises:
        UsageError: the message is not one of the conversation.
    """
    tree = _tree(connection, conversation_id)
    if message_id not in tree:
        raise UsageError("This message does not belong to the conversation.")
    newest_child: dict[int | None, int] = {parent: child for child, parent in tree.items()}
    while message_id in newest_child:
        message_id = newest_child[message_id]
    _update(connection, conversation_id, leaf_id=message_id)


def _tree(connection: Connection, conversation_id: int) -> dict[int, int | None]:
    """The parent of each message, in order of creation."""
    rows = connection.execute(
        select(message.c.id, message.c.parent_id)
        .where(message.c.conversation_id == conversation_id)
        .order_by(message.c.id)
    )
    return {row.id: row.parent_id for row in rows}


def load_branch(
    connection: Connection, conversation_id: int, state_of: StateOf
) -> tuple[ChatMessage, ...]:
    """The shown branch, first message first; ``state_of`` gives what a live run has so far."""
    leaf: int | None = connection.execute(
        select(conversation.c.leaf_id).where(conversation.c.id == conversation_id)
    ).scalar_one_or_none()
    tree = _tree(connection, conversation_id)
    siblings: dict[int | None, list[int]] = {}
    for child, parent in tree.items():
        siblings.setdefault(parent, []).append(child)
    branch: list[int] = []
    while leaf in tree and leaf not in branch:
        branch.append(leaf)
        leaf = tree[leaf]
    rows = {
        row.id: row
        for row in connection.execute(
            _messages().where(message.c.conversation_id == conversation_id)
        )
    }
    return tuple(
        _message(connection, rows[each], tuple(siblings[tree[each]]), state_of)
        for each in reversed(branch)
    )


def load_message(connection: Connection, message_id: int) -> ChatMessage:
    """One message with the ids of its versions."""

    def stored_state(connection: Connection, run_id: int) -> RunState:
        return fold_all(runs.load_events(connection, run_id))

    row = connection.execute(_messages().where(message.c.id == message_id)).one()
    same_place = (
        message.c.parent_id.is_(None)
        if row.parent_id is None
        else message.c.parent_id == row.parent_id
    )
    siblings = connection.execute(
        select(message.c.id)
        .where(message.c.conversation_id == row.conversation_id, same_place)
        .order_by(message.c.id)
    ).scalars()
    return _message(connection, row, tuple(siblings), stored_state)


def _messages() -> Any:
    return select(
        message,
        run.c.status,
        run.c.model,
        run.c.strategy,
        run.c.completion_tokens,
        run.c.seconds,
        run.c.finish_reason,
    ).outerjoin(run, run.c.id == message.c.run_id)


def _message(
    connection: Connection, row: Any, siblings: tuple[int, ...], state_of: StateOf
) -> ChatMessage:
    text, tokens, seconds = row.text, row.completion_tokens, row.seconds
    if row.role == "assistant" and row.run_id is not None and row.status == "running":
        state = state_of(connection, row.run_id)
        text, tokens, seconds = partial_output(state), state.generated_tokens, state.seconds
    return ChatMessage(
        message_id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        role=row.role,
        text=text,
        created_at=row.created_at,
        run_id=row.run_id,
        run_status=row.status,
        model=row.model or "",
        strategy=row.strategy or "",
        completion_tokens=tokens or 0,
        seconds=seconds or 0.0,
        finish_reason=row.finish_reason or "",
        sibling_ids=siblings,
    )
