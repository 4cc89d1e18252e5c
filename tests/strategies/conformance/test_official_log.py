"""The product's own search, on the official log, does what the official code did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.strategies.conformance.log import log_path, read_log
from tests.strategies.conformance.recorded import OfficialWording, RecordedModel, verdicts
from tests.strategies.driving import Record, drive, problem
from workbench.domain.parameters import build
from workbench.domain.runs.events import NodeAdded, Scored, Selected
from workbench.strategies.domains.numbers import NumbersTask
from workbench.strategies.search.breadth_first import breadth_first
from workbench.strategies.search.reading import value_of
from workbench.strategies.search.reference import is_unanswered, total_of, value, written
from workbench.strategies.search.setup import make_searcher
from workbench.strategies.search.state import State
from workbench.strategies.tree_of_thought import TreeOfThoughtParams

needs_log = pytest.mark.skipif(
    log_path() is None,
    reason="the official search log is not here: set TOT_LOG, or put it into ../shared/data/tot",
)
OFFICIAL = {"depth": 4, "candidates": 40, "evaluations": 3, "beam": 5, "max_nodes": 10_000}

OFF = {
    "duplicates are worth nothing": {"zero_duplicates": False},
    "four lines are worth nothing": {"veto": lambda state: False},
    "exact labels": {"read": lambda text: None},
    "values are added": {"total": value_of},
}


def replay(puzzles: list[dict[str, Any]], without: str = "", **changes: Any):
    """Every puzzle through the product's search, as the official code ran; values are shared.

    ``without`` names a switch that is left off.
    """
    model = RecordedModel(puzzles)
    params = build(TreeOfThoughtParams, {**OFFICIAL, **changes}, "Tree of thought")
    cache: dict = {}
    for puzzle in puzzles:
        numbers = puzzle["steps"][0]["x"]
        search = make_searcher(
            problem(numbers),
            params,
            width=params.beam,
            like_reference=True,
            wording=OfficialWording(numbers),
            cache=cache,
        )
        if without == "shared values":
            cache.clear()
        elif without:
            search.evaluator = replace(search.evaluator, **OFF[without])
        record = drive(breadth_first(search), model)
        yield puzzle, record, model


def steps_of(record: Record) -> list[dict[str, Any]]:
    """What the log keeps of each step, read from the events alone."""
    texts, order, scores = {"0": ""}, [], {}
    for event in record.events:
        if isinstance(event, NodeAdded) and event.parent:
            texts[event.node] = texts[event.parent] + event.text + "\n"
            order.append((event.depth, event.node))
        elif isinstance(event, Scored):
            scores[event.node] = event.score
    found = []
    kept = ["0"]
    for event in record.of(Selected):
        new = [node for depth, node in order if depth == event.depth]
        found.append(
            {
                "ys": [texts[node] for node in kept],
                "new_ys": [texts[node] for node in new],
                "values": [scores[node] for node in new],
                "select_new_ys": [texts[node] for node in event.nodes],
            }
        )
        kept = list(event.nodes)
    return found


@needs_log
def test_every_step_of_the_log_is_reproduced():
    puzzles = read_log()
    same = total = 0
    for puzzle, record, _model in replay(puzzles):
        for ours, theirs in zip(steps_of(record), puzzle["steps"], strict=True):
            total += 1
            same += all(ours[name] == theirs[name] for name in ours)
        assert [written(state) for state in record.outcome] == puzzle["ys"]
        task = NumbersTask([int(n) for n in puzzle["steps"][0]["x"].split()], 24)
        rewards = [int(bool(task.review(text).solved)) for text in puzzle["ys"]]
        assert rewards == [info["r"] for info in puzzle["infos"]]
    assert (same, total) == (4 * len(puzzles), 4 * len(puzzles))
    if len(puzzles) == 50:
        assert total == 200


@needs_log
def test_nothing_of_the_log_is_left_over():
    puzzles = read_log()
    models = [model for _puzzle, _record, model in replay(puzzles)]
    assert models[-1].left_over == 0
    asked = sum(len(step["ys"]) for puzzle in puzzles for step in puzzle["steps"])
    assert models[-1].calls["propose"] == asked


@needs_log
@pytest.mark.parametrize("without", ["shared values", *OFF])
def test_each_switch_is_needed(without):
    """Without it a step differs, or the model is asked for what it never wrote."""
    try:
        same = all(
            ours[name] == theirs[name]
            for puzzle, record, _model in replay(read_log(), without)
            for ours, theirs in zip(steps_of(record), puzzle["steps"], strict=True)
            for name in ours
        )
    except (IndexError, AssertionError):
        same = False
    assert not same


@needs_log
def test_a_beam_of_four_does_not_reproduce_it():
    (puzzle, record, _model) = next(iter(replay(read_log(), beam=4)))
    assert steps_of(record)[0]["select_new_ys"] != puzzle["steps"][0]["select_new_ys"]


@needs_log
def test_the_scorer_agrees_with_exact_arithmetic_on_every_step_that_is_written():
    """Of all candidates of the log: a line that the rules allow keeps the exact value."""
    checked = illegal = 0
    for puzzle in read_log():
        task = NumbersTask([int(n) for n in puzzle["steps"][0]["x"].split()], 24)
        for text in {text for step in puzzle["steps"] for text in step["new_ys"]}:
            facts: Any = task.start
            for line in text.strip().split("\n"):
                if line.lower().startswith("answer"):
                    break
                facts = task.apply(facts, line)
                if facts is None:
                    illegal += 1
                    break
            checked += 1
            answer = text.strip().split("\n")[-1]
            if facts is not None and task.solved(facts) and answer.lower().startswith("answer"):
                assert task.reachable(task.start)
    assert checked > 3000
    assert 0.1 < illegal / checked < 0.4


def unanswered() -> State:
    lines = ("1 + 2 = 3 (left: 3 4 4)", "3 * 4 = 12 (left: 4 12)", "12 + 4 = 16 (left: 16)")
    return State("0.0", (*lines, "16 + 0 = 16 (left: 16)"))


def test_four_lines_without_an_answer_are_worth_nothing_in_the_reference_only():
    state = unanswered()
    assert is_unanswered(state)
    assert not is_unanswered(State("0", state.thoughts[:3]))
    assert not is_unanswered(State("0", (*state.thoughts[:3], "Answer: 1 + 2 + 3")))
    found = {}
    for semantics in ("correct", "reference"):
        params = build(TreeOfThoughtParams, {"evaluations": 2}, "Tree of thought")
        search = make_searcher(problem(), params, width=1, like_reference=semantics == "reference")
        record = drive(search.judge([state], 4), lambda call: ["So.\nsure"] * call.n)
        found[semantics] = (record.outcome[0].score, len(record.batches[0]))
    assert found == {"correct": (20.0, 1), "reference": (0.0, 1)}  # both pay for the verdicts


def test_the_reference_poisons_its_values_and_correct_semantics_do_not():
    """Its zero for four lines is kept for the same numbers in a shorter text."""
    cache: dict = {}
    evaluator = value(1, 10, cache)
    wording = OfficialWording("1 2 4 4")
    short = State("0.1", ("7 + 9 = 16 (left: 16)",))
    params = build(TreeOfThoughtParams, {}, "Tree of thought")
    search = make_searcher(problem(), params, width=1, wording=wording)
    drive(evaluator.values(search, [unanswered()], 4), lambda call: ["sure"])
    record = drive(evaluator.values(search, [short], 1), lambda call: ["sure"])
    assert (record.outcome, record.batches) == ([0.0], [])
    record = drive(search.evaluator.values(search, [short], 1), lambda call: ["sure"])
    assert record.outcome == [20.0]


def test_labels_of_the_reference_are_exact_last_lines():
    params = build(TreeOfThoughtParams, {"evaluations": 4}, "Tree of thought")
    texts = ["It is.\nsure", "It is.\nSure", "It is.\nsure\n", "likely"]
    scores = []
    for like_reference in (True, False):
        search = make_searcher(problem(), params, width=1, like_reference=like_reference)
        record = drive(search.judge([State("0.0", ("a",))], 1), lambda call: texts)
        scores.append(record.outcome[0].score)
    assert scores == [21.0, pytest.approx((3 * 20 + 1) / 4)]


def test_a_value_comes_apart_into_its_verdicts():
    for value_, labels in (
        (60.0, ["sure"] * 3),
        (1.002, ["likely", "impossible", "impossible"]),
        (21.001, ["sure", "likely", "impossible"]),
    ):
        texts = verdicts(value_, State("0", ("a",)))
        assert [text.split("\n")[-1] for text in texts] == labels
        assert total_of(labels)[0] == value_
