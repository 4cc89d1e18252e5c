"""The context of a conversation: what is sent, what is left out, and what is known of it."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import MessageTooLongError, UsageError
from workbench.domain.profiles import Profile
from workbench.domain.runs.sampling import Sampling
from workbench.engine.simulated import SimulatedEngine
from workbench.history.runs.runs import load_manifest
from workbench.service import Workbench

CONTEXT, RESERVE = 400, 50
OPTIONS = ChatOptions(sampling=Sampling(max_tokens=RESERVE), system="Be brief.")


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(
        lambda prompt: ["A summary of it." if "Sum up" in prompt else "answer " * 15],
        context_tokens=CONTEXT,
    )


@pytest.fixture
async def core(paths, tmp_path, engine):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    made.models.change_load_settings({"context_tokens": CONTEXT})
    await made.models.load(str(model))
    yield made
    await made.close()


async def say(core, text, conversation=None, options=OPTIONS):
    answer = await core.chats.send(conversation, text, options)
    state = await core.runs.wait(answer.run_id)
    return answer, state


async def long_chat(core, count=12, options=OPTIONS):
    chat = None
    for number in range(count):
        answer, state = await say(core, f"q{number} " * 15, chat, options)
        chat = answer.conversation_id
        assert state.status == "done", state.error
    return chat


def asked(engine):
    """What the last request had, as (role, first word)."""
    return [(each.role, each.text.split()[0]) for each in engine.requests[-1].messages]


async def test_a_long_conversation_goes_on_without_its_oldest_turns(core, engine):
    chat = await long_chat(core)
    sent = asked(engine)
    assert sent[0] == ("system", "Be")
    assert sent[1][0] == "user"
    assert sent[1][1] != "q0"
    assert sent[-1] == ("user", "q11")
    messages = await core.chats.messages(chat)
    assert len(messages) == 24
    manifest = await core._core.store.read(load_manifest, messages[-1].run_id)
    first = next(each for each in messages if each.message_id == manifest["context"]["first_id"])
    assert first.text.split()[0] == sent[1][1]
    assert manifest["context"]["dropped"] == messages.index(first)
    assert manifest["context"]["prompt_tokens"] <= CONTEXT - RESERVE


async def test_the_prefix_stays_for_several_turns(core, engine):
    await long_chat(core, 16)
    chats = [each for each in engine.requests if each.messages[-1].text.startswith("q")]
    firsts = [each.messages[1].text.split()[0] for each in chats]
    changes = sum(one != other for one, other in itertools.pairwise(firsts))
    assert 2 <= changes < len(firsts) / 2


async def test_the_report_is_what_the_next_prompt_has(core, engine):
    chat = await long_chat(core)
    leaf = (await core.chats.messages(chat))[-1].message_id
    report = await core.chats.context(chat, leaf, "and " * 9, OPTIONS)
    assert report.of("draft") == 9
    assert report.of("system") == 3
    assert (report.reserve, report.context) == (RESERVE, CONTEXT)
    assert report.dropped_messages > 0
    messages = await core.chats.messages(chat)
    seen = next(at for at, m in enumerate(messages) if m.message_id == report.first_seen)
    assert seen == report.dropped_messages
    assert report.sent_messages == len(messages) - seen
    _answer, state = await say(core, "and " * 9, chat)
    assert report.used == state.prompt_tokens
    assert report.used + report.reserve + report.free == CONTEXT
    assert report.dropped_tokens is not None
    assert report.dropped_tokens // report.dropped_messages == 15


async def test_a_message_that_is_too_long_says_so_before_and_when_it_is_sent(core):
    text = "word " * 600
    report = await core.chats.context(None, None, text, OPTIONS)
    assert report.over_tokens > 0
    _, state = await say(core, text)
    assert state.status == "failed"
    assert state.error is not None
    assert state.error["kind"] == MessageTooLongError.__name__
    assert state.error["over_tokens"] == report.over_tokens


async def test_without_a_model_nothing_is_counted(core):
    await core.models.unload()
    report = await core.chats.context(None, None, "x", OPTIONS)
    assert report.uncounted == "not counted: no model is loaded"
    other = msgspec.structs.replace(OPTIONS, model="/other.gguf")
    await core.models.load()
    assert "not loaded" in (await core.chats.context(None, None, "x", other)).uncounted


async def test_a_summary_takes_the_place_of_what_is_above_and_goes_away_again(core, engine):
    chat = await long_chat(core, 4)
    branch = await core.chats.messages(chat)
    made = await core.chats.summarise(branch, branch[3], OPTIONS)
    await core.runs.wait(made.run_id)
    assert "q0" in engine.requests[-1].messages[-1].text
    assert "q2" not in engine.requests[-1].messages[-1].text
    shown = await core.chats.messages(chat)
    assert [each.kind for each in shown] == ["", "", "", "", "summary", "", "", "", ""]
    assert shown[4].text == "A summary of it."
    assert [each.text for each in shown[5:]] == [each.text for each in branch[4:]]
    await say(core, "next", chat)
    sent = engine.requests[-1].messages
    assert sent[0].role == "system"
    assert sent[0].text.startswith("Be brief.\n\nSummary")
    assert "A summary of it." in sent[0].text
    assert [each.text.split()[0] for each in sent[1:]] == ["q2", "answer", "q3", "answer", "next"]
    report = await core.chats.context(chat, shown[-1].message_id, "", OPTIONS)
    assert report.of("summary") > 4
    await core.chats.show_branch(chat, branch[-1].message_id)
    assert await core.chats.messages(chat) != shown
    await say(core, "again", chat)
    assert engine.requests[-1].messages[1].text.startswith("q0")


async def test_an_edited_summary_is_one_with_what_follows_and_all_of_it_is_undone(core, engine):
    chat = await long_chat(core, 3)
    branch = await core.chats.messages(chat)
    await core.chats.set_pinned(branch[5].message_id)
    made = await core.chats.summarise(branch, branch[3], OPTIONS)
    await core.runs.wait(made.run_id)
    summed = await core.chats.messages(chat)
    assert [each.pinned for each in summed] == [False] * 6 + [True]
    await core.chats.save_version(summed[4], "My own summary.")
    edited = await core.chats.messages(chat)
    assert [each.kind for each in edited] == ["", "", "", "", "summary", "", ""]
    assert edited[4].text == "My own summary."
    assert [each.text for each in edited[5:]] == [each.text for each in branch[4:]]
    await say(core, "next", chat)
    assert engine.requests[-1].messages[0].text.endswith("My own summary.")
    await core.chats.show_branch(chat, summed[-1].message_id)
    await core.chats.delete_message(summed[4])
    assert not any(each.text == "A summary of it." for each in await core.chats.messages(chat))
    assert await core.chats.undo(chat) is not None
    assert [each.text for each in await core.chats.messages(chat)] == [each.text for each in summed]


async def test_what_is_too_long_for_one_summary_is_summed_up_in_blocks(core, engine):
    chat = await long_chat(core, 20)
    branch = await core.chats.messages(chat)
    before = len(engine.requests)
    made = await core.chats.summarise(branch, branch[-1], OPTIONS)
    await core.runs.wait(made.run_id)
    prompts = [each.messages[-1].text for each in engine.requests[before:]]
    assert len(prompts) > 2
    assert "Summary of what came before" not in prompts[0]
    assert all("A summary of it." in each for each in prompts[1:])
    assert all(sum(f"q{at} " in each for each in prompts) == 1 for at in range(20))
    assert (await core.chats.messages(chat))[-1].text == "A summary of it."
    shown = await core.chats.messages(chat)
    with pytest.raises(UsageError, match="nothing to sum up"):
        await core.chats.summarise(shown, shown[-1], OPTIONS)


async def test_thoughts_are_kept_apart_and_counted_where_they_are_dropped(core, engine):
    engine.rule = lambda _prompt: ["<think>one two three</think>Yes."]
    answer, _ = await say(core, "Is it?")
    chat = answer.conversation_id
    messages = await core.chats.messages(chat)
    assert (messages[1].text, messages[1].reasoning) == ("Yes.", "one two three")
    leaf = messages[1].message_id
    report = await core.chats.context(chat, leaf, "And?", OPTIONS)
    assert (report.dropped_thoughts, report.of("thoughts")) == (3, 0)
    back = msgspec.structs.replace(OPTIONS, send_thoughts=True)
    report = await core.chats.context(chat, leaf, "And?", back)
    assert (report.dropped_thoughts, report.of("thoughts")) == (0, 3)
    await say(core, "And?", chat, back)
    text = "".join(each.text for each in engine.requests[-1].segments)
    assert "<think>one two three</think>Yes." in text


async def test_a_profile_is_sent_with_its_names_and_its_note(core, engine):
    ada = await core.profiles.save(
        Profile(name="Ada", system="You are {{char}}.", note="{{user}} listens.",
                greetings=("Hi {{user}}!", "Good day."))
    )  # fmt: skip
    await core.profiles.set_user_name(" Bo  Li ")
    begun = await core.profiles.begin(ada)
    messages = await core.chats.messages(begun.conversation_id)
    assert [each.text for each in messages] == ["Hi Bo Li!"]
    assert len(messages[0].sibling_ids) == 2
    options = msgspec.structs.replace(OPTIONS, profile=ada.profile_id)
    await say(core, "Hello", begun.conversation_id, options)
    sent = engine.requests[-1].messages
    assert [(each.role, each.text) for each in sent] == [
        ("system", "You are Ada.\n\nBe brief."),
        ("assistant", "Hi Bo Li!"),
        ("user", "Hello\n\nBo Li listens."),
    ]
    opened = await core.chats.open(begun.conversation_id)
    assert opened.conversation.options["profile"] == ada.profile_id
    report = await core.chats.context(begun.conversation_id, messages[0].message_id, "x", options)
    assert report.of("profile") >= 7
    assert opened.system == "Be brief."


async def test_control_tokens_of_a_card_are_plain_text(core, engine):
    card = Profile(name="Eve", system="<|im_end|>", source={"spec": "chara_card_v2"})
    eve = await core.profiles.save(card)
    await say(core, "Hello", None, msgspec.structs.replace(OPTIONS, profile=eve.profile_id))
    segments = engine.requests[-1].segments
    assert [each.special for each in segments if each.text == "<|im_end|>"] == [False]


async def test_an_own_message_is_not_merged_in_what_is_kept(core, engine):
    answer, _ = await say(core, "A")
    message = (await core.chats.messages(answer.conversation_id))[1]
    await core.chats.delete_message(message)
    await say(core, "B", answer.conversation_id)
    spec = await core.runs.spec((await core.chats.messages(answer.conversation_id))[-1].run_id)
    assert [each.text for each in spec.prompt.messages if each.role == "user"] == ["A", "B"]


async def test_the_count_is_that_of_a_real_model(paths, starter_model):
    core = Workbench(paths)
    await core.open()
    core.models.change_load_settings({"context_tokens": 512})
    await core.models.load(starter_model)
    try:
        options = ChatOptions(sampling=Sampling(max_tokens=4, temperature=0.0), system="Be brief.")
        answer, _ = await say(core, "Name a colour. <|im_end|>", None, options)
        chat, leaf = answer.conversation_id, answer.message_id
        report = await core.chats.context(chat, leaf, "Name another one.", options)
        _, state = await say(core, "Name another one.", chat, options)
        assert state.status == "done"
        assert report.used == state.prompt_tokens
        assert report.of("draft") == 4
        assert report.context == 512
    finally:
        await core.close()
