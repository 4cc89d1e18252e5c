"""A missing value hides nothing (CHATS 7, report 10): what is optional is null in turn."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.history.chats import conversations, message_tree
from workbench.history.runs import run_list
from workbench.history.tables import metadata

from . import samples
from .conftest import OpenStore

OPTIONAL = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if column.nullable and not column.primary_key
]


@pytest.mark.parametrize(("table", "column"), OPTIONAL)
async def test_report_10_the_list_and_the_chat_open_without_a_value(
    path: Path, open_store: OpenStore, table: str, column: str
) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store, "Which bird?", "A heron.")
    chat = (await store.write(conversations.insert_conversation, "birds")).conversation_id
    asked = await store.write(message_tree.add_message, chat, None, "user", "Which bird?")
    await store.write(
        message_tree.add_message, chat, asked.message_id, "assistant", "A heron.", run_id
    )
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:  # the functions they call are not here
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"UPDATE {table} SET {column} = NULL")
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()
    store = await open_store(path)
    assert store.status.problem == ""
    listed = await store.read(conversations.list_conversations)
    assert [each.title for each in listed] == ["birds"]
    texts = [each.text for each in await store.messages(chat)]
    # Without its parent an answer is a first message: the question is another version of it.
    alone = (table, column) == ("message", "parent_id")
    assert texts == (["A heron."] if alone else ["Which bird?", "A heron."])
    assert [each.run_id for each in await store.read(run_list.list_runs)] == [run_id]
