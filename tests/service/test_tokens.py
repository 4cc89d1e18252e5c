"""Tokens of stored answers: of runs, of messages, scored later, and samplers along them."""

from __future__ import annotations

import math

import pytest

from workbench.domain.chat import ChatOptions
from workbench.domain.errors import UnsupportedError, UsageError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.tokens import common_bytes
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.history.chats import message_tree
from workbench.history.tokens import token_data
from workbench.service import Workbench

PLAIN = ChatOptions()
KEEPING = ChatOptions(sampling=Sampling(logprobs=3))


@pytest.fixture
async def core(paths, tmp_path):
    answers = iter(["One two three four.", "Weiß 🌍 nicht.", "<think>\nHm.\n</think>\n\nSo be it."])
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(
        paths,
        engine=SimulatedEngine(lambda _prompt: [next(answers, "Next one.")], split_bytes=False),
    )
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def say(core, text, conversation=None, options=PLAIN):
    answer = await core.chats.send(conversation, text, options)
    await core.runs.wait(answer.run_id)
    return await shown(core, answer)


async def shown(core, message):
    found = await core.chats.messages(message.conversation_id)
    return next(each for each in found if each.message_id == message.message_id)


async def test_an_answer_has_its_tokens_with_places_and_alternatives(core):
    answer = await say(core, "Count.", options=KEEPING)
    found = await core.tokens.of(answer.run_id)
    assert [each.text for each in found.tokens] == ["One", " two", " three", " four", "."]
    assert [each.start for each in found.tokens] == [0, 3, 7, 13, 18]
    assert all(len(each.alternatives) == 3 for each in found.tokens)
    assert all(each.alternatives[0].text == each.text for each in found.tokens)
    assert found.doubt == pytest.approx(-min(each.logprob for each in found.tokens), abs=1e-3)
    assert (await core.tokens.of_message(answer.message_id)).tokens == found.tokens
    stored = await core.tokens.storage()
    assert (stored.samples, stored.tokens, stored.with_alternatives) == (1, 6, 1)
    await core.tokens.prune(keep_newest=0)
    pruned = await core.tokens.of(answer.run_id)
    assert not pruned.has_alternatives
    assert [each.logprob for each in pruned.tokens] == [each.logprob for each in found.tokens]


async def test_thoughts_are_no_tokens_of_the_answer(core):
    for text in ("a", "b"):
        await say(core, text)
    answer = await say(core, "Think.")
    assert answer.text == "So be it."
    found = await core.tokens.of_message(answer.message_id)
    assert "".join(each.text for each in found.tokens) == "So be it."
    assert found.tokens[0].start == 0


async def test_a_fork_begins_with_the_prefix_and_the_other_token_byte_for_byte(core):
    answer = await say(core, "Count.", options=KEEPING)
    found = await core.tokens.of_message(answer.message_id)
    token = found.tokens[2]
    other = token.alternatives[1]
    begun = answer.text[: token.start] + other.text
    forked = await core.chats.fork_answer(answer, begun, PLAIN)
    await core.runs.wait(forked.run_id)
    forked = await shown(core, forked)
    assert forked.text.encode().startswith(begun.encode())
    assert len(forked.text) > len(begun)
    assert set(forked.sibling_ids) == {answer.message_id, forked.message_id}
    tokens = (await core.tokens.of_message(forked.message_id)).tokens
    kept = [each.text for each in tokens if each.end <= token.start]
    assert kept == ["One", " two"]
    after = [each for each in tokens if each.start >= len(begun.encode())]
    assert "".join(each.text for each in after) == forked.text[len(begun) :]
    assert (await core.chats.messages(answer.conversation_id))[-1].message_id == forked.message_id


async def test_an_edited_answer_has_tokens_up_to_the_first_changed_byte(core):
    await say(core, "a")
    answer = await say(core, "b")
    assert answer.text == "Weiß 🌍 nicht."
    store = core._core.store
    edited = await store.write(
        message_tree.add_message,
        answer.conversation_id,
        answer.parent_id,
        "assistant",
        "Weiß 🌎 doch.",
    )
    found = await core.tokens.of_message(edited.message_id)
    assert [each.text for each in found.tokens] == ["Weiß"]
    assert common_bytes("Weiß 🌍", "Weiß 🌎") == len("Weiß ".encode())


