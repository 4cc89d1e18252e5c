"""A conversation out of one database into another, with its runs, events and tokens.

The rows get new numbers there; everything that names another row is changed with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import LoggedEvent
from workbench.history.runs import runs
from workbench.history.tables import (
    chat_draft,
    conversation,
    message,
    run,
    run_text,
    tag,
    token_data,
)

_MESSAGES = ("parent_id", "last_leaf_id", "edited_from", "copied_from", "deleted_with")
"""Columns of a message that name another one."""
Row = dict[str, Any]


class WholeConversation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a database has of a conversation, by the columns of its tables."""

    conversation: Row
    messages: list[Row]
    runs: list[Row]
    run_texts: list[Row]
    tokens: list[Row]
    tags: list[Row]
    draft: Row | None
    events: dict[int, list[LoggedEvent]]


def take(connection: Connection, conversation_id: int) -> WholeConversation:
    """Read all of a conversation.

    Raises:
        UsageError: there is no such conversation, or one of its answers is being written.
    """
    found = _rows(connection, conversation, conversation.c.id, [conversation_id])
    if not found:
        raise UsageError(f"There is no conversation {conversation_id}.")
    messages = _rows(connection, message, message.c.conversation_id, [conversation_id])
    run_ids = sorted({each["run_id"] for each in messages if each["run_id"] is not None})
    taken = _rows(connection, run, run.c.id, run_ids)
    if any(each["status"] == "running" for each in taken):
        raise UsageError("An answer is being written: wait for its end, or stop it.")
    drafts = _rows(connection, chat_draft, chat_draft.c.conversation_id, [conversation_id])
    tags = _rows(connection, tag, tag.c.item_id, [conversation_id])
    return WholeConversation(
        conversation=found[0],
        messages=messages,
        runs=taken,
        run_texts=_rows(connection, run_text, run_text.c.run_id, run_ids),
        tokens=_rows(connection, token_data, token_data.c.run_id, run_ids),
        tags=[each for each in tags if each["kind"] == "conversation"],
        draft=drafts[0] if drafts else None,
        events={run_id: runs.load_events(connection, run_id) for run_id in run_ids},
    )


def put(connection: Connection, whole: WholeConversation) -> int:
    """Write all of a conversation; returns its number here."""
    made = _insert(connection, conversation, whole.conversation, leaf_id=None, forked_from=None)
    run_ids = {each["id"]: _insert(connection, run, each, template_id=None) for each in whole.runs}
    for each in whole.run_texts:
        connection.execute(insert(run_text), each | {"run_id": run_ids[each["run_id"]]})
    for old, events in whole.events.items():
        new = run_ids[old]
        runs.insert_events(
            connection, [msgspec.structs.replace(each, run_id=new) for each in events]
        )
    for each in whole.tokens:
        _insert(connection, token_data, each, run_id=run_ids[each["run_id"]])
    ids = {
        each["id"]: _insert(
            connection,
            message,
            each,
            conversation_id=made,
            run_id=run_ids.get(each["run_id"]),
            **dict.fromkeys(_MESSAGES),
        )
        for each in whole.messages
    }
    for each in whole.messages:
        named = {column: ids.get(each[column]) for column in _MESSAGES if each[column]}
        if named:
            connection.execute(
                update(message).where(message.c.id == ids[each["id"]]).values(**named)
            )
    connection.execute(
        update(conversation)
        .where(conversation.c.id == made)
        .values(leaf_id=ids.get(whole.conversation["leaf_id"]))
    )
    for each in whole.tags:
        _insert(connection, tag, each, item_id=made)
    if whole.draft is not None:
        connection.execute(insert(chat_draft), whole.draft | {"conversation_id": made})
    return made


def _rows(
    connection: Connection, table: Table, column: Column[Any], values: Iterable[int]
) -> list[Row]:
    found: list[Row] = []
    for value in values:
        rows = connection.execute(select(table).where(column == value).order_by(column))
        found += (dict(each) for each in rows.mappings())
    return found


def _insert(connection: Connection, table: Table, row: Mapping[str, Any], **changed: Any) -> int:
    """A copy of a row under a new number."""
    values = {name: value for name, value in row.items() if name != "id"} | changed
    new: int = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    return new
