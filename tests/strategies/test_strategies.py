"""Each strategy asks what it should and ends with what it should."""

from __future__ import annotations

import math

import pytest

from workbench.domain.parameters import build, describe
from workbench.domain.runs.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Parsed,
    ParseFailed,
    Pruned,
    Scored,
    Selected,
    Voted,
)
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import STRATEGIES

from .driving import drive, problem


def run(name: str, answers, question: str = "2 + 2?", beliefs=None, **params):
    entry = STRATEGIES.get(name)
    steps = entry.run(problem(question), build(entry.params, params, entry.title))
    return drive(steps, answers, beliefs)


@pytest.mark.parametrize("entry", list(STRATEGIES), ids=lambda entry: entry.id)
def test_every_strategy_has_a_form_an_estimate_and_a_description(entry):
    params = build(entry.params, {}, entry.title)
    for field in describe(entry.params):
        assert field.description, f"{entry.id}.{field.name} has no description"
    calls, tokens = entry.estimate(params, Sampling(max_tokens=100))
    assert calls >= 1
    assert tokens >= 100
    assert entry.title
    assert entry.description


@pytest.mark.parametrize("entry", list(STRATEGIES), ids=lambda entry: entry.id)
def test_calls_stay_within_the_estimate_and_have_places_of_their_own(entry):
    params = build(entry.params, {}, entry.title)
    record = drive(entry.run(problem(), params), lambda call: ["1. idea\nAnswer: 4"] * call.n)
    calls = [call for batch in record.batches for call in batch]
    assert sum(call.n for call in calls) <= entry.estimate(params, Sampling())[0]
    assert len({(call.node, call.role) for call in calls}) == len(calls)
    nodes = {event.node for event in record.of(NodeAdded)}
    assert {call.node for call in calls} <= nodes
    assert {event.parent for event in record.of(NodeAdded)} <= nodes | {""}


def test_direct_sends_the_prompt_as_it_is():
    record = run("direct", lambda call: ["4"])
    assert record.batches[0][0].messages == problem().messages
    assert record.outcome.answer == "4"


@pytest.mark.parametrize(
    ("question", "text", "answer", "rule", "ends"),
    [
        ("2 + 2?", " So 4.\nAnswer: 4\n", "So 4.\nAnswer: 4", "whole output", False),
        (
            '2 + 2? End with "Answer:".',
            "So.\nAnswer: 4\nAnswer: 5",
            "4",
            "first “Answer:” line",
            True,
        ),
        ('2 + 2? End with "Answer:".', " four \n", "four", "whole output", True),
        ("2 + 2?\nAnswer:", " 4", "4", "whole output", False),
    ],
)
def test_direct_reads_the_answer_line_that_its_prompt_asks_for(question, text, answer, rule, ends):
    entry = STRATEGIES.get("direct")
    record = drive(entry.run(problem(question), build(entry.params, {}, "")), lambda call: [text])
    assert record.outcome.answer == answer
    assert record.of(Parsed)[0].rule == rule
    assert record.batches[0][0].end_at_answer is ends


def test_the_writing_goes_on_where_that_is_wanted_and_what_followed_is_counted():
    entry = STRATEGIES.get("cot")
    params = build(entry.params, {"stop_at_answer": False}, "")
    record = drive(entry.run(problem(), params), lambda call: ["Answer: 4\n\nQ: 3\nAnswer: 3"])
    assert record.batches[0][0].end_at_answer is False
    assert record.outcome.answer == "4"
    assert record.of(Parsed)[0].followed == len("Q: 3\nAnswer: 3")


@pytest.mark.parametrize("name", STRATEGIES.ids())
def test_a_rule_of_an_earlier_version_means_what_it_meant(name):
    """A stored run names its rule, and goes on by it."""
    entry = STRATEGIES.get(name)
    params = build(entry.params, {"extraction": "answer_line"}, "")
    record = drive(
        entry.run(problem(), params), lambda call: ["1. idea\nit is (Answer: 4\nAnswer: 5"] * call.n
    )
    assert record.outcome.answer == "5"
    assert not any(call.end_at_answer for batch in record.batches for call in batch)


def test_cot_keeps_the_system_message_and_replaces_the_question():
    record = run("cot", lambda call: ["two and two\nAnswer: 4"])
    system, _, user = record.batches[0][0].messages
    assert system.text == "Be brief."
    assert user.text.startswith("cot:")
    assert record.outcome.answer == "4"


