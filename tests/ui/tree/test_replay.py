"""Replaying a log back and forth, and its sentences."""

from __future__ import annotations

import random
import typing

import pytest

from tests.ui.tree.samples import game_of_24, large
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.ui.tree.replay.replay import Replay, copy_state
from workbench.ui.tree.replay.timeline_model import TimelineModel, ticks
from workbench.ui.tree.words import _FIXED, _SENTENCES, clock, event_sentence


@pytest.mark.parametrize("every", [1, 7, 10_000])
def test_the_state_at_every_place_is_the_fold_up_to_it(every: int) -> None:
    events = game_of_24(ends=True)
    replay = Replay(every)
    replay.extend(events)
    for position in range(len(events) + 1):
        assert replay.seek(position) == fold_all(events[:position])
    places = list(range(len(events) + 1))
    random.Random(3).shuffle(places)
    for position in places:
        assert replay.seek(position) == fold_all(events[:position])


def test_going_back_leaves_later_states_as_they_were() -> None:
    events = game_of_24()
    replay = Replay(20)
    replay.extend(events)
    whole = replay.seek(len(events))
    kept = fold_all(events)
    replay.seek(60)
    replay.seek(75)
    assert whole == kept


def test_a_copy_folds_on_by_itself() -> None:
    events = game_of_24()
    state = fold_all(events[:90])
    copied = copy_state(state)
    assert copied == state
    for node in copied.nodes.values():
        node.text = "another"
    for call in copied.calls.values():
        call.samples[0:1] = []
    copied.parsed.append(ev.Parsed(node="0", rule="", value=None, raw=""))
    assert state == fold_all(events[:90])


def test_dragging_over_a_long_log_folds_little_again() -> None:
    events = large(5000)
    assert len(events) > 20_000
    replay = Replay()
    replay.extend(events)
    replay.seek(len(events))
    replay.folded = 0
    rng = random.Random(9)
    places = [rng.randrange(len(events)) for _ in range(50)]
    for position in sorted(places, reverse=True):
        replay.seek(position)
    assert replay.folded <= 2000 * len(places)


def test_events_that_come_twice_are_taken_once() -> None:
    events = game_of_24()
    replay = Replay()
    assert len(replay.extend(events[:50])) == 50
    assert replay.extend(events[40:60]) == events[50:60]
    assert replay.seek(60) == fold_all(events[:60])


def test_every_kind_of_event_has_its_sentence() -> None:
    assert set(typing.get_args(ev.Event)) == set(_SENTENCES) | set(_FIXED)
    state = RunState()
    for logged in game_of_24(ends=True):
        sentence = event_sentence(logged.event, state)
        assert sentence
        assert "\n" not in sentence


def test_sentences_name_the_thought() -> None:
    events = game_of_24()
    state = fold_all(events)
    assert event_sentence(events[-1].event, state) == "propose under 4 × 5 = 20"
    pruned = ev.Pruned(nodes=("0.3",), reason="not among the best 3")
    assert event_sentence(pruned, state) == "4 × 5 = 20 pruned: not among the best 3"
    for call in state.calls.values():
        call.role = "sample-2"
    assert event_sentence(events[-1].event, state) == "sample 2 under 4 × 5 = 20"
    edited = ev.ThoughtEdited(node="0.1", text="x")
    assert event_sentence(edited, state) == "edited by hand: 10 - 4 = 6"


def test_the_timeline_has_a_span_a_call_and_a_mark_a_choice() -> None:
    model = TimelineModel()
    events = game_of_24()
    model.extend(events[:30])
    model.extend(events[30:])
    calls = fold_all(events).calls
    assert {span.call for span in model.spans} == set(calls)
    assert [mark.text for mark in model.marks if mark.kind == "kept"] == [
        "keep 3 of 8",
        "keep 3 of 16",
        "keep 1 of 3",
    ]
    assert [mark.kind for mark in model.marks].count("solved") == 1
    going = [span for span in model.spans if span.end is None]
    assert {span.lane for span in going} == {0, 1}, "two that go on together lie apart"
    assert model.position_at(model.time_of(40)) >= 40
    assert model.position_at(-1) == 0
    assert model.position_at(1e9) == len(events)


def test_the_end_of_a_run_ends_its_spans() -> None:
    model = TimelineModel()
    events = game_of_24()
    end = ev.RunFinished(
        status="cancelled", answer=None, output="", node="0", finish_reason="", seconds=40.0
    )
    model.extend([*events, ev.LoggedEvent(1287, len(events), 40.0, end)])
    assert model.ended
    assert all(span.end is not None for span in model.spans)


def test_times_are_round() -> None:
    assert clock(36.4) == "0:36"
    assert clock(3725) == "1:02:05"
    assert ticks(36, 800) == [0, 5, 10, 15, 20, 25, 30, 35]
    assert len(ticks(100_000, 300)) <= 4
