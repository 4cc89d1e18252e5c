"""A search applies what the user does to it, and goes on from a node of an earlier one."""

from __future__ import annotations

import pytest

from workbench.domain.parameters import build
from workbench.domain.runs.effects import Problem, Start, Steering
from workbench.domain.runs.events import NodeAdded, Selected, StateVerified
from workbench.domain.runs.steering import AddThought, BoostNode, EditThought, PruneNode
from workbench.domain.text import Message
from workbench.strategies import STRATEGIES

from . import driving
from .simulated import Simulated
from .test_properties import NO_TARGET, Scores

QUESTION = "Numbers: 2 3 7\nTarget: {}"


def search(actions, target=NO_TARGET, model=None, strategy="tree_of_thought", start=None, **params):
    """A search that gets ``actions``, in turn, each time it asks."""
    reported = iter(actions)
    entry = STRATEGIES.get(strategy)
    values = {"domain": "targets", "candidates": 40, "evaluate": "score", **params}
    problem = Problem((Message.value("user", QUESTION.format(target)),), start)
    steps = entry.run(problem, build(entry.params, values, entry.title))
    return driving.drive(answered(steps, reported), model or Scores())


def answered(steps, reported):
    """The same generator, with what the user did in place of nothing."""
    batch = next(steps)
    while True:
        results = yield batch
        results = tuple(
            tuple(next(reported, ())) if isinstance(effect, Steering) else result
            for effect, result in zip(batch, results, strict=True)
        )
        try:
            batch = steps.send(results)
        except StopIteration as stop:
            return stop.value


@pytest.mark.parametrize("how", ["beam", "depth_first", "best_first"])
def test_what_is_pruned_by_hand_is_not_gone_into(how):
    free = search([], search=how, beam=2)
    first = free.of(Selected)[0].nodes[0]
    record = search([[PruneNode(first)]], search=how, beam=2)
    assert first not in {node for event in record.of(Selected) for node in event.nodes}


def test_a_boost_brings_a_thought_to_the_front():
    free = search([], beam=1)
    last = [event.node for event in free.of(NodeAdded) if event.depth == 1][-1]
    record = search([[BoostNode(last, 100.0)]], beam=1)
    assert record.of(Selected)[0].nodes == (last,)


def test_a_thought_by_hand_is_checked_as_any_other():
    text = "2 + 3 = 5 (left: 5 7)"
    record = search([[AddThought("0", text, "0.h0")]], 12, model=Simulated(12), beam=1,
                    evaluate="value")  # fmt: skip
    assert record.of(Selected)[0].nodes == ("0.h0",)
    assert record.outcome.answer == "(2 + 3) + 7"
    wrong = search([[AddThought("0", "2 + 3 = 6", "0.h0")]], beam=1)
    assert wrong.of(Selected)[0].nodes != ("0.h0",)


def test_an_edited_thought_changes_what_is_left():
    free = search([], beam=1)
    first = free.of(Selected)[0].nodes[0]
    record = search([[EditThought(first, "7 - 2 = 5 (left: 3 5)")]], beam=1)
    under = [event for event in record.of(StateVerified) if event.node.startswith(first + ".")]
    assert {event.state for event in under} <= {"8", "2", "-2", "15", "3/5", "5/3"}


def test_a_pruned_branch_is_not_walked_again():
    record = search([[], [PruneNode("0.0")]], strategy="mcts", iterations=10, max_nodes=10_000)
    assert record.outcome.node.split(".")[:2] != ["0", "0"]


@pytest.mark.parametrize("how", ["beam", "depth_first", "best_first"])
def test_a_search_goes_on_from_a_node_with_free_numbers(how):
    start = Start("0.4", ("2 + 3 = 5 (left: 5 7)",), children=3)
    record = search([], 12, model=Simulated(12), evaluate="exact", start=start, search=how)
    nodes = [event.node for event in record.of(NodeAdded)]
    assert nodes[0] == "0.4.3"
    assert {event.depth for event in record.of(NodeAdded)} == {2}
    assert record.outcome.answer == "(2 + 3) + 7"
