"""Calls in words: what was scored, thought and drawn with."""

from __future__ import annotations

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.text import Message
from workbench.ui.history.opened.calls import call_rows, detail_text
from workbench.ui.runs.search_tree import describe_node
from workbench.ui.runs.tree_cards import verdict_of

QUESTION = (Message.value("user", "Good?"),)


def state_of(*events: ev.Event) -> RunState:
    return fold_all(ev.LoggedEvent(1, seq, float(seq), each) for seq, each in enumerate(events))


def started(call: str, labels: tuple[str, ...] = ()) -> ev.CallStarted:
    node, _, role = call.rpartition("/")
    samples = 0 if labels else 1
    return ev.CallStarted(
        call=call,
        node=node,
        role=role,
        messages=QUESTION,
        samples=samples,
        seeds=(1,) * samples,
        max_tokens=5,
        temperature=0.5,
        labels=labels,
    )


def test_scored_labels_are_told_in_per_cent_and_never_as_counts():
    labels, chances = ("sure", "likely", "impossible"), (0.62, 0.31, 0.07)
    state = state_of(
        ev.NodeAdded(node="0", parent="", depth=0, text="A step."),
        started("0/value", labels),
        ev.LabelsScored(
            call="0/value",
            labels=labels,
            probabilities=chances,
            logprobs=(-1.0, -2.0, -3.0),
            prompt_tokens=9,
            evaluated_tokens=3,
            seconds=0.1,
        ),
        ev.Scored(node="0", score=12.71, probabilities=dict(zip(labels, chances, strict=True))),
    )
    node = state.nodes["0"]
    assert verdict_of(node) == "sure"
    assert "sure 62%, likely 31%, impossible 7%" in describe_node(node)
    row = call_rows(state)[1]
    assert row.note == "sure 62% · likely 31% · impossible 7%"
    assert "[labels]\nsure 62%" in detail_text(state, row.key)


def test_thinking_and_samplers_stand_beside_the_output():
    state = state_of(
        started("0/answer"),
        ev.SamplingApplied(call="0/answer", effective={"top_k": 40}, chain=("top-k", "dist")),
        ev.CallFinished(
            call="0/answer",
            sample=0,
            text="Four.",
            finish_reason="stop",
            prompt_tokens=3,
            evaluated_tokens=3,
            completion_tokens=5,
            seconds=0.2,
            reasoning="Hm.",
            reasoning_tokens=3,
        ),
    )
    text = detail_text(state, "0/answer 0")
    assert "[thought, 3 tokens]\nHm." in text
    assert "[drawn with]\ntop-k → dist\ntop_k 40" in text
