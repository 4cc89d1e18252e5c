"""Whole turns are left out until a conversation fits; never a piece of a text."""

from __future__ import annotations

import pytest

from workbench.domain.errors import MessageTooLongError
from workbench.domain.runs.spec import ChatContext
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.runs.fitting import fit_messages, prompt_segments, turn_starts

WORDS = 20


def turns(count, *, system=True, words=WORDS):
    """A conversation of ``count`` turns, with ``words`` tokens a message."""
    made = [Message.literal("system", "Be brief.")] if system else []
    for number in range(count):
        made.append(Message.value("user", f"q{number} " * words))
        made.append(Message.value("assistant", f"a{number} " * words))
    return (*made, Message.value("user", "and now " * 5))


async def count_prompt(engine, messages):
    return len(await engine.tokenize(await prompt_segments(engine, messages)))


async def fitted(messages, tokens, reserve=0, **context):
    engine = SimulatedEngine(context_tokens=tokens)
    return await fit_messages(engine, messages, ChatContext(**context), reserve)


async def test_what_fits_is_sent_whole():
    messages = turns(3)
    found = await fitted(messages, 10_000)
    assert found.messages == messages
    assert (found.dropped, found.first) == ((), 0)
    assert found.tokens == await count_prompt(SimulatedEngine(), messages)


async def test_the_oldest_turns_go_as_a_block_and_the_system_prompt_stays():
    messages = turns(20)
    found = await fitted(messages, 500)
    assert found.messages[0].role == "system"
    assert found.messages[1:] == messages[found.first :]
    assert messages[found.first].role == "user"
    assert found.dropped == tuple(range(1, found.first))
    assert found.tokens is not None
    assert found.tokens <= 375
    one_more = await count_prompt(SimulatedEngine(), (messages[0], *messages[found.first - 2 :]))
    assert one_more > 375


async def test_the_next_turns_begin_at_the_same_place_until_they_do_not_fit():
    firsts = []
    first = 0
    for count in range(8, 25):
        found = await fitted(turns(count), 500, first=first)
        first = found.first
        firsts.append(first)
    blocks = [len([each for each in firsts if each == one]) for one in dict.fromkeys(firsts)]
    assert firsts == sorted(firsts)
    assert all(block >= 2 for block in blocks[1:-1])


async def test_where_all_fits_again_nothing_is_left_out():
    messages = turns(5)
    assert (await fitted(messages, 10_000, first=5)).dropped == ()


async def test_pinned_turns_stay_whole():
    messages = turns(20)
    found = await fitted(messages, 500, pinned=(4,))
    assert [each for each in found.messages if each in messages[3:5]] == list(messages[3:5])
    assert 3 not in found.dropped
    assert 4 not in found.dropped
    assert 5 in found.dropped


async def test_the_reserve_is_kept_free():
    found = await fitted(turns(20), 500, reserve=200)
    assert found.tokens is not None
    assert found.tokens <= 300


async def test_one_message_that_is_too_long_says_by_how_many_tokens():
    messages = (*turns(2)[:-1], Message.value("user", "word " * 600))
    alone = await count_prompt(SimulatedEngine(), (messages[0], messages[-1]))
    with pytest.raises(MessageTooLongError) as caught:
        await fitted(messages, 500, reserve=100)
    assert caught.value.over_tokens == alone + 100 - 500
    assert f"too long by {caught.value.over_tokens} tokens" in str(caught.value)


async def test_an_answer_that_goes_on_is_counted_and_stays():
    messages = (*turns(20), Message.value("assistant", "begun " * 30))
    found = await fitted(messages, 500)
    assert found.messages[-1] == messages[-1]
    assert found.tokens is not None
    assert 30 < found.tokens <= 375


async def test_a_very_long_conversation_is_not_counted_from_its_beginning():
    class Counting(SimulatedEngine):
        most = 0

        async def tokenize(self, segments):
            self.most = max(self.most, sum(len(each.text) for each in segments))
            return await super().tokenize(segments)

    engine = Counting(context_tokens=500)
    messages = turns(5_000)
    found = await fit_messages(engine, messages, ChatContext(), 100)
    assert found.tokens is not None
    assert found.tokens <= 400
    assert engine.most <= 400 * 16 + 2_000


def test_a_turn_is_what_the_user_writes_in_a_row_with_its_answers():
    roles = ["system", "assistant", "user", "user", "assistant", "assistant", "user"]
    messages = [Message.value(role, str(place)) for place, role in enumerate(roles)]
    assert turn_starts(messages) == [1, 2, 6]
