"""What goes into a row comes out of it; text is cleaned; merging loses nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all
from workbench.domain.text import Message
from workbench.history import codec

from . import samples


def _decoded(messages: tuple[bytes, ...]) -> list[Message]:
    found = [codec.decode_message(each, codec.digest(each)) for each in messages]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("kind", samples.EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_every_event_type_comes_back_as_it_was(kind: type[ev.Event]) -> None:
    @given(samples.values_of(kind))
    def check(event: ev.Event) -> None:
        payload, messages = codec.encode_event(event)
        assert codec.decode_event(payload, _decoded(messages)) == event

    check()


def test_a_log_probability_of_minus_infinity_survives() -> None:
    event = samples.received("x")
    token = event.tokens[0].__class__(1, "x", -math.inf)
    event = ev.TextReceived(call="0/answer", sample=0, text="x", tokens=(token,))
    payload, _ = codec.encode_event(event)
    assert codec.decode_event(payload) == event


def test_surrogates_inside_an_event_are_replaced() -> None:
    payload, messages = codec.encode_event(samples.started("half \ud83d emoji"))
    event = codec.decode_event(payload, _decoded(messages))
    assert isinstance(event, ev.CallStarted)
    assert event.messages[1].text == "half � emoji"


def test_surrogates_inside_a_spec_are_replaced() -> None:
    spec, encoded = codec.encode_spec(samples.chat_spec("a\udfffb"))
    assert codec.decode_spec(encoded) == spec == samples.chat_spec("a�b")


def test_an_unreadable_event_becomes_a_note() -> None:
    for payload in (b"", b"\xff\xff", b"\x81\xa4type\xa4gone"):
        assert isinstance(codec.decode_event(payload), ev.NoteAdded)


_CALLS = st.sampled_from(["0/answer", "0.1/propose"])
_TWO = st.integers(0, 1)
_EVENTS = st.one_of(
    st.builds(lambda call: samples.started("q", call, samples=2), _CALLS),
    st.builds(samples.received, samples.TEXT, _CALLS, _TWO),
    st.builds(samples.received, samples.TEXT, _CALLS, _TWO),
    st.builds(samples.call_finished, samples.TEXT, _CALLS, _TWO),
    st.builds(
        ev.PromptEvaluated,
        call=_CALLS,
        done_tokens=st.integers(0, 9),
        total_tokens=st.integers(0, 9),
    ),
    st.builds(ev.BestUpdated, node=st.just("0"), answer=st.none(), output=samples.TEXT),
)


@given(st.lists(_EVENTS, max_size=40), st.integers(1, 40))
def test_the_fold_of_merged_batches_is_the_fold_of_the_events(
    events: list[ev.Event], size: int
) -> None:
    logged = samples.log(1, events)
    batches = [logged[start : start + size] for start in range(0, len(logged), size)]
    merged = [each for batch in batches for each in codec.merged(batch)]
    assert fold_all(merged) == fold_all(logged)
    assert [each.seq for each in merged] == sorted({each.seq for each in merged})


def test_the_text_of_one_sample_becomes_one_row_in_a_batch() -> None:
    events = samples.log(1, [samples.received(letter) for letter in "streaming"])
    (only,) = codec.merged(events)
    assert isinstance(only.event, ev.TextReceived)
    assert only.event.text == "streaming"
    assert len(only.event.tokens) == 9
    assert only.seq == 8