@pytest.mark.parametrize("texts", [["a", "b"], ["Answer: 4", "Answer: 4"]])
def test_a_vote_says_how_the_path_that_it_shows_ended(texts):
    """A path that was cut is not the end of a turn, with an answer or without."""
    cut = drive(
        STRATEGIES.get("self_consistency").run(
            problem(), build(STRATEGIES.get("self_consistency").params, {"paths": 2}, "")
        ),
        lambda call: texts,
        finish_reason="length",
    )
    assert cut.outcome.finish_reason == "length"


def test_cot_in_two_calls_reads_the_reasoning_again():
    texts = iter([["two and two"], ["Answer: 4"]])
    record = run("cot", lambda call: next(texts), calls="two")
    assert record.rendered[1].variables["reasoning"] == "two and two"
    assert record.outcome.output == "two and two\n\nAnswer: 4"
    assert record.of(BestUpdated)[0].output == "two and two"


def test_self_consistency_asks_once_for_all_paths_and_counts_missing_answers():
    texts = ["Answer: 4", "no idea", "Answer: 5", "Answer: 4."]
    record = run("self_consistency", lambda call: texts, paths=4)
    assert [call.n for call in record.batches[0]] == [4]
    assert record.of(Voted)[0].tally == (("4", 2), ("5", 1), (None, 1))
    assert record.outcome.answer == "4"
    assert record.of(Selected)[0].nodes == ("0.0", "0.3")
    assert [event.value for event in record.of(Parsed)] == ["4", "5", "4."]
    assert [event.raw for event in record.of(ParseFailed)] == ["no idea"]


def test_self_consistency_without_any_answer_has_none():
    record = run("self_consistency", lambda call: ["?"] * call.n, paths=3)
    assert record.outcome.answer is None
    assert record.outcome.output == "?"


GROWN = {"0": "1. a\n2. b\n3. c", "0.1": "1. d\n2. e\n3. f", "0.2": "1. g\n2. h\n3. i"}
VALUES = {"0.0": "impossible", "0.1": "likely", "0.2": "sure", "0.1.0": "sure", "0.2.2": "sure"}


def recorded(call):
    if call.role == "propose":
        return [GROWN[call.node]]
    if call.role == "value":
        return [VALUES.get(call.node, "impossible")] * call.n
    return [f"Answer: {call.node}"]


def test_tree_of_thought_follows_a_recorded_search():
    record = run("tree_of_thought", recorded, beam=2, depth=2, candidates=3)
    assert [[(c.node, c.role) for c in batch] for batch in record.batches] == [
        [("0", "propose")],
        [("0.0", "value"), ("0.1", "value"), ("0.2", "value")],
        [("0.2", "propose"), ("0.1", "propose")],
        [(f"0.{a}.{b}", "value") for a in (2, 1) for b in range(3)],
        [("0.2.2", "answer")],
    ]
    assert [event.nodes for event in record.of(Selected)] == [("0.2", "0.1"), ("0.2.2", "0.1.0")]
    assert record.outcome.answer == "0.2.2"
    assert record.outcome.output.startswith("c\ni\n")


def test_a_beam_of_one_is_greedy_and_ties_go_to_the_first():
    record = run(
        "tree_of_thought",
        lambda call: ["1. a\n2. b"] if call.role == "propose" else ["likely"] * call.n,
        beam=1,
        depth=3,
        candidates=2,
    )
    assert [event.nodes for event in record.of(Selected)] == [("0.0",), ("0.0.0",), ("0.0.0.0",)]


def test_duplicates_are_shown_pruned_and_not_judged():
    record = run(
        "tree_of_thought",
        lambda call: ["1. Add.\n2. add\n3. other"] if call.role == "propose" else ["sure"],
        depth=1,
    )
    judged = [call.node for batch in record.batches for call in batch if call.role == "value"]
    assert judged == ["0.0", "0.2"]
    assert record.of(Pruned)[0].nodes == ("0.1",)
    assert "same as 0.0" in record.of(Pruned)[0].reason


def test_an_unreadable_verdict_is_an_event_with_its_text():
    record = run(
        "tree_of_thought",
        lambda call: ["1. a"] if call.role == "propose" else ["no verdict here"],
        depth=1,
    )
    failed = [event for event in record.of(ParseFailed) if event.call.endswith("/value")]
    assert [(event.call, event.raw) for event in failed] == [("0.0/value", "no verdict here")]
    assert record.of(Scored)[0].labels == {"unreadable": 1}


