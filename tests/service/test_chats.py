"""Conversations by the service: what is sent is what is shown, and nothing is left half done."""

from __future__ import annotations

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import ModelError, UsageError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.history.chats import message_tree
from workbench.service import Workbench

PLAIN = ChatOptions()


@pytest.fixture
def engine() -> SimulatedEngine:
    texts = iter(f"Answer {number}." for number in range(1, 100))
    return SimulatedEngine(lambda _prompt: [next(texts)])


@pytest.fixture
async def core(paths, tmp_path, engine):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def say(core, text, conversation=None, options=PLAIN, **place):
    answer = await core.chats.send(conversation, text, options, **place)
    await core.runs.wait(answer.run_id)
    return answer


async def sent(core, answer):
    """What the model got, as (role, text)."""
    spec = await core.runs.spec(answer.run_id)
    return [(each.role, each.text) for each in spec.prompt.messages]


async def shown(core, conversation):
    return [each.text for each in await core.chats.messages(conversation)]


async def test_an_edit_is_answered_with_what_leads_to_it_whatever_is_shown(core):
    first = await say(core, "A1")
    chat = first.conversation_id
    await say(core, "A2", chat)
    old = (await core.chats.messages(chat))[2]
    edited = await core.chats.edit(old, "A2b", PLAIN)
    await core.runs.wait(edited.run_id)
    await say(core, "A4", chat)
    fourth = (await core.chats.messages(chat))[4]
    await core.chats.show_branch(chat, old.message_id)
    last = await core.chats.edit(fourth, "A4b", PLAIN)
    await core.runs.wait(last.run_id)
    users = [text for role, text in await sent(core, last) if role == "user"]
    assert users == ["A1", "A2b", "A4b"]
    assert [each for each in await shown(core, chat) if each.startswith("A")][0::2] == users


async def test_a_model_that_is_gone_leaves_no_conversation_behind(core):
    with pytest.raises(ModelError):
        await core.chats.send(None, "Hello", ChatOptions(model="/gone/model.gguf"))
    assert await core.chats.all() == ()
    answer = await say(core, "Hello")
    with pytest.raises(ModelError):
        await core.chats.send(answer.conversation_id, "More", ChatOptions(model="/gone/model.gguf"))
    assert await shown(core, answer.conversation_id) == ["Hello", "Answer 1."]


async def test_empty_answers_are_not_sent(core):
    made = await core.chats.create()
    store, chat = core._core.store, made.conversation_id
    question = await store.write(message_tree.add_message, chat, None, "user", "One")
    await store.write(message_tree.add_message, chat, question.message_id, "assistant", "")
    answer = await say(core, "Two", chat)
    assert await sent(core, answer) == [("user", "One"), ("user", "Two")]


async def test_an_unanswered_message_can_be_answered(core):
    made = await core.chats.continue_from([Message.literal("user", "Alone")])
    (alone,) = await core.chats.messages(made.conversation_id)
    answer = await core.chats.answer(alone, PLAIN)
    await core.runs.wait(answer.run_id)
    assert await sent(core, answer) == [("user", "Alone")]
    assert await shown(core, made.conversation_id) == ["Alone", "Answer 1."]


async def test_the_system_prompt_belongs_to_the_conversation_and_its_branch(core):
    brief = ChatOptions(system="Be brief.")
    first = await say(core, "One", options=brief)
    chat = first.conversation_id
    assert (await core.chats.open(chat)).system == "Be brief."
    other = await say(core, "Elsewhere")
    assert (await core.chats.open(other.conversation_id)).system == ""
    assert await sent(core, other) == [("user", "Elsewhere")]
    second = await say(core, "Two", chat, ChatOptions(system="Be long."))
    assert (await core.chats.open(chat)).system == "Be long."
    again = await core.chats.regenerate(second, brief)
    await core.runs.wait(again.run_id)
    assert (await core.chats.open(chat)).system == "Be brief."
    await core.chats.show_branch(chat, second.message_id)
    assert (await core.chats.open(chat)).system == "Be long."
    assert await core.chats.last_system() == "Be brief."


async def test_the_system_prompt_of_an_old_conversation_is_that_of_its_last_answer(core):
    answer = await say(core, "One", options=ChatOptions(system="As before."))
    await core._core.store.write(lambda c: c.exec_driver_sql("UPDATE message SET system = NULL"))
    assert (await core.chats.open(answer.conversation_id)).system == "As before."


async def test_how_it_is_answered_is_kept_with_the_conversation(core):
    await say(core, "One", options=ChatOptions(sampling=Sampling(temperature=0.1), seed=5))
    await say(core, "Other")
    (other, one) = await core.chats.all()
    assert one.options["sampling"]["temperature"] == 0.1
    assert one.options["seed"] == 5
    assert other.options["sampling"]["temperature"] == Sampling().temperature


async def test_what_was_brought_from_elsewhere_keeps_its_system_prompt(core):
    made = await core.chats.continue_from(
        [Message.literal("system", "Think."), Message.literal("user", "Make 24")]
    )
    assert (await core.chats.open(made.conversation_id)).system == "Think."
    assert made.title == "Make 24"


async def test_a_deleted_message_is_not_sent(core):
    first = await say(core, "One")
    chat = first.conversation_id
    question, _answer = await core.chats.messages(chat)
    await core.chats.delete_message(question)  # its answer goes along
    second = await say(core, "Two", chat)
    assert await sent(core, second) == [("user", "Two")]


