"""Reports of chats that were lost elsewhere (CHATS 7), as this program handles them."""

from __future__ import annotations

import hashlib

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import StoreError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.history.file.database import Database
from workbench.service import Workbench

PLAIN = ChatOptions()


@pytest.fixture
def start(paths, tmp_path):
    """Starts the program on the same data again and again; all of it is closed at the end."""
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    texts = iter(f"Answer {number}." for number in range(1, 100))
    opened: list[Workbench] = []

    async def make(engine: SimulatedEngine | None = None) -> Workbench:
        core = Workbench(paths, engine=engine or SimulatedEngine(lambda _prompt: [next(texts)]))
        await core.open(whatever_happens=True)
        await core.models.load(str(model))
        opened.append(core)
        return core

    return make


async def say(core, text, conversation=None, options=PLAIN):
    answer = await core.chats.send(conversation, text, options)
    await core.runs.wait(answer.run_id)
    return answer


async def shown(core, conversation):
    return [each.text for each in await core.chats.messages(conversation)]


async def test_report_4_a_branch_that_is_left_after_a_restart_keeps_its_turns(start):
    core = await start()
    chat = (await say(core, "One")).conversation_id
    await say(core, "Two", chat)
    whole = await shown(core, chat)
    await core.close()
    core = await start()
    first = (await core.chats.messages(chat))[1]
    again = await core.chats.regenerate(first, PLAIN)
    await core.runs.wait(again.run_id)
    assert await shown(core, chat) == ["One", "Answer 3."]
    await core.chats.show_branch(chat, first.message_id)
    assert await shown(core, chat) == whole
    await core.close()


async def test_report_6_a_history_that_cannot_be_read_is_not_written_over(
    start, paths, monkeypatch
):
    core = await start()
    chat = (await say(core, "One")).conversation_id
    await core.close()
    kept = hashlib.sha256(paths.database.read_bytes()).hexdigest()

    def refuse(_self: Database) -> None:
        raise StoreError("The disk cannot be read.")

    monkeypatch.setattr(Database, "_open_file", refuse)
    core = await start()
    assert core.store_status.read_only
    assert "cannot be read" in core.store_status.problem
    with pytest.raises(StoreError):
        await core.chats.send(None, "Over it", PLAIN)
    with pytest.raises(StoreError):
        await core.chats.create()
    await core.close()
    assert hashlib.sha256(paths.database.read_bytes()).hexdigest() == kept
    monkeypatch.undo()
    core = await start()
    assert await shown(core, chat) == ["One", "Answer 1."]
    await core.close()


async def test_report_12_an_answer_of_a_deleted_conversation_goes_into_the_bin_with_it(start):
    core = await start()
    kept = (await say(core, "Kept")).conversation_id
    answer = await core.chats.send(None, "Thrown away", PLAIN)
    await core.chats.delete(answer.conversation_id)
    await core.runs.wait(answer.run_id)
    assert [each.conversation_id for each in await core.chats.all()] == [kept]
    assert await shown(core, kept) == ["Kept", "Answer 1."]
    (thrown,) = await core.chats.bin()
    assert (thrown.title, thrown.count) == ("Thrown away", 2)
    await core.chats.restore(thrown.conversation_id)
    assert await shown(core, thrown.conversation_id) == ["Thrown away", "Answer 2."]
    await core.close()


async def test_an_answer_that_is_deleted_while_it_is_written_ends(start):
    core = await start()
    answer = await core.chats.send(None, "Long", PLAIN)
    await core.chats.delete_message(answer.parent_id)
    state = await core.runs.wait(answer.run_id)
    assert state.status != "running"
    assert await shown(core, answer.conversation_id) == []
    await core.close()


async def test_report_13_what_was_set_for_an_answer_is_there_after_a_restart(start):
    core = await start()
    options = ChatOptions(sampling=Sampling(temperature=0.3, max_tokens=77), system="Be brief.")
    chat = (await say(core, "One", options=options)).conversation_id
    await core.close()
    core = await start()
    opened = await core.chats.open(chat)
    assert [each.text for each in opened.messages] == ["One", "Answer 1."]
    assert opened.system == "Be brief."
    kept = opened.conversation.options["sampling"]
    assert (kept["temperature"], kept["max_tokens"]) == (0.3, 77)
    await core.close()


async def test_the_system_prompt_stays_where_something_is_inserted_first(start):
    core = await start()
    made = await core.chats.continue_from(
        [Message.value("system", "Be brief."), Message.value("user", "Hello"),
         Message.value("assistant", "Hi")]
    )  # fmt: skip
    first = (await core.chats.messages(made.conversation_id))[0]
    await core.chats.insert(first, "user", "Before that", after=False)
    opened = await core.chats.open(made.conversation_id)
    assert [each.text for each in opened.messages] == ["Before that", "Hello", "Hi"]
    assert opened.system == "Be brief."
    await core.close()
