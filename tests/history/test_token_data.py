"""Tokens of samples: packed and read again, counted, pruned, and put back into the log."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.runs.events import CallFinished, CallStarted, LoggedEvent, TextReceived
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.tokens import (
    LEAST_LOGPROB,
    Alternative,
    SampleTokens,
    StoredSample,
    doubt_of,
    sample_tokens,
)
from workbench.domain.text import Token
from workbench.history.tokens import token_codec, token_data

from .samples import chat_spec

_logprobs = st.floats(min_value=LEAST_LOGPROB, max_value=0.0)
_ids = st.integers(min_value=0, max_value=2**31 - 1)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def stored(draw) -> SampleTokens:
    count = draw(st.integers(0, 30))

    def column(values):
        return tuple(draw(st.lists(values, min_size=count, max_size=count)))

    vocabulary = draw(st.dictionaries(_ids, _texts, min_size=1, max_size=20))
    known = st.builds(
        lambda number, logprob: Alternative(number, vocabulary[number], logprob),
        st.sampled_from(sorted(vocabulary)),
        _logprobs,
    )
    served = st.builds(Alternative, st.just(-1), _texts, _logprobs)
    places = st.lists(known, max_size=4) | st.lists(served, max_size=4)
    alternatives = column(places.map(tuple)) if draw(st.booleans()) else ()
    return SampleTokens(
        tokenizer="a",
        offset=draw(st.integers(-1000, 1000)),
        ids=column(_ids | st.just(-1)),
        sizes=column(st.integers(0, 300)),
        logprobs=column(_logprobs),
        alternatives=alternatives,
        doubt=0.5,
    )


def _same(one: Alternative, other: Alternative) -> bool:
    near = math.isclose(one.logprob, other.logprob, abs_tol=1 / 4096)
    return (one.id, one.text) == (other.id, other.text) and near


@given(stored())
def test_what_is_packed_is_read_again_to_a_quarter_of_a_thousandth(tokens: SampleTokens):
    packed = token_codec.pack_alternatives(tokens)
    read = token_codec.unpack(
        token_codec.pack_chosen(tokens), packed, tokenizer=tokens.tokenizer, doubt=tokens.doubt
    )
    assert (read.tokenizer, read.offset, read.ids, read.sizes, read.doubt) == (
        tokens.tokenizer,
        tokens.offset,
        tokens.ids,
        tokens.sizes,
        tokens.doubt,
    )
    assert read.logprobs == pytest.approx(tokens.logprobs, abs=1 / 4096)
    if packed is None:
        assert not read.alternatives
        assert not any(tokens.alternatives)
    else:
        assert len(read.alternatives) == len(tokens.alternatives)
        for found, given_ in zip(read.alternatives, tokens.alternatives, strict=True):
            assert len(found) == len(given_)
            assert all(map(_same, found, given_))


@given(st.binary(max_size=200))
def test_damaged_bytes_are_refused_or_read_without_alternatives(noise: bytes):
    with pytest.raises(token_codec.UnreadableTokensError):
        token_codec.unpack(noise, None)
    good = SampleTokens(ids=(1,), sizes=(1,), logprobs=(-1.0,))
    assert token_codec.unpack(token_codec.pack_chosen(good), noise).alternatives == ()


def test_doubt_is_the_mean_surprisal_of_the_least_probable_tenth():
    assert doubt_of(()) is None
    assert doubt_of((-0.5,)) == 0.5
    sure = [-0.01] * 18
    assert doubt_of([*sure, -3.0, -5.0]) == 4.0


def _sample(run_id: int, tokens: list[Token], text: str, call: int = 0) -> StoredSample:
    return StoredSample(run_id=run_id, call=call, sample=0, tokens=sample_tokens(tokens, text))


TOKENS = [
    Token(5, "Hello", -0.1, (("Hello", -0.1), ("Hi", -2.5)), (5, 7)),
    Token(6, " you", -0.7, ((" you", -0.7), (" all", -1.5)), (6, 8)),
]


def _log(run_id: int) -> list[LoggedEvent]:
    bare = tuple(Token(each.id, each.text, each.logprob) for each in TOKENS)
    started = CallStarted(
        call="0/answer", node="0", role="answer", messages=(), samples=1, seeds=(1,),
        max_tokens=8, temperature=0.0,
    )  # fmt: skip
    ended = CallFinished(
        call="0/answer", sample=0, text="Hello you", finish_reason="stop", prompt_tokens=1,
        evaluated_tokens=1, completion_tokens=2, seconds=0.1,
    )  # fmt: skip
    first = TextReceived(call="0/answer", sample=0, text="Hello", tokens=bare[:1])
    cut = TextReceived(call="0/answer", sample=0, text="Good", tokens=bare[:1])
    events = (
        started,
        cut,
        started,
        first,
        TextReceived(call="0/answer", sample=0, text=" you", tokens=bare[1:]),
        ended,
    )
    return [LoggedEvent(run_id, seq, float(seq), event) for seq, event in enumerate(events)]


async def test_alternatives_come_back_into_the_log_of_their_run(store):
    run_id = await store.create_run(chat_spec(), title="A", manifest={})
    store.append(run_id, _log(run_id))
    store.keep_tokens(_sample(run_id, TOKENS, "Hello you"))
    await store.flush()
    state = fold_all(await store.events(run_id))
    found = state.calls["0/answer"].samples[0].tokens[-2:]
    assert [each.text for each in found] == ["Hello", " you"]
    assert [each.alternative_ids for each in found] == [(5, 7), (6, 8)]
    assert [text for text, _ in found[1].alternatives] == [" you", " all"]
    assert [each.logprob for each in found] == [-0.1, -0.7]
    read = await store.read(token_data.load, run_id, 0, 0)
    assert read.doubt == pytest.approx(0.7)


async def test_pruning_drops_alternatives_and_keeps_probabilities(store):
    runs = [await store.create_run(chat_spec(), title="A", manifest={}) for _ in range(3)]
    for run_id in runs:
        store.keep_tokens(_sample(run_id, TOKENS, "Hello you"))
    await store.flush()
    before = await store.read(token_data.storage)
    assert (before.samples, before.tokens, before.with_alternatives) == (3, 6, 3)
    freed = await store.write(token_data.prune, keep_newest=1)
    after = await store.read(token_data.storage)
    assert freed == before.alternative_bytes - after.alternative_bytes > 0
    assert (after.samples, after.with_alternatives) == (3, 1)
    assert after.chosen_bytes == before.chosen_bytes
    kept = await store.read(token_data.load, runs[2], 0, 0)
    assert kept.alternatives
    await store.write(token_data.prune, before=2e10)
    kept = await store.read(token_data.load, runs[2], 0, 0)
    assert not kept.alternatives
    assert kept.logprobs == pytest.approx((-0.1, -0.7), abs=1 / 4096)