async def test_an_answer_from_elsewhere_is_scored_once_and_kept(core):
    made = await core.chats.continue_from(
        [Message.literal("user", "Hello"), Message.literal("assistant", "Good day to you")]
    )
    message = (await core.chats.messages(made.conversation_id))[1]
    assert not (await core.tokens.of_message(message.message_id)).tokens
    scored = await core.tokens.score_message(message.message_id)
    assert (scored.source, scored.model) == ("scored", "pretend")
    assert "".join(each.text for each in scored.tokens) == message.text
    again = await core.tokens.of_message(message.message_id)
    assert (again.source, again.model) == ("scored", "pretend")
    assert [each.text for each in again.tokens] == [each.text for each in scored.tokens]
    store = core._core.store
    await store.write(token_data.forget_scored, (), (message.message_id + 1,))
    assert (await core.tokens.of_message(message.message_id)).tokens
    await store.write(token_data.forget_scored, (), (message.message_id,))
    assert not (await core.tokens.of_message(message.message_id)).tokens
    question = (await core.chats.messages(made.conversation_id))[0]
    with pytest.raises(UsageError):
        await core.tokens.score_message(question.message_id)


async def test_what_is_not_there_is_said(core):
    with pytest.raises(UsageError, match="no run 99"):
        await core.tokens.of(99)
    answer = await say(core, "Count.")
    with pytest.raises(UsageError, match="no call other"):
        await core.tokens.of(answer.run_id, "other")
    with pytest.raises(UsageError):
        await core.tokens.of_message(99)
    with pytest.raises(UnsupportedError):
        await core.tokens.look_at_samplers(answer.run_id, Sampling())


@pytest.fixture
async def real(paths, starter_model):
    made = Workbench(paths)
    await made.open()
    await made.models.load(starter_model)
    yield made
    await made.close()


async def test_on_the_starter_model_drawn_and_scored_agree(real):
    greedy = Sampling(temperature=0.0, max_tokens=12, logprobs=4)
    answer = await say(real, "Name three colours.", options=ChatOptions(sampling=greedy))
    drawn = await real.tokens.of(answer.run_id)
    assert drawn.tokens
    assert "".join(each.text for each in drawn.tokens) == answer.text
    # Greedy takes the most probable token: it is its own first alternative.
    assert all(each.alternatives[0].text == each.text for each in drawn.tokens)
    chances = [sum(math.exp(o.logprob) for o in each.alternatives) for each in drawn.tokens]
    assert all(chance <= 1.001 for chance in chances)
    scored = await real.tokens.score(answer.run_id)
    assert [each.text for each in scored.tokens] == [each.text for each in drawn.tokens]
    # One by one and in one batch, a model of 4 bits rounds differently.
    assert [each.logprob for each in scored.tokens] == pytest.approx(
        [each.logprob for each in drawn.tokens], abs=0.4
    )
    as_drawn = await real.tokens.look_at_samplers(answer.run_id, greedy)
    assert as_drawn.chain == ("greedy",)
    assert as_drawn.cut == ()
    assert {place.left for place in as_drawn.places} == {1}
    narrow = await real.tokens.look_at_samplers(
        answer.run_id, Sampling(temperature=1.0, top_k=5, top_p=0.3, min_p=0.0)
    )
    assert [each.text for each in narrow.pieces] == [each.text for each in drawn.tokens]
    for place in narrow.places:
        assert place.counts[0] == 5
        assert 1 <= place.left <= 5
        assert place.chosen.logprob == pytest.approx(place.strongest[0].logprob, abs=1e-6) or (
            place.rank > 1
        )
        kept = [each for each in place.strongest if not each.cut_by]
        assert sum(math.exp(each.left_logprob) for each in kept) == pytest.approx(1.0, abs=1e-3)
        assert all(each.cut_by in narrow.chain for each in place.strongest if each.cut_by)
    with pytest.raises(UsageError, match="Mirostat"):
        await real.tokens.look_at_samplers(answer.run_id, Sampling(mirostat=2))


async def test_on_the_starter_model_a_fork_goes_on_from_any_token(real):
    options = ChatOptions(sampling=Sampling(temperature=0.0, max_tokens=10, logprobs=8))
    answer = await say(real, "Write one line about the sea.", options=options)
    found = await real.tokens.of_message(answer.message_id)
    token = found.tokens[3]
    other = next(each for each in token.alternatives[1:] if each.text.strip())
    begun = answer.text.encode()[: token.start].decode() + other.text
    forked = await real.chats.fork_answer(answer, begun, options)
    await real.runs.wait(forked.run_id)
    forked = await shown(real, forked)
    assert forked.text.encode().startswith(begun.encode())
    assert answer.message_id in forked.sibling_ids