async def test_an_answer_that_was_cut_goes_on_where_it_ended(core, engine):
    engine.rule = lambda prompt: [" three four" if "two" in prompt else "one two three"]
    answer = await say(core, "Count", options=ChatOptions(sampling=Sampling(max_tokens=2)))
    (_, before) = await core.chats.messages(answer.conversation_id)
    assert before.finish_reason == "length"
    again = await core.chats.continue_answer(before, PLAIN)
    await core.runs.wait(again.run_id)
    (_, after) = await core.chats.messages(answer.conversation_id)
    assert after.sibling_ids == (before.message_id, after.message_id)
    assert after.text == before.text + " three four"
    assert (before.is_continued, after.is_continued) == (False, True)
    assert await sent(core, again) == [("user", "Count"), ("assistant", before.text)]
    with pytest.raises(UsageError):
        await core.chats.continue_answer(
            (await core.chats.messages(answer.conversation_id))[0], PLAIN
        )


async def test_an_answer_that_goes_on_leaves_the_conversation_its_strategy(core, engine):
    engine.rule = lambda prompt: [" three four" if "two" in prompt else "one two three"]
    answer = await say(core, "Count", options=ChatOptions(sampling=Sampling(max_tokens=2)))
    (_, before) = await core.chats.messages(answer.conversation_id)
    again = await core.chats.continue_answer(before, ChatOptions(strategy="cot"))
    await core.runs.wait(again.run_id)
    opened = await core.chats.open(answer.conversation_id)
    assert opened.messages[-1].strategy == "direct"
    assert opened.conversation.options["strategy"] == "cot"


async def test_a_deleted_version_leaves_the_other_one_in_its_place(core):
    first = await say(core, "Hello?")
    chat = first.conversation_id
    (question, shown) = await core.chats.messages(chat)
    again = await core.chats.regenerate(shown, PLAIN)
    await core.runs.wait(again.run_id)
    await core.chats.delete_message(again)
    assert [each.text for each in await core.chats.messages(chat)] == ["Hello?", "Answer 1."]
    assert (await core.chats.all())[0].snippet == "Answer 1."
    await core.chats.restore_message(again.message_id)
    assert [each.text for each in await core.chats.messages(chat)] == ["Hello?", "Answer 2."]
    await core.chats.delete_message(again)
    await core.chats.delete_message(shown)
    assert [each.text for each in await core.chats.messages(chat)] == ["Hello?"]
    assert (await core.chats.all())[0].snippet == "Hello?"
    await core.chats.delete_message(question)
    assert await core.chats.messages(chat) == ()
    await core.chats.restore_message(question.message_id)
    assert [each.text for each in await core.chats.messages(chat)] == ["Hello?"]


async def test_a_hidden_message_is_not_sent_and_stays_on_its_branch(core):
    first = await say(core, "One")
    chat, store = first.conversation_id, core._core.store
    hidden = await store.write(message_tree.add_message, chat, first.message_id, "user", "Secret")
    await store.write(
        lambda connection: connection.exec_driver_sql(
            f"UPDATE message SET hidden = 1 WHERE id = {hidden.message_id}"
        )
    )
    answer = await say(core, "Two", chat)
    assert [text for _, text in await sent(core, answer)] == ["One", "Answer 1.", "Two"]
    assert await shown(core, chat) == ["One", "Answer 1.", "Two", "Answer 2."]
    assert (await core.chats.messages(chat))[2].parent_id == hidden.message_id


async def test_an_edit_with_its_answer_is_undone_and_done_again(core):
    first = await say(core, "One")
    chat = first.conversation_id
    question, _ = await core.chats.messages(chat)
    edited = await core.chats.edit(question, "Two", PLAIN)
    await core.runs.wait(edited.run_id)
    (asked, _) = await core.chats.messages(chat)
    assert asked.edited_from == question.message_id
    await core.chats.undo(chat)
    assert await shown(core, chat) == ["One", "Answer 1."]
    assert [each.words for each in await core.chats.bin(chat)] == ["Two"]
    await core.chats.redo(chat)
    assert await shown(core, chat) == ["Two", "Answer 2."]
    await say(core, "Three", chat)
    assert await core.chats.undo(chat) is None  # it has gone on since
    assert await shown(core, chat) == ["Two", "Answer 2.", "Three", "Answer 3."]


async def test_versions_insertions_and_copies_are_made_without_the_model(core, engine):
    first = await say(core, "One")
    chat = first.conversation_id
    question, answer = await core.chats.messages(chat)
    asked = len(engine.requests)
    better = await core.chats.save_version(answer, "Answer 1, corrected.")
    assert (better.role, better.edited_from) == ("assistant", answer.message_id)
    await core.chats.insert(better, "user", "By the way.", after=False)
    assert await shown(core, chat) == ["One", "By the way.", "Answer 1, corrected."]
    await core.chats.add(chat, "user", "Later.", PLAIN)
    assert (await shown(core, chat))[-1] == "Later."
    fork = await core.chats.fork(question.message_id, model="/other.gguf")
    assert await shown(core, fork.conversation_id) == ["One"]
    assert fork.options["model"] == "/other.gguf"
    await core.chats.copy(better.message_id, fork.conversation_id, fork.leaf_id, with_rest=False)
    assert await shown(core, fork.conversation_id) == ["One", "Answer 1, corrected."]
    assert len(engine.requests) == asked
    with pytest.raises(UsageError, match="nothing to save"):
        await core.chats.save_version(answer, "  ")
