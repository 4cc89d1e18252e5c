"""Conversations: a tree of messages, one branch of it shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.domain.errors import UsageError
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore


async def _texts(store: HistoryStore, conversation_id: int) -> list[str]:
    return [message.text for message in await store.messages(conversation_id)]


async def test_a_conversation_is_listed_renamed_deleted_and_restored(store: HistoryStore) -> None:
    first = await store.create_conversation("first")
    second = await store.create_conversation("second")
    await store.rename_conversation(first.conversation_id, "renamed")
    await store.add_message(first.conversation_id, None, "user", "hello\n there")
    listed = await store.conversations()
    assert [each.title for each in listed] == ["renamed", "second"]  # last changed first
    assert listed[0].snippet == "hello there"
    await store.delete_conversation(first.conversation_id)
    assert [each.title for each in await store.conversations()] == ["second"]
    assert await store.search("hello") == ()
    await store.restore_conversation(first.conversation_id)
    assert len(await store.conversations()) == 2
    assert second.leaf_id is None


async def test_other_versions_of_a_message_stay_and_can_be_shown(store: HistoryStore) -> None:
    chat = (await store.create_conversation("c")).conversation_id
    question = await store.add_message(chat, None, "user", "q")
    first = await store.add_message(chat, question.message_id, "assistant", "a1")
    await store.add_message(chat, first.message_id, "user", "more")
    second = await store.add_message(chat, question.message_id, "assistant", "a2")
    assert second.sibling_ids == (first.message_id, second.message_id)
    assert await _texts(store, chat) == ["q", "a2"]
    await store.set_leaf(chat, first.message_id)
    assert await _texts(store, chat) == ["q", "a1", "more"]
    shown = await store.messages(chat)
    assert shown[1].sibling_ids == (first.message_id, second.message_id)
    assert shown[0].sibling_ids == (question.message_id,)
    edited = await store.add_message(chat, None, "user", "another question")
    assert edited.sibling_ids == (question.message_id, edited.message_id)
    assert await _texts(store, chat) == ["another question"]


async def test_showing_a_message_of_another_conversation_is_refused(store: HistoryStore) -> None:
    chat = (await store.create_conversation("c")).conversation_id
    other = (await store.create_conversation("d")).conversation_id
    message = await store.add_message(other, None, "user", "there")
    with pytest.raises(UsageError, match="does not belong"):
        await store.set_leaf(chat, message.message_id)
    with pytest.raises(UsageError, match="no conversation 77"):
        await store.add_message(77, None, "user", "hello")


async def test_an_answer_has_the_text_so_far_and_then_the_output(store: HistoryStore) -> None:
    chat = (await store.create_conversation("c")).conversation_id
    question = await store.add_message(chat, None, "user", "q")
    run_id = await store.create_run(samples.chat_spec("q"), title="q", manifest={})
    answer = await store.add_message(chat, question.message_id, "assistant", "", run_id)
    assert (answer.text, answer.run_status) == ("", "running")
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("half an")]))
    shown = (await store.messages(chat))[-1]
    assert (shown.text, shown.run_status, shown.completion_tokens) == ("half an", "running", 1)
    finished = await samples.done_run(store, "q", "whole answer", samples.chat_spec("q"))
    late = await store.add_message(chat, question.message_id, "assistant", "", finished)
    assert (late.text, late.run_status, late.finish_reason) == ("whole answer", "done", "stop")
    assert (late.strategy, late.completion_tokens, late.seconds) == ("direct", 2, 1.5)


async def test_a_message_added_before_its_run_ends_takes_the_output(store: HistoryStore) -> None:
    chat = (await store.create_conversation("c")).conversation_id
    run_id = await store.create_run(samples.chat_spec("q"), title="q", manifest={})
    await store.add_message(chat, None, "assistant", "", run_id)
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("and an")]))
    await store.close()  # ends it with the text it has
    reopened = HistoryStore(store.status.path)
    await reopened.open()
    (message,) = await reopened.messages(chat)
    assert (message.text, message.run_status) == ("and an", "interrupted")
    assert [hit.id for hit in await reopened.search("and")] == [chat]
    await reopened.close()


async def test_conversations_are_found_by_their_words_and_titles(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    first = (await store.create_conversation("Trip to Norway")).conversation_id
    await store.add_message(first, None, "user", "Which fjord is deepest?")
    second = (await store.create_conversation("Cooking")).conversation_id
    await store.add_message(second, None, "user", "How long do potatoes take?")
    (found,) = await store.conversations("fjord deep")
    assert found.conversation_id == first
    assert found.snippet == "Which \x02fjord\x03 is \x02deepest\x03?"
    assert [each.conversation_id for each in await store.conversations("norw")] == [first]
    assert await store.conversations("nothing of the kind") == ()
