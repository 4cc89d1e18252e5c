"""User actions applied to the states of a search."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from workbench.domain.runs.steering import AddThought, BoostNode, EditThought, PruneNode
from workbench.strategies.steered import steered


class State(NamedTuple):
    node: str
    thoughts: tuple[str, ...] = ()
    score: float = 0.0


ROOT = State("0")
A, B = State("0.0.0", ("a", "aa"), 5.0), State("0.1.0", ("b", "bb"), 3.0)
DROPPED = State("0.2", ("c",), 1.0)
KNOWN = {state.node: state for state in (ROOT, A, B, DROPPED, State("0.0", ("a",), 4.0))}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (PruneNode("0.0"), [B]),
        (PruneNode("0.0.0"), [B]),
        (PruneNode("0.00"), [A, B]),
        (BoostNode("0.1", 9.0), [A, B._replace(score=12.0)]),
        (BoostNode("0.2", 9.0), [A, B, DROPPED._replace(score=10.0)]),
        (BoostNode("0.0", 1.0), [A._replace(score=6.0), B]),
        (EditThought("0.0", "x"), [A._replace(thoughts=("x", "aa")), B]),
        (EditThought("0.1.0", "x"), [A, B._replace(thoughts=("b", "x"))]),
        (AddThought("0.0", "x", "0.0.h0"), [State("0.0.h0", ("a", "x"), 5.0), A, B]),
        (AddThought("0", "x", "0.h0"), [State("0.h0", ("x",), 5.0), A, B]),
        (AddThought("0.9", "x", "0.9.h0"), [A, B]),
    ],
)
def test_one_action(action, expected):
    assert steered([action], [A, B], KNOWN, {"0", "0.0", "0.1"}, State) == expected


def test_actions_follow_each_other():
    actions = [EditThought("0.0", "x"), AddThought("0.0", "y", "0.0.h0"), PruneNode("0.1")]
    found = steered(actions, [A, B], KNOWN, {"0"}, State)
    assert [state.thoughts for state in found] == [("x", "y"), ("x", "aa")]


def test_nothing_done_changes_nothing():
    assert steered([], [A, B], KNOWN, set(), State) == [A, B]
