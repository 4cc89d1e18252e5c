"""Conversations: a tree of messages, one branch of it shown."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, update

from workbench.domain.chat import ChatDraft, Turn
from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message
from workbench.domain.views import ChatMessage
from workbench.history.chats import conversations, message_tree
from workbench.history.chats.branches import deleting, showing
from workbench.history.runs import run_list, runs
from workbench.history.store import HistoryStore
from workbench.history.stored_types import DAMAGED
from workbench.history.tables import message

from . import samples
from .conftest import OpenStore


async def _texts(store: HistoryStore, conversation_id: int) -> list[str]:
    return [message.text for message in await store.messages(conversation_id)]


async def test_a_conversation_is_listed_renamed_deleted_and_restored(store: HistoryStore) -> None:
    first = await store.write(conversations.insert_conversation, "first")
    second = await store.write(conversations.insert_conversation, "second")
    await store.write(conversations.rename, first.conversation_id, "renamed")
    await store.write(
        message_tree.add_message, first.conversation_id, None, "user", "hello\n there"
    )
    listed = await store.read(conversations.list_conversations)
    assert [each.title for each in listed] == ["renamed", "second"]  # last changed first
    assert listed[0].snippet == "hello there"
    await store.write(conversations.set_deleted, first.conversation_id)
    assert [each.title for each in await store.read(conversations.list_conversations)] == ["second"]
    assert await samples.find(store, "hello") == ()
    await store.write(conversations.set_deleted, first.conversation_id, deleted=False)
    assert len(await store.read(conversations.list_conversations)) == 2
    assert second.leaf_id is None


async def test_other_versions_of_a_message_stay_and_can_be_shown(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "q")
    first = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a1"
    )
    await store.write(message_tree.add_message, chat, first.message_id, "user", "more")
    second = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a2"
    )
    assert second.sibling_ids == (first.message_id, second.message_id)
    assert await _texts(store, chat) == ["q", "a2"]
    await store.write(showing.set_leaf, chat, first.message_id)
    assert await _texts(store, chat) == ["q", "a1", "more"]
    shown = await store.messages(chat)
    assert shown[1].sibling_ids == (first.message_id, second.message_id)
    assert shown[0].sibling_ids == (question.message_id,)
    edited = await store.write(message_tree.add_message, chat, None, "user", "another question")
    assert edited.sibling_ids == (question.message_id, edited.message_id)
    assert await _texts(store, chat) == ["another question"]


async def test_a_branch_is_found_again_where_one_was_in_it(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "q")
    first = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a1"
    )
    more = await store.write(message_tree.add_message, chat, first.message_id, "user", "more")
    await store.write(message_tree.add_message, chat, first.message_id, "user", "more, newer")
    await store.write(showing.set_leaf, chat, more.message_id)
    second = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a2"
    )
    await store.write(showing.set_leaf, chat, first.message_id)
    assert await _texts(store, chat) == ["q", "a1", "more"]
    await store.write(showing.set_leaf, chat, second.message_id)
    await store.write(showing.set_leaf, chat, more.message_id)
    assert await _texts(store, chat) == ["q", "a1", "more"]
    await store.write(showing.set_leaf, chat, question.message_id)  # it is shown: nothing changes
    assert await _texts(store, chat) == ["q", "a1", "more"]


async def test_a_version_that_was_never_shown_ends_in_its_newest_message(
    store: HistoryStore,
) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "q")
    answer = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a"
    )
    left = await store.write(message_tree.add_message, chat, answer.message_id, "user", "left")
    right = await store.write(message_tree.add_message, chat, answer.message_id, "user", "right")
    await store.write(message_tree.add_message, chat, left.message_id, "assistant", "newest of all")
    await store.write(message_tree.add_message, chat, None, "user", "elsewhere")
    await store.write(lambda c: c.exec_driver_sql("UPDATE message SET last_leaf_id = NULL"))
    await store.write(showing.set_leaf, chat, question.message_id)
    assert await _texts(store, chat) == ["q", "a", "left", "newest of all"]
    await store.write(showing.set_leaf, chat, right.message_id)
    assert await _texts(store, chat) == ["q", "a", "right"]


async def test_any_branch_can_be_read_whichever_is_shown(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    first = await store.write(message_tree.add_message, chat, None, "user", "q1")
    hidden = await store.write(message_tree.add_message, chat, first.message_id, "assistant", "a1")
    await store.write(message_tree.add_message, chat, None, "user", "q2")
    read = await store.messages(chat, hidden.message_id)
    assert [each.text for each in read] == ["q1", "a1"]
    assert await _texts(store, chat) == ["q2"]


async def test_a_deleted_message_is_neither_shown_nor_found_and_comes_back(
    store: HistoryStore,
) -> None:
    """What follows it goes along: it answered something that is not there."""
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "about kestrels")
    answer = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "a"
    )
    await store.write(message_tree.add_message, chat, answer.message_id, "user", "more of it")
    gone = await store.write(deleting.delete_branch, question.message_id)
    assert gone.count == 3
    assert await _texts(store, chat) == []
    assert await samples.find(store, "kestrels") == ()
    assert await samples.find(store, "more") == ()
    await store.write(deleting.restore_branch, question.message_id)
    assert await _texts(store, chat) == ["about kestrels", "a", "more of it"]
    (hit,) = await samples.find(store, "kestrels")
    assert (hit.id, hit.message_id) == (chat, question.message_id)


def _turn(conversation_id: int | None, text: str | None, parent_id: int | None = None) -> Turn:
    return Turn(
        conversation_id=conversation_id,
        title="a title",
        parent_id=parent_id,
        text=text,
        system="Be brief.",
        options={"strategy": "direct"},
        spec=samples.chat_spec(text or "q"),
        run_title="q",
    )


async def test_a_turn_is_written_whole_and_its_draft_goes_with_it(store: HistoryStore) -> None:
    await store.save_chat_draft(0, ChatDraft(text="q"))
    answer = await store.add_turn(_turn(None, "q"))
    question, shown = await store.messages(answer.conversation_id)
    assert (question.text, question.system) == ("q", "Be brief.")
    assert (shown.message_id, shown.run_status, shown.system) == (
        answer.message_id,
        "running",
        None,
    )
    kept = await store.read(conversations.load_conversation, answer.conversation_id)
    assert (kept.title, kept.options) == ("a title", {"strategy": "direct"})
    assert await store.read(conversations.load_drafts) == {}


async def test_a_turn_that_cannot_be_written_leaves_nothing_behind(store: HistoryStore) -> None:
    await store.save_chat_draft(0, ChatDraft(text="q"))
    with pytest.raises(UsageError):
        await store.add_turn(_turn(77, "q"))
    assert await store.read(conversations.list_conversations) == ()
    assert await store.read(run_list.list_runs) == ()
    assert await store.read(conversations.load_drafts) == {0: ChatDraft(text="q")}


async def test_drafts_are_kept_for_each_conversation(store: HistoryStore) -> None:
    await store.save_chat_draft(0, ChatDraft(text="new", system="Be brief."))
    await store.save_chat_draft(3, ChatDraft(text="old", edited_id=7, edited_text="other"))
    await store.save_chat_draft(0, ChatDraft())
    assert await store.read(conversations.load_drafts) == {
        3: ChatDraft(text="old", edited_id=7, edited_text="other")
    }


async def test_showing_a_message_of_another_conversation_is_refused(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    other = (await store.write(conversations.insert_conversation, "d")).conversation_id
    message = await store.write(message_tree.add_message, other, None, "user", "there")
    with pytest.raises(UsageError, match="does not belong"):
        await store.write(showing.set_leaf, chat, message.message_id)
    with pytest.raises(UsageError, match="no conversation 77"):
        await store.write(message_tree.add_message, 77, None, "user", "hello")


async def test_an_answer_has_the_text_so_far_and_then_the_output(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "q")
    run_id = await store.create_run(samples.chat_spec("q"), title="q", manifest={})
    answer = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "", run_id
    )
    assert (answer.text, answer.run_status) == ("", "running")
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("half an")]))
    shown = (await store.messages(chat))[-1]
    assert (shown.text, shown.run_status, shown.completion_tokens) == ("half an", "running", 1)
    finished = await samples.done_run(store, "q", "whole answer", samples.chat_spec("q"))
    late = await store.write(
        message_tree.add_message, chat, question.message_id, "assistant", "", finished
    )
    assert (late.text, late.run_status, late.finish_reason) == ("whole answer", "done", "stop")
    assert (late.strategy, late.completion_tokens, late.seconds) == ("direct", 2, 1.5)


async def test_a_message_added_before_its_run_ends_takes_the_output(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    run_id = await store.create_run(samples.chat_spec("q"), title="q", manifest={})
    await store.write(message_tree.add_message, chat, None, "assistant", "", run_id)
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("and an")]))
    await store.close()  # ends it with the text it has
    reopened = HistoryStore(store.status.path)
    await reopened.open()
    (message,) = await reopened.messages(chat)
    assert (message.text, message.run_status) == ("and an", "interrupted")
    assert [hit.id for hit in await samples.find(reopened, "and")] == [chat]
    await reopened.close()


async def test_conversations_are_found_by_their_words_and_titles(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    first = (await store.write(conversations.insert_conversation, "Trip to Norway")).conversation_id
    await store.write(message_tree.add_message, first, None, "user", "Which fjord is deepest?")
    second = (await store.write(conversations.insert_conversation, "Cooking")).conversation_id
    await store.write(message_tree.add_message, second, None, "user", "How long do potatoes take?")
    (found,) = await store.search(conversations.list_conversations, "fjord deep")
    assert found.conversation_id == first
    assert found.snippet == "Which \x02fjord\x03 is \x02deepest\x03?"
    assert [
        each.conversation_id
        for each in await store.search(conversations.list_conversations, "norw")
    ] == [first]
    assert await store.search(conversations.list_conversations, "nothing of the kind") == ()


async def test_a_message_has_what_other_programs_know_of_it(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    asked = await store.write(message_tree.add_message, chat, None, "user", "q")
    profile = await store.write(
        message_tree.add_message, chat, asked.message_id, "system", "custom instructions"
    )
    reply = await store.write(message_tree.add_message, chat, profile.message_id, "assistant", "a")

    def enrich(connection: Connection) -> None:
        connection.execute(
            update(message).where(message.c.id == profile.message_id).values(hidden=1)
        )
        connection.execute(
            update(message)
            .where(message.c.id == reply.message_id)
            .values(
                reasoning="hm", author="other-7b", label="the good one", pinned_at=3.0,
                attachments='[{"name": "a.txt"}, 7]', kind="tool_call", edited_from=9,
                copied_from=8,
            )
        )  # fmt: skip

    await store.write(enrich)
    shown = await store.messages(chat)
    assert [each.text for each in shown] == ["q", "a"]  # what is hidden is not there
    last = shown[1]
    assert (last.reasoning, last.author, last.label, last.pinned) == (
        "hm", "other-7b", "the good one", True,
    )  # fmt: skip
    assert (last.kind, last.edited_from, last.copied_from) == ("tool_call", 9, 8)
    assert last.attachments == ({"name": "a.txt"},)
    assert (shown[0].reasoning, shown[0].kind, shown[0].pinned, shown[0].attachments) == (
        None, "", False, (),
    )  # fmt: skip


async def test_the_end_of_a_long_conversation_is_that_of_its_whole_branch(
    store: HistoryStore,
) -> None:
    chat = (await store.write(conversations.insert_conversation, "long")).conversation_id
    ids: list[int] = []
    for at in range(30):
        made = await store.write(
            message_tree.add_message,
            chat,
            ids[-1] if ids else None,
            "assistant" if at % 2 else "user",
            f"message {at}",
        )
        ids.append(made.message_id)
    other = await store.write(message_tree.add_message, chat, ids[-2], "assistant", "another")
    whole = await store.messages(chat)
    assert [each.text for each in whole] == [*(f"message {at}" for at in range(29)), "another"]
    end = await store.last_messages(chat, 8)
    assert [_without_elsewhere(each) for each in end] == [
        _without_elsewhere(each) for each in whole[-8:]
    ]
    assert end[-1].sibling_ids == (ids[-1], other.message_id)
    assert await store.last_messages(chat, 30) == ()  # not longer: it is read whole
    await store.write(showing.set_leaf, chat, ids[-1])
    assert (await store.last_messages(chat, 8))[-1].text == "message 29"


def _without_elsewhere(message: ChatMessage) -> ChatMessage:
    return msgspec.structs.replace(message, elsewhere=0)


async def test_damage_in_one_message_leaves_all_others_readable(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "harmed")).conversation_id
    last: int | None = None
    for text in ("first", "second", "third"):
        made = await store.write(message_tree.add_message, chat, last, "user", text)
        last = made.message_id

    def harm(connection: Connection) -> None:
        connection.exec_driver_sql(
            "UPDATE message SET text = CAST(x'FF41' AS TEXT), created_at = 9e300, hidden = 'no', "
            "label = x'42' WHERE text = 'second'"
        )

    await store.write(harm)
    found = await store.messages(chat)
    assert [each.text for each in found] == [
        "first",
        f"\N{REPLACEMENT CHARACTER}A{DAMAGED}",
        "third",
    ]
    assert (found[1].created_at, found[1].label) == (0.0, "B")
    assert [each.text for each in await store.last_messages(chat, 2)] == [
        each.text for each in found[-2:]
    ]


async def test_an_answer_that_goes_on_is_known_by_the_last_message_it_was_given(
    store: HistoryStore,
) -> None:
    def spec(*messages: Message) -> RunSpec:
        return RunSpec(prompt=ChatPrompt(messages), params={"note": '"role":"assistant"'})

    asked = Message.value("user", 'say "role":"assistant"')
    begun = Message.value("assistant", "It begins")
    for given, goes_on in ((spec(asked), False), (spec(asked, begun), True)):
        run_id = await store.create_run(given, title="", manifest={})
        assert await store.read(runs.goes_on, run_id) is goes_on
    template = await store.create_run(samples.template_spec(), title="", manifest={})
    assert await store.read(runs.goes_on, template) is False
