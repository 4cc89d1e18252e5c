"""Titles that the model suggests: offered only, short, and never in the way of an answer."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import UsageError
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.service.chats.naming import clean_title

PLAIN = ChatOptions()


def rule(prompt: str) -> list[str]:
    return [' "Chalk for the school".\nMore'] if "Suggest a title" in prompt else ["It is white."]


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(rule)


@pytest.fixture
async def core(paths, tmp_path, engine):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def say(core, text, conversation=None):
    answer = await core.chats.send(conversation, text, PLAIN)
    await core.runs.wait(answer.run_id)
    return answer.conversation_id


async def title_of(core, chat):
    return (await core.chats.open(chat)).conversation.title


async def test_a_title_is_suggested_and_nothing_is_renamed(core):
    chat = await say(core, "What colour is chalk?")
    assert await core.chats.suggest_title(chat) == "Chalk for the school"
    assert await title_of(core, chat) == "What colour is chalk?"
    assert len(await core.history.list_runs(limit=10)) == 1  # the title is no run


async def test_a_title_of_the_user_is_left_alone(core):
    chat = await say(core, "What colour is chalk?")
    assert await core.chats.suggest_title(chat, unless_named=True) == "Chalk for the school"
    await core.chats.rename(chat, "Mine")
    assert await core.chats.suggest_title(chat, unless_named=True) == ""
    assert await core.chats.suggest_title(chat) == "Chalk for the school"  # asked for


async def test_there_is_nothing_to_name_before_the_first_answer(core):
    made = await core.chats.create()
    with pytest.raises(UsageError):
        await core.chats.suggest_title(made.conversation_id)


async def test_without_a_model_there_is_none(core):
    chat = await say(core, "What colour is chalk?")
    await core.models.unload()
    with pytest.raises(UsageError, match="No model is loaded"):
        await core.chats.suggest_title(chat)


async def test_a_title_gives_way_to_an_answer(core, engine):
    chat = await say(core, "What colour is chalk?")
    asked = asyncio.Event()

    def slow(prompt: str) -> list[str]:
        asked.set()
        return rule(prompt)

    engine.rule, engine.delay_seconds = slow, 3600.0  # the title would never be written
    title = asyncio.create_task(core.chats.suggest_title(chat))
    await asked.wait()
    answer = await core.chats.send(chat, "And slate?", PLAIN)
    assert await title == ""
    await core.runs.cancel(answer.run_id)


async def test_no_title_is_begun_while_an_answer_is_written(core, engine):
    chat = await say(core, "What colour is chalk?")
    engine.delay_seconds = 3600.0
    answer = await core.chats.send(chat, "And slate?", PLAIN)
    assert await core.chats.suggest_title(chat) == ""
    await core.runs.cancel(answer.run_id)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (' "Chalk for the school".\nMore', "Chalk for the school"),
        ("**Title: Chalk**", "Title: Chalk"),
        ("Title: # Chalk", "Chalk"),
        ("\n\n  Was Kreide ist?  ", "Was Kreide ist?"),
        ("...", ""),
        ("", ""),
        ("word " * 30, " ".join(["word"] * 12)),
    ],
)
def test_marks_around_a_title_are_left_out(text, title):
    assert clean_title(text) == title
