"""Off the record: in memory only, in no file at any time, unless it is kept after all."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.domain.chat import ChatDraft
from workbench.domain.errors import UsageError
from workbench.domain.off_record import FIRST_ID, is_off_the_record
from workbench.domain.profiles import Profile
from workbench.engine.simulated import SimulatedEngine
from workbench.service import ChatOptions, Workbench
from workbench.settings import Paths

WORD = "Xanthippocrates"
OPTIONS = ChatOptions(model="")


def _files_with(folder: Path, word: str = WORD) -> list[str]:
    """The files below a folder that have a word in them, in either case."""
    wanted = word.lower().encode()
    return [
        str(each.relative_to(folder))
        for each in sorted(folder.rglob("*"))
        if each.is_file() and wanted in each.read_bytes().lower()
    ]


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(
        lambda prompt: [f"It was {WORD} who did it." if WORD in prompt else "Yes."]
    )


@pytest.fixture
async def core(paths: Paths, tmp_path: Path, engine: SimulatedEngine) -> AsyncIterator[Workbench]:
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def _say(core: Workbench, conversation_id: int, text: str = f"Who is {WORD}?") -> int:
    answer = await core.chats.send(conversation_id, text, OPTIONS)
    assert answer.run_id is not None
    await core.runs.wait(answer.run_id)
    return answer.message_id


async def test_no_file_has_a_word_of_it_during_and_after(
    core: Workbench, paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    began = await core.off_the_record.begin()
    number = began.conversation_id
    message = await _say(core, number)
    await core.chats.save_draft(number, ChatDraft(text=f"More of {WORD}"))
    await core.chats.rename(number, f"About {WORD}")
    opened = await core.chats.open(number)
    assert opened.conversation.title == f"About {WORD}"
    assert [WORD in each.text for each in opened.messages] == [True, True]
    first, last = opened.messages
    assert all(is_off_the_record(each.message_id) for each in opened.messages)
    assert is_off_the_record(last.run_id)
    again = await core.chats.regenerate(last, OPTIONS)
    await core.runs.wait(again.run_id or 0)
    await core.chats.edit(first, f"And {WORD}?", OPTIONS)
    await core.chats.save_version(last, f"{WORD} edited")
    shown = (await core.chats.open(number)).messages
    await core.chats.summarise(shown, shown[0], OPTIONS)
    await core.settle()
    assert (await core.tokens.of_message(message)).text
    assert [each.conversation_id for each in await core.off_the_record.all()] == [number]
    # A conversation that is kept is written next to it.
    kept = await core.chats.create("Kept")
    await _say(core, kept.conversation_id, "Plainly")
    assert _files_with(paths.data, "Plainly")
    assert _files_with(paths.data) == []
    assert [each.title for each in await core.chats.all()] == ["Kept"]
    await core.close()
    assert _files_with(paths.data) == []
    assert WORD.lower() not in caplog.text.lower()


async def test_no_list_and_no_search_has_it(core: Workbench, paths: Paths) -> None:
    number = (await core.off_the_record.begin()).conversation_id
    await _say(core, number)
    assert await core.chats.all() == ()
    assert await core.history.list_runs() == ()
    assert (await core.history.search(WORD)).hits == ()
    assert not list(Path.cwd().glob("off the record*"))


async def test_what_is_kept_after_all_is_whole(core: Workbench) -> None:
    number = (await core.off_the_record.begin()).conversation_id
    await _say(core, number)
    messages = (await core.chats.open(number)).messages
    again = await core.chats.regenerate(messages[-1], OPTIONS)
    await core.runs.wait(again.run_id or 0)
    await core.chats.save_draft(number, ChatDraft(text="and then"))
    before = await core.chats.tree(number)
    log = await core.runs.events(again.run_id or 0)
    kept = await core.off_the_record.keep(number)
    assert kept < FIRST_ID
    after = await core.chats.tree(kept)
    assert [each.text for each in after.nodes] == [each.text for each in before.nodes]
    places = {each.message_id: at for at, each in enumerate(before.nodes)}
    parents = [places.get(each.parent_id or 0) for each in before.nodes]
    places = {each.message_id: at for at, each in enumerate(after.nodes)}
    assert [places.get(each.parent_id or 0) for each in after.nodes] == parents
    last = (await core.chats.open(kept)).messages[-1]
    assert [each.event for each in await core.runs.events(last.run_id or 0)] == [
        each.event for each in log
    ]
    assert (await core.tokens.of_message(last.message_id)).text == last.text
    assert (await core.chats.drafts())[kept].text == "and then"
    assert await core.off_the_record.all() == ()
    assert [each.conversation_id for each in await core.chats.all(WORD)] == [kept]
    answer = await core.chats.send(kept, "Go on", OPTIONS)
    assert (await core.runs.wait(answer.run_id or 0)).status == "done"


async def test_what_is_being_answered_is_not_kept_yet(
    core: Workbench, engine: SimulatedEngine
) -> None:
    engine.delay_seconds = 60.0
    number = (await core.off_the_record.begin()).conversation_id
    answer = await core.chats.send(number, "Who?", OPTIONS)
    with pytest.raises(UsageError, match="being written"):
        await core.off_the_record.keep(number)
    await core.runs.cancel(answer.run_id or 0)
    assert await core.off_the_record.keep(number) < FIRST_ID


async def test_a_message_is_not_copied_between_memory_and_disk_and_it_says_why(
    core: Workbench,
) -> None:
    hidden = (await core.off_the_record.begin()).conversation_id
    other = (await core.off_the_record.begin()).conversation_id
    kept = (await core.chats.create("Kept")).conversation_id
    secret, plain = await _say(core, hidden), await _say(core, kept, "Hello?")
    for message, conversation in ((secret, kept), (plain, hidden)):
        with pytest.raises(UsageError, match="copy its text, or keep the whole conversation"):
            await core.chats.copy(message, conversation, None, with_rest=False)
    await core.chats.copy(secret, other, None, with_rest=False)
    assert [each.text for each in await core.chats.messages(other)] == [
        f"It was {WORD} who did it."
    ]
    assert len(await core.chats.messages(kept)) == 2


async def test_it_has_the_profiles_of_the_program(core: Workbench) -> None:
    profile = await core.profiles.save(Profile(profile_id=0, name="Tutor", system="Be brief."))
    number = (await core.off_the_record.begin()).conversation_id
    answer = await core.chats.send(number, "Hello", ChatOptions(profile=profile.profile_id))
    sent = (await core.runs.spec(answer.run_id or 0)).prompt
    assert "Be brief." in sent.messages[0].text  # type: ignore[union-attr]
    await core.runs.wait(answer.run_id or 0)


async def test_one_of_an_earlier_session_is_known_to_be_gone(core: Workbench) -> None:
    with pytest.raises(UsageError, match="was off the record"):
        await core.chats.open(FIRST_ID + 3)
    with pytest.raises(UsageError, match="There is no conversation"):
        await core.chats.open(7)