def test_votes_choose_between_the_candidates_of_a_level():
    def answers(call):
        if call.role == "propose":
            return ["1. a\n2. b\n3. c"]
        return ["The best choice is 2", "best choice is 2", "none"][: call.n]

    record = run("tree_of_thought", answers, evaluate="vote", evaluations=3, beam=1, depth=1)
    assert record.of(Selected)[0].nodes == ("0.1",)
    assert [event.score for event in record.of(Scored)] == [0.0, 2.0, 0.0]
    assert record.of(ParseFailed)[0].raw == "none"


def test_values_can_be_expectations_over_the_models_own_probabilities():
    chances = {"0.0": (0.1, 0.2, 0.7), "0.1": (0.6, 0.3, 0.1), "0.2": (0.0, 1.0, 0.0)}
    record = run(
        "tree_of_thought",
        lambda call: ["1. a\n2. b\n3. c"] if call.role == "propose" else ["Answer: 1"],
        beliefs=lambda call: [math.log(chance or 1e-9) - 3 for chance in chances[call.node]],
        evaluate="logprob",
        beam=1,
        depth=1,
    )
    assert {score.labels for score in record.scores} == {("sure", "likely", "impossible")}
    found = {event.node: event for event in record.of(Scored)}
    assert found["0.0"].score == pytest.approx(0.1 * 20 + 0.2 * 1 + 0.7 * 0.001)
    assert found["0.1"].probabilities == pytest.approx(
        {"sure": 0.6, "likely": 0.3, "impossible": 0.1}
    )
    assert not found["0.1"].labels
    assert record.of(Selected)[0].nodes == ("0.1",)
    assert [call.role for batch in record.batches for call in batch] == ["propose", "answer"]


def test_sampled_thoughts_come_from_one_call_with_n_samples():
    record = run(
        "tree_of_thought",
        lambda call: (
            [f"thought {i}" for i in range(call.n)]
            if call.role == "sample"
            else ["likely"] * call.n
        ),
        generate="sample",
        candidates=4,
        depth=1,
    )
    assert [(c.role, c.n) for c in record.batches[0]] == [("sample", 4)]
    assert len(record.of(NodeAdded)) == 5


def test_a_thought_that_answers_stops_growing():
    def answers(call):
        if call.role == "propose":
            return ["1. so Answer: 4\nAnswer: 4"]
        return ["sure"] if call.role == "value" else ["Answer: 4"]

    record = run("tree_of_thought", answers, depth=5, candidates=1)
    assert len(record.of(Selected)) == 1
    assert record.outcome.answer == "4"


def test_a_model_that_proposes_nothing_still_gets_asked_and_it_is_said():
    record = run("tree_of_thought", lambda call: [""] if call.role == "propose" else ["Answer: 1"])
    assert record.outcome.answer == "1"
    assert record.of(NoteAdded)[0].level == "warning"


@pytest.mark.parametrize(
    ("texts", "tie", "answer", "sentence"),
    [
        (
            ["The answer is 42."] * 4 + ["Answer: 6"],
            "first_seen",
            "6",
            "A thin winner: 1 of 5 paths gave the answer, and 4 gave none that could be read.",
        ),
        (
            ["Answer: 4", "Answer: 5", "Answer: 4.0", "Answer: 5"],
            "first_seen",
            "4",
            "A tie: 2 answers have 2 votes each (4, 5); the one seen first is taken.",
        ),
        (
            ["Answer: 4", "Answer: 5"],
            "none",
            None,
            "A tie: 2 answers have 1 vote each (4, 5); so there is no answer.",
        ),
        (["?"] * 3, "first_seen", None, "None of the 3 paths gave an answer."),
        (["Answer: 4", "Answer: 4", "?"], "first_seen", "4", ""),
        (["Answer: 1,200", "Answer: $1200", "Answer: 7"], "first_seen", "1,200", ""),
    ],
)
def test_a_tie_and_a_thin_winner_are_said(texts, tie, answer, sentence):
    record = run("self_consistency", lambda call: texts, paths=len(texts), tie=tie)
    assert record.outcome.answer == answer
    assert [note.text for note in record.of(NoteAdded)] == ([sentence] if sentence else [])
